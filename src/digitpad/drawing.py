"""Reads any accepted input into RGBA pixels, and defines the limits on it.

Nothing here looks for the digit: the input contract does that, and it is part of the model. `read` is for a drawing of
one digit, `read_page` for a picture of many.
"""

import base64
import binascii
import contextlib
import io
import math
import threading
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image

from digitpad import strokes as pen
from digitpad.errors import DrawingError
from digitpad.scaling import Pixels, Scaled, opaque, shrink

Drawing = bytes | str | Path | Image.Image | NDArray[Any] | Sequence[ArrayLike]
"""Encoded bytes, a data URL or path, a PIL image, an array, or strokes."""

MAX_BYTES = 64_000_000
MAX_PIXELS = 16_000_000
MAX_JPEG_PIXELS = 64_000_000
"""A JPEG that is not progressive is decoded at a reduced size, without memory for all of its pixels."""

MAX_SIDE_PX = 20_000
WORKING_PX, PAGE_PX = 1024, 1600
"""Larger drawings and pages are averaged down by a whole factor first: a photograph costs no more than a canvas."""

STROKE_CANVAS_PX = 280
STROKE_DIGIT_PX = 196
STROKE_BRUSH_PX = 24
"""Brush width for strokes, which becomes the stroke width of MNIST in the picture that the model sees."""

_LARGE_PIXELS = 2_000_000
_one_at_a_time = threading.Lock()
"""Held while a large image is decoded, so that only one thread at a time needs the memory for it."""

_warnings_are_global = threading.Lock()
"""Guards the warning filters, which all threads share."""

_PAGE_DIGIT_PX, _PAGE_BRUSH_PX, _PAGE_MARGIN_PX = 64, 5, 24
"""Strokes on a page: height of the tallest, width of the brush, and the margin around all."""

FORMATS = ("PNG", "JPEG", "WEBP")
ACCEPTED = "PNG, JPEG or WebP bytes, a data URL, a path, a PIL image, an array, or a list of strokes"


def read(drawing: Drawing) -> Pixels:
    """Read a drawing in any accepted form.

    Args:
        drawing: PNG, JPEG or WebP bytes; a data URL or a path, as a string; a `Path`; a PIL image; an array as for
            `from_array`; or strokes as for `from_strokes`.

    Returns:
        uint8 (height, width, 4): red, green, blue and straight alpha, 0 to 255; at most `WORKING_PX` on a side.

    Raises:
        DrawingError: the input is none of these, cannot be decoded, is empty, or exceeds a limit.
    """
    if isinstance(drawing, list | tuple):
        return from_strokes(drawing)
    return _read(drawing, WORKING_PX).pixels


def read_page(drawing: Drawing) -> Scaled:
    """Read a picture of many digits, in any form that `read` accepts, at most `PAGE_PX` on a side.

    Strokes are drawn so that the tallest is 64 px high. Transparent pixels are white under dark ink, black under light
    ink; alpha is 255 everywhere.

    Raises:
        DrawingError: as for `read`.
    """
    if isinstance(drawing, list | tuple):
        return _draw_page(drawing)
    scaled = _read(drawing, PAGE_PX)
    return Scaled(opaque(scaled.pixels), scaled.factor)


def _read(drawing: Drawing, most_px: int) -> Scaled:
    match drawing:
        case bytes() | bytearray() | memoryview():
            return from_bytes(bytes(drawing), most_px)
        case str() if drawing[:5].lower() == "data:":
            return from_data_url(drawing, most_px)
        case str() | Path():
            return from_file(drawing, most_px)
        case Image.Image():
            return from_image(drawing, most_px)
        case np.ndarray():
            return from_array(drawing, most_px)
    raise DrawingError(f"Expected {ACCEPTED}; got {type(drawing).__name__}.")


def from_file(path: str | Path, most_px: int = WORKING_PX) -> Scaled:
    """Read a PNG, JPEG or WebP file; arguments and result are as for `from_bytes`."""
    path = Path(path)
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)  # the size that the system reports may be wrong
    except FileNotFoundError:
        raise DrawingError(f"Expected a PNG, JPEG or WebP file; {path} does not exist.") from None
    except IsADirectoryError:
        raise DrawingError(f"Expected a PNG, JPEG or WebP file; {path} is a folder. Choose a file in it.") from None
    except (OSError, ValueError) as error:  # ValueError: a path with a null byte
        raise DrawingError(f"Expected a readable file; {str(path)!r} cannot be read: {error}.") from None
    try:
        return from_bytes(data, most_px)
    except DrawingError as error:
        raise DrawingError(f"{path}: {error}") from None


