"""Epochs contain what the recipe says, in its shares, and depend only on the given random generator."""

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from digitpad.training import pipeline
from digitpad.training.augmentation.mixture import Mixture
from digitpad.training.augmentation.thinning import skeleton
from digitpad.training.datasets.splits import NOT_A_DIGIT, Split
from digitpad.training.preprocessing import contract, framing
from digitpad.training.recipe import RECIPES, Recipe
from tests.training.conftest import UNCHANGED, drawn_split

SHARES = UNCHANGED.replace(written=0.3, strange=0.2)


def chance(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


@cache
def digits() -> Split:
    return drawn_split(100, 0)


@cache
def gather(recipe: Recipe = SHARES, seed: int = 0, epochs: float = 1) -> Mixture:
    return Mixture.gather(digits(), recipe, chance(seed), epochs=epochs)


def rows(images: NDArray[np.generic]) -> set[bytes]:
    """Images as bytes, for comparison."""
    return {np.rint(image * (1 if image.dtype == np.uint8 else 255)).astype(np.uint8).tobytes() for image in images}


@pytest.mark.parametrize("epochs", [1, 0.5])
def test_as_much_is_generated_as_the_epochs_need(epochs: float) -> None:
    mixture = gather(epochs=epochs)
    assert (len(mixture.digits), len(mixture.written), len(mixture.non_digits)) == (100, 30 * epochs, 20 * epochs)


def test_every_part_has_its_labels_and_mnists_form() -> None:
    assert np.array_equal(gather().digits.labels, digits().labels)
    assert set(gather().written.labels) <= set(range(10))
    assert len(set(gather().written.labels)) > 5
    assert set(gather().non_digits.labels) == {NOT_A_DIGIT}
    for part in (gather().digits, gather().written, gather().non_digits):
        assert part.images.shape == (len(part), 28, 28)
        assert part.images.dtype == part.labels.dtype == np.uint8
        assert (part.images.max(axis=(1, 2)) > 250).all()
        assert np.median(part.images) == 0
        assert len(rows(part.images)) >= 0.9 * len(part)  # few digits to make non-digits from, so some repeat


def test_an_epoch_is_as_long_as_mnist_and_holds_the_shares() -> None:
    epoch = gather().epoch(SHARES, chance())
    assert epoch.images.shape == (100, 28, 28)
    assert epoch.images.dtype == epoch.labels.dtype == np.uint8
    found = rows(epoch.images)
    parts = (gather().digits, gather().written, gather().non_digits)
    assert [len(found & rows(part.images)) for part in parts] == pytest.approx([50, 30, 20], abs=2)
    assert (epoch.labels == NOT_A_DIGIT).sum() == 20


def test_labels_stay_with_their_pictures() -> None:
    known = {
        image.tobytes(): label
        for part in (gather().digits, gather().written, gather().non_digits)
        for image, label in zip(part.images, part.labels, strict=True)
    }
    epoch = gather().epoch(SHARES, chance(3))
    for picture, label in zip(epoch.images, epoch.labels, strict=True):
        assert known[picture.tobytes()] == label


def test_the_order_is_left_to_chance() -> None:
    strange = np.flatnonzero(gather().epoch(SHARES, chance()).labels == NOT_A_DIGIT)
    assert strange.min() < 20
    assert strange.max() > 80


@settings(max_examples=20, deadline=None)
@given(st.floats(0, 0.75), st.floats(0, 1))
def test_any_shares_add_up(written: float, share_of_rest: float) -> None:
    strange = share_of_rest * (0.75 - written)
    recipe = UNCHANGED.replace(written=written, strange=strange)
    epoch = gather().epoch(recipe, chance())  # reuses images if the mixture has fewer than needed
    assert len(epoch.images) == len(epoch.labels) == 100
    assert (epoch.labels == NOT_A_DIGIT).sum() == int(strange * 100)


def test_no_picture_comes_twice_before_all_came_once() -> None:
    plain = UNCHANGED.replace(written=0.0, strange=0.0)
    assert rows(gather().epoch(plain, chance()).images) == rows(gather().digits.images)
    counts = np.unique(gather(epochs=0.5).epoch(SHARES, chance()).images, axis=0, return_counts=True)[1]
    assert counts.max() == 2


def test_pictures_that_are_not_changed_are_moved_all_the_same() -> None:
    moving = UNCHANGED.replace(written=0.0, strange=0.0, shift_px=1)
    epoch = gather().epoch(moving, chance())
    still = rows(gather().digits.images)
    assert len(rows(epoch.images) & still) == pytest.approx(100 / 9, abs=1)
    back = np.pad(epoch.images, ((0, 0), (1, 1), (1, 1)))
    ways = [back[:, down : down + 28, across : across + 28] for down in range(3) for across in range(3)]
    assert len(set().union(*map(rows, ways)) & still) > 90  # some reach the edge


def test_chance_comes_from_the_generator_alone() -> None:
    again, other = gather(seed=0), gather(seed=1)
    assert np.array_equal(gather().written.images, again.written.images)
    assert np.array_equal(gather().non_digits.images, again.non_digits.images)
    assert not rows(gather().written.images) & rows(other.written.images)
    changing = RECIPES["cnn"].replace(unchanged=0.0)
    epochs = [gather().epoch(changing, chance(seed)) for seed in (0, 0, 1)]
    assert np.array_equal(epochs[0].images, epochs[1].images)
    assert np.array_equal(epochs[0].labels, epochs[1].labels)
    assert not rows(epochs[0].images) & rows(epochs[2].images)


def test_an_epoch_leaves_what_it_is_drawn_from_as_it_was() -> None:
    before = rows(gather().digits.images)
    gather().epoch(UNCHANGED.replace(restroked=0.9), chance())
    assert rows(gather().digits.images) == before


def test_some_of_mnist_is_drawn_anew_from_its_skeletons() -> None:
    plain = UNCHANGED.replace(written=0.0, strange=0.0)
    kept = [
        len(rows(gather().epoch(plain.replace(restroked=share), chance()).images) & rows(gather().digits.images))
        for share in (0.0, 0.3)
    ]
    assert kept == [100, pytest.approx(70, abs=12)]
    redrawn = gather().epoch(RECIPES["cnn"].replace(restroked=0.999, written=0.0, strange=0.0), chance()).images
    widths = np.asarray(contract.Contract()(contract.to_pixels(redrawn))["stroke"])
    assert widths[:, 0].mean() == pytest.approx(np.mean(framing.STROKE_PX), abs=0.4)  # drawn by a pen, not by pixels


def test_no_bare_skeleton_is_shown() -> None:
    recipe = UNCHANGED.replace(restroked=0.999, written=0.0, strange=0.0)
    assert not rows(gather().epoch(recipe, chance()).images) & rows(skeleton(gather().digits.images))


def test_digits_that_are_cut_off_are_as_often_no_digits() -> None:
    still = {"rotation_degrees": 0.0, "shear": 0.0, "zoom": 0.0, "elastic_px": 0.0, "stroke_px": 0.0}
    plain = UNCHANGED.replace(written=0.0, strange=0.0, **still)
    whole, cut = (gather().epoch(plain.replace(cut=share), chance()) for share in (0.0, 1.0))
    sides = [[np.mean((split.images > 100).any(axis=axis).sum(axis=1)) for axis in (1, 2)] for split in (whole, cut)]
    widths = [width / height for width, height in sides]  # what is left of the height is framed to be 20 px again
    assert widths[1] / widths[0] == pytest.approx(1 / 0.725, abs=0.1)
    assert (whole.labels < NOT_A_DIGIT).all()
    assert np.mean(cut.labels == NOT_A_DIGIT) == pytest.approx(0.5, abs=0.15)


def test_a_recipe_without_generated_pictures_has_none() -> None:
    recipe = RECIPES["dense"].replace(strange=0.0)
    mixture = gather(recipe)
    assert (len(mixture.written), len(mixture.non_digits)) == (0, 0)
    assert mixture.written.images.shape == (0, 28, 28)
    epoch = mixture.epoch(recipe, chance())
    assert rows(epoch.images) == rows(mixture.digits.images)
    assert (epoch.labels < NOT_A_DIGIT).all()


def test_what_is_trained_on_and_validated_on_has_nothing_in_common() -> None:
    half = np.arange(50)
    mixture, unseen = pipeline.mix(digits()[half], digits()[half + 50], SHARES)
    shown = rows(unseen.seen)
    for part in (mixture.digits, mixture.written, mixture.non_digits):
        assert not shown & rows(part.images)
    assert np.bincount(unseen.labels, minlength=11)[NOT_A_DIGIT] == 10
