"""Answers as text: for terminals with and without colours, and as JSON."""

import io
import json
import sys

import numpy as np
import pytest
from numpy.typing import NDArray

from digitpad import Recognizer, terminal


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
    assert text.startswith("seven.png: 7, confidence")
    assert (text.count("\u2580") == 14 * 28) == colours
    assert ("\x1b[" in text) == colours


def test_nothing_is_rounded_up_to_certainty() -> None:
    assert [terminal.percent(p) for p in (0.5, 0.9994, 0.99951, 1.0)] == ["50.0%", "99.9%", ">99.9%", ">99.9%"]
    assert [terminal.percent(p) for p in (0.0006, 0.0004, 0.0)] == ["0.1%", "<0.1%", "<0.1%"]


def test_json_names_files_in_full_and_data_urls_in_short(recognizer: Recognizer, canvas: NDArray[np.uint8]) -> None:
    prediction, path = recognizer.predict(canvas), "folder/" * 20 + "seven.png"
    assert json.loads(terminal.to_json(path, prediction, 3))["picture"] == path
    url = "data:image/png;base64," + "A" * 1000
    assert json.loads(terminal.to_json(url, prediction, 3))["picture"] == url[:40] + "..."
