"""Each piece of ink is read once, at the level where it reads best."""

import numpy as np

from digitpad.pages.boxes import Box
from digitpad.pages.choice import choose
from digitpad.pages.finder import Glyph

PATCH = np.full((20, 20), 255, np.uint8)


def glyph(box: Box, *, scale: float = 1.0, chance: float = 0.9, origin: tuple[int, int] = (0, 0)) -> Glyph:
    size = max(box[2] - box[0], box[3] - box[1]) * scale
    return Glyph(box, size, chance, np.zeros(11, np.float32), PATCH, scale, 0.5, origin)


def test_of_two_views_of_the_same_ink_the_one_that_reads_better_stands() -> None:
    views = [glyph((0, 0, 40, 30)), glyph((0, 0, 41, 31), scale=0.5)]
    assert choose(views, [0.2, 0.99]) == [1]
    assert choose(views, [0.99, 0.2]) == [0]


def test_neighbours_of_one_level_stand_even_if_their_boxes_overlap() -> None:
    leaning = [glyph((0, 0, 40, 30)), glyph((0, 12, 40, 42))]
    assert sorted(choose(leaning, [0.9, 0.9])) == [0, 1]


def test_a_digit_where_two_tiles_overlap_stands_once() -> None:
    views = [glyph((440, 0, 460, 15), scale=2.0), glyph((440, 0, 460, 15), scale=2.0, origin=(416, 0))]
    assert choose(views, [0.9, 0.9]) == [0]


def test_a_part_of_a_digit_does_not_stand_beside_it() -> None:
    whole, loop = glyph((0, 0, 80, 50), scale=0.5), glyph((40, 5, 78, 45))
    assert choose([whole, loop], [0.9, 0.8]) == [0]
    part = glyph((40, 5, 78, 45), scale=0.5, chance=0.5)
    assert choose([whole, part], [0.9, 0.9]) == [0]


def test_a_size_that_suits_the_network_counts() -> None:
    views = [glyph((0, 0, 200, 100)), glyph((0, 0, 200, 100), scale=0.25)]
    assert choose(views, [0.9, 0.9]) == [1]


def test_what_stands_apart_stands() -> None:
    apart = [glyph((0, 0, 40, 30)), glyph((0, 100, 40, 130), scale=0.5), glyph((100, 0, 140, 30))]
    assert sorted(choose(apart, [0.9, 0.1, 0.5])) == [0, 1, 2]
    assert choose([], []) == []
