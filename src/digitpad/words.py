"""Sentences shared by Python and the web pages, and the formatting of lists, articles and probabilities."""

import json
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any


def say(group: str, name: str, **values: object) -> str:
    """Get a sentence from `web/words.js` with its values filled in; KeyError if there is no such sentence."""
    return str(_words()[group][name]).format(**values)


def percent(probability: float) -> str:
    """Format a probability from 0 to 1, such as "97.3 %" or ">99.9 %"."""
    nearly = _words()["limits"]["nearly"]
    if probability >= 1 - nearly:
        return say("probability", "nearly 1")
    if probability < nearly:
        return say("probability", "nearly 0")
    return say("probability", "other", percent=f"{100 * probability:.1f}")


def with_article(digit: int) -> str:
    """A digit with its article: "a 4", "an 8"."""
    return f"an {digit}" if digit == 8 else f"a {digit}"


def either(names: Sequence[object], many: str = "any of") -> str:
    """Join names as alternatives: "4", "4 or 9", "4, 9 or 7"; more than four are counted, in the words of `many`."""
    if len(names) > _words()["limits"]["named"]:
        return say("list", many, count=len(names))
    *first, last = map(str, names)
    return say("list", "or", first=", ".join(first), last=last) if first else last


@cache
def _words() -> dict[str, dict[str, Any]]:
    text = (files("digitpad") / "web" / "words.js").read_text(encoding="utf-8")
    words: dict[str, dict[str, Any]] = json.loads(text.partition("WORDS = ")[2].rstrip(";\n"))
    return words
