"""Finds glyphs on a picture with the page network, and cuts out the ink of each."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitpad.pages.boxes import Box
from digitpad.pages.levels import Level, Picture, closer, pyramid

Run = Callable[[Picture], dict[str, NDArray[Any]]]
"""Runs the page graph on a picture whose sides are multiples of 32; see `training.export.finder.build`."""

MOST_GLYPHS = 200
"""The page graph finds at most this many glyphs at a time."""

SMALLEST_PX, LARGEST_PX = 11.0, 105.0
"""Glyphs of other sizes at a level are left to another level."""

_BEST_PX = (22.0, 52.0)
_TINY_PX = 20.0  # glyphs below this at the finest level are looked at more closely
_TILE_PX, _MARGIN_PX = 448, 32
_MOST_TILES = 8
_LEAST_CHANCE = 0.3
_PAPER, _INK = 31, 224
"""Levels of ink that count as none and as full."""

PATCH_MARGIN_PX = 6
"""Paper around the ink of a patch."""


@dataclass(frozen=True, eq=False)
class Glyph:
    """Something that a pen wrote, at one level.

    Attributes:
        box: top, left, bottom and right edge of its ink, px of the picture.
        size: longer side at the level, px.
        chance: that there is a glyph, 0 to 1.
        logits: float32 (11,), of the digits 0 to 9 and of not being one, as the page network sees it.
        patch: uint8 (height, width), its ink alone, black on white, at the resolution of the level.
        scale: px of the level per px of the picture.
        share: how much of all the ink on the picture is its, 0 to 1.
        origin: row and column of the picture where the level begins, px.
    """

    box: Box
    size: float
    chance: float
    logits: NDArray[np.float32]
    patch: NDArray[np.uint8]
    scale: float
    share: float
    origin: tuple[int, int] = (0, 0)

    @property
    def fit(self) -> float:
        """How well its size suits the network, up to 1."""
        return min(1.0, self.size / _BEST_PX[0], _BEST_PX[1] / self.size)


@dataclass(frozen=True, eq=False)
class Finding:
    """What the page network found on a picture.

    Attributes:
        glyphs: at all levels, most of them more than once.
        ink: uint8 (height, width), how much of it a pen wrote, from 0 to 255, at the finest level that was looked at.
    """

    glyphs: list[Glyph]
    ink: NDArray[np.uint8]


def find(picture: Picture, run: Run, most_px: int | None = None) -> Finding:
    """Find glyphs at all levels of a picture.

    Args:
        picture: uint8 (height, width, 3), RGB.
        run: runs the page graph.
        most_px: levels with a longer side are left out, and with them small glyphs; None for none.
    """
    levels = pyramid(picture)
    kept = [level for level in levels if most_px is None or max(level.size) <= most_px]
    outputs = [run(level.pixels) for level in kept]
    inks = [_ink(level, seen) for level, seen in zip(kept, outputs, strict=True)]
    found = [_cut_all(*each) for each in zip(kept, outputs, inks, strict=True)]
    if kept[0] is levels[0]:
        tiny = [glyph for glyph in found[0] if glyph.size < _TINY_PX]
        tiles = _tiles(picture, round(2 * kept[0].scale), tiny)
        found = [*(_cut_all(tile, run(tile.pixels), inks[0]) for tile in tiles), *found]
    height, width = kept[0].size
    return Finding([glyph for glyphs in found for glyph in glyphs], outputs[0]["ink"][:height, :width])


def _tiles(picture: Picture, enlarged: int, tiny: Sequence[Glyph]) -> list[Level]:
    """Enlarged tiles of the picture, where there are tiny glyphs."""
    height, width = picture.shape[:2]
    centres = [((glyph.box[0] + glyph.box[2]) / 2, (glyph.box[1] + glyph.box[3]) / 2) for glyph in tiny]
    counts: dict[tuple[int, int], int] = {}
    for y, x in centres:
        tile = (int(y // _TILE_PX), int(x // _TILE_PX))
        counts[tile] = counts.get(tile, 0) + 1
    fullest = sorted(counts, key=lambda tile: -counts[tile])[:_MOST_TILES]
    levels = []
    for row, column in fullest:
        top, left = max(0, row * _TILE_PX - _MARGIN_PX), max(0, column * _TILE_PX - _MARGIN_PX)
        bottom = min(height, (row + 1) * _TILE_PX + _MARGIN_PX)
        right = min(width, (column + 1) * _TILE_PX + _MARGIN_PX)
        levels.append(closer(picture, enlarged, top, left, bottom, right))
    return levels


def _ink(level: Level, outputs: dict[str, NDArray[Any]]) -> float:
    """All ink on a level, in levels times square px of the picture."""
    ink = outputs["ink"][: level.size[0], : level.size[1]]
    return float(ink.sum(where=ink > _PAPER)) / level.scale**2


def _cut_all(level: Level, outputs: dict[str, NDArray[Any]], all_ink: float) -> list[Glyph]:
    """Cut out the ink of the glyphs on a level; `all_ink` is that on the picture, see `_ink`."""
    height, width = level.size
    ink = outputs["ink"][:height, :width]
    owner = outputs["owner"].repeat(2, axis=0).repeat(2, axis=1)[:height, :width]
    rows, columns = np.nonzero((owner > 0) & (ink > _PAPER))
    owners = owner[rows, columns]
    order = np.argsort(owners, kind="stable")
    glyphs = []
    for part in np.split(order, np.flatnonzero(np.diff(owners[order])) + 1):
        if len(part):
            number = int(owners[part[0]]) - 1
            if glyph := _cut(level, ink, outputs["glyphs"][number], rows[part], columns[part], all_ink):
                glyphs.append(glyph)
    return glyphs


def _cut(
    level: Level,
    ink: NDArray[np.uint8],
    row: NDArray[np.float32],
    rows: NDArray[np.int64],
    columns: NDArray[np.int64],
    all_ink: float,
) -> Glyph | None:
    """Cut out the ink of one glyph; None if it is uncertain or too little ink for its size."""
    _, _, size, chance = (float(value) for value in row[:4])
    top, left, bottom, right = int(rows.min()), int(columns.min()), int(rows.max()) + 1, int(columns.max()) + 1
    longer = max(bottom - top, right - left)
    if chance < _LEAST_CHANCE or not SMALLEST_PX <= size <= LARGEST_PX or longer < 0.5 * size:
        return None
    margin = PATCH_MARGIN_PX
    patch = np.full((bottom - top + 2 * margin, right - left + 2 * margin), 255, np.uint8)
    own = ink[rows, columns].astype(np.float32)
    levels = np.clip((own - _PAPER) * (255 / (_INK - _PAPER)), 0, 255)
    patch[rows - top + margin, columns - left + margin] = 255 - levels.astype(np.uint8)
    box = (
        top / level.scale + level.top,
        left / level.scale + level.left,
        bottom / level.scale + level.top,
        right / level.scale + level.left,
    )
    share = float(own.sum()) / level.scale**2 / all_ink
    return Glyph(box, size, chance, row[4:], patch, level.scale, share, (level.top, level.left))
