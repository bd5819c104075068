"""One digit is never taken for several, nor several for one, and what is around a digit is no part of it."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from digitpad import Recognizer
from digitpad.pages import doubt
from tests.golden import GOLDEN_PICTURES
from tests.pages.conftest import draw, write


@pytest.mark.parametrize("text", ["12", "22", "71", "10", "47", "358"])
@pytest.mark.parametrize("step", [70, 110])
def test_several_digits_are_told_from_one(recognizer: Recognizer, text: str, step: float) -> None:
    prediction = recognizer.predict(draw(write(text, step), 80, pen=8))
    assert prediction.status == "several digits"
    assert prediction.reason.startswith("There is more than one digit here.")


def framed(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    picture = picture.copy()
    picture[:3] = picture[-3:] = picture[:, :3] = picture[:, -3:] = 60
    picture[8:10, 8:-8] = picture[-10:-8, 8:-8] = picture[8:-8, 8:10] = picture[8:-8, -10:-8] = 60
    return picture


def shaded(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    light = np.linspace(1, 0.55, picture.shape[1])[None, :, None]
    return (picture * light).astype(np.uint8)


@pytest.mark.parametrize("change", [framed, shaded])
def test_a_frame_or_a_shadow_is_no_ink(recognizer: Recognizer, change: Callable[..., NDArray[np.uint8]]) -> None:
    num_read = 0
    for digit in range(10):
        plain = draw(write(str(digit)), 90, pen=9)
        alone, changed = recognizer.predict(plain), recognizer.predict(change(plain))
        assert (alone.status, alone.digit, alone.isolated) == ("digit", digit, False)
        assert changed.size == plain.shape[:2]
        assert changed.isolated == changed.reason.startswith("Read apart from the other marks on the paper.")
        num_read += changed.digit == digit and changed.status == "digit"
        if changed.isolated and changed.digit == digit:
            assert alone.box and changed.box
            assert np.abs(np.subtract(alone.box, changed.box)).max() < 16
    assert num_read >= 9


def test_clean_drawings_are_not_doubted(recognizer: Recognizer) -> None:
    predictions = recognizer.predict_batch([Image.open(path) for path in GOLDEN_PICTURES])
    assert not any(map(doubt.may_be_several, predictions))
    assert not any(map(doubt.may_be_more, predictions))


def test_batches_are_doubted_alike(recognizer: Recognizer) -> None:
    pictures: Sequence[NDArray[np.uint8]] = [draw(write(text), 80, pen=8) for text in ("12", "7")]
    pictures = [*pictures, framed(pictures[1])]
    together = recognizer.predict_batch(pictures)
    for picture, prediction in zip(pictures, together, strict=True):
        alone = recognizer.predict(picture)
        assert (alone.status, alone.digit, alone.isolated) == (prediction.status, prediction.digit, prediction.isolated)


def test_a_small_digit_beside_a_huge_letter_is_not_all_that_was_written(recognizer: Recognizer) -> None:
    picture = np.full((1000, 1000, 3), 255, np.uint8)
    huge = draw([np.array([(0.0, 100), (40, 0), (80, 100)]), np.array([(15.0, 65), (65, 65)])], 500, pen=40)
    small = draw(write("2"), 28, ink=0, paper=255, pen=3)
    picture[20 : 20 + huge.shape[0], 20 : 20 + huge.shape[1]] = huge
    picture[880 : 880 + small.shape[0], 880 : 880 + small.shape[1]] = small
    prediction = recognizer.predict(picture)
    assert (prediction.status, prediction.isolated) == ("not a digit", False)
