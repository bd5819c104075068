"""Drawings for the report: generated ones in the default recipe's shares, and pen digits and other characters."""

import math
from pathlib import Path

import keras
import numpy as np
import pytest

from digitpad.training.datasets import pen
from digitpad.training.datasets.splits import NOT_A_DIGIT
from digitpad.training.evaluation import drawings
from digitpad.training.evaluation.calibration import Calibrated
from digitpad.training.networks import architectures
from digitpad.training.recipe import RECIPES
from tests.training.conftest import drawn_split

CALIBRATED = Calibrated(1.0, {"not_digit": 0.5, "unsure": 0.9, "candidates": 0.05})


@pytest.fixture(scope="module")
def network() -> keras.Model:
    return architectures.build(RECIPES["dense"])


def test_generated_drawings_come_in_the_default_recipes_shares(network: keras.Model) -> None:
    split = drawn_split(60, 0)
    made, again = (drawings.generated(split, [5, 3]) for _ in range(2))
    assert made.seen.shape == (120, 28, 28, 1)
    assert (made.labels == NOT_A_DIGIT).sum() == 2 * int(RECIPES["cnn"].strange * 60)
    assert np.array_equal(made.seen, again.seen)
    figures = drawings.figures(network, made, CALIBRATED)
    assert figures["num_images"] == (made.labels < NOT_A_DIGIT).sum()
    assert figures["refusals"]["num_strange"] == (made.labels == NOT_A_DIGIT).sum()
    assert np.array(figures["confusion"]).sum() == figures["num_images"]
    numbers = [figures[name] for name in ("accuracy", "nll", "ece")] + list(figures["refusals"].values())
    assert all(map(math.isfinite, numbers))


def test_what_people_wrote_is_drawn_and_only_clear_characters_are_strange(pen_data: Path) -> None:
    made = drawings.written(pen.load(pen_data / "pen"))
    assert np.bincount(made.labels).tolist() == [3] * 10 + [4]  # only the crosses, because a circle passes for a 0
    assert made.seen.shape == (34, 28, 28, 1)
    assert made.seen.max(axis=(1, 2, 3)) == pytest.approx(1)
    for digit in range(10):  # golden digits, so those of one digit are the same
        same = made.seen[made.labels == digit]
        assert np.abs(same - same[0]).max() < 1e-6


def test_no_more_are_read_than_the_report_shows(pen_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawings, "NUM_PEN", 6)
    made = drawings.written(pen.load(pen_data / "pen"))
    assert (made.labels < NOT_A_DIGIT).sum() == 6
    assert (made.labels == NOT_A_DIGIT).sum() == 4