def from_data_url(url: str, most_px: int = WORKING_PX) -> Scaled:
    """Read a PNG, JPEG or WebP data URL, such as `data:image/png;base64,...` from a canvas.

    Arguments and result are as for `from_bytes`.
    """
    header, comma, payload = url.partition(",")
    if not comma or not header.lower().startswith("data:image/") or not header.lower().endswith(";base64"):
        raise DrawingError(f"Expected a data URL that starts with 'data:image/png;base64,'; got {url[:8]!r}.")
    if len(payload) > 4 * MAX_BYTES // 3:
        raise DrawingError(f"Expected an image of at most {MAX_BYTES:,} bytes; the data URL is larger.")
    try:
        data = base64.b64decode(payload, validate=True)
    except (binascii.Error, ValueError) as error:
        raise DrawingError(f"Expected base64 after the comma in the data URL; it cannot be decoded: {error}.") from None
    return from_bytes(data, most_px)


def from_bytes(data: bytes, most_px: int = WORKING_PX) -> Scaled:
    """Decode a PNG, JPEG or WebP image, and apply its EXIF orientation.

    Args:
        data: the file's contents.
        most_px: larger images are averaged down by a whole factor until no side is longer.

    Returns:
        The pixels, and how much the image was averaged down.

    Raises:
        DrawingError: the image has another format, is animated, truncated or damaged, or exceeds a limit.
    """
    if not data:
        raise DrawingError("Expected a PNG, JPEG or WebP image; got no data.")
    if len(data) > MAX_BYTES:
        raise DrawingError(f"Expected an image of at most {MAX_BYTES:,} bytes; got more.")
    with _open(data) as image, _turn(image):
        if getattr(image, "is_animated", False):
            raise DrawingError("Expected a still image; got an animated one. Save a single frame of it.")
        return from_image(image, most_px)


def from_image(image: Image.Image, most_px: int = WORKING_PX) -> Scaled:
    """Convert a PIL image with 8 bits per channel, or 16-bit greyscale, and apply its EXIF orientation.

    `most_px` and the result are as for `from_bytes`.

    Raises:
        DrawingError: the image is empty, too large, has an unsupported mode, or cannot be decoded.
    """
    is_reduced = image.format == "JPEG" and not image.info.get("progressive")
    _check_size(*image.size, MAX_JPEG_PIXELS if is_reduced else MAX_PIXELS)
    width = image.width
    if image.mode in ("I", "F"):
        raise DrawingError(f"Expected a PIL image with 8 bits per channel; got mode {image.mode}. Convert it to 'L'.")
    # Damaged and hostile files can make a decoder raise almost any exception.
    try:
        image.draft(None, (most_px, most_px))  # JPEG can be decoded at a reduced size
        image.load()
        factor = math.ceil(max(image.size) / most_px)
        return Scaled(shrink(image, factor), factor * width / image.width)
    except Exception as error:
        raise DrawingError(f"Expected a complete image; it is damaged or truncated: {error}.") from None


def from_array(array: NDArray[Any], most_px: int = WORKING_PX) -> Scaled:
    """Convert an array of greyscale, RGB or RGBA pixels.

    Args:
        array: (height, width), (height, width, 1), (height, width, 3) or (height, width, 4); uint8 from 0 to 255, bool,
            or floating point from 0 to 1.
        most_px: larger arrays are averaged down by a whole factor until no side is longer.

    Returns:
        The pixels, which are the same array if it already has the right form, and how much it was averaged down.

    Raises:
        DrawingError: the array is empty, too large, of another shape or dtype, or has a value out of range or NaN.
    """
    if array.ndim not in (2, 3) or (array.ndim == 3 and array.shape[2] not in (1, 3, 4)):
        raise DrawingError(
            f"Expected shape (height, width), (height, width, 3) or (height, width, 4); got {array.shape}."
        )
    _check_size(array.shape[1], array.shape[0])
    levels = _to_levels(array)
    levels = levels[..., None] if levels.ndim == 2 else levels
    if levels.shape[2] == 4:
        pixels = levels
    else:
        pixels = np.full((*levels.shape[:2], 4), 255, np.uint8)
        pixels[..., :3] = levels
    factor = math.ceil(max(pixels.shape[:2]) / most_px)
    return Scaled(pixels if factor == 1 else shrink(Image.fromarray(pixels), factor), factor)


