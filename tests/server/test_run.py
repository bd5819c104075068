"""Serving begins with an address, goes on through errors, and ends in peace."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from digitpad import artifact
from tests.conftest import soak
from tests.server.conftest import (
    PATIENCE_SECONDS,
    PNG,
    PREDICT,
    SEVEN,
    Launch,
    Server,
    check_answer,
    eventually,
    launched,
    read_response,
    request_bytes,
)

TWO = "2"


def held_up(folder: Path) -> str:
    """Makes a server whose model begins, and ends when there is a file `go`."""
    return f"""
import pathlib, time
from digitpad import Recognizer
predict = Recognizer.predict
def predict_slowly(*arguments, **options):
    pathlib.Path({str(folder / "begun")!r}).touch()
    while not pathlib.Path({str(folder / "go")!r}).exists():
        time.sleep(0.01)
    return predict(*arguments, **options)
Recognizer.predict = predict_slowly
"""


def predict(server: Server) -> httpx.Response:
    """Over a connection of its own."""
    return httpx.post(server.url + PREDICT, content=SEVEN, headers=PNG, timeout=PATIENCE_SECONDS, trust_env=False)


def accepts(server: Server) -> bool:
    try:
        server.connect().close()
    except (ConnectionRefusedError, ConnectionResetError):  # reset: the socket closed while we were in its queue
        return False
    return True


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def workers(server: Server) -> list[int]:
    """The children that serve, or are about to: they have the files of their counts open."""
    return [pid for pid in children(server.pid) if f"_{pid}.db" in Path(f"/proc/{pid}/maps").read_text()]


def is_running(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def press_ctrl_c(server: Server) -> None:
    """As a terminal does it: for every process."""
    os.killpg(server.pid, signal.SIGINT)


def serve(*options: str | Path) -> "subprocess.CompletedProcess[str]":
    """A server that is expected not to come up."""
    command = [sys.executable, "-m", "digitpad", "serve", *map(str, options)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE_SECONDS)


def check_refusal(result: "subprocess.CompletedProcess[str]", code: int, words: str) -> None:
    """One sentence, nothing else, and the exit code."""
    assert result.returncode == code, result.stderr
    assert result.stdout == ""
    assert re.fullmatch(r"digitpad: Expected [^\n]+\n", result.stderr), result.stderr
    assert words in result.stderr


def test_the_first_line_says_where_to_draw(launch: Launch) -> None:
    server = launch()
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+", server.url)
    assert check_answer(predict(server))["digit"] == 7


def test_nobody_else_can_reach_a_server_that_was_not_told_so(server: Server) -> None:
    # Every address 127.x.y.z is this machine: a server that listens on all addresses would answer here.
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.2", server.address[1]), timeout=PATIENCE_SECONDS)


def test_a_server_may_be_told_to_listen_elsewhere(launch: Launch) -> None:
    assert launch("--host", "127.0.0.2").url.startswith("http://127.0.0.2:")


def test_the_sixth_version_of_addresses_is_written_in_brackets(launch: Launch) -> None:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("this machine has no IPv6")
    server = launch("--host", "::1")
    assert server.url.startswith("http://[::1]:")
    assert check_answer(predict(server))["digit"] == 7


def test_sigterm_lets_what_is_in_flight_finish(launch: Launch, tmp_path: Path) -> None:
    server = launch(patch=held_up(tmp_path))
    answers: list[httpx.Response] = []
    request = threading.Thread(target=lambda: answers.append(predict(server)))
    request.start()
    try:
        eventually((tmp_path / "begun").exists)
        server.process.send_signal(signal.SIGTERM)
        eventually(lambda: not accepts(server))
    finally:
        (tmp_path / "go").touch()
        request.join()
    assert check_answer(answers[0])["digit"] == 7
    assert server.process.wait(PATIENCE_SECONDS) == 0
    assert "Traceback" not in server.log_path.read_text()


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "Ctrl-C"])
@pytest.mark.parametrize("num_workers", ["1", TWO])
def test_a_server_ends_in_a_few_seconds_and_without_a_word(
    launch: Launch, end: signal.Signals, num_workers: str
) -> None:
    server = launch("--workers", num_workers)
    eventually(lambda: num_workers == "1" or len(workers(server)) == 2)
    with server.connect() as idle, server.connect() as silent:
        idle.sendall(request_bytes())
        read_response(idle)
        pids = [server.pid, *children(server.pid)]
        if end is signal.SIGINT:
            press_ctrl_c(server)
        else:
            server.process.send_signal(end)
        assert server.process.wait(PATIENCE_SECONDS) == 0
        silent.close()
    eventually(lambda: not any(map(is_running, pids)))
    assert [line for line in server.log() if " GET /healthz 200 " not in line] == []


def test_a_port_in_use_is_one_sentence(server: Server) -> None:
    port = str(server.address[1])
    for number in ("1", TWO):
        check_refusal(serve("--port", port, "--workers", number), 2, f"to listen on 127.0.0.1, port {port}")


def test_an_address_of_another_machine_is_one_sentence() -> None:
    check_refusal(serve("--port", "0", "--host", "192.0.2.1"), 2, "to listen on 192.0.2.1")


def test_a_bad_model_is_one_sentence(tmp_path: Path) -> None:
    damaged = tmp_path / "digits.onnx"
    content = bytearray(artifact.shipped().read_bytes())
    content[5000] ^= 4
    damaged.write_bytes(content)
    for number in ("1", TWO):
        check_refusal(serve("--port", "0", "--workers", number, "--model", damaged), 2, "damaged or edited")
    check_refusal(serve("--port", "0", "--model", tmp_path / "none.onnx"), 2, "does not exist")


@pytest.mark.parametrize(
    "options", [["--port", "70000"], ["--port", "-1"], ["--workers", "0"], ["--workers", "many"], ["--fly"]]
)
def test_wrong_options_are_exit_code_2(options: list[str]) -> None:
    result = serve(*options)
    assert result.returncode == 2
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    "part",
    [
        "fastapi",
        "python_multipart",
        *(pytest.param(name, marks=soak) for name in ("starlette", "uvicorn", "prometheus_client", "httptools")),
    ],
)
def test_without_its_packages_serving_says_what_to_install(part: str) -> None:
    # The old name of python_multipart is hidden as well.
    hidden = {part: None} | ({"multipart": None} if part == "python_multipart" else {})
    script = f"import sys; sys.modules |= {hidden}; from digitpad.cli import main; main()"
    command = [sys.executable, "-c", script, "serve", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stderr
        line = process.stdout.readline()  # a server that comes up all the same says so, and is ended
        process.terminate()
        words = process.stderr.read()
    assert line == ""
    assert process.returncode == 1
    assert re.fullmatch(rf"digitpad: Expected .*{part}[.a-z]* is not installed\. .*digitpad\[serve\].*\n", words), words


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of two workers that have both come up."""
    with launched(tmp_path_factory.mktemp("pair"), "--workers", TWO) as server:
        eventually(lambda: len(workers(server)) == 2)
        yield server


