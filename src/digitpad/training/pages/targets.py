"""Targets: what the page network should say about a page, as arrays of the sizes of its outputs."""

from collections.abc import Sequence
from typing import TypedDict, cast

import numpy as np
from numpy.typing import NDArray

from digitpad.training.datasets.splits import NOT_A_DIGIT
from digitpad.training.pages.page import Page
from digitpad.training.pages.sheet import NO_CENTRE, NO_DIGIT, NO_INK, Glyph

OFFSET_PX = 16.0
"""Offsets are in units of so many px."""

SIZE_PX = 32.0
"""Sizes are logarithms to base 2 of multiples of so many px."""

_SPREAD = 0.09  # of the size of a glyph: standard deviation of the peak at its centre
_NEAR = 0.2  # of the height of the peak: where label and size count
_WORD_WEIGHT = 0.4


class Batch(TypedDict):
    """Pages and their targets; `side` is that of a page, half and quarter are shares of it.

    Attributes:
        pixels: uint8 (batch, side, side, 3), RGB.
        ink: uint8 (batch, side, side), 0 to 255.
        ink_weight: float16 (batch, side, side), 0 or 1.
        offset: float16 (batch, half, half, 2), from the middle of each cell to the centre of the glyph that owns its
            ink: to the right and down, in `OFFSET_PX`.
        offset_weight: float16 (batch, half, half), 0 where there is no ink; less for large glyphs.
        peak: float16 (batch, quarter, quarter), 1 in the cell with a centre, less around it.
        peak_weight: float16 (batch, quarter, quarter), 0 or 1.
        size: float16 (batch, quarter, quarter), of the nearest glyph, see `SIZE_PX`.
        label: uint8 (batch, quarter, quarter), of the nearest glyph, 0 to 9 or `NOT_A_DIGIT`.
        label_weight: float16 (batch, quarter, quarter), 0 far from centres.
    """

    pixels: NDArray[np.uint8]
    ink: NDArray[np.uint8]
    ink_weight: NDArray[np.float16]
    offset: NDArray[np.float16]
    offset_weight: NDArray[np.float16]
    peak: NDArray[np.float16]
    peak_weight: NDArray[np.float16]
    size: NDArray[np.float16]
    label: NDArray[np.uint8]
    label_weight: NDArray[np.float16]


def gather(pages: Sequence[Page]) -> Batch:
    """Pages of one size as a batch with targets."""
    parts = [_targets(page) for page in pages]
    return cast("Batch", {name: np.stack([part[name] for part in parts]) for name in parts[0]})


def _targets(page: Page) -> dict[str, NDArray[np.generic]]:
    counts = ((page.ignored & NO_INK) == 0).astype(np.float16)
    found = (page.ignored & NO_CENTRE) == 0
    is_word = (page.ignored & NO_DIGIT) > 0
    offset, offset_weight = _offsets(page)
    peak, size, label = _peaks(page.glyphs, len(page.ignored))
    near = np.where(peak > _NEAR, peak * found, 0)
    word_weight = np.where(is_word, _WORD_WEIGHT, 0)
    return {
        "pixels": page.pixels,
        "ink": page.ink,
        "ink_weight": np.kron(counts, np.ones((4, 4), np.float16)),
        "offset": offset,
        "offset_weight": offset_weight * np.kron(counts, np.ones((2, 2), np.float16)),
        "peak": peak,
        "peak_weight": found.astype(np.float16),
        "size": size,
        "label": np.where(word_weight > near, NOT_A_DIGIT, label).astype(np.uint8),
        "label_weight": np.maximum(near, word_weight).astype(np.float16),
    }


def _offsets(page: Page) -> tuple[NDArray[np.float16], NDArray[np.float16]]:
    """For cells of 2x2 px, the offset to the centre of the glyph with the most ink there, and its weight."""
    half = len(page.ink) // 2
    cells = [
        array.reshape(half, 2, half, 2).transpose(0, 2, 1, 3).reshape(half, half, 4) for array in (page.ink, page.owner)
    ]
    owner = np.take_along_axis(cells[1], cells[0].argmax(axis=2)[..., None], axis=2)[..., 0]
    table = np.array([(0, 0, 1), *((glyph.x, glyph.y, max(glyph.size, 8)) for glyph in page.glyphs)], np.float32)
    x, y, size = table[owner].transpose(2, 0, 1)
    middle = 2 * np.arange(half, dtype=np.float32) + 1
    offset = np.stack([x - middle, y - middle[:, None]], axis=2) / OFFSET_PX
    return (offset * (owner > 0)[..., None]).astype(np.float16), ((owner > 0) * OFFSET_PX / size).astype(np.float16)


def _peaks(glyphs: Sequence[Glyph], quarter: int) -> tuple[NDArray[np.float16], NDArray[np.float16], NDArray[np.uint8]]:
    """Peaks at the centres of glyphs, and size and label of the nearest one."""
    peak, size, label = np.zeros((3, quarter, quarter), np.float32)
    for glyph in glyphs:
        if not glyph.is_found:
            continue
        column, row = int(glyph.x // 4), int(glyph.y // 4)
        spread = float(np.clip(_SPREAD * glyph.size / 4, 0.6, 2.2))
        reach = int(4 * spread) + 1
        here = (slice(max(0, row - reach), row + reach + 1), slice(max(0, column - reach), column + reach + 1))
        y, x = np.ogrid[:quarter, :quarter]
        value = np.exp(-((x[:, here[1]] - column) ** 2 + (y[here[0]] - row) ** 2) / (2 * spread**2))
        nearer = value > peak[here]
        peak[here][nearer] = value[nearer]
        size[here][nearer] = np.log2(max(glyph.size, 4) / SIZE_PX)
        label[here][nearer] = glyph.label
    return peak.astype(np.float16), size.astype(np.float16), label.astype(np.uint8)
