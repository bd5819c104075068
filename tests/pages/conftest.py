"""Numbers written with the golden strokes."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from tests.golden import STROKES

Strokes = list[NDArray[np.float64]]


def write(text: str, step: float = 110, lead: float = 150) -> Strokes:
    """The strokes of digits side by side, about 100 units high, in lines."""
    strokes: Strokes = []
    for row, line in enumerate(text.split("\n")):
        for column, digit in enumerate(line):
            if digit != " ":
                move = np.array([column * step, row * lead])
                strokes += [np.array(stroke, np.float64) + move for stroke in STROKES[digit]]
    return strokes


def draw(
    strokes: Sequence[NDArray[np.float64]], height: float = 48, ink: int = 30, paper: int = 235, pen: int = 5
) -> NDArray[np.uint8]:
    """A picture of strokes with digits of some height, px: uint8 (height, width, 3)."""
    scale, margin = height / 100, 30
    points = np.concatenate(strokes)
    width, tall = (int(side * scale) + 2 * margin for side in np.ptp(points, axis=0))
    canvas = Image.new("L", (width, tall), paper)
    brush = ImageDraw.Draw(canvas)
    for stroke in strokes:
        points_px = (stroke - points.min(axis=0)) * scale + margin
        brush.line([tuple(point) for point in points_px], fill=ink, width=pen, joint="curve")
    return np.repeat(np.asarray(canvas)[..., None], 3, axis=2)
