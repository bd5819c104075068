"""Receives and parses request bodies, in bounded memory and time."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator

from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from python_multipart.exceptions import FormParserError
from starlette.datastructures import Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect

from digitpad import drawing
from digitpad.errors import DrawingError
from digitpad.scaling import Pixels
from digitpad.server import problem
from digitpad.server.problem import ProblemError

MAX_BYTES = 2_000_000
MAX_BYTES_HELD = 8_000_000
"""Maximum number of bytes that the bodies of all current requests may hold together."""
MAX_SECONDS = 10.0

PICTURES = ("image/png", "image/jpeg", "image/webp")
ACCEPTED = ("application/json", "multipart/form-data", *PICTURES)
_MAX_FIELDS = 2  # in addition to the picture


class Options(BaseModel):
    """Options of a prediction request."""

    model_config = ConfigDict(extra="forbid")

    top_k: int = Field(3, ge=1, le=10, description="Number of digits to list.")
    ink: bool = Field(False, description="Whether to include a picture of the detected ink.")


class DataUrl(Options):
    """A drawing in a JSON body."""

    image: str = Field(description="A PNG, JPEG or WebP data URL, as returned by `canvas.toDataURL()`.")


class Bodies:
    """Receives bodies, and tracks how many bytes all current requests hold."""

    def __init__(self) -> None:
        self._bytes_held = 0

    @contextlib.asynccontextmanager
    async def receive(self, request: Request) -> AsyncIterator[bytes]:
        """Receive the whole body of a request, which counts as held until the context exits.

        Raises:
            ProblemError: the body is too large or too slow, too many bytes are held already, or the client disconnects.
        """
        if _announced_bytes(request) > MAX_BYTES:
            raise _too_large()
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
        if num_bytes > MAX_BYTES:
            raise _too_large()
        if self._bytes_held > MAX_BYTES_HELD:
            detail = "Expected memory for the body; other requests use all of it. Try again in a second."
            raise ProblemError(503, "busy", detail, retry_after="1", connection="close")


async def parse(content_type: str, body: bytes, options: Options) -> tuple[bytes | str, Options]:
    """Parse the drawing and the options in a body.

    Args:
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
            return _parse_json(body, options)
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


def decode(picture: bytes | str) -> Pixels:
    """Decode an image. Unlike `drawing.read`, this never takes text for a path.

    Raises:
        ProblemError: the image cannot be read.
    """
    try:
        read = drawing.from_data_url(picture) if isinstance(picture, str) else drawing.from_bytes(picture)
        return read.pixels
    except DrawingError as error:
        raise ProblemError(422, "unreadable-drawing", str(error)) from None


def _announced_bytes(request: Request) -> int:
    try:
        return int(request.headers.get("content-length", 0))
    except ValueError:
        return 0  # the received bytes are counted anyway


def _too_large() -> ProblemError:
    detail = f"Expected a body of at most {MAX_BYTES:,} bytes; it is larger. Scale the image down: 140 px is plenty."
    return ProblemError(413, "body-too-large", detail, connection="close")


def _too_slow(num_bytes: int) -> ProblemError:
    detail = f"Expected the whole body within {MAX_SECONDS:g} seconds; got {num_bytes:,} bytes. Send it again."
    return ProblemError(408, "body-too-slow", detail, connection="close")


def _parse_json(body: bytes, options: Options) -> tuple[str, Options]:
    try:
        request = DataUrl.model_validate_json(body, strict=True)
    except ValidationError as error:
        errors = error.errors(include_url=False, include_context=False, include_input=False)
        if errors[0]["type"] == "json_invalid":
            raise ProblemError(400, "malformed-body", f"Expected JSON; {errors[0]['msg']}.") from None
        raise problem.from_errors(errors) from None
    return request.image, options.model_copy(update=request.model_dump(exclude={"image"}, exclude_unset=True))


async def _parse_form(content_type: str, body: bytes, options: Options) -> tuple[bytes, Options]:
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
        return await files[0].read(), Options.model_validate({**options.model_dump(), **fields})
    except ValidationError as error:
        raise problem.from_errors(error.errors(include_input=False)) from None
    finally:
        await form.close()
