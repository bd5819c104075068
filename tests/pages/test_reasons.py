"""Where nothing was read, the reason says what to do."""

import numpy as np
import pytest
from PIL import Image, ImageFilter

from digitpad.pages import reasons
from digitpad.pages.levels import Picture


def page(level: int = 255, side: int = 200) -> Picture:
    return np.full((side, side, 3), level, np.uint8)


def with_letter(picture: Picture, ink: int, blur: float = 0) -> Picture:
    written = picture.copy()
    written[60:140, 60:70] = written[130:140, 60:120] = ink
    return np.asarray(Image.fromarray(written).filter(ImageFilter.GaussianBlur(blur)))


@pytest.mark.parametrize(
    ("picture", "reason"),
    [
        (page(), "Nothing stands out"),
        (page(128), "Nothing stands out"),
        (with_letter(page(20), 4), "too dark"),
        (page(side=9) - np.arange(9, dtype=np.uint8)[:, None, None] * 20, "too small"),
        (with_letter(page(), 0, blur=20), "blurred"),
        (with_letter(page(), 0), "No digits were found."),
    ],
)
def test_the_reason_fits_the_picture(picture: Picture, reason: str) -> None:
    assert reason in reasons.find(picture, [])
