"""What is read: generated pictures by the thousand."""

import io
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from bench.pages import generated
from digitpad.training.datasets.splits import Split

DRAWING_PX, PAGE_PX = 280, (1152, 864)  # a page has a megapixel
NUM_DRAWN, NUM_PAGES = 2000, 24
"""So many pictures differ, then they come again."""


def write_small(folder: Path, digits: Split, count: int) -> None:
    """Digits of MNIST as they are, 28x28, as PNG."""
    _write(folder, [_encode(image, "PNG") for image in digits.images[:NUM_DRAWN]], "png", count)


def write_drawings(folder: Path, digits: Split, count: int) -> None:
    """The same enlarged, dark on light, 280x280, as PNG."""
    side = (DRAWING_PX, DRAWING_PX)
    drawn = (255 - cv2.resize(image, side, interpolation=cv2.INTER_CUBIC) for image in digits.images[:NUM_DRAWN])
    _write(folder, [_encode(image, "PNG") for image in drawn], "png", count)


def write_pages(folder: Path, digits: Path, count: int) -> None:
    """Pages with at least ten digits, as JPEG of a megapixel; `digits` is the folder with MNIST."""
    pages = generated.full_pages(generated.bank(digits), min(count, NUM_PAGES))
    enlarged = (cv2.resize(page, PAGE_PX, interpolation=cv2.INTER_CUBIC) for page in pages)
    _write(folder, [_encode(page, "JPEG") for page in enlarged], "jpg", count)


def _write(folder: Path, pictures: Sequence[bytes], ending: str, count: int) -> None:
    folder.mkdir()
    for number in range(count):
        (folder / f"{number:07}.{ending}").write_bytes(pictures[number % len(pictures)])


def _encode(image: NDArray[np.uint8], form: str) -> bytes:
    file = io.BytesIO()
    Image.fromarray(image).save(file, form)
    return file.getvalue()
