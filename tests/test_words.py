"""What Python and the pages say is written once, and what the docs quote of it is what is said."""

import re
from pathlib import Path

import pytest

from digitpad import words

ROOT = Path(__file__).parents[1]
QUOTING = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]


def test_nothing_is_rounded_up_to_certainty() -> None:
    assert [words.percent(p) for p in (0.5, 0.9994, 0.99951, 1.0)] == ["50.0 %", "99.9 %", ">99.9 %", ">99.9 %"]
    assert [words.percent(p) for p in (0.0006, 0.0004, 0.0)] == ["0.1 %", "<0.1 %", "<0.1 %"]


@pytest.mark.parametrize(
    ("names", "text"),
    [
        ([4], "4"),
        ([4, 9], "4 or 9"),
        (["a 4", "an 8", "a 7"], "a 4, an 8 or a 7"),
        ([1, 2, 3, 4, 5], "one of 5 digits"),
    ],
)
def test_alternatives_are_listed_as_people_would(names: list[object], text: str) -> None:
    assert words.either(names) == text


def test_a_list_of_others_does_not_count_the_first() -> None:
    assert words.either([1, 2, 3, 4, 5], "any other of") == "one of 5 other digits"


def test_an_unknown_sentence_is_an_error() -> None:
    with pytest.raises(KeyError):
        words.say("reason", "weather")


def test_the_docs_quote_what_is_said() -> None:
    said = {words.say("reason", name) for name in ("blank", "digit")}
    quoted = {text for path in QUOTING for text in re.findall(r'reason\W+"([^"{}]+\.)"', path.read_text())}
    assert quoted
    assert quoted <= said
