"""Synthetic handwriting: every glyph can be written, differently each time, and stays recognisable."""

import itertools
import string
import subprocess
import sys

import numpy as np
import pytest
from numpy.typing import NDArray

from digitpad.training.augmentation import glyphs as templates
from digitpad.training.augmentation.synthetic import choose, pictures, write

LETTERS_AND_SIGNS = "AEFHKMNPRWXfhkmnwx#$%&@?+=~^<>*"
SHAPES = (
    "arrow triangle square heart star spiral house zigzag tick smiley wave cross infinity cloud stairs dots dot smile"
)

DIGITS, OTHERS = templates.names("digits"), templates.names("others")
GLYPHS = DIGITS + OTHERS


def chance(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_all_digits_and_others_are_there() -> None:
    assert tuple(string.digits) == DIGITS
    assert set(OTHERS) == {*LETTERS_AND_SIGNS, *SHAPES.split(), "horizontal line", "parallel lines"}


def test_every_variant_can_be_written() -> None:
    names = [name for name in GLYPHS for _ in range(40)]
    for name, strokes in zip(names, write(names, chance()), strict=True):
        assert strokes
        for stroke in strokes:
            assert stroke.ndim == 2
            assert stroke.shape[1] == 2
            assert np.isfinite(stroke).all()
            assert np.abs(stroke).max() < 250, name


def test_glyphs_are_chosen_by_the_number_of_ways_to_write_them() -> None:
    chosen = choose(("0", "3"), 4000, chance())
    ways = {glyph: len(templates.variants(glyph)) for glyph in ("0", "3")}
    assert chosen.count("0") / 4000 == pytest.approx(ways["0"] / sum(ways.values()), abs=0.03)


def test_an_unknown_glyph_is_refused() -> None:
    with pytest.raises(KeyError):
        write(["no such glyph"], chance())


def test_chance_comes_from_the_generator_alone() -> None:
    glyphs = [*GLYPHS] * 2
    assert (pictures(glyphs, chance()) == pictures(glyphs, chance())).all()
    assert not (pictures(glyphs, chance()) == pictures(glyphs, chance(1))).all(axis=(1, 2)).any()


def test_no_two_samples_are_alike() -> None:
    for name in ("dot", "1", "8", "@"):
        drawn = pictures([name] * 20, chance())
        assert len(np.unique(drawn, axis=0)) == 20


def test_pictures_hold_ink_on_paper() -> None:
    drawn = pictures([*GLYPHS] * 4, chance())
    assert drawn.shape == (4 * len(GLYPHS), 84, 84)
    assert drawn.dtype == np.uint8
    assert (drawn.min(axis=(1, 2)) == 0).all()
    edges = np.concatenate([drawn[:, [0, -1]], drawn[:, :, [0, -1]].transpose(0, 2, 1)], axis=1)
    assert (edges == 255).all()
    assert (drawn < 128).mean(axis=(1, 2)).max() < 0.5
    assert pictures([], chance()).shape == (0, 84, 84)
    assert pictures(["3"], chance(), canvas_px=40).shape == (1, 40, 40)


def test_a_wider_brush_leaves_more_ink() -> None:
    thin, thick = (pictures(["2"] * 20, chance(), brush=(width, width)) for width in (0.04, 0.12))
    assert ((thick < 128).sum(axis=(1, 2)) > 2 * (thin < 128).sum(axis=(1, 2))).all()


def test_lines_stay_level() -> None:
    for strokes in write(["horizontal line"] * 200, chance()):
        across, down = np.ptp(np.concatenate(strokes), axis=0)
        assert down < across * np.tan(np.deg2rad(35))


def shapes(digit: str, seed: int) -> NDArray[np.float64]:
    """Samples of a digit as the ink in 14 x 14 cells of its box."""
    cells: NDArray[np.float64] = np.zeros((120, 14, 14))
    for cell, strokes in zip(cells, write([digit] * len(cells), chance(seed)), strict=True):
        points = np.concatenate([np.linspace(a, b, 8) for s in strokes for a, b in itertools.pairwise(s)])
        low, extent = points.min(axis=0), np.ptp(points, axis=0).max()
        x, y = ((points - low) / extent * 13.99 + (14 - 14 * np.ptp(points, axis=0) / extent) / 2).clip(0, 13).T
        cell[y.astype(int), x.astype(int)] = 1
    cells[:, 1:] += cells[:, :-1] / 2
    cells[:, :, 1:] += cells[:, :, :-1] / 2
    flat = cells.reshape(len(cells), -1)
    flat /= np.linalg.norm(flat, axis=1, keepdims=True)
    return flat


def test_digits_can_be_told_apart() -> None:
    known = np.concatenate([shapes(digit, 0) for digit in DIGITS])
    labels = np.repeat(np.arange(10), len(known) // 10)
    for digit in DIGITS:
        nearest = labels[(shapes(digit, 1) @ known.T).argmax(axis=1)]
        assert (nearest == int(digit)).mean() > 0.75, digit  # as good as such a coarse comparison gets


def test_keras_is_not_needed() -> None:
    code = "import sys, digitpad.training.augmentation.synthetic; sys.exit('keras' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
