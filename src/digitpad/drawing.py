"""Reads any accepted input into RGBA pixels, and defines the limits on it.

Nothing here looks for the digit: the input contract does that, and it is part of the model.
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
from PIL import ExifTags, Image, ImageOps

from digitpad import strokes as pen
from digitpad.errors import DrawingError

Pixels = NDArray[np.uint8]
Drawing = bytes | str | Path | Image.Image | NDArray[Any] | Sequence[ArrayLike]
"""Encoded bytes, a data URL or path, a PIL image, an array, or strokes."""

MAX_BYTES = 64_000_000
MAX_PIXELS = 16_000_000
MAX_SIDE_PX = 20_000
MAX_POINTS = 10_000
MAX_COORDINATE = 1e9
WORKING_PX = 1024
"""Larger drawings are first averaged down by a whole factor, so that a photograph costs no more than a canvas."""

_STRIP_PX = 16
"""Number of rows of the smaller image that are computed at a time."""

STROKE_CANVAS_PX = 280
STROKE_DIGIT_PX = 196
STROKE_BRUSH_PX = 24
"""Brush width for strokes, which becomes the stroke width of MNIST in the picture that the model sees."""

_LARGE_PIXELS = 2_000_000
_one_at_a_time = threading.Lock()
"""Held while a large image is decoded, so that only one thread at a time needs the memory for it."""

_warnings_are_global = threading.Lock()
"""Guards the warning filters, which all threads share."""

ACCEPTED = "PNG or JPEG bytes, a data URL, a path, a PIL image, an array, or a list of strokes"


def read(drawing: Drawing) -> Pixels:
    """Read a drawing in any accepted form.

    Args:
        drawing: PNG or JPEG bytes; a data URL or a path, as a string; a `Path`; a PIL image; an array as for
            `from_array`; or strokes as for `from_strokes`.

    Returns:
        uint8 (height, width, 4): red, green, blue and straight alpha, 0 to 255; at most `WORKING_PX` on a side.

    Raises:
        DrawingError: the input is none of these, cannot be decoded, is empty, or exceeds a limit.
    """
    match drawing:
        case bytes() | bytearray() | memoryview():
            return from_bytes(bytes(drawing))
        case str() if drawing[:5].lower() == "data:":
            return from_data_url(drawing)
        case str() | Path():
            return from_file(drawing)
        case Image.Image():
            return from_image(drawing)
        case np.ndarray():
            return from_array(drawing)
        case list() | tuple():
            return from_strokes(drawing)
    raise DrawingError(f"Expected {ACCEPTED}; got {type(drawing).__name__}.")


def from_file(path: str | Path) -> Pixels:
    """Read a PNG or JPEG file; see `from_bytes`."""
    path = Path(path)
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)  # the size that the system reports may be wrong
    except FileNotFoundError:
        raise DrawingError(f"Expected a PNG or JPEG file; {path} does not exist.") from None
    except IsADirectoryError:
        raise DrawingError(f"Expected a PNG or JPEG file; {path} is a folder. Choose a file in it.") from None
    except (OSError, ValueError) as error:  # ValueError: a path with a null byte
        raise DrawingError(f"Expected a readable file; {str(path)!r} cannot be read: {error}.") from None
    try:
        return from_bytes(data)
    except DrawingError as error:
        raise DrawingError(f"{path}: {error}") from None


def from_data_url(url: str) -> Pixels:
    """Read a PNG or JPEG data URL, such as `data:image/png;base64,...` from a canvas; see `from_bytes`."""
    header, comma, payload = url.partition(",")
    if not comma or not header.lower().startswith("data:image/") or not header.lower().endswith(";base64"):
        raise DrawingError(f"Expected a data URL that starts with 'data:image/png;base64,'; got {url[:8]!r}.")
    if len(payload) > 4 * MAX_BYTES // 3:
        raise DrawingError(f"Expected an image of at most {MAX_BYTES:,} bytes; the data URL is larger.")
    try:
        data = base64.b64decode(payload, validate=True)
    except (binascii.Error, ValueError) as error:
        raise DrawingError(f"Expected base64 after the comma in the data URL; it cannot be decoded: {error}.") from None
    return from_bytes(data)


def from_bytes(data: bytes) -> Pixels:
    """Decode a PNG or JPEG image, and apply its EXIF orientation.

    Returns:
        uint8 (height, width, 4), as for `read`.

    Raises:
        DrawingError: the image is not PNG or JPEG, is animated, truncated or damaged, or exceeds a limit.
    """
    if not data:
        raise DrawingError("Expected a PNG or JPEG image; got no data.")
    if len(data) > MAX_BYTES:
        raise DrawingError(f"Expected an image of at most {MAX_BYTES:,} bytes; got more.")
    with _open(data) as image, _turn(image):
        if image.format == "PNG" and getattr(image, "is_animated", False):
            raise DrawingError("Expected a still image; got an animated PNG. Save a single frame of it.")
        return from_image(image)


def from_image(image: Image.Image) -> Pixels:
    """Convert a PIL image with 8 bits per channel, or 16-bit greyscale, and apply its EXIF orientation.

    Returns:
        uint8 (height, width, 4), as for `read`.

    Raises:
        DrawingError: the image is empty, too large, has an unsupported mode, or cannot be decoded.
    """
    _check_size(*image.size)
    if image.mode in ("I", "F"):
        raise DrawingError(f"Expected a PIL image with 8 bits per channel; got mode {image.mode}. Convert it to 'L'.")
    # Damaged and hostile files can make a decoder raise almost any exception.
    try:
        image.draft(None, (WORKING_PX, WORKING_PX))  # JPEG can be decoded at a reduced size
        image.load()
        return _to_pixels(image)
    except Exception as error:
        raise DrawingError(f"Expected a complete image; it is damaged or truncated: {error}.") from None


def from_array(array: NDArray[Any]) -> Pixels:
    """Convert an array of greyscale, RGB or RGBA pixels.

    Args:
        array: (height, width), (height, width, 1), (height, width, 3) or (height, width, 4); uint8 from 0 to 255, bool,
            or floating point from 0 to 1.

    Returns:
        uint8 (height, width, 4), as for `read`; the same array if it already has this form.

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
    return pixels if max(pixels.shape) <= WORKING_PX else _to_pixels(Image.fromarray(pixels))


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
    lines = [_to_points(index, stroke) for index, stroke in enumerate(strokes)]
    num_points = sum(map(len, lines))
    if num_points > MAX_POINTS:
        raise DrawingError(f"Expected at most {MAX_POINTS:,} points; got {num_points:,}. Leave some out.")
    side = STROKE_CANVAS_PX
    placed = pen.place(lines, STROKE_DIGIT_PX, (side / 2, side / 2)) if lines else []
    return from_array(np.asarray(pen.draw(placed, (side, side), STROKE_BRUSH_PX)))


