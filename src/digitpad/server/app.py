"""The routes: the page, the API, and endpoints for operators."""

import asyncio
import json
import time
import warnings
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any

from fastapi import FastAPI, Query, Request, Response
from fastapi.responses import FileResponse, PlainTextResponse
from fastapi.staticfiles import StaticFiles
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.middleware.cors import CORSMiddleware

from digitpad import __version__, answer
from digitpad.errors import ArtifactError
from digitpad.pages import formats
from digitpad.pages.reading import Reading
from digitpad.prediction import Prediction
from digitpad.recognizer import Recognizer
from digitpad.scaling import Scaled, opaque
from digitpad.server import body, explaining, headers, memory, permission, problem, schema, switching
from digitpad.server.access import Access
from digitpad.server.body import Bodies, Options, PageOptions
from digitpad.server.headers import SecurityHeaders
from digitpad.server.keep import Keep
from digitpad.server.metrics import Metrics
from digitpad.server.permission import Guard
from digitpad.server.problem import ProblemError
from digitpad.server.queue import DRAWING_THREADS, MAX_DRAWINGS, MAX_PAGES, MAX_SECONDS, PAGE_THREADS, Queue
from digitpad.server.served import Served
from digitpad.server.switching import Order


def create_app(
    model: Path | None = None,
    allow_origins: Sequence[str] = (),
    *,
    token: str | None = None,
    keep: Keep | None = None,
    shared: Path | None = None,
) -> FastAPI:
    """Create the web app. Its `state.served` holds the model that it answers with.

    Args:
        model: a `digits.onnx` or a run's folder; None for the model that ships with digitpad. A `report.html` next to
            the model is served too.
        allow_origins: other origins whose pages may use the API; "*" for all.
        token: what clients must know to change the model and to look through corrections. None so that none can change
            the model, and only those on this machine can look through corrections.
        keep: where corrections are kept; None so that they are not.
        shared: a folder through which the apps of several processes agree on a model; see `Served`.

    Raises:
        ArtifactError: the model cannot be used.
        InputError: the token cannot be sent in a header.
        KeepingError: corrections can never be kept there.
    """
    permission.check_token(token)
    memory.bound()
    warnings.filterwarnings("ignore", module=r"PIL\.")  # oddities in clients' images do not belong in the log
    served = Served(model, shared)
    metrics, queue = Metrics(), Queue(DRAWING_THREADS, MAX_DRAWINGS)
    app = FastAPI(title="digitpad", version=__version__, description=schema.DESCRIPTION, docs_url=None, redoc_url=None)
    app.state.served = served
    problem.install(app, metrics)
    _add_predict(app, served, queue, metrics)
    _add_read(app, served, Queue(PAGE_THREADS, MAX_PAGES, MAX_SECONDS), metrics)
    explaining.add_routes(app, served, queue)
    _add_operations(app, served, queue, metrics)
    web = Path(str(files("digitpad"))) / "web"
    _add_page(app, web)
    guard = Guard(allow_origins, token)
    keeps = _add_keeping(app, keep, guard, metrics, web) if keep else None
    _add_model(app, served, guard, token, keeps)
    _add_report(app, served, guard)
    if allow_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=allow_origins,
            allow_methods=["GET", "POST", "DELETE"] if keep else ["GET", "POST"],
            allow_headers=["content-type"],
        )
    app.add_middleware(Access, metrics=metrics)
    app.add_middleware(SecurityHeaders)
    return app


def _add_page(app: FastAPI, folder: Path) -> None:
    @app.head("/", include_in_schema=False)
    @app.get("/", include_in_schema=False)
    async def show_page() -> Response:
        return FileResponse(folder / "index.html")

    app.mount("/web", StaticFiles(directory=folder))


def _add_predict(app: FastAPI, served: Served, queue: Queue, metrics: Metrics) -> None:
    bodies = Bodies(body.DRAWING)

    def read(recognizer: Recognizer, picture: bytes | str, options: Options) -> tuple[Prediction, bytes]:
        started = time.perf_counter()
        prediction = recognizer.predict(body.decode(body.DRAWING, picture).pixels, keep_distance=options.ink)
        seconds = time.perf_counter() - started
        metrics.prediction_seconds.observe(seconds)
        return prediction, _encode(answer.to_dict(prediction, options.top_k), recognizer, seconds)

    @app.post(
        "/api/predict",
        summary="Read a drawing",
        responses=schema.answers(schema.Answer),
        openapi_extra=schema.body(body.DRAWING),
    )
    async def predict(request: Request, options: Annotated[Options, Query()]) -> Response:
        recognizer = (await served.current()).recognizer
        async with bodies.parse(request, options) as (picture, wanted):
            prediction, found = await queue.run(lambda: read(recognizer, picture, wanted))
        digit = str(prediction.digit) if prediction.status in ("digit", "unsure") else ""
        metrics.predictions.labels(prediction.status, digit).inc()
        if digit:
            metrics.confidence.observe(prediction.confidence)
        return Response(found, media_type="application/json")


