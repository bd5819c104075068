"""Choosing among the glyphs found at several levels: each piece of ink is read once."""

from collections.abc import Sequence

from digitpad.pages.boxes import Box, area, intersect, longer_side
from digitpad.pages.finder import Glyph

_SAME = 0.5  # of the smaller box: glyphs that share more are two views of the same ink
_PART = 0.6  # of the size: a smaller glyph inside of a larger one is a part of it
_REFUSED = 0.15  # how much a glyph that is refused weighs against one that is read


def choose(glyphs: Sequence[Glyph], accepted: Sequence[float]) -> list[int]:
    """Choose the glyphs that stand, best first.

    Args:
        glyphs: from `finder.find`.
        accepted: for each, how surely it was read as a digit, 0 to 1; of two views of the same ink, that which reads
            better counts.

    Returns:
        Indices of the glyphs that stand.
    """
    ranks = [
        glyph.chance * glyph.fit * (_REFUSED + (1 - _REFUSED) * share)
        for glyph, share in zip(glyphs, accepted, strict=True)
    ]
    chosen: list[int] = []
    for index in sorted(range(len(glyphs)), key=lambda index: -ranks[index]):
        if not any(_clash(glyphs[index], glyphs[other]) for other in chosen):
            chosen.append(index)
    return chosen


def _clash(new: Glyph, stands: Glyph) -> bool:
    """Whether two glyphs are the same ink, or one is a part of the other."""
    is_of_one_level = (new.scale, new.origin) == (stands.scale, stands.origin)
    if is_of_one_level and not _is_inside(new.box, stands.box):
        return False  # there, no ink has two owners
    shared = area(intersect(new.box, stands.box))
    return shared > _SAME * min(area(new.box), area(stands.box))


def _is_inside(inner: Box, outer: Box) -> bool:
    y, x = (inner[0] + inner[2]) / 2, (inner[1] + inner[3]) / 2
    is_part = longer_side(inner) < _PART * longer_side(outer)
    return is_part and outer[0] < y < outer[2] and outer[1] < x < outer[3]