def from_strokes(strokes: Sequence[ArrayLike]) -> Pixels:
    """Draw strokes with a round brush, black on white, centred, at a width that suits MNIST.

    Args:
        strokes: lists of points (num_points, 2), x to the right and y down, in any unit; a single point is a dot. An
            empty list is a blank drawing.

    Returns:
        uint8 (280, 280, 4), as for `read`.

    Raises:
        DrawingError: a stroke has another shape or coordinates that are not finite, or a limit is exceeded.
    """
    lines, side = pen.check(strokes), STROKE_CANVAS_PX
    placed = pen.place(lines, STROKE_DIGIT_PX, (side / 2, side / 2)) if lines else []
    return from_array(np.asarray(pen.draw(placed, (side, side), STROKE_BRUSH_PX))).pixels


def _draw_page(strokes: Sequence[ArrayLike]) -> Scaled:
    """Draw strokes black on white, the tallest `_PAGE_DIGIT_PX` high, but nothing beyond `PAGE_PX`."""
    lines, margin = pen.check(strokes), _PAGE_MARGIN_PX
    if not lines:
        return Scaled(np.full((_PAGE_DIGIT_PX, _PAGE_DIGIT_PX, 4), 255, np.uint8))
    points = np.concatenate(lines)
    low, extent = points.min(axis=0), np.ptp(points, axis=0)
    tallest = max(float(np.ptp(line[:, 1])) for line in lines) or float(extent.max()) or 1.0
    scale = min(_PAGE_DIGIT_PX / tallest, (PAGE_PX - 2 * margin) / max(float(extent.max()), 1e-9))
    width, height = (math.ceil(side * scale) + 2 * margin for side in extent)
    drawn = pen.draw([(line - low) * scale + margin for line in lines], (width, height), _PAGE_BRUSH_PX)
    x, y = (float(value) for value in low - margin / scale)
    return Scaled(from_array(np.asarray(drawn)).pixels, 1 / scale, (x, y))


def _open(data: bytes) -> Image.Image:
    try:
        with _warnings_are_global, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about oddities in files that can be read anyway
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return Image.open(io.BytesIO(data), formats=FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise DrawingError(f"Expected at most {MAX_PIXELS:,} pixels; the image has far more. Scale it down.") from None
    except Exception:
        if data.startswith((b"\x89PNG\r\n", b"\xff\xd8\xff", b"RIFF")):
            raise DrawingError(
                "Expected a complete PNG, JPEG or WebP image; its header is damaged or truncated."
            ) from None
        raise DrawingError(
            f"Expected a PNG, JPEG or WebP image; got data that starts with {data[:8]!r}. Save it as PNG."
        ) from None


def _turn(image: Image.Image) -> contextlib.AbstractContextManager[Any]:
    """A lock for large images, so that they are decoded one at a time."""
    return _one_at_a_time if image.width * image.height > _LARGE_PIXELS else contextlib.nullcontext()


def _check_size(width: int, height: int, most_pixels: int = MAX_PIXELS) -> None:
    if width < 1 or height < 1:
        raise DrawingError(f"Expected an image with at least one pixel; got {width} x {height}.")
    if width * height > most_pixels:
        raise DrawingError(f"Expected at most {most_pixels:,} pixels; got {width} x {height}. Scale the image down.")
    if max(width, height) > MAX_SIDE_PX:
        raise DrawingError(f"Expected at most {MAX_SIDE_PX:,} px on a side; got {width} x {height}. Crop the image.")


def _to_levels(array: NDArray[Any]) -> Pixels:
    if array.dtype == np.uint8:
        return array
    if array.dtype == np.bool_:
        return array.astype(np.uint8) * np.uint8(255)
    if not np.issubdtype(array.dtype, np.floating):
        raise DrawingError(f"Expected uint8, bool or floating-point values; got {array.dtype}. Use .astype('uint8').")
    if not np.isfinite(array).all():
        raise DrawingError("Expected finite values from 0 to 1; the array contains NaN or infinity.")
    low, high = float(array.min()), float(array.max())
    if low < 0.0 or high > 1.0:
        raise DrawingError(f"Expected floating-point values from 0 to 1; got {low:g} to {high:g}. Rescale them.")
    return np.rint(array * 255.0).astype(np.uint8)
