"""Bounded queues for the threads that read drawings and pages."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from digitpad.server.problem import ProblemError

Result = TypeVar("Result")

MAX_DRAWINGS, MAX_PAGES = 64, 8
"""Further work is rejected at once. At 2 ms a drawing and 0.3 s a page, full queues mean waits of 0.13 and 2.4 s."""

DRAWING_THREADS, PAGE_THREADS = 3, 1
"""Decoding and the model release the GIL, so several threads help even on two cores (docs/LOG.md); but a page takes up
to 200 MB, and drawings should not wait for pages."""


class Queue:
    """Runs work in threads outside the event loop, in order of arrival."""

    def __init__(self, num_threads: int, max_waiting: int) -> None:
        self._threads = ThreadPoolExecutor(num_threads, "reader")
        self._waiting, self._max_waiting = 0, max_waiting

    async def run(self, work: Callable[[], Result]) -> Result:
        """Run a function in a thread, and return its result.

        Raises:
            ProblemError: the queue is full.
        """
        if self._waiting >= self._max_waiting:
            detail = f"Expected at most {self._max_waiting} pictures in the queue; it is full. Try again in a second."
            raise ProblemError(503, "busy", detail, retry_after="1")
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._waiting -= 1
