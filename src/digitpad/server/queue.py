"""Bounded queues for the threads that read drawings and pages."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from starlette.requests import Request

from digitpad.server.problem import ProblemError

Result = TypeVar("Result")

MAX_DRAWINGS, MAX_PAGES = 64, 8
"""Further work is rejected at once. At 2 ms a drawing and 0.3 s a page, full queues mean waits of 0.13 and 2.4 s."""

MAX_SECONDS = 8.0
"""A page whose turn has not come by then is rejected too: the pad in a browser gives up 10 seconds after it began to
send."""

DRAWING_THREADS, PAGE_THREADS = 3, 1
"""Decoding and the model release the GIL, so several threads help even on two cores (docs/LOG.md); but a page takes up
to 200 MB, and drawings should not wait for pages."""


class Queue:
    """Runs work in threads outside the event loop, in order of arrival, if somebody still waits for it."""

    def __init__(self, num_threads: int, max_waiting: int, max_seconds: float | None = None) -> None:
        self._threads, self._turns = ThreadPoolExecutor(num_threads, "reader"), asyncio.Semaphore(num_threads)
        self._waiting, self._max_waiting, self._max_seconds = 0, max_waiting, max_seconds

    async def run(self, work: Callable[[], Result], request: Request | None = None) -> Result:
        """Run a function in a thread, and return its result.

        Args:
            work: the function.
            request: whose work it is, its body received; None for work that is done even if nobody waits for it.

        Raises:
            ProblemError: the queue is full, the turn did not come in time, or the client had disconnected when it came.
        """
        if self._waiting >= self._max_waiting:
            detail = f"Expected at most {self._max_waiting} requests in the queue; it is full. Try again in a second."
            raise ProblemError(503, "busy", detail, retry_after="1")
        self._waiting += 1
        try:
            # a full queue of drawings is soon done, and they are read a twentieth slower where each waits for its turn
            async with contextlib.nullcontext() if self._max_seconds is None else self._turn():
                if request and await request.is_disconnected():
                    raise ProblemError(503, "busy", "Expected the client to wait for its turn; it has disconnected.")
                return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._waiting -= 1

    @contextlib.asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        """Wait for a thread, and keep it until the context exits."""
        try:
            async with asyncio.timeout(self._max_seconds):
                await self._turns.acquire()
        except TimeoutError:
            detail = (
                f"Expected a turn within {self._max_seconds:g} seconds; the requests before it took longer. "
                "Try again in 5 seconds."
            )
            raise ProblemError(503, "busy", detail, retry_after="5") from None
        try:
            yield
        finally:
            self._turns.release()
