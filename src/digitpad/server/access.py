"""Logs and counts every request, and answers crashes with a problem document."""

import logging
import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from digitpad.server.metrics import Metrics
from digitpad.server.problem import ProblemError

log = logging.getLogger("digitpad.server")

_METHODS = {"GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"}
_MAX_PATH = 200


class Access:
    """Wraps the app. Its log shows the client, method, path, status and duration of requests, but never the drawing."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, status = time.perf_counter(), 0

        async def send_and_note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, send_and_note)
        except Exception:
            log.exception("crash in %s", _line(scope))
            if status:
                raise  # too late for another response: the connection is closed
            self._metrics.refusals.labels("internal-error").inc()
            detail = "Expected to answer the request; an error occurred in the server. See its log for details."
            await ProblemError(500, "internal-error", detail).response()(scope, receive, send_and_note)
        finally:
            self._note(scope, status, time.perf_counter() - started)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", None) or "other"
        method = scope["method"] if scope["method"] in _METHODS else "other"
        self._metrics.requests.labels(route, method, status).inc()
        self._metrics.seconds.labels(route).observe(seconds)
        log.info("%s %d %.1f ms", _line(scope), status, 1000 * seconds)


def _line(scope: Scope) -> str:
    """Client, method and path; the path stays percent-encoded, so this is always a single line."""
    client = scope["client"][0] if scope.get("client") else "-"
    path = scope.get("raw_path", b"").decode("ascii", "backslashreplace")
    return f"{client} {scope['method']} {path[:_MAX_PATH]}"
