"""The model of a running server changes, and nobody who draws notices."""

import contextlib
import http.client
import json
import os
import pty
import re
import shutil
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from digitpad import artifact
from digitpad.errors import ArtifactError, InputError
from digitpad.server import create_app
from digitpad.server.served import Served
from tests.server.conftest import (
    PATIENCE_SECONDS,
    PNG,
    PREDICT,
    SEVEN,
    Launch,
    Local,
    Server,
    check_problem,
    eventually,
    run,
)
from tests.server.test_run import TWO, check_refusal, serve, workers
from tests.test_artifact import reseal

TOKEN = "s3cret"
HOST = {"host": "127.0.0.1:8000"}
BEARER = {"authorization": f"Bearer {TOKEN}"}
REJECTED = {"teaching": {"accepted": False, "reasons": ["It reads 12 of 500 digits worse.", "And more."]}}


def make_run(folder: Path, **card: Any) -> Path:
    """A run's folder with the network that ships, but another card and therefore another id, and a report."""
    folder.mkdir()
    reseal(folder / "digits.onnx", {"name": folder.name, **card})
    (folder / "report.html").write_text(f"The report of {folder.name}")
    return folder


def id_of(run: Path) -> str:
    return artifact.load(run).model_id


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_run(tmp_path_factory.mktemp("runs") / "first")


@pytest.fixture(scope="module")
def second(first: Path) -> Path:
    return make_run(first.with_name("second"), teaching={"accepted": True, "reasons": []})


@pytest.fixture(scope="module")
def rejected(first: Path) -> Path:
    return make_run(first.with_name("rejected"), **REJECTED)


class Traffic:
    """Connections that stay open, over which one drawing after the other is read.

    Attributes:
        answers: when each request began, and the model that answered it.
        failures: what else happened.
    """

    def __init__(self, server: Server, num_connections: int = 6) -> None:
        self._server, self._ends = server, threading.Event()
        self.answers: list[tuple[float, str]] = []
        self.failures: list[object] = []
        self._threads = [threading.Thread(target=self._draw) for _ in range(num_connections)]

    def __enter__(self) -> "Traffic":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.set()
        for thread in self._threads:
            thread.join()

    def flow(self) -> None:
        """Wait until more has been answered."""
        num_answers = len(self.answers) + 5 * len(self._threads)
        eventually(lambda: self.failures or len(self.answers) >= num_answers)

    def check(self, since: float, model_id: str) -> None:
        """After some more answers, all to requests that began since a time are one model's."""
        self.flow()
        assert {found for began, found in self.answers if began > since} == {model_id}

    def _draw(self) -> None:
        connection = http.client.HTTPConnection(*self._server.address, timeout=PATIENCE_SECONDS)
        connection.connect()
        connection.auto_open = 0  # a connection that the server closes is a failure
        try:
            while not self._ends.is_set():
                began = time.monotonic()
                connection.request("POST", PREDICT, SEVEN, PNG)
                response = connection.getresponse()
                found = json.loads(response.read())
                if response.status != 200 or found["digit"] != 7:
                    self.failures.append((response.status, found))
                self.answers.append((began, found["model"]))
        except Exception as error:
            self.failures.append(error)
        finally:
            connection.close()


def current(server: Server) -> str:
    return str(httpx.get(server.url + "/api/model", timeout=PATIENCE_SECONDS, trust_env=False).json()["model"])


def order(server: Server, **what: object) -> httpx.Response:
    return httpx.post(server.url + "/api/model", json=what, headers=BEARER, timeout=PATIENCE_SECONDS, trust_env=False)


def switch(server: Server, **what: object) -> float:
    """Change the model; the time from which on the other one has to answer."""
    response = order(server, **what)
    assert response.status_code == 200, response.text
    return time.monotonic()


@contextlib.contextmanager
def only(server: Server, worker: int) -> Iterator[None]:
    """Only one of the workers goes on."""
    others = [pid for pid in workers(server) if pid != worker]
    for pid in others:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in others:
            os.kill(pid, signal.SIGCONT)


def check_all_workers(server: Server, model_id: str) -> None:
    for worker in workers(server):
        with only(server, worker):
            assert current(server) == model_id


