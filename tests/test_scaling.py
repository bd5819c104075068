"""Images of every kind become RGBA pixels that mean the same."""

import numpy as np
import pytest
from PIL import Image

from digitpad.scaling import opaque, shrink


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr"])
def test_images_of_every_mode_are_averaged_down_alike(mode: str) -> None:
    levels = np.full((50, 30, 3), 255, np.uint8)
    levels[:, 15:] = 0
    pixels = shrink(Image.fromarray(levels).convert(mode), 5)
    assert pixels.shape == (10, 6, 4)
    assert pixels[:, :3, :3].min() >= 253 and pixels[:, 3:, :3].max() <= 2
    assert (pixels[..., 3] == 255).all()


def test_a_side_that_is_no_multiple_keeps_its_last_pixels() -> None:
    levels = np.zeros((41, 43), np.uint8)
    levels[40:, 42:] = 200
    pixels = shrink(Image.fromarray(levels), 4)
    assert pixels.shape == (11, 11, 4)
    assert pixels[-1, -1, 0] == pytest.approx(200 / 3, abs=1)  # of the last three columns, the third is light


@pytest.mark.parametrize(("ink", "paper"), [(0, 255), (255, 0)])
def test_transparent_pixels_are_paper_that_shows_the_ink(ink: int, paper: int) -> None:
    pixels = np.zeros((40, 40, 4), np.uint8)
    pixels[10:20, 10:20] = (ink, ink, ink, 255)
    laid = opaque(pixels)
    assert (laid[0, 0] == (paper, paper, paper, 255)).all()
    assert (laid[15, 15] == (ink, ink, ink, 255)).all()


def test_opaque_pixels_stay_as_they_are() -> None:
    pixels = np.full((4, 4, 4), 255, np.uint8)
    assert opaque(pixels) is pixels
