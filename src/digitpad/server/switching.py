"""Orders to a running server to change its model."""

import asyncio
from pathlib import Path
from typing import Literal

from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field

from digitpad.errors import ArtifactError
from digitpad.server import permission
from digitpad.server.body import Limits, Receiver, validate_json
from digitpad.server.problem import ProblemError
from digitpad.server.served import Served

_LIMITS = Limits(max_bytes=10_000, max_bytes_held=10_000, advice="Send only the path.")


class Order(BaseModel):
    """Which model is to serve."""

    model_config = ConfigDict(extra="forbid")

    model: str | None = Field(
        None, description="Absolute path, on the server, of a run's folder or of a `digits.onnx`.", max_length=4096
    )
    back: Literal[True] | None = Field(None, description="Instead of a path: back to the model before this one.")


async def carry_out(request: Request, served: Served, token: str | None) -> None:
    """Change the model as the body of a request says, if its sender may.

    Raises:
        ProblemError: the sender may not, the body is no order, or the model cannot be used.
    """
    _check_sender(request, token)
    async with Receiver(_LIMITS).receive(request) as received:
        order = _parse(received)
    try:
        if order.model is None:
            await asyncio.to_thread(served.back)
        else:
            await asyncio.to_thread(served.switch, Path(order.model))
    except ArtifactError as error:
        raise ProblemError(422, "unusable-model", str(error)) from None


def _check_sender(request: Request, token: str | None) -> None:
    if token is None:
        detail = (
            "Expected a server with a token; this one has none, so its model can only be changed with SIGHUP. "
            "Start it with --token, or with DIGITPAD_TOKEN in its environment."
        )
        raise ProblemError(403, "forbidden", detail)
    if not permission.is_loopback(request):
        detail = "Expected a client on the server's own machine, without a proxy; got another. Run the command there."
        raise ProblemError(403, "forbidden", detail)
    if not permission.same_origin(request):
        detail = (
            "Expected a request from this server's own pages or from no page; the browser names another site. "
            "Use `digitpad switch`."
        )
        raise ProblemError(403, "forbidden", detail)
    permission.require_token(request, token)


def _parse(received: bytes) -> Order:
    order = validate_json(Order, received)
    if (order.model is None) == (order.back is None):
        raise ProblemError(422, "invalid-request", 'Expected {"model": path} or {"back": true}; got neither or both.')
    if order.model is not None and not Path(order.model).is_absolute():
        detail = "Expected an absolute path, because the server may run in another folder; got a relative one."
        raise ProblemError(422, "invalid-request", detail)
    return order
