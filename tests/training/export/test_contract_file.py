"""The contract with switches is the contract, and each switch does what its name says."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from digitpad import Recognizer, artifact, drawing
from digitpad.artifact import CONTRACT, Artifact
from tests.golden import GOLDEN_PICTURES

STEPS = ["specks", "size", "centre", "stroke", "levels"]


@pytest.fixture(scope="module")
def contract() -> Artifact:
    return artifact.load(artifact.shipped(CONTRACT), CONTRACT)


def see(contract: Artifact, pixels: NDArray[np.uint8], *off: str) -> NDArray[np.float32]:
    picture: NDArray[np.float32] = contract.run(pixels[None], off=[STEPS.index(name) for name in off])["seen"][
        0, ..., 0
    ]
    return picture


def draw(*boxes: tuple[int, int, int, int], level: int = 0) -> NDArray[np.uint8]:
    """Boxes (top, left, bottom, right) on white paper, RGBA (100, 100, 4)."""
    pixels = np.full((100, 100, 4), 255, np.uint8)
    for top, left, bottom, right in boxes:
        pixels[top:bottom, left:right, :3] = level
    return pixels


def extent(picture: NDArray[np.float32], axis: int) -> tuple[int, int]:
    """First and last row (axis 0) or column (axis 1) with ink."""
    inked = np.flatnonzero(picture.max(axis=1 - axis) > 0.5)
    return int(inked[0]), int(inked[-1])


@pytest.mark.parametrize("picture", GOLDEN_PICTURES[::7], ids=lambda path: path.stem)
def test_with_all_steps_it_sees_what_the_model_sees(contract: Artifact, recognizer: Recognizer, picture: Path) -> None:
    levels = np.rint(see(contract, drawing.read(picture)) * 255)
    np.testing.assert_array_equal(levels, recognizer.predict(picture).seen)


def test_it_names_its_steps(contract: Artifact) -> None:
    assert contract.card["steps"] == STEPS


def test_without_specks_dirt_counts_as_part_of_the_digit(contract: Artifact) -> None:
    pixels = draw((20, 30, 80, 40), (50, 88, 53, 91))
    assert see(contract, pixels)[:, 22:].max() < 0.1
    assert see(contract, pixels, "specks")[:, 22:].max() > 0.2


def test_without_size_the_canvas_becomes_the_picture(contract: Artifact) -> None:
    pixels = draw((40, 45, 60, 50))
    first, last = extent(see(contract, pixels), 0)
    assert last - first + 1 == pytest.approx(20, abs=1)
    first, last = extent(see(contract, pixels, "size"), 0)
    assert last - first + 1 == pytest.approx(20 * 28 / 100, abs=1.5)


def test_without_centre_the_middle_of_the_box_is_in_the_middle(contract: Artifact) -> None:
    pixels = draw((20, 40, 80, 48), (70, 48, 80, 80))  # an L, whose mass is at the bottom left
    top, bottom = extent(see(contract, pixels, "centre"), 0)
    left, right = extent(see(contract, pixels, "centre"), 1)
    assert (top + bottom + 1) / 2 == pytest.approx(14, abs=0.6)
    assert (left + right + 1) / 2 == pytest.approx(14, abs=0.6)
    assert extent(see(contract, pixels), 0) != (top, bottom)


def test_without_stroke_lines_stay_as_thin_as_they_are(contract: Artifact) -> None:
    pixels = draw((10, 48, 90, 51))
    assert see(contract, pixels, "stroke").sum() < 0.8 * see(contract, pixels).sum()


def test_without_levels_pale_ink_stays_pale(contract: Artifact) -> None:
    pixels = draw((10, 45, 90, 55), level=130)
    assert see(contract, pixels).max() == pytest.approx(1)
    assert see(contract, pixels, "levels").max() < 0.7


def test_a_blank_drawing_stays_blank_whatever_is_off(contract: Artifact) -> None:
    assert not see(contract, draw(), *STEPS).any()
