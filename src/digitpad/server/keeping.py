"""The routes for corrections: anybody with the pad may send one, only the owner may look through them."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated

from fastapi import FastAPI, Query, Request, Response
from fastapi import Path as InPath
from fastapi.responses import FileResponse, JSONResponse, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.convertors import StringConvertor, register_url_convertor

from digitpad.corrections import exchange
from digitpad.corrections.correction import ID, MAX_TEXT, MODEL, NOT_A_DIGIT, TEXT, AnswerStatus
from digitpad.corrections.store import Filter
from digitpad.server import schema
from digitpad.server.body import Limits, Receiver
from digitpad.server.keeper import Keeper
from digitpad.server.metrics import Metrics
from digitpad.server.permission import Guard
from digitpad.server.problem import ProblemError

LIMITS = Limits(2_000_000, 8_000_000, "Scale the picture down: 800 px are plenty.")

_ROUTE = "/api/corrections"
_CURSOR = f"^-?[0-9]{{1,17}}[.]{ID}$"

_Id = Annotated[str, InPath(pattern=f"^{ID}$", description="Id of the correction.")]
_Session = Annotated[str, Query(pattern=f"^{ID}$", description="Id of the session.")]


class _IdConvertor(StringConvertor):
    """Lets a path have an id in a place where it may also have another word."""

    regex = ID


class Search(BaseModel):
    """Which corrections are listed."""

    model_config = ConfigDict(extra="forbid")

    truth: schema.Truth | None = None
    answer: str | None = Field(None, pattern=f"^({TEXT})$", max_length=MAX_TEXT, description="What was read.")
    status: AnswerStatus | None = Field(None, description="The status of what was read.")
    session: schema.Id | None = None
    model: str | None = Field(None, pattern=f"^{MODEL}$")
    after: str | None = Field(None, pattern=_CURSOR, description="`next` of the listing before.")
    limit: int = Field(50, ge=1, le=200, description="The most to list; fewer are listed where they are large.")


def add_routes(app: FastAPI, keeper: Keeper, guard: Guard, metrics: Metrics, page: Path) -> None:
    """Add the routes.

    Args:
        app: the app.
        keeper: keeps the corrections.
        guard: says who may do what.
        metrics: counts them.
        page: the page for looking through them.
    """
    register_url_convertor("correction", _IdConvertor())
    _add_sending(app, keeper, guard, metrics)
    _add_looking(app, keeper, guard)
    _add_export(app, keeper, guard)

    @app.head("/corrections", include_in_schema=False)
    @app.get("/corrections", include_in_schema=False)
    async def show_page() -> Response:
        return FileResponse(page)


def _add_sending(app: FastAPI, keeper: Keeper, guard: Guard, metrics: Metrics) -> None:
    receiver = Receiver(LIMITS)

    @app.post(
        _ROUTE,
        summary="Keep a correction",
        status_code=201,
        response_model=schema.Kept,
        responses={
            200: {"model": schema.Kept, "description": "It is kept already."},
            **schema.refusals(400, 403, 408, 413, 415, 422, 503, 507),
        },
        openapi_extra=schema.json_body(schema.Record),
    )
    async def keep_correction(request: Request) -> Response:
        guard.check_writer(request)
        _check_media_type(request)
        async with receiver.receive(request) as received:
            found, is_new = await keeper.add(received, request)
        if is_new:
            metrics.corrections.labels(_kind(found.truth)).inc()
        return JSONResponse({"id": found.id, "new": is_new}, 201 if is_new else 200)

    @app.delete(
        f"{_ROUTE}/{{id:correction}}",
        summary="Delete a correction",
        description="Whoever knows the id may take it back. There is no error if there is none.",
        status_code=204,
        responses=schema.refusals(403, 404, 422, 503),
    )
    async def delete_correction(request: Request, id: _Id) -> None:  # noqa: A002
        guard.check_writer(request)
        await keeper.remove(id)


def _add_looking(app: FastAPI, keeper: Keeper, guard: Guard) -> None:
    @app.get(
        _ROUTE,
        summary="List corrections",
        description="Newest first. Needs the token, or a client on the server's own machine if there is none.",
        response_model=schema.Listing,
        responses=schema.refusals(401, 403, 422, 503),
    )
    async def list_corrections(request: Request, search: Annotated[Search, Query()]) -> Response:
        guard.check_reader(request)
        chosen = Filter(**search.model_dump(exclude={"after", "limit"}))
        return JSONResponse(await keeper.list(chosen, search.after, search.limit))

    @app.delete(
        _ROUTE,
        summary="Delete a session",
        description="Needs the token, or a client on the server's own machine if there is none.",
        responses=schema.refusals(401, 403, 422, 503),
    )
    async def delete_session(request: Request, session: _Session) -> schema.Deleted:
        guard.check_reader(request)
        return schema.Deleted(deleted=await keeper.remove_session(session))


def _add_export(app: FastAPI, keeper: Keeper, guard: Guard) -> None:
    @app.get(
        f"{_ROUTE}/export",
        summary="Download all corrections",
        description="A record a line, oldest first. Needs the token, or a client on the server's own machine.",
        response_class=StreamingResponse,
        responses={
            200: {"description": "JSON Lines.", "content": {exchange.MEDIA_TYPE: {"schema": {"type": "string"}}}},
            **schema.refusals(401, 403, 503),
        },
    )
    async def export(request: Request) -> Response:
        guard.check_reader(request)
        first, after = await keeper.lines(None)  # before the response begins, so that an error can be told

        async def stream(lines: bytes, after: str | None) -> AsyncIterator[bytes]:
            yield lines
            while after is not None:
                lines, after = await keeper.lines(after)
                yield lines

        headers = {"content-disposition": 'attachment; filename="corrections.jsonl"'}
        return StreamingResponse(stream(first, after), media_type=exchange.MEDIA_TYPE, headers=headers)


def _check_media_type(request: Request) -> None:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        detail = f"Expected application/json; got {media_type[:100] or 'no media type'!r}."
        raise ProblemError(415, "unsupported-media-type", detail, accept_post="application/json")


def _kind(truth: str) -> str:
    if truth == NOT_A_DIGIT:
        return truth
    return "digit" if len(truth) == 1 else "number"
