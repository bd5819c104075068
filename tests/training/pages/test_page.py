"""Pages are the same for the same seed, and say truly what is on them."""

import hashlib

import numpy as np
import pytest

from digitpad.training.datasets.splits import NOT_A_DIGIT
from digitpad.training.pages import page
from digitpad.training.pages.bank import Bank
from digitpad.training.pages.chance import Chance
from digitpad.training.pages.page import Page
from digitpad.training.pages.sheet import LARGEST_PX, SMALLEST_PX

SIDES = (64, 96, 128, 192, 256, 320)


@pytest.fixture(scope="module")
def pages(bank: Bank) -> list[Page]:
    return [page.make(bank, SIDES[number % len(SIDES)], Chance([3, number])) for number in range(120)]


def digest(made: Page) -> str:
    return hashlib.sha256(made.pixels.tobytes() + made.ink.tobytes() + made.owner.tobytes()).hexdigest()


def test_the_same_seed_gives_the_same_page_and_another_another(bank: Bank) -> None:
    once, again, other = (digest(page.make(bank, 128, Chance(seed))) for seed in (1, 1, 2))
    assert once == again != other


def test_pages_have_the_shapes_that_are_promised(pages: list[Page]) -> None:
    for made in pages:
        side = made.pixels.shape[0]
        assert made.pixels.shape == (side, side, 3)
        assert made.ink.shape == made.owner.shape == (side, side)
        assert made.ignored.shape == (side // 4, side // 4)
        assert {made.pixels.dtype, made.ink.dtype, made.owner.dtype, made.ignored.dtype} == {np.dtype(np.uint8)}


def test_every_glyph_owns_ink_near_its_centre(pages: list[Page]) -> None:
    num_owning = num_glyphs = num_wide = 0
    for made in pages:
        assert made.owner.max() <= len(made.glyphs)
        assert (made.ink[made.owner > 0] > 20).all()
        for number, glyph in enumerate(made.glyphs, start=1):
            rows, columns = np.nonzero(made.owner == number)
            num_glyphs += 1
            num_owning += len(rows) > 0
            if len(rows):
                reach = max(np.abs(columns - glyph.x).max(), np.abs(rows - glyph.y).max())
                assert reach <= 1.2 * glyph.size + 2
                num_wide += reach > 0.5 * glyph.size + 2
    assert num_glyphs > 300
    assert num_owning > 0.97 * num_glyphs  # few are written over
    assert 0 < num_wide < 0.05 * num_glyphs  # few are joined to a neighbour


def test_only_whole_glyphs_of_a_readable_size_are_to_be_found(pages: list[Page]) -> None:
    for made in pages:
        side = made.pixels.shape[0]
        for glyph in made.glyphs:
            assert 0 <= glyph.label <= NOT_A_DIGIT
            if glyph.is_found:
                assert SMALLEST_PX <= glyph.size <= LARGEST_PX
                assert 0 <= glyph.x < side
                assert 0 <= glyph.y < side


def test_every_digit_and_many_others_are_written(pages: list[Page]) -> None:
    counts = np.bincount([glyph.label for made in pages for glyph in made.glyphs], minlength=NOT_A_DIGIT + 1)
    assert (counts[:NOT_A_DIGIT] > 5).all()
    assert 0.1 < counts[NOT_A_DIGIT] / counts.sum() < 0.5
    assert any(not made.glyphs for made in pages)


def test_ink_differs_from_the_paper_around_it(pages: list[Page]) -> None:
    differences = []
    for made in pages:
        ink, paper = made.ink > 200, made.ink == 0
        if ink.sum() > 50:
            grey = made.pixels.astype(float)
            differences.append(np.abs(np.median(grey[ink], axis=0) - np.median(grey[paper], axis=0)).max())
    assert np.mean(np.array(differences) > 15) > 0.9
