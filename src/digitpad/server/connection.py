"""HTTP connections with limits on their number, their duration and the size of request headers.

uvicorn limits neither duration nor header size, and leaves bodies to the app. Here a request has a few seconds to send
its headers and a minute to be answered, and a process accepts a limited number of connections.
"""

import asyncio
from asyncio import TimerHandle

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MAX_CONNECTIONS = 512
MAX_HEAD_BYTES = 32_000
MAX_MESSAGE_BYTES = 8_000_000
"""Far above the limit on bodies, to allow for clients that send every byte in a separate chunk."""
MAX_PIPELINED = 64
HEAD_SECONDS = 10.0
REQUEST_SECONDS = 60.0

_BODY_HEADERS = (b"content-length", b"transfer-encoding")
_FULL = (
    b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\nconnection: close\r\n"
    b"content-type: text/plain\r\ncontent-length: 21\r\n\r\nToo many connections."
)


class Connection(HttpToolsProtocol):
    """uvicorn's HTTP/1.1 protocol with limits.

    One timer runs until the next request has arrived completely, another until all complete requests are answered.
    When either expires, the connection is closed.
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
        # The parser does not limit unfinished headers. This chunk may go beyond them, so it does not count yet.
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
            self._expect_arrival(HEAD_SECONDS)  # also limits how long the client takes to read the response
        super().on_response_complete()

    def _check_head(self) -> None:
        """Reject what uvicorn would accept; a ValueError here becomes a 400."""
        if sum(len(name) + len(value) for name, value in self.headers) + len(self.url) > MAX_HEAD_BYTES:
            raise ValueError("The request headers are too large.")
        if len(self.pipeline) >= MAX_PIPELINED:
            raise ValueError("Too many pipelined requests.")
        if self.parser.should_upgrade() and any(name in _BODY_HEADERS for name, _ in self.headers):
            raise ValueError("An upgrade request has a body, which would be lost.")

    def _expect_arrival(self, seconds: float | None) -> None:
        self._arrival = self._renew(self._arrival, seconds)

    def _expect_answer(self, seconds: float | None) -> None:
        self._answer = self._renew(self._answer, seconds)

    def _renew(self, timer: TimerHandle | None, seconds: float | None) -> TimerHandle | None:
        if timer:
            timer.cancel()
        return None if seconds is None else self.loop.call_later(seconds, self.transport.abort)
