"""A skeleton is one pixel wide, has the shape of the strokes, and lies inside them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import ndimage

from digitpad import strokes
from digitpad.training.augmentation.thinning import skeleton
from tests.training.conftest import drawn_digits

Images = NDArray[np.uint8]

PARTS_AND_HOLES = {"0": (1, 1), "1": (1, 0), "8": (1, 2), "=": (2, 0)}


def drawing(name: str, brush_px: float) -> Images:
    """A shape of curves or bars, uint8 (1, 60, 60), 255 for ink."""
    turn = np.linspace(0, 2 * np.pi, 60)
    circle = np.stack([np.cos(turn), np.sin(turn)], axis=1)
    shapes = {
        "0": [circle * (14, 22) + 30],
        "1": [np.array([[34.0, 8.0], [28.0, 52.0]])],
        "8": [circle * 11 + (30, 18), circle * 11 + (30, 41)],
        "=": [np.array([[10.0, 20.0], [50.0, 20.0]]), np.array([[10.0, 40.0], [50.0, 40.0]])],
    }
    return 255 - np.asarray(strokes.draw(shapes[name], (60, 60), brush_px))[None]


def parts(ink: NDArray[np.bool_]) -> int:
    return int(ndimage.label(ink, np.ones((3, 3)))[1])


def holes(ink: NDArray[np.bool_]) -> int:
    return int(ndimage.label(~np.pad(ink, 1))[1]) - 1


@pytest.mark.parametrize("brush_px", [3, 4.5, 6, 9])
@pytest.mark.parametrize("name", PARTS_AND_HOLES)
def test_a_skeleton_is_as_connected_as_its_strokes(name: str, brush_px: float) -> None:
    line = skeleton(drawing(name, brush_px))[0] > 0
    assert (parts(line), holes(line)) == PARTS_AND_HOLES[name]


@pytest.mark.parametrize("brush_px", [3, 6, 9])
@pytest.mark.parametrize("name", ["0", "1", "="])
def test_a_skeleton_is_one_pixel_wide(name: str, brush_px: float) -> None:
    line = skeleton(drawing(name, brush_px))[0] > 0
    squares = line[1:, 1:] & line[1:, :-1] & line[:-1, 1:] & line[:-1, :-1]
    assert not squares.any()
    again = skeleton(line[None].astype(np.uint8) * np.uint8(255))[0] > 0
    assert np.count_nonzero(line) - np.count_nonzero(again) <= 2


def test_a_skeleton_does_not_get_shorter_with_the_brush() -> None:
    lengths = [np.count_nonzero(skeleton(drawing("0", brush_px))) for brush_px in (3, 6, 9)]
    assert lengths == pytest.approx([lengths[0]] * 3, rel=0.1)


def test_digits_keep_their_shape() -> None:
    images, _ = drawn_digits(30, 0)
    for image, line in zip(images, skeleton(images), strict=True):
        ink = image > 96
        assert (parts(line > 0), holes(line > 0)) == (parts(ink), holes(ink))
        assert ndimage.binary_dilation(line > 0, np.ones((5, 5)))[ink].mean() > 0.9


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0.1, 0.9))
def test_a_skeleton_lies_inside_of_the_ink_and_one_image_does_not_touch_another(seed: int, share: float) -> None:
    rng = np.random.default_rng(seed)
    images = np.where(rng.random((3, 14, 11)) < share, rng.integers(0, 256, (3, 14, 11)), 0).astype(np.uint8)
    lines = skeleton(images)
    assert lines.shape == images.shape
    assert lines.dtype == np.uint8
    assert set(np.unique(lines)) <= {0, 255}
    assert (images[lines > 0] > 0).all()
    assert np.array_equal(lines[1:2], skeleton(images[1:2]))


def test_what_is_empty_or_faint_stays_empty() -> None:
    assert not skeleton(np.zeros((2, 28, 28), np.uint8)).any()
    assert not skeleton(np.full((1, 28, 28), 60, np.uint8)).any()
    assert skeleton(np.zeros((0, 28, 28), np.uint8)).shape == (0, 28, 28)


def test_the_pictures_that_came_in_stay_as_they_are() -> None:
    image = drawing("8", 6)
    before = image.copy()
    skeleton(image)
    assert np.array_equal(image, before)
