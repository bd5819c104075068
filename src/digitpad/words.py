"""The sentences that Python and the pages share, and how lists, articles and probabilities are written in them."""

import json
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

_MOST_NAMED = 4
"""Nobody reads longer lists of digits."""

_NEARLY = 0.0005
"""Probabilities this close to 0 or 1 are not rounded to impossible or certain."""


def say(group: str, name: str, **values: object) -> str:
    """A sentence of `web/words.js` with its values filled in; KeyError if there is none of that name."""
    return _words()[group][name].format(**values)


def percent(probability: float) -> str:
    """A probability, 0 to 1, as people read it: "97.3 %", ">99.9 %"."""
    if probability >= 1 - _NEARLY:
        return say("probability", "nearly 1")
    if probability < _NEARLY:
        return say("probability", "nearly 0")
    return say("probability", "other", percent=f"{100 * probability:.1f}")


def with_article(digit: int) -> str:
    """A digit with its article: "a 4", "an 8"."""
    return f"an {digit}" if digit == 8 else f"a {digit}"


def either(names: Sequence[object]) -> str:
    """Names as alternatives: "4", "4 or 9", "4, 9 or 7"; more than four are only counted."""
    if len(names) > _MOST_NAMED:
        return say("list", "any of", count=len(names))
    *first, last = map(str, names)
    return say("list", "or", first=", ".join(first), last=last) if first else last


@cache
def _words() -> dict[str, dict[str, str]]:
    text = (files("digitpad") / "web" / "words.js").read_text(encoding="utf-8")
    words: dict[str, dict[str, str]] = json.loads(text.partition("WORDS = ")[2].rstrip(";\n"))
    return words