@pytest.mark.parametrize("num_workers", ["1", TWO])
def test_no_request_fails_while_the_model_changes(
    launch: Launch, first: Path, second: Path, tmp_path: Path, num_workers: str
) -> None:
    link = tmp_path / "current"
    link.symlink_to(first)
    server = launch("--model", link, "--token", TOKEN, "--workers", num_workers)
    eventually(lambda: num_workers == "1" or len(workers(server)) == 2)
    one, two = id_of(first), id_of(second)
    with Traffic(server) as traffic:
        traffic.flow()
        link.unlink()
        link.symlink_to(second)
        traffic.flow()
        assert {found for _, found in traffic.answers} == {one}  # nothing changes unasked
        server.process.send_signal(signal.SIGHUP)
        eventually(lambda: current(server) == two)
        traffic.check(time.monotonic(), two)
        traffic.check(switch(server, back=True), one)
        traffic.check(switch(server, back=True), two)
        traffic.check(switch(server, model=str(first / "digits.onnx")), one)
        check_all_workers(server, one)
    assert traffic.failures == []
    assert {found for _, found in traffic.answers} == {one, two}
    assert f"model {two} serves now, from {second / 'digits.onnx'}" in server.log_path.read_text()


def test_a_worker_in_place_of_one_that_crashed_has_the_present_model(
    launch: Launch, first: Path, second: Path, tmp_path: Path
) -> None:
    changing = shutil.copytree(second, tmp_path / "changing")
    server = launch("--model", first, "--token", TOKEN, "--workers", TWO)
    eventually(lambda: len(workers(server)) == 2)
    switch(server, model=str(changing))
    (changing / "digits.onnx").unlink()  # the workers have a copy
    crashed, other = workers(server)
    os.kill(crashed, signal.SIGKILL)
    eventually(lambda: len(set(workers(server)) - {crashed}) == 2)
    check_all_workers(server, id_of(second))
    [new] = set(workers(server)) - {other}
    with only(server, new):
        assert order(server, back=True).json()["model"] == id_of(first)
    check_all_workers(server, id_of(first))


def test_hangups_of_workers_are_no_crashes(launch: Launch, first: Path) -> None:
    server = launch("--model", first, "--workers", TWO)
    eventually(lambda: len(workers(server)) == 2)
    before = workers(server)
    check_all_workers(server, id_of(first))  # so they have come up
    os.killpg(server.pid, signal.SIGHUP)
    eventually(lambda: "serves now" in server.log_path.read_text())
    assert workers(server) == before
    check_all_workers(server, id_of(first))


@pytest.mark.parametrize("num_workers", ["1", TWO])
def test_a_model_that_cannot_be_used_leaves_the_present_one(
    launch: Launch, first: Path, rejected: Path, tmp_path: Path, num_workers: str
) -> None:
    folder = shutil.copytree(first, tmp_path / "run")
    server = launch("--model", folder, "--token", TOKEN, "--workers", num_workers)
    (folder / "digits.onnx").write_bytes(b"not a model")
    server.process.send_signal(signal.SIGHUP)
    eventually(lambda: "goes on serving: Expected a digitpad model file" in server.log_path.read_text())
    assert current(server) == id_of(first)
    detail = check_problem(order(server, model=str(rejected)), 422, "unusable-model")
    assert f"{rejected / 'digits.onnx'} did not: It reads 12 of 500 digits worse. Look at the report.html" in detail
    check_problem(order(server, back=True), 422, "unusable-model")
    assert current(server) == id_of(first)


def test_closing_the_terminal_ends_the_server(launch: Launch) -> None:
    terminal, stderr = pty.openpty()
    server = launch(patch=f"import os\nos.dup2(os.open({os.ttyname(stderr)!r}, os.O_RDWR | os.O_NOCTTY), 2)")
    os.close(stderr)
    os.close(terminal)
    server.process.send_signal(signal.SIGHUP)
    assert server.process.wait(PATIENCE_SECONDS) == 0


def test_a_rejected_model_is_not_served_at_all(rejected: Path) -> None:
    for number in ("1", TWO):
        result = serve("--port", "0", "--workers", number, "--model", rejected)
        check_refusal(result, 2, "did not: It reads 12 of 500 digits worse. Look at the report.html next to it; ")


@pytest.mark.parametrize(
    ("teaching", "reason"),
    [
        ({"accepted": False, "reasons": []}, "its card does not say why"),
        ({"accepted": False}, "its card does not say why"),
        ({"reasons": ["No."]}, "No"),
        ("good", "its card does not say why"),
    ],
)
def test_cards_of_any_form_are_refused_in_words(tmp_path: Path, teaching: object, reason: str) -> None:
    with pytest.raises(ArtifactError, match=re.escape(f"digits.onnx did not: {reason}. Look at")):
        Served(make_run(tmp_path / "run", teaching=teaching))