def _add_read(app: FastAPI, served: Served, queue: Queue, metrics: Metrics) -> None:
    bodies = Bodies(body.PAGE)

    def read(recognizer: Recognizer, picture: bytes | str, options: PageOptions) -> tuple[Reading, bytes]:
        started = time.perf_counter()
        page = body.decode(body.PAGE, picture)
        reading = recognizer.read(Scaled(opaque(page.pixels), page.factor), keep_ink=options.ink)
        seconds = time.perf_counter() - started
        metrics.page_seconds.observe(seconds)
        found = formats.to_dict(reading, options.top_k, with_predictions=options.predictions)
        return reading, _encode(found, recognizer, seconds)

    @app.post(
        "/api/read",
        summary="Read all digits on a page",
        responses=schema.answers(schema.Page),
        openapi_extra=schema.body(body.PAGE),
    )
    async def read_page(request: Request, options: Annotated[PageOptions, Query()]) -> Response:
        recognizer = (await served.current()).recognizer
        async with bodies.parse(request, options) as (picture, wanted):
            reading, found = await queue.run(lambda: read(recognizer, picture, wanted), request)
        for digit in reading.digits:
            metrics.page_digits.labels(digit.status).inc()
        return Response(found, media_type="application/json")


def _encode(found: dict[str, Any], recognizer: Recognizer, seconds: float) -> bytes:
    """An answer as JSON, with the model that gave it and the time that it took."""
    told = {"model": recognizer.model_id, "time_ms": round(1000 * seconds, 3)}
    return json.dumps(found | told, separators=(",", ":")).encode()


def _add_keeping(app: FastAPI, keep: Keep, guard: Guard, metrics: Metrics, web: Path) -> str:
    """Add the routes for corrections, and return where they are kept, for people."""
    from digitpad.server import keeping
    from digitpad.server.keeper import Keeper

    keeper = Keeper(keep)
    keeping.add_routes(app, keeper, guard, metrics, web / "corrections.html")
    return keeper.where


def _add_model(app: FastAPI, served: Served, guard: Guard, token: str | None, keeps: str | None) -> None:
    @app.get("/api/model", summary="Show the model card", responses=schema.refusals())
    async def describe_model(request: Request) -> schema.Model:
        now = await served.current()
        return schema.Model(
            model=now.model_id,
            num_bytes=now.recognizer.num_bytes,
            card=now.recognizer.card,
            report="/report"
            if now.report.is_file() and (not now.shows_corrections or guard.may_read(request))
            else None,
            explains=await asyncio.to_thread(lambda: now.explainer is not None),
            keeps=keeps,
        )

    @app.post(
        "/api/model",
        summary="Change the model",
        description="Only for clients on the server's machine that send the header `Authorization: Bearer TOKEN`.",
        responses=schema.refusals(400, 401, 403, 408, 413, 422),
        openapi_extra=schema.json_body(Order),
    )
    async def change_model(request: Request) -> schema.Model:
        await switching.carry_out(request, served, token)
        return await describe_model(request)


def _add_report(app: FastAPI, served: Served, guard: Guard) -> None:
    @app.get("/report", include_in_schema=False)
    async def show_report(request: Request) -> Response:
        now = await served.current()
        if now.shows_corrections:
            guard.check_reader(request)
        if not now.report.is_file():
            raise ProblemError(404, "not-found", "Expected a report.html next to the model file; there is none.")
        return FileResponse(now.report, headers={"content-security-policy": headers.REPORT_POLICY})


def _add_operations(app: FastAPI, served: Served, queue: Queue, metrics: Metrics) -> None:
    @app.head("/healthz", include_in_schema=False)
    @app.get("/healthz", summary="Check that the process answers", responses=schema.refusals())
    async def is_alive() -> schema.Health:
        return schema.Health(status="alive")

    @app.head("/readyz", include_in_schema=False)
    @app.get("/readyz", summary="Check the model's answers to its probes", responses=schema.refusals(503))
    async def is_ready() -> schema.Health:
        recognizer = (await served.current()).recognizer
        try:
            await queue.run(recognizer.check)
        except ArtifactError as error:
            raise ProblemError(503, "not-ready", str(error)) from None
        return schema.Health(status="ready")

    @app.get("/metrics", summary="Show metrics for Prometheus", response_class=PlainTextResponse)
    async def expose() -> Response:
        return Response(metrics.exposition(), media_type=CONTENT_TYPE_LATEST)
