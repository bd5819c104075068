"""What `predict` says of a picture of one digit stands in its reading, where both saw the same ink."""

from dataclasses import replace

import pytest

from digitpad import Recognizer
from digitpad.pages.reading import Digit, Reading
from digitpad.pages.single import agree
from digitpad.prediction import Prediction
from tests.pages.conftest import draw, write


@pytest.fixture(scope="module")
def seven(recognizer: Recognizer) -> Prediction:
    return recognizer.predict(draw(write("7"), 90, pen=9))


def found(prediction: Prediction, digit: int | None, move: float = 0) -> Digit:
    assert prediction.box
    top, left, bottom, right = prediction.box
    return Digit(
        digit=digit,
        status="not a digit" if digit is None else "unsure",
        confidence=0.6,
        candidates=(),
        box=(top, left + move, bottom, right + move),
        line=0,
        prediction=prediction,
    )


def test_a_digit_stands_for_what_was_found_in_its_place(seven: Prediction) -> None:
    for digit in (1, None):
        reading = agree(Reading(("1",), (found(seven, digit),), "why"), seven)
        assert (reading.text, reading.reason) == ("7", "")
        assert [(each.digit, each.status, each.line) for each in reading.digits] == [(7, "digit", 0)]


def test_a_refusal_stands(seven: Prediction) -> None:
    refused = replace(seven, status="not a digit")
    reading = agree(Reading(("1",), (found(seven, 1),), ""), refused)
    assert reading.text == ""
    assert [(each.digit, each.status) for each in reading.digits] == [(None, "not a digit")]
    assert reading.reason


def test_other_ink_and_several_digits_stay_as_they_were_read(seven: Prediction) -> None:
    elsewhere = Reading(("1",), (found(seven, 1, move=500),), "")
    assert agree(elsewhere, seven) is elsewhere
    same = Reading(("1",), (found(seven, 1),), "")
    assert agree(same, replace(seven, status="several digits")) is same
