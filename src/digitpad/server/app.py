"""The routes: the page, the API, and endpoints for operators."""

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

from digitpad import __version__, answer, artifact
from digitpad.errors import ArtifactError
from digitpad.pages import formats
from digitpad.pages.reading import Reading
from digitpad.prediction import Prediction
from digitpad.recognizer import Recognizer
from digitpad.scaling import Scaled, opaque
from digitpad.server import body, headers, memory, problem, schema
from digitpad.server.access import Access
from digitpad.server.body import Bodies, Options, PageOptions
from digitpad.server.headers import SecurityHeaders
from digitpad.server.metrics import Metrics
from digitpad.server.problem import ProblemError
from digitpad.server.queue import DRAWING_THREADS, MAX_DRAWINGS, MAX_PAGES, MAX_SECONDS, PAGE_THREADS, Queue


def create_app(model: Path | None = None, allow_origins: Sequence[str] = ()) -> FastAPI:
    """Create the web app for one model.

    Args:
        model: a `digits.onnx`; None for the model that ships with digitpad. A `report.html` next to it is served too.
        allow_origins: other origins whose pages may use the API; "*" for all.

    Raises:
        ArtifactError: the model file cannot be used.
    """
    memory.bound()
    warnings.filterwarnings("ignore", module=r"PIL\.")  # oddities in clients' images do not belong in the log
    path = model or artifact.shipped()
    recognizer = Recognizer.load(path)
    metrics, queue = Metrics(), Queue(DRAWING_THREADS, MAX_DRAWINGS)
    app = FastAPI(title="digitpad", version=__version__, description=schema.DESCRIPTION, docs_url=None, redoc_url=None)
    problem.install(app, metrics)
    _add_predict(app, recognizer, queue, metrics)
    _add_read(app, recognizer, Queue(PAGE_THREADS, MAX_PAGES, MAX_SECONDS), metrics)
    _add_model(app, recognizer, path.with_name("report.html"))
    _add_operations(app, recognizer, queue, metrics)
    _add_page(app, Path(str(files("digitpad"))) / "web")
    if allow_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=allow_origins,
            allow_methods=["GET", "POST"],
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


def _add_predict(app: FastAPI, recognizer: Recognizer, queue: Queue, metrics: Metrics) -> None:
    bodies = Bodies(body.DRAWING)

    def read(picture: bytes | str, options: Options) -> tuple[Prediction, bytes]:
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
        async with bodies.parse(request, options) as (picture, wanted):
            prediction, found = await queue.run(lambda: read(picture, wanted))
        digit = str(prediction.digit) if prediction.status in ("digit", "unsure") else ""
        metrics.predictions.labels(prediction.status, digit).inc()
        if digit:
            metrics.confidence.observe(prediction.confidence)
        return Response(found, media_type="application/json")


def _add_read(app: FastAPI, recognizer: Recognizer, queue: Queue, metrics: Metrics) -> None:
    bodies = Bodies(body.PAGE)

    def read(picture: bytes | str, options: PageOptions) -> tuple[Reading, bytes]:
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
        async with bodies.parse(request, options) as (picture, wanted):
            reading, found = await queue.run(lambda: read(picture, wanted), request)
        for digit in reading.digits:
            metrics.page_digits.labels(digit.status).inc()
        return Response(found, media_type="application/json")


def _encode(found: dict[str, Any], recognizer: Recognizer, seconds: float) -> bytes:
    """An answer as JSON, with the model that gave it and the time that it took."""
    told = {"model": recognizer.model_id, "time_ms": round(1000 * seconds, 3)}
    return json.dumps(found | told, separators=(",", ":")).encode()


def _add_model(app: FastAPI, recognizer: Recognizer, report: Path) -> None:
    @app.get("/api/model", summary="Show the model card", responses=schema.refusals())
    async def describe_model() -> schema.Model:
        return schema.Model(
            model=recognizer.model_id,
            num_bytes=recognizer.num_bytes,
            card=recognizer.card,
            report="/report" if report.is_file() else None,
        )

    @app.get("/report", include_in_schema=False)
    async def show_report() -> Response:
        if not report.is_file():
            raise ProblemError(404, "not-found", "Expected a report.html next to the model file; there is none.")
        return FileResponse(report, headers={"content-security-policy": headers.REPORT_POLICY})


def _add_operations(app: FastAPI, recognizer: Recognizer, queue: Queue, metrics: Metrics) -> None:
    @app.head("/healthz", include_in_schema=False)
    @app.get("/healthz", summary="Check that the process answers", responses=schema.refusals())
    async def is_alive() -> schema.Health:
        return schema.Health(status="alive")

    @app.head("/readyz", include_in_schema=False)
    @app.get("/readyz", summary="Check the model's answers to its probes", responses=schema.refusals(503))
    async def is_ready() -> schema.Health:
        try:
            await queue.run(recognizer.check)
        except ArtifactError as error:
            raise ProblemError(503, "not-ready", str(error)) from None
        return schema.Health(status="ready")

    @app.get("/metrics", summary="Show metrics for Prometheus", response_class=PlainTextResponse)
    async def expose() -> Response:
        return Response(metrics.exposition(), media_type=CONTENT_TYPE_LATEST)
