"""HTTP connections that cannot be held for ever, and heads that cannot grow for ever.

uvicorn bounds neither, and leaves bodies to the app. Here a request has some seconds to send its head and some more to
be answered, and a process has so many connections.
"""

import asyncio
from asyncio import TimerHandle

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MAX_CONNECTIONS = 512
MAX_HEAD_BYTES = 32_000
MAX_MESSAGE_BYTES = 8_000_000
"""Far more than a body may have, for those who wrap every byte in a chunk of its own."""
MAX_PIPELINED = 64
HEAD_SECONDS = 10.0
REQUEST_SECONDS = 60.0

_BODY_HEADERS = (b"content-length", b"transfer-encoding")
_FULL = (
    b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\nconnection: close\r\n"
    b"content-type: text/plain\r\ncontent-length: 21\r\n\r\nToo many connections."
)


class Connection(HttpToolsProtocol):
    """uvicorn's HTTP/1.1 with limits.

    Two timers run: one until the next request has arrived as a whole, one until the requests that have are answered.
    Whoever is late is cut.
    """

    _arrival: TimerHandle | None = None
    _answer: TimerHandle | None = None
    _num_bytes = 0
    _in_head = True

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) > MAX_CONNECTIONS:
            transport.write(_FULL)
            transport.close()
        self._expect_arrival(HEAD_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:
        self._expect_arrival(None)
        self._expect_answer(None)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._num_bytes += len(data)
        # A head that is still open is in the parser, where nothing bounds it; the bytes behind it may be in this chunk.
        if self._num_bytes > (MAX_HEAD_BYTES + len(data) if self._in_head else MAX_MESSAGE_BYTES):
            self.transport.abort()
        else:
            super().data_received(data)

    def on_message_begin(self) -> None:
        self._num_bytes, self._in_head = 0, True
        self._expect_arrival(HEAD_SECONDS)
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._check_head()
        self._expect_arrival(REQUEST_SECONDS)
        self._expect_answer(REQUEST_SECONDS)
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._expect_arrival(None)
        super().on_message_complete()

    def on_response_complete(self) -> None:
        is_idle = self.cycle.response_complete
        self._expect_answer(None if is_idle else REQUEST_SECONDS)
        if is_idle and self._arrival is None:
            self._expect_arrival(HEAD_SECONDS)  # also for what is still to be read by the client
        super().on_response_complete()

    def _check_head(self) -> None:
        """Refuse with 400 what uvicorn would take."""
        if sum(len(name) + len(value) for name, value in self.headers) + len(self.url) > MAX_HEAD_BYTES:
            raise ValueError("The head is too large.")
        if len(self.pipeline) >= MAX_PIPELINED:
            raise ValueError("Too many requests at once.")
        if self.parser.should_upgrade() and any(name in _BODY_HEADERS for name, _ in self.headers):
            raise ValueError("A request for another protocol has a body, which would be lost.")

    def _expect_arrival(self, seconds: float | None) -> None:
        self._arrival = self._renew(self._arrival, seconds)

    def _expect_answer(self, seconds: float | None) -> None:
        self._answer = self._renew(self._answer, seconds)

    def _renew(self, timer: TimerHandle | None, seconds: float | None) -> TimerHandle | None:
        if timer:
            timer.cancel()
        return None if seconds is None else self.loop.call_later(seconds, self.transport.abort)
