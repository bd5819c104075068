"""Answers as text: for terminals with and without colours, and as JSON."""

import io
import json
import sys
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from digitpad import Recognizer, terminal
from tests.doodles import NO_DIGITS


class Terminal(io.TextIOWrapper):
    """Standard output that says it is a terminal."""

    def __init__(self, encoding: str) -> None:
        super().__init__(io.BytesIO(), encoding=encoding)

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("encoding", "environment", "colours"),
    [
        ("utf-8", {"TERM": "xterm-256color"}, True),
        ("utf-8", {"TERM": "xterm-256color", "NO_COLOR": "1"}, False),
        ("utf-8", {"TERM": "dumb"}, False),
        ("latin-1", {"TERM": "xterm-256color"}, False),
    ],
)
def test_colours_are_shown_where_they_can_be(
    encoding: str,
    environment: dict[str, str],
    colours: bool,
    recognizer: Recognizer,
    canvas: NDArray[np.uint8],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "stdout", Terminal(encoding))
    text = terminal.show("seven.png", recognizer.predict(canvas), 3)
    text.encode(encoding)
    assert text.startswith("seven.png: 7, >99.9 % confident. No other digit comes close. Top 3: 7 ")
    assert (text.count("\u2580") == 14 * 28) == colours
    assert ("\x1b[" in text) == colours


def test_doubt_is_told_with_the_other_digit(recognizer: Recognizer, canvas: NDArray[np.uint8]) -> None:
    prediction = recognizer.predict(canvas)
    unsure = replace(prediction, status="unsure", candidates=(7, 1), reason="It could also be a 1.")
    first, *rest = terminal.show("seven.png", unsure, 2).splitlines()
    assert first.startswith("seven.png: 7? Unsure: 7 or 1. It could also be a 1. Top 2: 7 ")
    assert rest == terminal.show("seven.png", prediction, 2).splitlines()[1:]  # the picture and the way there


def test_what_is_no_digit_is_told_with_what_comes_closest_and_shown(recognizer: Recognizer) -> None:
    prediction = recognizer.predict(NO_DIGITS["hash"])
    first, *picture, _ = terminal.show("hash.png", prediction, 1).splitlines()
    closest = "an 8" if prediction.digit == 8 else f"a {prediction.digit}"
    assert first.startswith(f"hash.png: Not a digit. It does not look like a digit; the closest is {closest}. Top 1: ")
    assert len(picture) == 14


def test_the_width_of_strokes_is_told_where_it_was_changed(recognizer: Recognizer, canvas: NDArray[np.uint8]) -> None:
    prediction = recognizer.predict(canvas)
    thin = terminal.show("seven.png", replace(prediction, stroke=(0.62, 2.08)), 1)
    assert ", strokes changed from 0.6 to 2.1 px, centred by mass" in thin
    assert "strokes" not in terminal.show("seven.png", replace(prediction, stroke=(2.3, 2.4)), 1)


def test_json_says_whether_it_is_a_digit_and_why(recognizer: Recognizer, canvas: NDArray[np.uint8]) -> None:
    found = json.loads(terminal.to_json("hash.png", recognizer.predict(NO_DIGITS["hash"]), 1))
    assert (found["status"], found["digit"]) == ("not a digit", found["candidates"][0])
    assert found["not_digit"] > 0.5
    assert found["reason"].startswith("It does not look like a digit; ")
    found = json.loads(terminal.to_json("seven.png", recognizer.predict(canvas), 1))
    assert (found["status"], found["candidates"]) == ("digit", [7])
    assert found["not_digit"] < 0.5
    assert len(found["steps"]["stroke"]) == 2


def test_json_names_files_in_full_and_data_urls_in_short(recognizer: Recognizer, canvas: NDArray[np.uint8]) -> None:
    prediction, path = recognizer.predict(canvas), "folder/" * 20 + "seven.png"
    assert json.loads(terminal.to_json(path, prediction, 3))["picture"] == path
    url = "data:image/png;base64," + "A" * 1000
    assert json.loads(terminal.to_json(url, prediction, 3))["picture"] == url[:40] + "..."