def test_the_model_before_is_kept_even_if_its_file_is_not(first: Path, second: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(first, tmp_path / "run")
    served = Served(folder)
    shutil.copy(second / "digits.onnx", folder)
    served.reload()
    served.reload()  # once more is no change
    assert run(served.current()).model_id == id_of(second)
    served.back()
    assert run(served.current()).model_id == id_of(first)


def test_the_page_model_is_loaded_once(first: Path, second: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    served = Served(first)
    expected = run(served.current()).recognizer.read(SEVEN).text
    monkeypatch.setattr(artifact, "shipped", None)
    served.switch(second)
    assert run(served.current()).recognizer.read(SEVEN).text == expected == "7"


@pytest.fixture
def guarded(first: Path) -> Local:
    return Local(create_app(first, ["https://friend.example"], token=TOKEN))


def test_everything_tells_of_the_present_model(guarded: Local, first: Path, second: Path) -> None:
    assert guarded.get("/report").text == "The report of first"
    answer = guarded.post("/api/model", json={"model": str(second)}, headers=HOST | BEARER)
    assert answer.json() == guarded.get("/api/model", headers=BEARER).json()
    assert (answer.json()["model"], answer.json()["card"]["name"]) == (id_of(second), "second")
    assert guarded.get("/report", headers=BEARER).text == "The report of second"
    assert guarded.get("/readyz").status_code == 200
    assert guarded.post("/api/read", content=SEVEN, headers=PNG).json()["model"] == id_of(second)
    guarded.post("/api/model", json={"back": True}, headers=HOST | BEARER)
    assert guarded.get("/report").text == "The report of first"


def test_the_report_of_a_lesson_is_for_the_owner(guarded: Local, first: Path, second: Path) -> None:
    """It shows what people drew."""
    for model, is_shown in ((first, True), (second, False)):
        open_to_all = Local(create_app(model))
        for headers in ({"host": "digits.example"}, HOST | {"x-forwarded-for": "127.0.0.1"}, HOST | BEARER):
            may = is_shown or headers.get("authorization") is not None
            assert open_to_all.get("/api/model", headers=headers).json()["report"] == ("/report" if may else None)
            response = open_to_all.get("/report", headers=headers)
            if may:
                assert response.text == f"The report of {model.name}"
            else:
                check_problem(response, 403, "forbidden")
    guarded.post("/api/model", json={"model": str(second)}, headers=HOST | BEARER)
    assert guarded.get("/api/model", headers=HOST).json()["report"] is None
    check_problem(guarded.get("/report", headers=HOST), 401, "unauthorized")


def test_without_a_token_nobody_may(local: Local, second: Path) -> None:
    response = local.post("/api/model", json={"model": str(second)}, headers=HOST | BEARER)
    assert "DIGITPAD_TOKEN" in check_problem(response, 403, "forbidden")


@pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer secret"}, {"authorization": TOKEN}])
def test_without_the_token_one_may_not(guarded: Local, first: Path, second: Path, headers: dict[str, str]) -> None:
    response = guarded.post("/api/model", json={"model": str(second)}, headers=HOST | headers)
    check_problem(response, 401, "unauthorized")
    assert response.headers["www-authenticate"] == "Bearer"
    assert guarded.get("/api/model").json()["model"] == id_of(first)


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "digits.example"},
        {"x-forwarded-for": "127.0.0.1"},
        {"origin": "https://evil.example"},
        {"origin": "https://friend.example"},
        {"sec-fetch-site": "cross-site"},
    ],
)
def test_from_elsewhere_one_may_not_even_with_the_token(guarded: Local, second: Path, headers: dict[str, str]) -> None:
    response = guarded.post("/api/model", json={"model": str(second)}, headers=HOST | BEARER | headers)
    check_problem(response, 403, "forbidden")


@pytest.mark.parametrize(
    ("content", "status", "kind"),
    [
        (b"{", 400, "malformed-body"),
        (b"", 400, "malformed-body"),
        (b"{}", 422, "invalid-request"),
        (b'{"back": false}', 422, "invalid-request"),
        (b'{"back": true, "model": "/run"}', 422, "invalid-request"),
        (b'{"model": "run"}', 422, "invalid-request"),
        (b'{"run": "/run"}', 422, "invalid-request"),
        (b'{"model": "/no/such/run"}', 422, "unusable-model"),
        (b'{"model": "/a\\u0000b/run"}', 422, "unusable-model"),
        (b'{"model": "/proc/self/mem"}', 422, "unusable-model"),
        (b'{"back": true}', 422, "unusable-model"),
        (b" " * 10_001, 413, "body-too-large"),
    ],
)
def test_orders_that_make_no_sense(guarded: Local, content: bytes, status: int, kind: str) -> None:
    check_problem(guarded.post("/api/model", content=content, headers=HOST | BEARER), status, kind)


def test_a_token_that_no_header_can_carry(first: Path) -> None:
    with pytest.raises(InputError, match="Expected a token"):
        create_app(first, token="")
    check_refusal(serve("--port", "0", "--workers", TWO, "--token", "two words"), 2, "visible ASCII characters")
