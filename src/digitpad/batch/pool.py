"""A pool of processes on this machine. A part whose process is killed gets another."""

import multiprocessing
import signal
from collections import Counter
from collections.abc import Generator, Iterable
from contextlib import suppress
from itertools import islice
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from typing import Any

from digitpad.batch.answers import MOST_TRIES, Reader, Task
from digitpad.batch.sources.part import Part
from digitpad.errors import DigitpadError


def run(parts: Iterable[Part], task: Task, num_workers: int) -> Generator[tuple[int, Any]]:
    """Read parts.

    Args:
        parts: what is to be read; one is taken whenever a process is free.
        task: what is to be done with each.
        num_workers: number of processes.

    Yields:
        The number of each part and its answers, an Arrow table, as they are finished.

    Raises:
        DataError: this machine cannot see the source.
        DigitpadError: a part cannot be read.
    """
    waiting, tries = iter(parts), Counter[int]()
    busy: dict[Any, _Worker] = {}

    def start(part: Part) -> None:
        worker = _Worker(task, part)
        busy[worker.connection] = worker

    try:
        for part in islice(waiting, num_workers):
            start(part)
        while busy:
            for connection in wait(list(busy)):
                worker = busy[connection]
                part, answer = worker.part, worker.answer()
                if isinstance(answer, DigitpadError):
                    raise answer
                if answer is None:
                    tries[part.number] += 1
                    _check(tries[part.number], part, busy.pop(connection).end())
                    start(part)
                    continue
                following = next(waiting, None)
                if following:
                    worker.begin(following)
                else:
                    busy.pop(connection).end()
                yield part.number, answer
    finally:
        for worker in busy.values():
            worker.end()


def _check(num_tries: int, part: Part, code: int | None) -> None:
    if num_tries == MOST_TRIES:
        how = f"signal {-code}" if code and code < 0 else f"exit code {code}"
        raise DigitpadError(
            f"Expected to read part {part.number:,}; the process that read it ended {num_tries} times, with {how} in "
            "the end. If memory is short, use fewer --workers."
        )


class _Worker:
    """A process that reads one part after another.

    Attributes:
        connection: from which its answers come. It is at its end when the process is.
        part: what it reads now.
    """

    def __init__(self, task: Task, part: Part) -> None:
        context = multiprocessing.get_context("spawn")  # a fork would copy the locks of other threads
        self.connection, theirs = context.Pipe()
        self._process = context.Process(target=_work, args=(theirs, task), daemon=True)
        # Ctrl-C is for this process, which ends the others. They inherit the mask.
        resource_tracker.ensure_running()  # starting that would lift the mask
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            self._process.start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
            theirs.close()
        self.begin(part)

    def begin(self, part: Part) -> None:
        """Hand over a part."""
        self.part = part
        with suppress(OSError):  # it was killed: then there is no answer
            self.connection.send(part)

    def answer(self) -> Any:
        """The answers to the part, or an error; None if the process was killed."""
        with suppress(EOFError, OSError):
            return self.connection.recv()
        return None

    def end(self) -> int | None:
        """End the process at once; its exit code."""
        self._process.kill()
        self._process.join()
        self.connection.close()
        return self._process.exitcode


def _work(connection: Connection, task: Task) -> None:
    """Read parts until the other process ends or wants no more."""
    reader = Reader(task)
    with suppress(EOFError, OSError):
        while True:
            connection.send(reader.read(connection.recv()))
