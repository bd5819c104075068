"""Ink that is read alone is where it was on the drawing."""

import numpy as np
import pytest

from digitpad import Recognizer
from digitpad.pages.finder import Glyph
from digitpad.pages.isolation import isolate


@pytest.mark.parametrize("scale", [0.5, 1.0, 2.0])
def test_ink_alone_is_where_it_was(recognizer: Recognizer, scale: float) -> None:
    patch = np.full((52, 32), 255, np.uint8)
    patch[6:-6, 6:-6] = 0  # ink of 40 x 20 px at its level
    box = (50.0, 70.0, 50 + 40 / scale, 70 + 20 / scale)
    glyph = Glyph(box, 40, 1.0, np.zeros(11, np.float32), patch, scale, 1.0)
    filled = np.full((64, 32), 255, np.uint8)  # to multiples of 16 px
    filled[:52] = patch
    prediction = recognizer.predict(filled)
    alone = isolate(prediction, glyph, (200, 180), keep_distance=True)

    assert alone.isolated and alone.size == (200, 180)
    assert alone.box and alone.centre and alone.scale and alone.distance is not None
    assert np.abs(np.subtract(alone.box, box)).max() <= 1
    assert alone.centre == pytest.approx((50 + 20 / scale, 70 + 10 / scale), abs=1)
    assert prediction.scale and alone.scale == pytest.approx(prediction.scale * scale)
    assert alone.ink == pytest.approx(40 * 20 / scale**2 / (200 * 180), rel=0.05)
    rows, columns = np.nonzero(alone.distance > 128)
    found = (rows.min(), columns.min(), rows.max() + 1, columns.max() + 1)
    assert np.abs(np.subtract(found, box)).max() <= 1


def test_blank_ink_is_a_blank_drawing_of_the_same_size(recognizer: Recognizer) -> None:
    patch = np.full((32, 32), 255, np.uint8)
    glyph = Glyph((0.0, 0.0, 20.0, 20.0), 20, 1.0, np.zeros(11, np.float32), patch, 1.0, 1.0)
    blank = isolate(recognizer.predict(patch), glyph, (60, 50), keep_distance=True)
    assert (blank.status, blank.size, blank.box) == ("blank", (60, 50), None)
    assert blank.distance is not None and blank.distance.shape == (60, 50) and not blank.distance.any()
