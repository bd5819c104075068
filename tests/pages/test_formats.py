"""A reading as JSON and CSV, and drawn over the picture, where its boxes belong."""

import csv
import io
import json
from dataclasses import replace

import numpy as np
import pytest

from digitpad import Recognizer
from digitpad.pages import formats
from digitpad.pages.reading import Digit, DigitStatus, Reading, to_lines
from digitpad.prediction import Prediction
from digitpad.scaling import Scaled


@pytest.fixture(scope="module")
def prediction(recognizer: Recognizer) -> Prediction:
    return recognizer.predict(np.full((28, 28), 255, np.uint8))


def digit(value: int | None, left: float, status: DigitStatus, prediction: Prediction) -> Digit:
    line = None if status == "not a digit" else 0
    box, probabilities = (20.0, left, 60.0, left + 30), np.eye(10, dtype=np.float32)[7]
    return Digit(value, status, 0.87654321, (7, 1), probabilities, box, line, prediction)


@pytest.fixture
def reading(prediction: Prediction) -> Reading:
    digits = (
        digit(7, 20, "digit", prediction),
        digit(1, 60, "unsure", prediction),
        digit(None, 120, "not a digit", prediction),
    )
    return Reading(("71",), digits, "", (120, 200))


def test_text_is_line_by_line(prediction: Prediction) -> None:
    digits = [digit(n, 0, "digit", prediction) for n in (1, 2, 3)] + [digit(None, 0, "not a digit", prediction)]
    lines = to_lines(digits, [[[0, 3], [1]], [[2]]])
    assert lines == ("1? 2", "3")
    assert Reading(lines, tuple(digits), "", (120, 200)).text == "1? 2\n3"


def test_json_has_everything_that_a_program_needs(reading: Reading) -> None:
    found = json.loads(json.dumps(formats.to_dict(reading)))
    assert (found["text"], found["lines"], found["reason"]) == ("71", ["71"], "")
    assert found["digits"][1] == {
        "digit": 1,
        "status": "unsure",
        "confidence": 0.876543,
        "candidates": [7, 1],
        "box": [20.0, 60.0, 60.0, 90.0],
        "line": 0,
        "top_k": [{"digit": 7, "probability": 1.0}, {"digit": 0, "probability": 0.0}, {"digit": 1, "probability": 0.0}],
    }
    assert [each["digit"] for each in found["digits"]] == [7, 1, None]


def test_csv_has_a_row_for_each_digit(reading: Reading) -> None:
    text = ",".join(formats.CSV_COLUMNS) + "\n" + formats.to_csv('a, "b".png', reading)
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["digit"] for row in rows] == ["7", "1", ""]
    assert {row["picture"] for row in rows} == {'a, "b".png'}
    assert rows[2]["line"] == ""
    assert [float(rows[0][edge]) for edge in ("top", "left", "bottom", "right")] == [20, 20, 60, 50]


@pytest.mark.parametrize(("factor", "origin"), [(1.0, (0.0, 0.0)), (2.0, (-10.0, 4.0))])
def test_boxes_are_drawn_where_the_digits_are(reading: Reading, factor: float, origin: tuple[float, float]) -> None:
    page = Scaled(np.full((120, 200, 4), 255, np.uint8), factor, origin)
    drawn = np.asarray(formats.annotate(page, reading)).astype(int)
    assert drawn.shape == (120, 200, 3)
    x, y = (20 - origin[0]) / factor, (40 - origin[1]) / factor
    green = drawn[round(y), round(x) - 2]
    assert green[1] > green[0]
    assert (drawn[round(y), round(x) + 5] == 255).all()  # the inside stays as it was


def test_the_label_of_a_digit_at_the_upper_edge_is_on_the_picture(reading: Reading) -> None:
    [first, *_] = reading.digits
    edge = replace(first, box=(1.0, 20.0, 41.0, 50.0))
    page = Scaled(np.full((120, 200, 4), 255, np.uint8))
    drawn = np.asarray(formats.annotate(page, replace(reading, digits=(edge,)))).astype(int)
    label = drawn[2:16, 20:28]
    assert (label[..., 1] - label[..., 0] > 50).mean() > 0.3


def test_the_reason_is_told_with_the_text(reading: Reading) -> None:
    text = formats.to_text("a.png", replace(reading, reason="There may be more."))
    assert text.splitlines()[0] == "a.png:" and text.splitlines()[-1] == "(There may be more.)"
    assert formats.to_text(None, replace(reading, reason="")) == reading.text
