"""Augmentation moves pictures a little, at random, and only as far as the recipe says."""

import numpy as np
import pytest
from numpy.typing import NDArray

from digitpad.training import contract
from digitpad.training.augment import augment
from digitpad.training.recipe import Recipe
from tests.training.conftest import drawn_digits

NONE = Recipe(rotation_degrees=0.0, shear=0.0, zoom=0.0, shift_px=0.0)
SEEN = contract.see(drawn_digits(50, 0)[0])


def changed(recipe: Recipe, seed: int = 0) -> NDArray[np.float32]:
    return augment(SEEN.copy(), recipe, np.random.default_rng(seed))


def test_pictures_stay_pictures_and_keep_their_ink() -> None:
    pictures = changed(Recipe())
    assert pictures.shape == SEEN.shape
    assert pictures.dtype == np.float32
    assert pictures.min() >= 0
    assert pictures.max() <= 1 + 1e-5
    assert pictures.sum() == pytest.approx(SEEN.sum(), rel=0.1)
    assert all(np.abs(new - old).mean() > 0.005 for new, old in zip(pictures, SEEN, strict=True))


def test_chance_comes_from_the_generator_alone() -> None:
    assert np.array_equal(changed(Recipe(), 1), changed(Recipe(), 1))
    assert not np.array_equal(changed(Recipe(), 1), changed(Recipe(), 2))


def test_a_recipe_without_augmentation_changes_nothing() -> None:
    assert np.array_equal(changed(NONE), SEEN)


def test_a_shift_moves_the_centre_of_mass_no_further_than_asked() -> None:
    rows = np.arange(28)[:, None, None]

    def heights(
        pictures: np.ndarray[tuple[int, ...], np.dtype[np.float32]],
    ) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
        return np.asarray((pictures * rows).sum(axis=(1, 2, 3)) / pictures.sum(axis=(1, 2, 3)))

    moved = heights(changed(NONE.replace(shift_px=2.0))) - heights(SEEN)
    assert np.abs(moved).max() <= 2.01
    assert np.abs(moved).max() > 1.5
