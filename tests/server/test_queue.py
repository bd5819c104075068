"""Whoever is admitted is answered in time or told; whoever is not is told at once."""

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from starlette.requests import Request
from starlette.types import Message

from digitpad import Recognizer
from digitpad.prediction import Prediction
from digitpad.server import app, create_app
from digitpad.server.problem import ProblemError
from digitpad.server.queue import DRAWING_THREADS, MAX_DRAWINGS, MAX_SECONDS, Queue
from tests.server.conftest import PATIENCE_SECONDS, PNG, PREDICT, SEVEN, Local, check_answer, check_problem, run


class Gate:
    """Holds up the model until it opens."""

    def __init__(self) -> None:
        self.opened = threading.Event()
        self.most_at_once = 0
        self._at_once = 0
        self._lock = threading.Lock()

    def pass_through(self) -> None:
        with self._lock:
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
        assert self.opened.wait(PATIENCE_SECONDS)
        with self._lock:
            self._at_once -= 1


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    gate, predict = Gate(), Recognizer.predict

    def predict_slowly(*arguments: Any, **options: Any) -> Prediction:
        gate.pass_through()
        return predict(*arguments, **options)

    monkeypatch.setattr(Recognizer, "predict", predict_slowly)
    yield gate
    gate.opened.set()  # threads that still wait would keep the tests from ending


@pytest.fixture
def local(monkeypatch: pytest.MonkeyPatch) -> Local:
    """An app where nobody waits too long, however busy this machine is."""
    monkeypatch.setattr(app, "MAX_SECONDS", PATIENCE_SECONDS)
    return Local(create_app())


def start(local: Local, count: int) -> list["asyncio.Task[httpx.Response]"]:
    return [asyncio.create_task(local.send("POST", PREDICT, content=SEVEN, headers=PNG)) for _ in range(count)]


def test_more_than_may_wait_are_refused_at_once_and_the_others_answered(local: Local, gate: Gate) -> None:
    too_many = 9

    async def crowd() -> None:
        done: set[asyncio.Task[httpx.Response]] = set()
        waiting = set(start(local, MAX_DRAWINGS + too_many))
        while len(done) < too_many:  # while the model stands still
            now_done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            done |= now_done
        for task in done:
            check_problem(task.result(), 503, "busy")
            assert task.result().headers["retry-after"] == "1"
        assert len(waiting) == MAX_DRAWINGS
        gate.opened.set()
        for response in await asyncio.gather(*waiting):
            assert check_answer(response)["digit"] == 7
        assert check_answer(await local.send("POST", PREDICT, content=SEVEN, headers=PNG))["digit"] == 7

    run(crowd())
    assert 1 <= gate.most_at_once <= DRAWING_THREADS


def test_what_needs_no_model_is_answered_while_the_model_works(local: Local, gate: Gate) -> None:
    async def crowd() -> None:
        waiting = start(local, MAX_DRAWINGS)
        for path in ("/healthz", "/", "/api/model", "/metrics"):
            assert (await local.send("GET", path)).status_code == 200
        check_problem(await local.send("POST", PREDICT, content=b"{"), 415, "unsupported-media-type")
        assert not any(task.done() for task in waiting)
        gate.opened.set()
        assert {response.status_code for response in await asyncio.gather(*waiting)} == {200}

    run(crowd())


def test_work_that_fails_makes_room_for_other_work() -> None:
    async def fail() -> None:
        queue = Queue(DRAWING_THREADS, MAX_DRAWINGS, MAX_SECONDS)
        for _ in range(2 * MAX_DRAWINGS):
            with pytest.raises(ZeroDivisionError):
                await queue.run(lambda: 1 / 0)
        assert await queue.run(lambda: "done") == "done"

    run(fail())


def test_a_full_queue_takes_no_work() -> None:
    async def fill() -> None:
        queue, opened = Queue(DRAWING_THREADS, MAX_DRAWINGS, MAX_SECONDS), threading.Event()
        tasks = [asyncio.create_task(queue.run(opened.wait)) for _ in range(MAX_DRAWINGS)]
        try:
            await asyncio.sleep(0)  # every task runs up to its wait
            with pytest.raises(ProblemError, match="in the queue; it is full"):
                await asyncio.wait_for(queue.run(pytest.fail), 1)
        finally:
            opened.set()
        assert await asyncio.gather(*tasks) == [True] * MAX_DRAWINGS

    run(fill())


def test_work_whose_turn_does_not_come_in_time_is_never_begun() -> None:
    async def overtax() -> None:
        queue, opened = Queue(1, 2, max_seconds=0), threading.Event()
        first = asyncio.create_task(queue.run(opened.wait))  # whoever finds a free thread does not wait for it
        try:
            await asyncio.sleep(0)
            with pytest.raises(ProblemError, match="a turn within 0 seconds") as refused:
                await asyncio.wait_for(queue.run(pytest.fail), PATIENCE_SECONDS)
            assert (refused.value.status, refused.value.headers) == (503, {"retry-after": "5"})
        finally:
            opened.set()
        assert await first
        assert await queue.run(lambda: "done") == "done"

    run(overtax())


@pytest.mark.parametrize("is_gone", [True, False])
def test_work_whose_client_has_disconnected_is_never_begun(is_gone: bool) -> None:
    async def receive() -> Message:
        if not is_gone:
            await asyncio.Event().wait()  # nothing more comes from a client that waits for its answer
        return {"type": "http.disconnect"}

    async def ask() -> str:
        queue = Queue(1, 1, MAX_SECONDS)
        return await queue.run(lambda: "done", Request({"type": "http"}, receive))

    if is_gone:
        with pytest.raises(ProblemError, match="it has disconnected"):
            run(ask())
    else:
        assert run(ask()) == "done"
