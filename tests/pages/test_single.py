"""What `predict` says of a picture of one digit or letter stands in its reading."""

from dataclasses import replace

import numpy as np
import pytest

from digitpad import Recognizer, artifact
from digitpad.pages import single
from digitpad.pages.reader import Found, Reader
from digitpad.pages.reading import Digit, Reading
from digitpad.prediction import Prediction
from tests.pages.conftest import draw, write

READER = Reader(artifact.load(artifact.shipped(artifact.PAGES), artifact.PAGES), artifact.load(artifact.shipped()))
SEVEN = draw(write("7"), 90, pen=9)


@pytest.fixture(scope="module")
def seven(recognizer: Recognizer) -> Prediction:
    return recognizer.predict(SEVEN)


@pytest.fixture(scope="module")
def found() -> Found:
    return READER.find(SEVEN)


def read(prediction: Prediction, digit: int | None, move: float = 0) -> Reading:
    assert prediction.box
    top, left, bottom, right = prediction.box
    only = Digit(
        digit=digit,
        status="not a digit" if digit is None else "unsure",
        confidence=0.6,
        candidates=(),
        probabilities=prediction.probabilities,
        box=(top, left + move, bottom, right + move),
        line=0,
        prediction=prediction,
    )
    return Reading((str(digit),), (only,), "", prediction.size)


def test_a_digit_stands_for_what_was_found_in_its_place(seven: Prediction, found: Found) -> None:
    for digit in (1, None):
        reading = single.agree(read(seven, digit), found, seven)
        assert (reading.text, reading.reason) == ("7", "")
        assert [(each.digit, each.status, each.line) for each in reading.digits] == [(7, "digit", 0)]


def test_what_else_was_read_is_refused(seven: Prediction, found: Found) -> None:
    several = read(seven, 1)
    [other] = read(seven, 4, move=500).digits
    reading = single.agree(replace(several, digits=(*several.digits, other)), found, seven)
    assert [(each.digit, each.status) for each in reading.digits] == [(7, "digit"), (None, "not a digit")]


def test_a_refusal_stands(seven: Prediction, found: Found) -> None:
    reading = single.agree(read(seven, 1), found, replace(seven, status="not a digit"))
    assert reading.text == ""
    assert [(each.digit, each.status, each.line) for each in reading.digits] == [(None, "not a digit", None)]
    assert reading.reason


def test_other_ink_and_several_digits_stay_as_they_were_read(seven: Prediction, found: Found) -> None:
    elsewhere = read(seven, 1, move=500)
    assert single.agree(elsewhere, found, seven) is elsewhere
    same = read(seven, 1)
    assert single.agree(same, found, replace(seven, status="several digits")) is same


def with_one_refused(found: Found) -> Found:
    """Of two digits that were found, the second is refused."""
    [first, second] = found.verdicts
    return replace(
        found,
        verdicts={first: found.verdicts[first], second: replace(found.verdicts[second], status="not a digit")},
    )


@pytest.mark.parametrize(("step", "text"), [(70, ""), (300, "1")])
def test_a_part_of_something_that_is_refused_is_no_digit(recognizer: Recognizer, step: float, text: str) -> None:
    picture = draw(write("11", step), 70, pen=7)
    prediction = replace(recognizer.predict(picture), status="not a digit")
    reading = single.agree(read(prediction, 1, move=500), with_one_refused(READER.find(picture)), prediction)
    assert reading.text == text


M = np.array([(0.0, 100), (10, 0), (50, 60), (90, 0), (100, 100)])


def test_a_digit_beside_a_letter_is_still_read(recognizer: Recognizer) -> None:
    picture = draw([M, *write("   4")], 70, pen=7)
    assert recognizer.predict(picture).status == "not a digit"
    assert "4" in recognizer.read(picture).text


def test_digits_that_are_most_of_the_ink_are_no_part(recognizer: Recognizer) -> None:
    picture = draw(write("11", 70), 70, pen=7)
    found = READER.find(picture)
    specks = [replace(glyph, share=0.9 * glyph.share) for glyph in found.evidence.glyphs]
    found = replace(found, evidence=replace(found.evidence, finding=replace(found.evidence.finding, glyphs=specks)))
    prediction = replace(recognizer.predict(picture), status="not a digit")
    assert single.agree(read(prediction, 1, move=500), found, prediction).text == "1"
