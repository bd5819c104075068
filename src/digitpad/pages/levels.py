"""Levels: a picture at halved sizes, because the page network reads digits of about 22 to 52 px best."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
"""uint8 (height, width, 3), RGB."""

MULTIPLE_PX = 32
_LEAST_PX = 48  # of the longer side of the smallest level
_ENLARGED_BELOW_PX = 96  # smaller pictures are enlarged to at least this


@dataclass(frozen=True)
class Level:
    """A picture, or a part of it, at some size.

    Attributes:
        pixels: uint8 (height, width, 3); both are multiples of `MULTIPLE_PX`, filled up by repeating the edge.
        size: height and width without what was filled up, px.
        scale: px of this level per px of the picture.
        top: row of the picture where it begins, px.
        left: column of the picture where it begins, px.
    """

    pixels: Picture
    size: tuple[int, int]
    scale: float
    top: int = 0
    left: int = 0


def pyramid(picture: Picture) -> list[Level]:
    """The picture, and again at half the size until it is small; small pictures are enlarged first."""
    enlarged = -(-_ENLARGED_BELOW_PX // max(picture.shape[:2]))
    pixels = picture.repeat(enlarged, axis=0).repeat(enlarged, axis=1)
    levels, scale = [_level(pixels, float(enlarged))], float(enlarged)
    while max(pixels.shape[:2]) >= 2 * _LEAST_PX:
        pixels, scale = halve(pixels), scale / 2
        levels.append(_level(pixels, scale))
    return levels


def closer(picture: Picture, enlarged: int, top: int, left: int, bottom: int, right: int) -> Level:
    """A part of the picture, enlarged by a whole factor."""
    part = picture[top:bottom, left:right].repeat(enlarged, axis=0).repeat(enlarged, axis=1)
    return _level(part, float(enlarged), top, left)


def halve(picture: Picture) -> Picture:
    """Average squares of two by two pixels; an odd last row or column is repeated."""
    height, width = picture.shape[:2]
    even = np.pad(picture, ((0, height % 2), (0, width % 2), (0, 0)), "edge").astype(np.uint16)
    halved: Picture = ((even[::2, ::2] + even[1::2, ::2] + even[::2, 1::2] + even[1::2, 1::2] + 2) >> 2).astype(
        np.uint8
    )
    return halved


def _level(pixels: Picture, scale: float, top: int = 0, left: int = 0) -> Level:
    height, width = pixels.shape[:2]
    filled = np.pad(pixels, ((0, -height % MULTIPLE_PX), (0, -width % MULTIPLE_PX), (0, 0)), "edge")
    return Level(filled, (height, width), scale, top, left)
