"""Numbers are read wherever they stand, however large, on whatever paper; nothing brings the reader down."""

import io
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from digitpad import Recognizer
from digitpad.pages.reading import Reading
from tests.pages.conftest import draw, write


def read_text(recognizer: Recognizer, picture: NDArray[np.uint8]) -> str:
    return recognizer.read(picture).text


def test_strokes_are_read_line_by_line_with_boxes_in_their_units(recognizer: Recognizer) -> None:
    strokes = write("1984\n07")
    reading = recognizer.read(strokes)
    assert reading.text == "1984\n07"
    assert reading.lines == ("1984", "07")
    assert reading.reason == ""
    assert [digit.line for digit in reading.digits] == [0, 0, 0, 0, 1, 1]
    for digit, column in zip(reading.digits, (0, 1, 2, 3, 0, 1), strict=True):
        top, left, bottom, right = digit.box
        assert 110 * column - 20 < left < right < 110 * column + 120
        assert digit.line is not None
        assert 150 * digit.line - 20 < top < bottom < 150 * digit.line + 120
        assert digit.prediction.seen.max() > 200


@pytest.mark.parametrize("height", [16, 24, 48, 100, 200, 400])
def test_digits_of_every_size(recognizer: Recognizer, height: float) -> None:
    assert read_text(recognizer, draw(write("2738"), height, pen=max(2, round(height / 9)))) == "2738"


@pytest.mark.parametrize(("ink", "paper"), [(0, 255), (60, 200), (235, 20)])
def test_dark_on_light_and_light_on_dark(recognizer: Recognizer, ink: int, paper: int) -> None:
    assert read_text(recognizer, draw(write("2734"), ink=ink, paper=paper)) == "2734"


def test_light_that_falls_grain_and_a_frame_change_nothing(recognizer: Recognizer) -> None:
    picture = draw(write("2538"), 64, pen=6).astype(float)
    picture *= np.linspace(1, 0.6, picture.shape[1])[None, :, None]
    picture += np.random.default_rng(0).normal(0, 6, picture.shape)
    picture[:, :2] = picture[:2] = picture[-2:] = picture[:, -2:] = 40
    assert read_text(recognizer, np.clip(picture, 0, 255).astype(np.uint8)) == "2538"


def test_boxes_are_in_px_of_the_picture_as_handed_over(recognizer: Recognizer) -> None:
    picture = draw(write("25"), 400, pen=40)
    large = np.pad(picture, ((0, 2200), (1500, 0), (0, 0)), "edge")
    reading = recognizer.read(large)
    assert reading.text == "25"
    ink = np.argwhere(large[:, :, 0] < 100)
    boxes = np.array([digit.box for digit in reading.digits])
    assert np.abs(boxes[:, :2].min(axis=0) - ink.min(axis=0)).max() < 20
    assert np.abs(boxes[:, 2:].max(axis=0) - ink.max(axis=0)).max() < 20


def test_a_photograph_that_lies_on_its_side_is_turned(recognizer: Recognizer) -> None:
    file, exif = io.BytesIO(), Image.Exif()
    exif[0x0112] = 6
    turned = np.rot90(draw(write("2538"), 60, pen=6))
    Image.fromarray(turned).save(file, "JPEG", exif=exif.tobytes(), quality=90)
    assert recognizer.read(file.getvalue()).text == "2538"


def test_answers_are_the_same_every_time(recognizer: Recognizer) -> None:
    picture = draw(write("2538"))

    def told(reading: Reading) -> list[tuple[object, ...]]:
        return [(digit.digit, digit.confidence, digit.box) for digit in reading.digits]

    assert told(recognizer.read(picture)) == told(recognizer.read(picture))


def test_blank_paper_holds_no_digits(recognizer: Recognizer) -> None:
    reading = recognizer.read(np.full((300, 400, 3), 240, np.uint8))
    assert (reading.text, reading.lines, reading.digits) == ("", (), ())
    assert reading.reason == "Nothing stands out from the paper."


def noise(height: int, width: int) -> NDArray[np.uint8]:
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)


def specks(height: int, width: int) -> NDArray[np.uint8]:
    grains = np.random.default_rng(0).random((height, width, 1)) < 0.06
    return np.repeat(np.where(grains, 0, 255), 3, axis=2).astype(np.uint8)


def checkerboard(height: int, width: int) -> NDArray[np.uint8]:
    return np.repeat(255 * (np.indices((height, width)).sum(axis=0) // 4 % 2)[..., None], 3, axis=2).astype(np.uint8)


def huge_stroke(height: int, width: int) -> NDArray[np.uint8]:
    picture = np.full((height, width, 3), 255, np.uint8)
    picture[height // 10 : -height // 10, width // 3 : width // 2] = 0
    return picture


@pytest.mark.parametrize("make", [noise, specks, checkerboard, huge_stroke])
@pytest.mark.parametrize("size", [(1, 1), (3, 500), (4000, 4000)])
def test_hostile_pictures_are_answered(
    recognizer: Recognizer, make: Callable[[int, int], NDArray[np.uint8]], size: tuple[int, int]
) -> None:
    reading = recognizer.read(make(*size))
    assert sum(digit.status == "digit" for digit in reading.digits) <= 3
    assert reading.text or reading.reason
    for digit in reading.digits:
        top, left, bottom, right = digit.box
        assert 0 <= top < bottom <= size[0] and 0 <= left < right <= size[1]


def test_small_digits_on_a_tiny_picture_are_read_once(recognizer: Recognizer) -> None:
    large = draw(write("2738"), 64, pen=6)
    tiny = np.asarray(Image.fromarray(large).resize((large.shape[1] // 6, large.shape[0] // 6), Image.Resampling.BOX))
    assert max(tiny.shape) < 96
    reading = recognizer.read(tiny)
    assert len(reading.lines) == 1
    assert len([digit for digit in reading.digits if digit.digit is not None]) <= 4


def test_a_picture_that_is_upside_down_is_told_and_not_read(recognizer: Recognizer) -> None:
    picture = draw(write("2745\n3794\n4725"))
    assert recognizer.read(picture).text == "2745\n3794\n4725"
    reading = recognizer.read(np.ascontiguousarray(picture[::-1, ::-1]))
    assert (reading.text, reading.digits) == ("", ())
    assert reading.reason == "The picture seems to be upside down. Turn it around."


def test_a_letter_alone_is_refused_by_read_as_by_predict(recognizer: Recognizer) -> None:
    letter = [np.array([(0.0, 100), (40, 0), (80, 100)]), np.array([(15.0, 65), (65, 65)])]
    reading = recognizer.read(draw(letter, 90, pen=9))
    assert reading.text == ""
    assert all(digit.status == "not a digit" for digit in reading.digits)