def num_predictions(server: Server) -> float:
    text = httpx.get(server.url + "/metrics", timeout=PATIENCE_SECONDS, trust_env=False).text
    return sum(float(line.split()[-1]) for line in text.splitlines() if line.startswith("digitpad_predictions_total"))


def test_every_worker_answers_and_one_count_holds_for_all(pair: Server) -> None:
    before = num_predictions(pair)
    for stopped in workers(pair):
        os.kill(stopped, signal.SIGSTOP)  # so that the other one answers
        try:
            for number in range(3):
                assert check_answer(predict(pair))["digit"] == 7, number
        finally:
            os.kill(stopped, signal.SIGCONT)
    for stopped in workers(pair):
        os.kill(stopped, signal.SIGSTOP)
        try:
            assert num_predictions(pair) == before + 6
        finally:
            os.kill(stopped, signal.SIGCONT)


def test_workers_count_without_a_clash(pair: Server) -> None:
    before = num_predictions(pair)
    threads = [threading.Thread(target=predict, args=(pair,)) for _ in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [num_predictions(pair) for _ in range(5)] == [before + 40] * 5


def test_workers_leave_no_files_behind(launch: Launch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    server = launch("--workers", TWO)
    assert check_answer(predict(server))["digit"] == 7
    assert list(tmp_path.glob("digitpad-*"))
    server.process.terminate()
    assert server.process.wait(PATIENCE_SECONDS) == 0
    assert list(tmp_path.glob("digitpad-*")) == []
