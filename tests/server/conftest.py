"""A server in a process of its own, the same app without one, and words for what both must answer."""

import asyncio
import contextlib
import json
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest
from fastapi import FastAPI

from digitpad import Recognizer, answer
from digitpad.server import create_app
from digitpad.server.body import DRAWING as DRAWING_BODIES
from digitpad.server.problem import MEDIA_TYPE, TITLES
from tests.golden import GOLDEN

PREDICT = "/api/predict"
MAX_BYTES = DRAWING_BODIES.max_bytes
SEVEN = (GOLDEN / "7-medium-light.png").read_bytes()
PNG = {"content-type": "image/png"}
JPEG = {"content-type": "image/jpeg"}
JSON = {"content-type": "application/json"}

PATIENCE_SECONDS = 60.0
"""How long a test waits for what must come; a test that passes never waits so long."""


@dataclass(frozen=True)
class Server:
    """`digitpad serve` in a process of its own.

    Attributes:
        url: what its first line names.
        process: the process.
        log_path: where its standard error goes.
    """

    url: str
    process: "subprocess.Popen[str]"
    log_path: Path

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def address(self) -> tuple[str, int]:
        url = httpx.URL(self.url)
        assert url.port
        return url.host, url.port

    def connect(self) -> socket.socket:
        return socket.create_connection(self.address, timeout=PATIENCE_SECONDS)

    def talk(self, request: bytes) -> bytes:
        """What comes back on a connection of its own until the server closes it."""
        with self.connect() as connection:
            # A server that has heard enough may close before it has read everything.
            with contextlib.suppress(ConnectionError):
                connection.sendall(request)
            return read_to_end(connection)

    def log(self) -> list[str]:
        return self.log_path.read_text().splitlines()

    def peak_megabytes(self) -> float:
        """The most memory that the process ever held, as Linux counts it."""
        found = re.search(r"^VmHWM:\s+(\d+) kB$", Path(f"/proc/{self.pid}/status").read_text(), re.MULTILINE)
        assert found
        return int(found[1]) / 1000


Result = TypeVar("Result")
Launch = Callable[..., Server]


class Local:
    """The app without a process: what it raises is seen, and its parts can be replaced."""

    def __init__(self, app: FastAPI) -> None:
        self.app = app

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.request("GET", path, **options)

    def post(self, path: str, **options: Any) -> httpx.Response:
        return self.request("POST", path, **options)

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        return run(self.send(method, path, **options))

    async def send(self, method: str, path: str, **options: Any) -> httpx.Response:
        transport = httpx.ASGITransport(self.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://pad", trust_env=False) as client:
            return await client.request(method, path, **options)


def run(work: Coroutine[Any, Any, Result]) -> Result:
    """Do something asynchronous, but do not wait for it for ever."""
    with ThreadPoolExecutor(1) as thread:  # this one may have the event loop of the browser
        return thread.submit(asyncio.run, asyncio.wait_for(work, PATIENCE_SECONDS)).result()


@contextlib.contextmanager
def launched(folder: Path, *options: str | Path, patch: str = "") -> Iterator[Server]:
    """A server on a free port, ended afterwards.

    Args:
        folder: where its log goes.
        options: further options of `digitpad serve`.
        patch: Python that the process runs first, to make waits short or the model slow.
    """
    program = ["-c", f"{patch}\nfrom digitpad.cli import main\nmain()"] if patch else ["-m", "digitpad"]
    command = [sys.executable, *program, "serve", "--port", "0", *map(str, options)]
    log_path = folder / "log"
    with (
        log_path.open("w") as log,
        # A session of its own, so that a test can press Ctrl-C there as a terminal does: for all its processes.
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True, start_new_session=True) as process,
    ):
        try:
            assert process.stdout
            found = re.search(r"http://\S+", process.stdout.readline())
            assert found, log_path.read_text()
            yield Server(found[0], process, log_path)
        finally:
            process.terminate()
            try:
                process.wait(PATIENCE_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()


@pytest.fixture
def launch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Launch]:
    """Starts servers that end with the test; arguments as for `launched`, without the folder."""
    with contextlib.ExitStack() as stack:

        def start(*options: str | Path, patch: str = "") -> Server:
            return stack.enter_context(launched(tmp_path_factory.mktemp("server"), *options, patch=patch))

        yield start


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server as users start it, shared by the tests that leave it as it was."""
    with launched(tmp_path_factory.mktemp("server")) as server:
        yield server


@pytest.fixture(scope="session")
def client(server: Server) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, timeout=PATIENCE_SECONDS, trust_env=False) as client:
        yield client


@pytest.fixture
def local() -> Local:
    """A fresh app with the model that ships."""
    return Local(create_app())


def read_to_end(connection: socket.socket) -> bytes:
    received = bytearray()
    with contextlib.suppress(ConnectionError):  # cut is an end, too
        while data := connection.recv(65536):
            received += data
    return bytes(received)


def read_response(connection: socket.socket) -> bytes:
    """One answer with its length in the head, on a connection that stays open."""
    received = bytearray()
    while b"\r\n\r\n" not in received:
        data = connection.recv(65536)
        assert data, bytes(received)
        received += data
    head, _, body = bytes(received).partition(b"\r\n\r\n")
    length = re.search(rb"^content-length: (\d+)\r?$", head, re.MULTILINE)
    assert length, head
    while len(body) < int(length[1]):
        data = connection.recv(65536)
        assert data, (head, body)
        body += data
    return head + b"\r\n\r\n" + body


def request_bytes(method: str = "GET", path: str = "/healthz", body: bytes = b"", **headers: str) -> bytes:
    """A request as it goes over the wire; `content_length` replaces the right one."""
    lengths = {"content_length": str(len(body))} if body else {}
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in ({"host": "pad"} | lengths | headers).items()]
    return "\r\n".join([f"{method} {path} HTTP/1.1", *lines, "", ""]).encode("latin-1") + body


def eventually(is_so: Callable[[], object]) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < deadline, "it never came about"
        time.sleep(0.01)


def check_problem(response: httpx.Response, status: int, kind: str) -> str:
    """Hold a refusal to RFC 9457 and to this API's promises.

    Returns:
        The detail.
    """
    assert response.status_code == status, response.text[:300]
    assert response.headers["content-type"] == MEDIA_TYPE
    document = response.json()
    detail = document.pop("detail")
    assert document == {"type": f"urn:digitpad:problem:{kind}", "title": TITLES[kind], "status": status}
    assert re.match(r"Expected .+\.$", detail, re.DOTALL), detail
    return str(detail)


def check_answer(response: httpx.Response) -> dict[str, Any]:
    """The answer without what differs from server to server and from time to time."""
    assert response.status_code == 200, response.text[:300]
    assert response.headers["content-type"] == "application/json"
    found: dict[str, Any] = response.json()
    assert re.fullmatch("[0-9a-f]{12}", found.pop("model"))
    assert found.pop("time_ms") > 0
    return found


def expected_answer(recognizer: Recognizer, picture: bytes, top_k: int = 3, *, ink: bool = False) -> dict[str, Any]:
    """What Python says of the same picture, after a way through JSON."""
    prediction = recognizer.predict(picture, keep_distance=ink)
    found: dict[str, Any] = json.loads(json.dumps(answer.to_dict(prediction, top_k)))
    return found
