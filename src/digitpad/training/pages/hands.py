"""Hands: one writer with one pen, and the ink that they leave. A patch is the ink's coverage of a small picture."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from digitpad.training.pages.chance import Chance

Patch = NDArray[np.uint8]
"""uint8 (height, width), 0 for paper to 255 for ink, trimmed to the ink."""

Line = NDArray[np.float32]
"""float32 (num_points, 2), points with x to the right and y down; a single point is a dot."""

_VISIBLE = 24  # of 255
_SUBPIXELS = 16


@dataclass(frozen=True)
class Hand:
    """One writer with one pen.

    Attributes:
        pen: width of the pen as a share of the height of a digit.
        rotation: degrees.
        slant: px per px.
        stretch: width over height, beyond what a glyph has.
        grain: how much paper shows through the ink, 0 to 1.
        pressure: whether the ink is darker here and paler there.
        nib: whether the pen is broad, so that strokes are wider in one direction.
    """

    pen: float
    rotation: float
    slant: float
    stretch: float
    grain: float
    pressure: bool
    nib: bool

    @classmethod
    def random(cls, chance: Chance, tilt: float = 0.0) -> "Hand":
        """A random hand on paper that is turned by some radians."""
        usual = chance.happens(0.75)
        return cls(
            pen=min(chance.log_uniform(0.018, 0.2) if usual else chance.log_uniform(0.01, 0.3), 0.26),
            rotation=chance.normal(3.5) + float(np.degrees(tilt)),
            slant=chance.normal(0.1),
            stretch=float(np.exp(chance.normal(0.13))),
            grain=chance.uniform(0.15, 0.7) if chance.happens(0.25) else 0.0,
            pressure=chance.happens(0.3),
            nib=chance.happens(0.1),
        )

    def deform(self, chance: Chance) -> NDArray[np.float64]:
        """The linear map, (2, 2), from a glyph to the same glyph in this hand, a little different each time."""
        angle, slant = np.deg2rad(self.rotation + chance.normal(4)), self.slant + chance.normal(0.06)
        stretch = self.stretch * np.exp(chance.normal(0.08))
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        lean = np.array([[1.0, -slant], [0.0, 1.0]])
        matrix: NDArray[np.float64] = turn @ lean @ np.diag([stretch**0.5, stretch**-0.5])
        return matrix

    def write(self, lines: Sequence[Line], size_px: float, chance: Chance) -> Patch | None:
        """Write lines, so that their ink is about `size_px` long on its longer side; None if there is no ink."""
        pen_px = max(self.pen * size_px * np.exp(chance.normal(0.08)), 0.3)
        fine = 4 if size_px < 48 else 3 if size_px < 80 else 2
        matrix = self.deform(chance).T.astype(np.float32)
        lines = [line @ matrix for line in lines]
        points = np.concatenate(lines)
        low, extent = points.min(axis=0), np.ptp(points, axis=0)
        scale = max(size_px - pen_px, size_px / 2) / float(extent.max()) if extent.max() > 0.5 else 1.0
        margin = pen_px / 2 + 3
        width, height = (int(side) + 1 for side in np.ceil(extent * scale + 2 * margin))
        canvas = np.zeros((height * fine, width * fine), np.uint8)
        origin = margin - low * scale + chance.rng.uniform(0, 1, 2).astype(np.float32)
        placed = [np.rint((line * scale + origin) * (fine * _SUBPIXELS)).astype(np.int32) for line in lines]
        thickness = max(1, round(pen_px * fine))
        if self.nib and thickness > 3:
            placed += [line + np.array([1, -1], np.int32) * int(0.35 * _SUBPIXELS * thickness) for line in placed]
            thickness = max(1, int(0.6 * thickness))
        for line in placed:
            if len(line) == 1:
                centre = (int(line[0, 0]), int(line[0, 1]))
                cv2.circle(canvas, centre, max(1, thickness // 2) * _SUBPIXELS, 255, -1, cv2.LINE_AA, 4)
        cv2.polylines(canvas, [line for line in placed if len(line) > 1], False, 255, thickness, cv2.LINE_AA, 4)
        patch = cv2.resize(canvas, (width, height), interpolation=cv2.INTER_AREA)
        if pen_px * fine < 1:  # OpenCV draws no line below a pixel: thinner ones are paler
            patch = (patch * max(pen_px * fine, 0.5)).astype(np.uint8)
        return trim(patch)

    def redraw(self, image: NDArray[np.uint8], size_px: float, chance: Chance) -> Patch | None:
        """Redraw an image of MNIST, uint8 (28, 28), so that its ink is about `size_px` long on its longer side."""
        rows, columns = np.nonzero(image > 60)
        if len(rows) < 5:
            return None
        scale = size_px / (max(np.ptp(rows), np.ptp(columns)) + 1)
        finer = int(np.clip(round(scale), 1, 6))
        large = cv2.resize(image, None, fx=finer, fy=finer, interpolation=cv2.INTER_CUBIC)
        large = cv2.GaussianBlur(large, (0, 0), 0.45 * finer)
        middle = np.array([np.ptp(columns) / 2 + columns.min(), np.ptp(rows) / 2 + rows.min()]) * finer
        side = int(1.6 * size_px) + 8
        matrix = self.deform(chance) * (scale / finer)
        shift = side / 2 - matrix @ (middle + (finer - 1) / 2) + chance.rng.uniform(-0.5, 0.5, 2)
        affine = np.column_stack([matrix, shift])
        ink = cv2.warpAffine(large, affine, (side, side), flags=cv2.INTER_LINEAR).astype(np.float32) / 255
        # a higher threshold makes the strokes of a blurred image thinner, and the steepness of the edge its sharpness
        threshold = float(np.clip(0.8 - 2.5 * self.pen, 0.22, 0.68))
        return trim((np.clip((ink - threshold) * max(1.6, scale) + 0.5, 0, 1) * 255).astype(np.uint8))

    def texture(self, ink: NDArray[np.uint8], chance: Chance) -> NDArray[np.uint8]:
        """Ink as this pen leaves it: with grain of the paper, or with varying pressure."""
        side = ink.shape[0]
        if self.grain and ink.any():
            grain = cv2.GaussianBlur(chance.rng.random((side, side), np.float32), (0, 0), chance.uniform(0.4, 1.0))
            low, high = float(grain.min()), float(grain.max())
            ink = (ink * (1 - self.grain * (grain - low) / (high - low + 1e-6))).astype(np.uint8)
        if self.pressure:
            ink = (ink * np.clip(field(side, 5, 0.45, 1.25, chance), 0, 1)).astype(np.uint8)
        return ink


def bend(lines: Sequence[Line], amount: float, chance: Chance) -> list[Line]:
    """Bend lines smoothly, as another hand would; `amount` is a share of their size."""
    points = np.concatenate(lines)
    low, high = points.min(axis=0), points.max(axis=0)
    extent = max(float((high - low).max()), 1e-3)
    bends = chance.rng.normal(0, amount * extent, (5, 2)).astype(np.float32)
    bent = []
    for line in lines:
        x, y = ((line - (low + high) / 2) / extent * 2).T
        moves = np.stack([x * x, x * y, y * y, x * x * y, x * y * y], axis=1) @ bends
        bent.append((line + moves).astype(np.float32))
    return bent


def trim(patch: NDArray[np.uint8]) -> Patch | None:
    """Cut off what has no ink; None if there is none."""
    rows, columns = np.flatnonzero(patch.max(axis=1) > _VISIBLE), np.flatnonzero(patch.max(axis=0) > _VISIBLE)
    if not len(rows) or not len(columns):
        return None
    return patch[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def field(side: int, knots: int, low: float, high: float, chance: Chance) -> NDArray[np.float32]:
    """A smooth random field, float32 (side, side), about `low` to `high`, with `knots` independent values a side."""
    coarse = chance.rng.random((knots, knots), np.float32)
    smooth: NDArray[np.float32] = cv2.resize(coarse, (side, side), interpolation=cv2.INTER_CUBIC)
    return low + (high - low) * smooth
