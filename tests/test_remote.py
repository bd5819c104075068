"""Orders to a server: what it does with them, and what people are told when it cannot."""

import http.server
import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from digitpad import artifact, remote
from digitpad.errors import AddressError, ArtifactError, InputError
from tests.server.conftest import Server, launched
from tests.test_artifact import reseal
from tests.test_cli import digitpad

TOKEN = "s3cret"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server whose model can be changed."""
    with launched(tmp_path_factory.mktemp("server"), "--token", TOKEN) as server:
        yield server


def test_one_command_there_and_one_back(server: Server, tmp_path: Path) -> None:
    reseal(tmp_path / "digits.onnx", {"name": "another"})
    options = ("--server", server.url)
    there = digitpad("switch", os.path.relpath(tmp_path), *options, DIGITPAD_TOKEN=TOKEN)
    expected = f"model {artifact.load(tmp_path).model_id} serves now at {server.url}\n"
    assert (there.returncode, there.stdout, there.stderr) == (0, expected, "")
    back = digitpad("switch", "--back", *options, "--token", TOKEN)
    assert back.stdout == f"model {artifact.load(artifact.shipped()).model_id} serves now at {server.url}\n"


def test_a_run_that_was_rejected_or_is_not_there(server: Server, tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match=r"Expected a model file; .*none does not exist"):
        remote.switch(server.url, TOKEN, tmp_path / "none")
    with pytest.raises(ArtifactError, match=r"is a folder\. The model of a run is the digits\.onnx"):
        remote.switch(server.url, TOKEN, tmp_path)
    reseal(tmp_path / "digits.onnx", {"teaching": {"accepted": False, "reasons": ["It forgot the 9."]}})
    with pytest.raises(ArtifactError, match=r"did not: It forgot the 9\. Look at the report\.html"):
        remote.switch(server.url, TOKEN, tmp_path)


def test_without_the_token(server: Server) -> None:
    for token in (None, "wrong"):
        with pytest.raises(InputError, match="as --token or DIGITPAD_TOKEN"):
            remote.switch(server.url, token, artifact.shipped())
    with pytest.raises(InputError, match="of ASCII characters"):
        remote.switch(server.url, "schlüssel☃", artifact.shipped())


def test_what_is_wanted_must_be_clear(server: Server) -> None:
    for model, back in ((None, False), (artifact.shipped(), True)):
        with pytest.raises(InputError, match="a run or --back; got "):
            remote.switch(server.url, TOKEN, model, back=back)


@pytest.mark.parametrize("url", ["127.0.0.1:8000", "ftp://127.0.0.1", "http://", "http://[", ""])
def test_what_is_no_url(url: str) -> None:
    with pytest.raises(AddressError, match="Expected a digitpad server at "):
        remote.switch(url, TOKEN, None, back=True)


def test_no_server_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    result = digitpad("switch", "--back", "--server", f"http://127.0.0.1:{port}")
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith(f"digitpad: Expected a digitpad server at http://127.0.0.1:{port}; got: ")
    assert result.stderr.endswith("Start one with `digitpad serve`, or name its address with --server.\n")


@pytest.mark.parametrize("status", [200, 404])
def test_another_server_there(status: int) -> None:
    class Other(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(b'{"hello": "world"}')

        def log_message(self, *_: object) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Other) as other:
        thread = threading.Thread(target=other.handle_request)
        thread.start()
        with pytest.raises(AddressError, match="Expected a digitpad server at "):
            remote.switch(f"http://127.0.0.1:{other.server_port}", TOKEN, None, back=True)
        thread.join()
