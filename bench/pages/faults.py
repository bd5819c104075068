"""Faults of real pictures, one at a time and at several strengths, on numbers drawn on light paper.

Every fault takes a picture, uint8 (height, width, 3), and the number of the picture, which fixes what is random.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from bench.pages.papers import HEIGHT_PX, INK, PAPER, Picture
from digitpad.training.pages import camera

Fault = Callable[[Picture, int], Picture]

RULED_PX, SQUARED_PX = 40, 28
"""Distances between printed lines: some cross every digit of 64 px."""

_LINE_COLOUR = (150, 172, 208)
_SEED = 21


@dataclass(frozen=True)
class Case:
    """A number's picture: how high it is, and what is wrong with it; the default is no fault.

    Attributes:
        height_px: of the ink.
        fault: what spoils the picture; None for nothing.
    """

    height_px: int = HEIGHT_PX
    fault: Fault | None = None


def light(picture: Picture, number: int, *, percent: int) -> Picture:
    """Light that falls evenly by some percent from one side to the other, left or right."""
    falling = 1 - np.linspace(0, percent / 100, picture.shape[1])
    return _shaded(picture, (falling if number % 2 else falling[::-1])[None])


def shadow(picture: Picture, number: int, *, percent: int) -> Picture:
    """A shadow with a hard edge that crosses the middle, and takes some percent of the light on one side."""
    angle = _rng(number).uniform(0, 2 * math.pi)
    height, width = picture.shape[:2]
    y, x = np.mgrid[:height, :width]
    is_dark = (x - width / 2) * math.cos(angle) + (y - height / 2) * math.sin(angle) > 0
    return _shaded(picture, 1 - is_dark * percent / 100)


def grain(picture: Picture, number: int, *, sigma: int) -> Picture:
    """Gaussian noise of some levels, in every pixel and channel."""
    return _to_levels(picture + _rng(number).normal(0, sigma, picture.shape))


def blur(picture: Picture, _: int, *, sigma: float) -> Picture:
    """Gaussian blur, px."""
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma), np.uint8)


def jpeg(picture: Picture, _: int, *, quality: int) -> Picture:
    """JPEG of some quality, 0 to 100, and back."""
    return camera.compress(picture, quality)


def tilt(picture: Picture, number: int, *, degrees: int) -> Picture:
    """The whole picture turned, to the left or to the right, on a larger sheet of the same paper."""
    paper = (int(PAPER[0]), int(PAPER[1]), int(PAPER[2]))
    angle = degrees if number % 2 else -degrees
    turned = Image.fromarray(picture).rotate(angle, Image.Resampling.BICUBIC, expand=True, fillcolor=paper)
    return np.asarray(turned)


def frame(picture: Picture, _: int, *, inset_px: int, width_px: int) -> Picture:
    """A frame in the colour of the ink, so far inside of the edge."""
    framed = np.full_like(picture, np.array(INK, np.uint8))
    outer, inner = (slice(inset, -inset or None) for inset in (inset_px, inset_px + width_px))
    framed[inner, inner] = picture[inner, inner]
    whole = picture.copy()
    whole[outer, outer] = framed[outer, outer]
    return whole


def lines(picture: Picture, number: int, *, down_px: int, across_px: int | None = None) -> Picture:
    """Printed lines of 2 px, every so many px from the top down, and from the left across, under the ink."""
    first = int(_rng(number).integers(down_px))
    printed = np.full_like(picture, 255)
    for begin in (first, first + 1):
        printed[begin::down_px] = _LINE_COLOUR
        if across_px:
            printed[:, begin::across_px] = _LINE_COLOUR
    return np.minimum(picture, printed)


NO_FAULT = Case()

CURVES: dict[str, dict[str, Case]] = {
    "light falling across (%)": {f"{p}": Case(fault=partial(light, percent=p)) for p in (10, 20, 30, 40, 50)},
    "hard shadow (%)": {f"{p}": Case(fault=partial(shadow, percent=p)) for p in (10, 20, 30, 40, 50, 60)},
    "grain (levels)": {f"{sigma}": Case(fault=partial(grain, sigma=sigma)) for sigma in (4, 8, 12, 16, 20)},
    "blur (px)": {f"{sigma:g}": Case(fault=partial(blur, sigma=sigma)) for sigma in (0.5, 1, 1.5, 2, 2.5, 3)},
    "JPEG (quality)": {f"{q}": Case(fault=partial(jpeg, quality=q)) for q in (90, 70, 50, 30, 20, 10)},
    "tilt (degrees)": {f"{degrees}": Case(fault=partial(tilt, degrees=degrees)) for degrees in (5, 10, 15)},
    "height of the digits (px)": {f"{height}": Case(height) for height in (10, 12, 16, 24, 32, 64, 128, 256, 400)},
    "frames and lines": {
        "frame at the edge": Case(fault=partial(frame, inset_px=0, width_px=1)),
        "frame inside": Case(fault=partial(frame, inset_px=6, width_px=2)),
        "ruled": Case(fault=partial(lines, down_px=RULED_PX)),
        "squared": Case(fault=partial(lines, down_px=SQUARED_PX, across_px=SQUARED_PX)),
    },
}
"""What is measured, besides no fault: one thing changes at a time."""


def _shaded(picture: Picture, light: NDArray[np.float64]) -> Picture:
    return _to_levels(picture * light[..., None])


def _to_levels(values: NDArray[np.float64]) -> Picture:
    levels: Picture = np.rint(np.clip(values, 0, 255)).astype(np.uint8)
    return levels


def _rng(number: int) -> np.random.Generator:
    return np.random.default_rng([_SEED, number])
