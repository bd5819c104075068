"""The routes that tell what happens inside the model."""

import json
from collections.abc import Callable
from typing import Annotated, TypeVar

import numpy as np
from fastapi import FastAPI, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from digitpad.errors import InputError
from digitpad.explanation import formats
from digitpad.explanation.explainer import Explainer
from digitpad.server import body, schema
from digitpad.server.body import Limits, Receiver
from digitpad.server.problem import ProblemError
from digitpad.server.queue import Queue
from digitpad.server.served import Loaded, Served

LIMITS = Limits(2_000_000, 8_000_000, "Scale the image down: 140 px is plenty.")

Answer = TypeVar("Answer")
_Row = Annotated[list[Annotated[int, Field(ge=0, le=255)]], Field(min_length=28, max_length=28)]


class Question(BaseModel):
    """What is to be explained."""

    model_config = ConfigDict(extra="forbid")

    seen: list[_Row] | None = Field(
        None, min_length=28, max_length=28, description="`seen` of an answer; without it, the image is read first."
    )
    image: str | None = Field(
        None,
        description="A PNG, JPEG or WebP data URL; needed without `seen`, and to switch off steps of the contract.",
    )
    without: list[Annotated[str, Field(max_length=40)]] = Field(
        [],
        max_length=2_000,
        description="What to switch off: steps of the contract, such as `centre`; layers, such as `convolution 2`; or "
        "single maps, such as `convolution 2/17`.",
    )


def add_routes(app: FastAPI, served: Served, queue: Queue) -> None:
    """Add the routes.

    Args:
        app: the app.
        served: the model that is explained.
        queue: runs the graphs.
    """
    receiver = Receiver(LIMITS)

    @app.post(
        "/api/explain",
        summary="Tell what happens inside the model",
        responses={
            200: {"model": schema.Explained, "description": "What happened."},
            **schema.refusals(400, 404, 408, 413, 422, 503),
        },
        openapi_extra=schema.json_body(Question),
    )
    async def explain(request: Request) -> Response:
        now = await served.current()
        async with receiver.receive(request) as received:
            question = body.validate_json(Question, received)
            found = await queue.run(lambda: _explain(now, question))
        return Response(found, media_type="application/json")

    @app.get("/api/weights", summary="Show the weights of a layer", responses=schema.refusals(404, 422, 503))
    async def show_weights(
        layer: Annotated[str, Query(max_length=40, description="The name of a layer with weights.")],
    ) -> schema.Weights:
        now = await served.current()
        return await queue.run(lambda: _weights(now, layer))


def _explain(now: Loaded, question: Question) -> bytes:
    pixels = body.decode(body.DRAWING, question.image).pixels if question.image else None
    if question.seen:
        seen, prediction = np.array(question.seen, np.uint8), None
    elif pixels is not None:
        prediction = now.recognizer.predict(pixels)
        seen = prediction.seen
    else:
        raise ProblemError(422, "invalid-request", "Expected `seen` or `image`; got neither.")
    explainer = _explainer(now)
    explanation = _ask(lambda: explainer.explain(seen, prediction=prediction, pixels=pixels, without=question.without))
    found = formats.to_dict(explanation, explainer.steps) | {"model": now.model_id}
    return json.dumps(found, separators=(",", ":")).encode()


def _weights(now: Loaded, layer: str) -> schema.Weights:
    explainer = _explainer(now)
    kernel, bias = _ask(lambda: explainer.weights(layer))
    return schema.Weights.model_validate(formats.weights_to_dict(kernel, bias, now.model_id))


def _explainer(now: Loaded) -> Explainer:
    if now.explainer is None:  # the reason names paths on this machine
        detail = (
            "Expected a layers.onnx beside the model, which belongs to it; there is none. The server's log says more."
        )
        raise ProblemError(404, "not-found", detail)
    return now.explainer


def _ask(question: Callable[[], Answer]) -> Answer:
    """The answer to a question, which may be a wrong one."""
    try:
        return question()
    except InputError as error:
        raise ProblemError(422, "invalid-request", str(error)) from None
