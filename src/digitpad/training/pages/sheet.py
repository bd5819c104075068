"""The sheet: what is written and printed on a page before it has paper, and what a reader should find on it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitpad.training.pages.hands import Patch

SMALLEST_PX, LARGEST_PX = 13, 150
"""Sizes of glyphs between which a reader should find their centres; others are found in a larger or smaller picture."""

MOST_GLYPHS = 250

NO_CENTRE, NO_INK, NO_DIGIT = 1, 2, 4
"""Flags of `Sheet.ignored`: where centres and ink do not count, and where everything is part of a word."""

_CELL_PX = 4


@dataclass(frozen=True)
class Glyph:
    """A glyph that a pen wrote.

    Attributes:
        x: column of the middle of its box, px.
        y: row of the middle of its box, px.
        size: longer side of its box, px.
        label: 0 to 9, or `NOT_A_DIGIT`.
        is_found: whether a reader should find its centre; otherwise only its ink counts.
    """

    x: float
    y: float
    size: float
    label: int
    is_found: bool


class Sheet:
    """A square sheet without paper.

    Attributes:
        side: px.
        tilt: how far lines fall to the right, radians.
        written: ink of the writer's pen, uint8 (side, side), 0 to 255.
        other: ink of another pen.
        printed: printed text.
        lines: printed lines, frames and tables.
        ink: the ink of all pens, which a reader should find.
        owner: which glyph the ink belongs to, uint8 (side, side); 0 for none, otherwise its place in `glyphs` plus 1.
        glyphs: the glyphs.
        ignored: flags for cells of 4x4 px, uint8 (side / 4, side / 4).
    """

    def __init__(self, side: int, tilt: float = 0.0) -> None:
        self.side, self.tilt = side, tilt
        self.written, self.other, self.printed, self.lines, self.ink, self.owner = np.zeros((6, side, side), np.uint8)
        self.glyphs: list[Glyph] = []
        self.ignored = np.zeros((side // _CELL_PX, side // _CELL_PX), np.uint8)
        self._taken = np.zeros((side // _CELL_PX + 1, side // _CELL_PX + 1), bool)

    def is_free(self, x: float, y: float, width: float, height: float, margin: float = 2) -> bool:
        """Whether there is nothing yet in a rectangle, px."""
        return not self._taken[_cells(x, y, width, height, margin)].any()

    def take(self, x: float, y: float, width: float, height: float) -> None:
        """Note that there is something in a rectangle, px."""
        self._taken[_cells(x, y, width, height, 0)] = True

    def ignore(self, x: float, y: float, width: float, height: float, flags: int, margin: float = 2) -> None:
        """Set flags in a rectangle, px."""
        self.ignored[_cells(x, y, width, height, margin)] |= flags

    def free_place(self, patch: Patch, margin: float, x: float, y: float) -> bool:
        """Whether a patch fits with its upper left corner at x, y."""
        return self.is_free(x, y, patch.shape[1], patch.shape[0], margin)

    def write(self, patch: Patch, x: float, y: float, label: int, *, pen: NDArray[np.uint8] | None = None) -> int:
        """Write a glyph with its upper left corner at x, y, px; parts beyond the edge are cut off.

        Args:
            patch: its ink.
            x: column.
            y: row.
            label: 0 to 9, or `NOT_A_DIGIT`.
            pen: the layer that it is written on; None for `written`.

        Returns:
            Its place in `glyphs` plus 1; 0 if too little of it is on the sheet.
        """
        x, y, (height, width) = int(x), int(y), patch.shape
        seen = blit(self.written if pen is None else pen, patch, x, y)
        if seen <= 0:
            return 0
        self.take(x, y, width, height)
        if seen < 0.25 or len(self.glyphs) >= MOST_GLYPHS:
            self.ignore(x, y, width, height, NO_CENTRE | NO_INK)
            return 0
        size, middle = max(height, width), (x + width / 2, y + height / 2)
        is_found = seen >= 0.8 and SMALLEST_PX <= size <= LARGEST_PX and 0 <= min(middle) <= max(middle) < self.side
        self.glyphs.append(Glyph(*middle, size, label, is_found))
        self._own(patch, x, y, len(self.glyphs))
        if size > LARGEST_PX:  # what is in its middle does not count; elsewhere nothing should be found in it
            reach = 0.15 * size
            self.ignore(middle[0] - reach, middle[1] - reach, 2 * reach, 2 * reach, NO_CENTRE, 0)
        elif not is_found:
            self.ignore(x, y, width, height, NO_CENTRE | (NO_INK if size < 0.75 * SMALLEST_PX else 0))
        return len(self.glyphs)

    def join(self, patch: Patch, x: float, y: float, left: int, right: int) -> None:
        """Write a stroke that joins two glyphs, given as by `write`; half of its ink belongs to each."""
        x, y, half = int(x), int(y), patch.shape[1] // 2
        blit(self.written, patch, x, y)
        self._own(patch[:, :half], x, y, left)
        self._own(patch[:, half:], x + half, y, right)

    def write_word(self, patch: Patch, x: float, y: float, *, pen: NDArray[np.uint8] | None = None) -> None:
        """Write a word, whose letters have no centres of their own."""
        x, y, (height, width) = int(x), int(y), patch.shape
        blit(self.written if pen is None else pen, patch, x, y)
        blit(self.ink, patch, x, y)
        self.take(x, y, width, height)
        self.ignore(x, y, width, height, NO_CENTRE | NO_DIGIT)

    def _own(self, patch: Patch, x: int, y: int, number: int) -> None:
        here, part = _overlap(self.side, patch, x, y)
        ink, owner = self.ink[here], self.owner[here]
        owner[(patch[part] > ink) & (patch[part] > 20)] = number
        np.maximum(ink, patch[part], out=ink)


def blit(layer: NDArray[np.uint8], patch: Patch, x: int, y: int) -> float:
    """Add ink to a layer, in place; returns the share of it that is inside."""
    here, part = _overlap(layer.shape[0], patch, x, y)
    inside = patch[part]
    np.maximum(layer[here], inside, out=layer[here])
    return float(inside.sum()) / max(float(patch.sum()), 1.0)


def _overlap(side: int, patch: Patch, x: int, y: int) -> tuple[tuple[slice, slice], tuple[slice, slice]]:
    """Where a patch at x, y meets a square layer: slices of the layer and of the patch."""
    height, width = patch.shape
    top, left, bottom, right = max(y, 0), max(x, 0), min(y + height, side), min(x + width, side)
    if top >= bottom or left >= right:
        return (slice(0, 0), slice(0, 0)), (slice(0, 0), slice(0, 0))
    return (slice(top, bottom), slice(left, right)), (slice(top - y, bottom - y), slice(left - x, right - x))


def _cells(x: float, y: float, width: float, height: float, margin: float) -> tuple[slice, slice]:
    def span(begin: float, length: float) -> slice:
        first, last = int((begin - margin) // _CELL_PX), int((begin + length + margin) // _CELL_PX)
        return slice(max(0, first), max(0, last + 1))

    return span(y, height), span(x, width)
