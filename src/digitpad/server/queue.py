"""A bounded queue for the threads that read drawings."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from digitpad.server.problem import ProblemError

MAX_WAITING = 64
"""Further work is rejected at once. At 2 ms per drawing, a full queue means a wait of an eighth of a second."""

Result = TypeVar("Result")


NUM_THREADS = 3
"""Decoding and the model release the GIL, so several threads help even on two cores; see docs/LOG.md."""


class Queue:
    """Runs work in threads outside the event loop, in order of arrival."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(NUM_THREADS, "reader")
        self._waiting = 0

    async def run(self, work: Callable[[], Result]) -> Result:
        """Run a function in a thread, and return its result.

        Raises:
            ProblemError: the queue is full.
        """
        if self._waiting >= MAX_WAITING:
            detail = f"Expected at most {MAX_WAITING} drawings in the queue; it is full. Try again in a second."
            raise ProblemError(503, "busy", detail, retry_after="1")
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._waiting -= 1
