"""Whoever is admitted is answered; whoever is not is told at once."""

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from digitpad import Recognizer
from digitpad.prediction import Prediction
from digitpad.server.problem import ProblemError
from digitpad.server.queue import DRAWING_THREADS, MAX_DRAWINGS, Queue
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
        queue = Queue(DRAWING_THREADS, MAX_DRAWINGS)
        for _ in range(2 * MAX_DRAWINGS):
            with pytest.raises(ZeroDivisionError):
                await queue.run(lambda: 1 / 0)
        assert await queue.run(lambda: "done") == "done"

    run(fail())


def test_a_full_queue_takes_no_work() -> None:
    async def fill() -> None:
        queue, opened = Queue(DRAWING_THREADS, MAX_DRAWINGS), threading.Event()
        tasks = [asyncio.create_task(queue.run(opened.wait)) for _ in range(MAX_DRAWINGS)]
        try:
            await asyncio.sleep(0)  # every task runs up to its wait
            with pytest.raises(ProblemError, match="in the queue; it is full"):
                await asyncio.wait_for(queue.run(pytest.fail), 1)
        finally:
            opened.set()
        assert await asyncio.gather(*tasks) == [True] * MAX_DRAWINGS

    run(fill())
