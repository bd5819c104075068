"""Errors as RFC 9457 problem documents."""

from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.routing import Match, Route

from digitpad.server.metrics import Metrics

MEDIA_TYPE = "application/problem+json"

TITLES = {
    "malformed-body": "The body cannot be parsed",
    "unauthorized": "A token is needed",
    "forbidden": "Not allowed from here",
    "not-found": "Not found",
    "method-not-allowed": "Method not allowed",
    "body-too-slow": "The body took too long to arrive",
    "body-too-large": "The body is too large",
    "unsupported-media-type": "The media type is not supported",
    "invalid-request": "The request has an invalid value",
    "unreadable-drawing": "The drawing cannot be read",
    "unusable-model": "The model cannot be used",
    "internal-error": "Internal server error",
    "busy": "The server is busy",
    "not-kept": "The correction cannot be kept now",
    "not-ready": "The model gives wrong answers to its probes",
    "store-full": "No more corrections can be kept",
}
"""The titles of problems by kind; `type` is `urn:digitpad:problem:` followed by the kind."""

_KINDS_BY_STATUS = {404: "not-found", 405: "method-not-allowed"}


class ProblemDocument(BaseModel):
    """The body of an error response."""

    type: str = Field(description="`urn:digitpad:problem:` followed by the kind of problem.")
    title: str = Field(description="The kind of problem in words.")
    status: int = Field(description="The HTTP status.")
    detail: str = Field(description="What was expected, what was received, and what to do.")


class ProblemError(Exception):
    """An error that is answered with a problem document.

    Args:
        status: the HTTP status.
        kind: a key of `TITLES`.
        detail: what was expected, what was received, and what to do.
        headers: additional headers of the response.
    """

    def __init__(self, status: int, kind: str, detail: str, **headers: str) -> None:
        super().__init__(detail)
        self.status = status
        self.kind = kind
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}

    def response(self) -> JSONResponse:
        """The response with the problem document."""
        document = ProblemDocument(
            type=f"urn:digitpad:problem:{self.kind}", title=TITLES[self.kind], status=self.status, detail=str(self)
        )
        return JSONResponse(document.model_dump(), self.status, self.headers, MEDIA_TYPE)


def from_errors(errors: Sequence[Any]) -> ProblemError:
    """Describe pydantic's validation errors without the values, which may be pictures."""
    found = [f"{'.'.join(map(str, error['loc']))[:80] or 'the body'}: {error['msg'][:200]}" for error in errors[:5]]
    return ProblemError(422, "invalid-request", f"Expected valid values; {'; '.join(found)}. See /openapi.json.")


def install(app: FastAPI, metrics: Metrics) -> None:
    """Answer every error of an app with a problem document, and count it."""

    def refuse(problem: ProblemError) -> Response:
        metrics.refusals.labels(problem.kind).inc()
        return problem.response()

    @app.exception_handler(ProblemError)
    async def on_problem(_: Request, problem: ProblemError) -> Response:
        return refuse(problem)

    @app.exception_handler(RequestValidationError)
    async def on_wrong_value(_: Request, error: RequestValidationError) -> Response:
        return refuse(from_errors(error.errors()))

    @app.exception_handler(HTTPException)
    async def on_http_exception(request: Request, error: HTTPException) -> Response:
        kind = _KINDS_BY_STATUS.get(error.status_code, "malformed-body")
        problem = ProblemError(
            error.status_code,
            kind,
            f"Expected a request as in /openapi.json; got {request.method} {request.url.path[:80]}: {error.detail}.",
        )
        problem.headers.update(error.headers or {})
        if error.status_code == 405 and (methods := _methods(app, request)):
            problem.headers["Allow"] = ", ".join(sorted(methods))
        return refuse(problem)


def _methods(app: FastAPI, request: Request) -> set[str]:
    """The methods that a path takes; Starlette names only those of the first route that has the path."""
    routes = [
        route for route in app.routes if isinstance(route, Route) and route.matches(request.scope)[0] is not Match.NONE
    ]
    return set().union(*(route.methods or () for route in routes))
