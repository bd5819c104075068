"""A digit whose ink was read alone, in its place among the other marks of a drawing."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from digitpad.pages.evidence import padded
from digitpad.pages.finder import PATCH_MARGIN_PX, Glyph
from digitpad.prediction import Prediction


def isolate(alone: Prediction, glyph: Glyph, size: tuple[int, int], *, keep_distance: bool) -> Prediction:
    """Turn a prediction of a glyph's patch into one of the drawing that it was found on.

    Args:
        alone: what the digit network says of the patch; its box and centre are in px of the patch.
        glyph: found on the drawing.
        size: height and width of the drawing, px.
        keep_distance: whether to add the patch's ink as `distance`.
    """
    distance = _place(glyph, size) if keep_distance else None
    if alone.box is None or alone.centre is None or alone.scale is None:
        return replace(alone, size=size, isolated=True, distance=distance)
    rows, columns = padded(glyph.patch.shape)
    top, left = _origin(glyph)
    return replace(
        alone,
        size=size,
        isolated=True,
        ink=alone.ink * rows * columns / glyph.scale**2 / (size[0] * size[1]),
        box=(
            top + alone.box[0] / glyph.scale,
            left + alone.box[1] / glyph.scale,
            top + alone.box[2] / glyph.scale,
            left + alone.box[3] / glyph.scale,
        ),
        centre=(top + alone.centre[0] / glyph.scale, left + alone.centre[1] / glyph.scale),
        scale=alone.scale * glyph.scale,
        distance=distance,
    )


def _origin(glyph: Glyph) -> tuple[float, float]:
    """Row and column of the patch's corner, px of the drawing."""
    return glyph.box[0] - PATCH_MARGIN_PX / glyph.scale, glyph.box[1] - PATCH_MARGIN_PX / glyph.scale


def _place(glyph: Glyph, size: tuple[int, int]) -> NDArray[np.uint8]:
    """The ink of a glyph in its place, uint8 (height, width), from 0 to 255 for ink."""
    there = [_indices(length, start, glyph.scale) for length, start in zip(size, _origin(glyph), strict=True)]
    is_on = [(at >= 0) & (at < length) for at, length in zip(there, glyph.patch.shape, strict=True)]
    placed = np.zeros(size, np.uint8)
    placed[np.ix_(*is_on)] = 255 - glyph.patch[np.ix_(*(at[on] for at, on in zip(there, is_on, strict=True)))]
    return placed


def _indices(length: int, start: float, scale: float) -> NDArray[np.int64]:
    """Which row or column of the patch is at each of the drawing."""
    indices: NDArray[np.int64] = np.floor((np.arange(length) + 0.5 - start) * scale).astype(np.int64)
    return indices
