"""Pixels of one kind, RGBA, from images of all kinds and sizes."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageOps

Pixels = NDArray[np.uint8]
"""uint8 (height, width, 4): red, green, blue and straight alpha, 0 to 255."""

_STRIP_PX = 16
"""Number of rows of the smaller image that are computed at a time."""


@dataclass(frozen=True, eq=False)
class Scaled:
    """Pixels, and where they lie in the input.

    Attributes:
        pixels: uint8 (height, width, 4): red, green, blue and straight alpha, 0 to 255.
        factor: px, or units of strokes, of the input per px.
        origin: x and y in the input of the upper left corner.
    """

    pixels: Pixels
    factor: float = 1.0
    origin: tuple[float, float] = (0.0, 0.0)


def shrink(image: Image.Image, factor: int) -> Pixels:
    """Shrink an image by a whole factor, and apply its EXIF orientation; RGBA, as in `Scaled`."""
    small = _to_rgba(image) if factor == 1 else _averaged_down(image, factor)
    if image.getexif().get(ExifTags.Base.Orientation, 1) != 1:
        small.info["exif"] = image.info.get("exif", b"")
        small = ImageOps.exif_transpose(small)
    return np.asarray(small)


def opaque(pixels: Pixels) -> Pixels:
    """Lay transparent pixels on white paper under dark ink, and on black paper under light ink."""
    if (pixels[..., 3] == 255).all():
        return pixels
    share = pixels[..., 3:].astype(np.float32) / 255
    is_light = float((pixels[..., 1:2] * share).sum()) > 127.5 * float(share.sum())
    laid = np.full_like(pixels, 255)
    laid[..., :3] = np.rint(pixels[..., :3] * share + (0.0 if is_light else 255.0) * (1 - share))
    return laid


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
