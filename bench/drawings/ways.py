"""Other ways from a drawing to the 28x28 picture, as applications around MNIST models usually have them.

They take dark ink on light paper for granted.
"""

import io
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops

PICTURE_PX = 28
DIGIT_PX = 20
OURS = "digitpad's contract"


def squeeze(ink: Image.Image) -> Image.Image:
    """The whole canvas at 28x28."""
    return ink.resize((PICTURE_PX, PICTURE_PX), Image.Resampling.BILINEAR)


def box(ink: Image.Image) -> Image.Image:
    """The box of the ink, its longer side at 20 px, in the middle."""
    digit = _crop(ink, Image.Resampling.BILINEAR)
    return _paste(digit, ((PICTURE_PX - digit.width) // 2, (PICTURE_PX - digit.height) // 2))


def box_and_mass(ink: Image.Image) -> Image.Image:
    """The box of the ink, its longer side at 20 px by the nearest pixels, its centre of mass in the middle."""
    digit = _crop(ink, Image.Resampling.NEAREST)
    mass = np.asarray(digit, np.float64)
    total = max(mass.sum(), 1.0)
    x = (mass.sum(axis=0) * (np.arange(digit.width) + 0.5)).sum() / total
    y = (mass.sum(axis=1) * (np.arange(digit.height) + 0.5)).sum() / total
    left, top = round(PICTURE_PX / 2 - x), round(PICTURE_PX / 2 - y)
    room = (PICTURE_PX - digit.width, PICTURE_PX - digit.height)
    return _paste(digit, (min(max(left, 0), room[0]), min(max(top, 0), room[1])))


WAYS: dict[str, Callable[[Image.Image], Image.Image]] = {
    "squeezed to 28x28": squeeze,
    "box only": box,
    "box and centre of mass, nearest": box_and_mass,
}
"""From the ink to the picture, both PIL images of mode "L", 0 for paper to 255 for ink."""


def see(file: bytes, way: str) -> NDArray[np.uint8]:
    """What a way makes of a PNG or JPEG, uint8 (28, 28), 0 for paper to 255 for ink."""
    with Image.open(io.BytesIO(file)) as image:
        return np.asarray(WAYS[way](ImageChops.invert(image.convert("L"))))


def _crop(ink: Image.Image, resampling: Image.Resampling) -> Image.Image:
    digit = ink.crop(ink.getbbox())
    scale = DIGIT_PX / max(digit.size)
    return digit.resize((max(1, round(digit.width * scale)), max(1, round(digit.height * scale))), resampling)


def _paste(digit: Image.Image, place: tuple[int, int]) -> Image.Image:
    picture = Image.new("L", (PICTURE_PX, PICTURE_PX))
    picture.paste(digit, place)
    return picture
