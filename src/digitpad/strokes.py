"""Checks strokes, scales them, and draws them with a round brush, as a canvas does."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image, ImageDraw

from digitpad.errors import DrawingError

Stroke = NDArray[np.float64]
"""float64 (num_points, 2): points with x to the right and y down; a single point is a dot."""

MAX_POINTS = 10_000
MAX_COORDINATE = 1e9

_SUPERSAMPLING = 2


def check(strokes: Sequence[ArrayLike]) -> list[Stroke]:
    """Strokes from whatever looks like lists of points.

    Raises:
        DrawingError: a stroke has another shape or coordinates that are not finite, or a limit is exceeded.
    """
    checked = [_to_points(index, stroke) for index, stroke in enumerate(strokes)]
    num_points = sum(map(len, checked))
    if num_points > MAX_POINTS:
        raise DrawingError(f"Expected at most {MAX_POINTS:,} points; got {num_points:,}. Leave some out.")
    return checked


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
