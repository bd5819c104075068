"""Augmentation changes the style and stroke width of every image, but not the digit."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from digitpad import Recognizer
from digitpad.training.augmentation.augment import augment, move
from digitpad.training.preprocessing import contract, framing
from digitpad.training.recipe import Recipe
from tests.conftest import portion
from tests.training.conftest import drawn_digits

IMAGES, LABELS = drawn_digits(50, 0)
OTHER_PEN = Recipe(rotation_degrees=0.0, shear=0.0, zoom=0.0, elastic_px=0.0, stroke_px=0.0)
"""Changes only the stroke width, within the range that the contract allows."""


def changed(recipe: Recipe, seed: int = 0) -> NDArray[np.float32]:
    return augment(IMAGES.copy(), recipe, np.random.default_rng(seed))


@pytest.fixture(scope="module")
def plain() -> NDArray[np.float32]:
    return changed(OTHER_PEN)


def test_pictures_stay_pictures_and_all_of_them_change() -> None:
    pictures = changed(Recipe())
    assert pictures.shape == (50, 28, 28, 1)
    assert pictures.dtype == np.float32
    assert pictures.min() >= 0
    assert pictures.max() <= 1
    before = IMAGES[..., None] / 255
    assert pictures.sum() == pytest.approx(before.sum(), rel=0.2)
    assert (np.abs(pictures - before).mean(axis=(1, 2, 3)) > 0.01).all()


def test_chance_comes_from_the_generator_alone() -> None:
    assert np.array_equal(changed(Recipe(), 1), changed(Recipe(), 1))
    assert (changed(Recipe(), 1) != changed(Recipe(), 2)).any(axis=(1, 2, 3)).all()


@pytest.mark.parametrize(
    ("name", "most"),
    [("rotation_degrees", 14.0), ("shear", 0.25), ("zoom", 0.18), ("elastic_px", 1.2), ("stroke_px", 1.0)],
)
def test_every_kind_of_change_has_an_effect_of_its_own(plain: NDArray[np.float32], name: str, most: float) -> None:
    # `plain` uses the same random numbers, so the pen is the same
    little, much = (changed(OTHER_PEN.replace(**{name: share * most})) - plain for share in (0.3, 1.0))
    assert 0.002 < np.abs(little).mean() < np.abs(much).mean() < 0.1


def test_pictures_are_moved_by_whole_pixels_every_way_as_often() -> None:
    images = np.random.default_rng(0).integers(1, 256, (60, 28, 28), dtype=np.uint8)
    ways = [(down, across) for down in range(-2, 3) for across in range(-2, 3)]
    found = []
    for before, after in zip(images, move(images, 2), strict=True):
        framed = np.pad(before, 2)
        found.append([np.array_equal(framed[2 - d : 30 - d, 2 - a : 30 - a], after) for d, a in ways])
    counts = np.sum(found, axis=0)
    assert counts.sum() == 60
    assert set(counts) == {2, 3}


def test_pictures_come_back_in_mnists_form() -> None:
    wild = Recipe(rotation_degrees=40.0, shear=0.5, zoom=0.5)
    for picture in changed(wild)[..., 0]:
        rows, columns = np.nonzero(picture > 0.5)
        assert 18 <= max(np.ptp(rows), np.ptp(columns)) + 1 <= 21
        assert picture.max() == pytest.approx(1)


def test_strokes_get_every_width_that_the_contract_lets_through() -> None:
    seen = (changed(Recipe()) * 255).round().astype(np.uint8)
    widths = np.asarray(contract.Contract()(contract.to_pixels(seen[..., 0]))["stroke"])[:, 0]
    low, high = framing.STROKE_PX
    assert widths.min() < low + 0.5
    assert widths.max() > high
    assert widths.std() > 0.3


@pytest.mark.parametrize("seed", [1, 2])
def test_digits_stay_readable(recognizer: Recognizer, seed: int) -> None:
    drawings = (changed(Recipe(), seed)[..., 0] * 255).round().astype(np.uint8)
    digits = np.array([prediction.digit for prediction in recognizer.predict_batch(list(drawings))])
    assert (digits == LABELS).mean() >= 0.9


@settings(max_examples=portion(50), deadline=None)
@given(st.integers(0, 255), st.integers(0, 2**32 - 1))
def test_even_what_is_no_drawing_stays_finite(level: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    odd = np.stack([np.full((28, 28), level), np.eye(28) * level, rng.integers(0, 256, (28, 28))]).astype(np.uint8)
    pictures = augment(odd, Recipe(), rng)
    assert np.isfinite(pictures).all()
    assert 0 <= pictures.min() <= pictures.max() <= 1


def test_no_pictures_are_no_error() -> None:
    assert augment(np.zeros((0, 28, 28), np.uint8), Recipe(), np.random.default_rng(0)).shape == (0, 28, 28, 1)
