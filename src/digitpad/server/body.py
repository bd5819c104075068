"""Receives and parses request bodies, in bounded memory and time."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass
from typing import TypeVar

from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from python_multipart.exceptions import FormParserError
from starlette.datastructures import Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect

from digitpad import drawing
from digitpad.errors import DrawingError
from digitpad.scaling import Scaled
from digitpad.server import problem
from digitpad.server.problem import ProblemError

MAX_SECONDS = 10.0

PICTURES = ("image/png", "image/jpeg", "image/webp")
ACCEPTED = ("application/json", "multipart/form-data", *PICTURES)
_MAX_FIELDS = 3  # in addition to the picture

Chosen = TypeVar("Chosen", bound="Options")
Model = TypeVar("Model", bound=BaseModel)


class Options(BaseModel):
    """Options of a request to read a picture."""

    model_config = ConfigDict(extra="forbid")

    top_k: int = Field(3, ge=1, le=10, description="Number of digits to list.")
    ink: bool = Field(False, description="Whether to include a picture of the detected ink.")


class PageOptions(Options):
    """Options of a request to read a page."""

    predictions: bool = Field(False, description="Whether to add what the model saw of each digit, and said of it.")


class _DataUrl(BaseModel):
    image: str = Field(description="A PNG, JPEG or WebP data URL, as returned by `canvas.toDataURL()`.")


class DrawingUrl(Options, _DataUrl):
    """A drawing in a JSON body."""


class PageUrl(PageOptions, _DataUrl):
    """A page in a JSON body."""


@dataclass(frozen=True)
class Limits:
    """What bodies may take.

    Attributes:
        max_bytes: of a body.
        max_bytes_held: by the bodies of all current requests together.
        advice: to those whose body is too large.
    """

    max_bytes: int
    max_bytes_held: int
    advice: str


@dataclass(frozen=True)
class Kind(Limits):
    """What is read by a route, and within which limits.

    Attributes:
        options: of a request.
        request: a JSON body.
    """

    options: type[Options]
    request: type[DrawingUrl] | type[PageUrl]


DRAWING = Kind(2_000_000, 8_000_000, "Scale the image down: 140 px is plenty.", Options, DrawingUrl)
PAGE = Kind(12_000_000, 36_000_000, "Scale the image down: 4,000 px are plenty.", PageOptions, PageUrl)


class Receiver:
    """Receives bodies, and tracks how many bytes all current requests hold."""

    def __init__(self, limits: Limits) -> None:
        self._limits, self._bytes_held = limits, 0

    @contextlib.asynccontextmanager
    async def receive(self, request: Request) -> AsyncIterator[bytes]:
        """Receive the whole body of a request, which counts as held until the context exits.

        Raises:
            ProblemError: the body is too large or too slow, too many bytes are held already, or the client disconnects.
        """
        if _announced_bytes(request) > self._limits.max_bytes:
            raise _too_large(self._limits)
        body, num_bytes = bytearray(), 0
        try:
            try:
                async with asyncio.timeout(MAX_SECONDS):
                    async for chunk in request.stream():
                        body += chunk
                        num_bytes += len(chunk)
                        self._bytes_held += len(chunk)
                        self._check_size(num_bytes)
            except TimeoutError:
                raise _too_slow(num_bytes) from None
            except ClientDisconnect:
                detail = f"Expected the whole body; the client disconnected after {num_bytes:,} bytes."
                raise ProblemError(400, "malformed-body", detail) from None
            received = bytes(body)
            body.clear()
            yield received
        finally:
            self._bytes_held -= num_bytes

    def _check_size(self, num_bytes: int) -> None:
        if num_bytes > self._limits.max_bytes:
            raise _too_large(self._limits)
        if self._bytes_held > self._limits.max_bytes_held:
            detail = "Expected memory for the body; other requests use all of it. Try again in a second."
            raise ProblemError(503, "busy", detail, retry_after="1", connection="close")


class Bodies(Receiver):
    """Receives and parses bodies of one kind."""

    def __init__(self, kind: Kind) -> None:
        super().__init__(kind)
        self._kind = kind

    @contextlib.asynccontextmanager
    async def parse(self, request: Request, options: Chosen) -> AsyncIterator[tuple[bytes | str, Chosen]]:
        """Receive the body of a request, see `receive`, and parse it, see `parse`; `options` are those of the query."""
        async with self.receive(request) as received:
            yield await parse(self._kind, request.headers.get("content-type", ""), received, options)


async def parse(kind: Kind, content_type: str, body: bytes, options: Chosen) -> tuple[bytes | str, Chosen]:
    """Parse the picture and the options in a body.

    Args:
        kind: what is read.
        content_type: the `Content-Type` header.
        body: from `Bodies.receive`.
        options: from the query; JSON and form bodies may override them.

    Returns:
        The bytes of an image or a data URL, not yet decoded, and the options.

    Raises:
        ProblemError: the media type is not supported, the body does not match it, or a value is invalid.
    """
    match content_type.partition(";")[0].strip().lower():
        case "application/json":
            return _parse_json(kind, body, options)
        case "multipart/form-data":
            return await _parse_form(content_type, body, options)
        case media_type if media_type in PICTURES:
            return body, options
        case media_type:
            detail = (
                "Expected image/png, image/jpeg, image/webp, multipart/form-data, or application/json with "
                '{"image": data URL}; '
                f"got {media_type[:100] or 'no media type'!r}."
            )
            raise ProblemError(415, "unsupported-media-type", detail, accept_post=", ".join(ACCEPTED))


def validate_json(model: type[Model], body: bytes) -> Model:
    """Parse a JSON body.

    Raises:
        ProblemError: 400, it is not JSON; 422, a value is invalid.
    """
    try:
        return model.model_validate_json(body, strict=True)
    except ValidationError as error:
        errors = error.errors(include_url=False, include_context=False, include_input=False)
        if errors[0]["type"] == "json_invalid":
            raise ProblemError(400, "malformed-body", f"Expected JSON; {errors[0]['msg']}.") from None
        raise problem.from_errors(errors) from None


def decode(kind: Kind, picture: bytes | str) -> Scaled:
    """Decode an image. Unlike `drawing.read`, this never takes text for a path.

    Raises:
        ProblemError: the image cannot be read.
    """
    most_px = drawing.PAGE_PX if kind is PAGE else drawing.WORKING_PX
    try:
        if isinstance(picture, str):
            return drawing.from_data_url(picture, most_px)
        return drawing.from_bytes(picture, most_px)
    except DrawingError as error:
        raise ProblemError(422, "unreadable-drawing", str(error)) from None


def _announced_bytes(request: Request) -> int:
    try:
        return int(request.headers.get("content-length", 0))
    except ValueError:
        return 0  # the received bytes are counted anyway


def _too_large(limits: Limits) -> ProblemError:
    detail = f"Expected a body of at most {limits.max_bytes:,} bytes; it is larger. {limits.advice}"
    return ProblemError(413, "body-too-large", detail, connection="close")


def _too_slow(num_bytes: int) -> ProblemError:
    detail = f"Expected the whole body within {MAX_SECONDS:g} seconds; got {num_bytes:,} bytes. Send it again."
    return ProblemError(408, "body-too-slow", detail, connection="close")


def _parse_json(kind: Kind, body: bytes, options: Chosen) -> tuple[str, Chosen]:
    request = validate_json(kind.request, body)
    return request.image, options.model_copy(update=request.model_dump(exclude={"image"}, exclude_unset=True))


async def _parse_form(content_type: str, body: bytes, options: Chosen) -> tuple[bytes, Chosen]:
    async def stream() -> AsyncGenerator[bytes, None]:
        yield body

    headers = Headers({"content-type": content_type})
    try:
        form = await MultiPartParser(headers, stream(), max_files=1, max_fields=_MAX_FIELDS).parse()
    except (MultiPartException, FormParserError, UnicodeError) as error:  # UnicodeError: odd charsets
        detail = f"Expected a form with one file; {getattr(error, 'message', error)}."
        raise ProblemError(400, "malformed-body", detail) from None
    try:
        files = [value for value in form.values() if isinstance(value, UploadFile)]
        if not files:
            raise ProblemError(422, "invalid-request", "Expected a PNG, JPEG or WebP file in the form; there is none.")
        fields = {name: value for name, value in form.items() if isinstance(value, str)}
        return await files[0].read(), type(options).model_validate({**options.model_dump(), **fields})
    except ValidationError as error:
        raise problem.from_errors(error.errors(include_input=False)) from None
    finally:
        await form.close()
