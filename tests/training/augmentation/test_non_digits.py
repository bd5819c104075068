"""Non-digits of every kind are made, have ink, and are never just an unchanged digit."""

import itertools

import numpy as np
import pytest
from numpy.typing import NDArray

from digitpad.training.augmentation import non_digits
from digitpad.training.augmentation.non_digits import CANVAS_PX
from tests.training.conftest import drawn_split

DIGITS = drawn_split(40, 0)
OF_DIGITS = ["_side_by_side", "_seams", "_stacked", "_overlaid", "_turned", "_mirrored"]
KINDS = [*OF_DIGITS, "_scribbles", "_blots"]

Images = NDArray[np.uint8]


def chance(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def make(kind: str, count: int = 30) -> Images:
    images: Images = getattr(non_digits, kind)(DIGITS, count, chance())
    return images


@pytest.mark.parametrize("count", [0, 1, 7, 100])
def test_as_many_come_as_were_asked_for(count: int) -> None:
    made = non_digits.make(DIGITS, count, chance())
    assert made.shape == (count, CANVAS_PX, CANVAS_PX)
    assert made.dtype == np.uint8


def test_chance_comes_from_the_generator_alone() -> None:
    assert np.array_equal(non_digits.make(DIGITS, 60, chance()), non_digits.make(DIGITS, 60, chance()))
    assert not np.array_equal(non_digits.make(DIGITS, 60, chance()), non_digits.make(DIGITS, 60, chance(1)))


def test_the_digits_stay_as_they_are() -> None:
    before = DIGITS.images.copy()
    non_digits.make(DIGITS, 100, chance())
    assert np.array_equal(DIGITS.images, before)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_ink_and_paper_around_it(kind: str) -> None:
    made = make(kind)
    assert made.shape == (30, CANVAS_PX, CANVAS_PX)
    assert made.dtype == np.uint8
    assert (made.max(axis=(1, 2)) > 200).all()
    border = np.concatenate([made[:, [0, -1]], made[:, :, [0, -1]].transpose(0, 2, 1)], axis=2)
    assert (border == 0).mean() > 0.95
    assert len(np.unique(made, axis=0)) > 15
    assert make(kind, 0).shape == (0, CANVAS_PX, CANVAS_PX)


def holds(canvas: Images, image: Images) -> bool:
    """Whether an image is on a canvas, at any position, with nothing else."""
    rows, columns = np.nonzero(canvas)
    ink = canvas[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    rows, columns = np.nonzero(image)
    return np.array_equal(ink, image[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1])


@pytest.mark.parametrize("kind", OF_DIGITS)
def test_no_digit_is_passed_on_as_it_was(kind: str) -> None:
    for made, digit in itertools.product(make(kind), DIGITS.images):
        assert not holds(made, digit)


@pytest.mark.parametrize(
    ("kind", "change"),
    [("_turned", lambda image: np.rot90(image, 1)), ("_mirrored", lambda image: image[:, ::-1])],
)
def test_turned_and_mirrored_digits_are_those_that_become_none(kind: str, change: type) -> None:
    among = {"_turned": non_digits._TURNED, "_mirrored": non_digits._MIRRORED}[kind]
    for made in make(kind):
        images = [change(image) for image in DIGITS.images] + [change(image)[::-1, ::-1] for image in DIGITS.images]
        sources = {int(DIGITS.labels[i % len(DIGITS)]) for i, image in enumerate(images) if holds(made, image)}
        assert sources
        assert sources <= set(among)


def test_none_of_what_turns_into_a_digit_is_turned() -> None:
    assert not {0, 1} & set(non_digits._TURNED)
    assert not {0, 1, 8} & set(non_digits._MIRRORED)
    assert not {6, 8, 9} & set(non_digits._STACKED)
    assert not {0, 1, 6, 8} & set(non_digits._OVERLAID)


def test_two_digits_stand_beside_each_other() -> None:
    widths = [np.ptp(np.flatnonzero(canvas.any(axis=0))) for canvas in make("_side_by_side")]
    assert np.mean(widths) > 28
