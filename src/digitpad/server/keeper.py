"""Keeps corrections for the server, in threads of its own, so that a slow or lost database delays nobody's drawing."""

import asyncio
import atexit
import logging
import threading
from collections.abc import Callable
from typing import Any, TypeVar

from starlette.requests import Request

from digitpad.corrections import correction, exchange, store, target
from digitpad.corrections.correction import Correction
from digitpad.corrections.store import Filter, Store
from digitpad.errors import CorrectionError, DigitpadError, NotKeptError, StoreFullError
from digitpad.server.keep import Keep
from digitpad.server.problem import ProblemError
from digitpad.server.queue import Queue

log = logging.getLogger("digitpad.server")

Result = TypeVar("Result")

MAX_WAITING, MAX_SECONDS = 64, 8.0
RETRY_SECONDS = 5


class Keeper:
    """A store that is opened when it is first needed, by each process for itself, and need not be there before.

    Its methods raise ProblemError: 503 if the store is locked, full or away just now, or too many wait for it.

    Attributes:
        where: where corrections are kept, for people.
    """

    def __init__(self, keep: Keep) -> None:
        """Raises KeepingError if the target is none."""
        url = target.parse(keep.target)
        self.where = f"{target.describe(url)} {'on' if target.is_file(url) else 'of'} this server"
        self._keep, self._opening = keep, threading.Lock()
        self._store: Store | None = None
        # those who look through many corrections should not delay those who send one
        self._writing, self._reading = (Queue(1, MAX_WAITING, MAX_SECONDS) for _ in range(2))

    async def add(self, body: bytes, request: Request) -> tuple[Correction, bool]:
        """Keep the correction in the body of a request, and return it and whether it is new.

        A client that has given up may have taken it back meanwhile through another worker, so that it must not come
        after that: it is kept only if the client still waits when nobody else can write.
        """
        gone = threading.Event()

        def check() -> None:
            if gone.is_set():
                raise NotKeptError("Expected the client to wait until its correction is kept; it has disconnected.")

        def work() -> tuple[Correction, bool]:
            found = _parse(body)  # what is none is told even while the store is away
            return found, self._open().add(found, check=check)

        watching = asyncio.create_task(_watch(request, gone))
        try:
            return await self._run(self._writing, work)
        finally:
            watching.cancel()

    async def remove(self, id: str) -> None:  # noqa: A002
        """Delete a correction."""
        await self._run(self._writing, lambda: self._open().remove(id))

    async def remove_session(self, session: str) -> int:
        """Delete a session, and return how many corrections it had."""
        return await self._run(self._writing, lambda: self._open().remove_session(session))

    async def list(self, chosen: Filter, after: str | None, limit: int) -> dict[str, Any]:
        """List corrections, newest first, as in `schema.Listing`."""

        def work() -> dict[str, Any]:
            found = self._open().list(chosen, after=after, limit=limit)
            records = [each.to_json() for each in found.corrections]
            return {"corrections": records, "total": found.total, "next": found.next}

        return await self._run(self._reading, work)

    async def lines(self, after: str | None) -> tuple[bytes, str | None]:
        """Some corrections as JSON Lines, oldest first, and what to pass as `after` for the next ones."""

        def work() -> tuple[bytes, str | None]:
            found = self._open().batch(after=after)
            return b"".join(map(exchange.to_line, found.corrections)), found.next

        return await self._run(self._reading, work)

    async def _run(self, queue: Queue, work: Callable[[], Result]) -> Result:
        try:
            return await queue.run(work)
        except StoreFullError as error:
            raise ProblemError(507, "store-full", str(error)) from None
        except DigitpadError as error:
            # the log names the cause; it may name places that are nobody else's business
            log.warning("%s", error)
            detail = f"Expected to use {self.where}; it cannot be used just now. Try again in {RETRY_SECONDS} seconds."
            raise ProblemError(503, "not-kept", detail, retry_after=str(RETRY_SECONDS)) from None

    def _open(self) -> Store:
        with self._opening:
            if self._store is None:
                keep = self._keep
                self._store = store.open(keep.target, most=keep.most, most_bytes=keep.most_bytes)
                atexit.register(self._store.close)  # so that SQLite leaves one file, and no log beside it
            return self._store


async def _watch(request: Request, gone: threading.Event) -> None:
    """Wait until the client of a request, whose body was received, has disconnected."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
    gone.set()


def _parse(body: bytes) -> Correction:
    try:
        record = correction.parse(body)
    except CorrectionError as error:
        raise ProblemError(400, "malformed-body", str(error)) from None
    try:
        return Correction.from_json(record)
    except CorrectionError as error:
        raise ProblemError(422, "invalid-request", str(error)) from None


def check(keep: Keep) -> None:
    """Open the store once, so that a target that will never do is told at once, and tables are there.

    Raises:
        KeepingError: nothing can be kept there.
        MissingPartError: a package is missing.
    """
    try:
        store.open(keep.target).close()
    except NotKeptError as error:  # it may come up later
        log.warning("%s", error)
