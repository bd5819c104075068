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
HEAD_SECONDS = 10.0
REQUEST_SECONDS = 60.0

_FULL = (
    b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\nconnection: close\r\n"
    b"content-type: text/plain\r\ncontent-length: 21\r\n\r\nToo many connections."
)


class Connection(HttpToolsProtocol):
    """uvicorn's HTTP/1.1 with limits."""

    _timer: TimerHandle | None = None
    _num_bytes = 0
    _in_head = True

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) > MAX_CONNECTIONS:
            transport.write(_FULL)
            transport.close()
        else:
            self._limit(HEAD_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:
        self._limit(None)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._num_bytes += len(data)
        if self._num_bytes > (MAX_HEAD_BYTES + len(data) if self._in_head else MAX_MESSAGE_BYTES):
            self.transport.abort()
        else:
            super().data_received(data)

    def on_message_begin(self) -> None:
        self._num_bytes, self._in_head = 0, True
        self._limit(HEAD_SECONDS)
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._limit(REQUEST_SECONDS)
        super().on_headers_complete()

    def on_response_complete(self) -> None:
        self._limit(None)
        super().on_response_complete()

    def _limit(self, seconds: float | None) -> None:
        """Cut the connection unless the next stage is reached in time."""
        if self._timer:
            self._timer.cancel()
        self._timer = None if seconds is None else self.loop.call_later(seconds, self.transport.abort)
