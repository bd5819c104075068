"""A bounded wait for the threads that read drawings."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from digitpad.server.problem import ProblemError

MAX_WAITING = 64
"""More work than this is refused at once: at 2 ms a drawing, whoever waits behind it waits an eighth of a second."""

Result = TypeVar("Result")


NUM_THREADS = 3
"""Decoding and the model let go of the interpreter, so more than one thread helps, even on two cores: docs/LOG.md."""


class Queue:
    """Work that is done in turn, outside of the event loop."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(NUM_THREADS, "reader")
        self._waiting = 0

    async def run(self, work: Callable[[], Result]) -> Result:
        """Do a piece of work when its turn comes.

        Raises:
            ProblemError: too much work is waiting.
        """
        if self._waiting >= MAX_WAITING:
            detail = f"Expected at most {MAX_WAITING} drawings in the queue; it is full. Try again in a second."
            raise ProblemError(503, "busy", detail, retry_after="1")
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._waiting -= 1
