"""Scales strokes and draws them with a round brush, as a canvas does."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

Stroke = NDArray[np.float64]
"""float64 (num_points, 2): points with x to the right and y down; a single point is a dot."""

_SUPERSAMPLING = 2


def place(strokes: Sequence[Stroke], side_px: float, middle: tuple[float, float]) -> list[Stroke]:
    """Scale strokes so that the longer side of their box is `side_px`, and centre the box at `middle`, (x, y)."""
    points = np.concatenate(strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    extent = float((high - low).max())
    scale = side_px / extent if extent > 1e-9 else 1.0
    return [(stroke - (low + high) / 2) * scale + middle for stroke in strokes]


def draw(strokes: Sequence[Stroke], size: tuple[int, int], brush_px: float) -> Image.Image:
    """Draw strokes black on white with round caps and joins, antialiased.

    Args:
        strokes: points in px of the picture.
        size: width and height of the picture, px.
        brush_px: width of the brush.

    Returns:
        A PIL image of mode "L".
    """
    canvas = Image.new("L", (size[0] * _SUPERSAMPLING, size[1] * _SUPERSAMPLING), 255)
    brush, width = ImageDraw.Draw(canvas), brush_px * _SUPERSAMPLING
    for stroke in strokes:
        points = [(x, y) for x, y in stroke * _SUPERSAMPLING]
        if len(points) > 1:
            brush.line(points, fill=0, width=max(1, round(width)))
        for point in points:  # discs at the points make round caps and joins
            brush.circle(point, width / 2, fill=0)
    return canvas.reduce(_SUPERSAMPLING)