def _open(data: bytes) -> Image.Image:
    try:
        with _warnings_are_global, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about oddities in files that can be read anyway
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return Image.open(io.BytesIO(data), formats=("PNG", "JPEG"))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise DrawingError(f"Expected at most {MAX_PIXELS:,} pixels; the image has far more. Scale it down.") from None
    except Exception:
        if data.startswith((b"\x89PNG\r\n", b"\xff\xd8\xff")):
            raise DrawingError("Expected a complete PNG or JPEG image; its header is damaged or truncated.") from None
        raise DrawingError(
            f"Expected a PNG or JPEG image; got data that starts with {data[:8]!r}. Save it as PNG."
        ) from None


def _turn(image: Image.Image) -> contextlib.AbstractContextManager[Any]:
    """A lock for large images, so that they are decoded one at a time."""
    return _one_at_a_time if image.width * image.height > _LARGE_PIXELS else contextlib.nullcontext()


def _check_size(width: int, height: int) -> None:
    if width < 1 or height < 1:
        raise DrawingError(f"Expected an image with at least one pixel; got {width} x {height}.")
    if width * height > MAX_PIXELS:
        raise DrawingError(f"Expected at most {MAX_PIXELS:,} pixels; got {width} x {height}. Scale the image down.")
    if max(width, height) > MAX_SIDE_PX:
        raise DrawingError(f"Expected at most {MAX_SIDE_PX:,} px on a side; got {width} x {height}. Crop the image.")


def _to_pixels(image: Image.Image) -> Pixels:
    factor = math.ceil(max(image.size) / WORKING_PX)
    small = _to_rgba(image) if factor == 1 else _averaged_down(image, factor)
    if image.getexif().get(ExifTags.Base.Orientation, 1) != 1:
        small.info["exif"] = image.info.get("exif", b"")
        small = ImageOps.exif_transpose(small)
    return np.asarray(small)


def _averaged_down(image: Image.Image, factor: int) -> Image.Image:
    """Shrink an image by a whole factor, strip by strip, to avoid a second copy of its size."""
    small = Image.new("RGBA", (math.ceil(image.width / factor), math.ceil(image.height / factor)))
    for top in range(0, small.height, _STRIP_PX):
        bottom = min((top + _STRIP_PX) * factor, image.height)
        strip = image.crop((0, top * factor, image.width, bottom))
        small.paste(_to_rgba(strip).reduce(factor), (0, top))
    return small


def _to_rgba(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I;16"):  # Pillow would clip 16-bit values to 8 bits instead of scaling them
        image = Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    elif image.mode not in ("1", "L", "LA", "P", "PA", "RGB", "RGBA", "RGBa"):  # CMYK, YCbCr, LAB, HSV
        image = image.convert("RGB")
    return image if image.mode == "RGBA" else image.convert("RGBA")


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


def _to_points(index: int, stroke: ArrayLike) -> NDArray[np.float64]:
    try:
        points = np.asarray(stroke)
    except (TypeError, ValueError):
        raise DrawingError(f"Expected strokes as lists of (x, y) points; stroke {index} is ragged.") from None
    if points.dtype.kind not in "iuf":
        raise DrawingError(f"Expected strokes as lists of (x, y) points; stroke {index} is not numeric.")
    if points.ndim != 2 or points.shape[1] != 2 or not len(points):
        raise DrawingError(f"Expected strokes of shape (num_points, 2); stroke {index} has shape {points.shape}.")
    if not (np.abs(points) <= MAX_COORDINATE).all():  # written so that NaN fails too
        raise DrawingError(f"Expected coordinates within {MAX_COORDINATE:g}; stroke {index} has NaN or larger values.")
    return points.astype(np.float64)
