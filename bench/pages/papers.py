"""Pen strokes drawn as numbers: on white, on light paper, and on generated paper, photographed."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from digitpad import strokes as pen
from digitpad.strokes import Stroke
from digitpad.training.pages import camera, paper
from digitpad.training.pages.chance import Chance

Picture = NDArray[np.uint8]
"""uint8 (height, width, 3), RGB."""

HEIGHT_PX = 64
BRUSH_PX, MARGIN_PX = 4, 20
"""Width of the brush, and paper around the ink, at that height."""

PAPER, INK = (245.0, 242.0, 234.0), (48.0, 54.0, 92.0)
"""Colours of the light paper and of the ink on it."""

_SEED = 20


def draw(strokes: Sequence[Stroke], height_px: int = HEIGHT_PX) -> NDArray[np.uint8]:
    """Draw strokes so that their box is some px high.

    Args:
        strokes: float64 (num_points, 2) each, in any unit.
        height_px: of the box; brush and margin grow with it, but the margin does not shrink.

    Returns:
        uint8 (height, width), 0 for ink to 255 for paper.
    """
    extent = np.ptp(np.concatenate(strokes), axis=0)
    scale, unit = height_px / max(float(extent[1]), 1.0), height_px / HEIGHT_PX
    margin = round(MARGIN_PX * max(1.0, unit))
    width, height = (int(side * scale) + 2 * margin for side in extent)
    placed = pen.place(strokes, float(extent.max()) * scale, (width / 2, height / 2))
    return np.asarray(pen.draw(placed, (width, height), BRUSH_PX * unit))


def on_white(strokes: Sequence[Stroke]) -> Picture:
    """Black on white."""
    return np.stack([draw(strokes)] * 3, axis=2)


def on_light_paper(strokes: Sequence[Stroke], height_px: int = HEIGHT_PX) -> Picture:
    """Blue-black on evenly lit, light paper."""
    share = draw(strokes, height_px)[..., None] / 255
    levels: NDArray[np.float64] = np.rint(share * np.array(PAPER) + (1 - share) * np.array(INK))
    return levels.astype(np.uint8)


def on_a_sheet(strokes: Sequence[Stroke], size_px: tuple[int, int]) -> Picture:
    """Blue-black in the middle of a sheet of light paper, (width, height) px, and no wider than it."""
    drawn = on_light_paper(strokes)
    left, top = ((size - side) // 2 for size, side in zip(size_px, (drawn.shape[1], drawn.shape[0]), strict=True))
    sheet = np.full((size_px[1], size_px[0], 3), np.array(PAPER, np.uint8), np.uint8)
    sheet[top : top + drawn.shape[0], left : left + drawn.shape[1]] = drawn
    return sheet


def on_generated_paper(strokes: Sequence[Stroke], number: int) -> Picture:
    """Ink on paper as the page generator makes it, photographed; the same for the same number."""
    chance, coverage = Chance([_SEED, number]), 255 - draw(strokes)
    side = max(coverage.shape)
    top, left = (side - coverage.shape[0]) // 2, (side - coverage.shape[1]) // 2
    square = np.zeros((side, side), np.uint8)
    square[top : top + coverage.shape[0], left : left + coverage.shape[1]] = coverage
    tone = paper.colour(chance)
    picture = np.full((side, side, 3), tone, np.float32)
    paper.texture(picture, chance)
    paper.lay(picture, square, paper.ink(tone, chance, 55))
    return camera.photograph(picture, chance)
