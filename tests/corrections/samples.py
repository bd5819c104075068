"""Corrections to keep."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from hypothesis import strategies as st

from digitpad import drawing
from digitpad.corrections.correction import Answer, Correction, encode
from tests.golden import GOLDEN

SEVEN = encode(drawing.from_file(GOLDEN / "7-medium-light.png").pixels)
SMALL = encode(np.full((3, 2, 4), 255, np.uint8))
MADE = datetime(2026, 11, 27, 21, 8, 49, 123_000, UTC)
STROKES = (((10.0, 20.5), (30.0, 40.25)), ((5.0, 5.0),))


def sample(number: int = 0, **changes: Any) -> Correction:
    """A correction whose id is the number, made as many seconds after `MADE`."""
    made = MADE + timedelta(seconds=number)
    found = Correction(
        f"{number:032x}", "5" * 32, made, "7", Answer("digit", "1", 0.97), "dbcfb7810e97", SEVEN, STROKES
    )
    return replace(found, **changes)


def ids() -> st.SearchStrategy[str]:
    return st.text("0123456789abcdef", min_size=32, max_size=32)


def numbers() -> st.SearchStrategy[str]:
    """A digit, or several with single spaces and newlines between."""
    return st.from_regex("[0-9]{1,3}([ \\n][0-9]{1,3}){0,9}", fullmatch=True)


def answers() -> st.SearchStrategy[Answer]:
    confidence = st.floats(0, 1)
    return st.one_of(
        st.builds(Answer, st.sampled_from(["digit", "unsure"]), st.sampled_from("0123456789"), confidence),
        st.builds(Answer, st.sampled_from(["not a digit", "several digits"]), st.just(""), confidence),
        st.builds(Answer, st.just("number"), numbers(), st.just(0.0)),
    )


def corrections() -> st.SearchStrategy[Correction]:
    """Any correction; the picture is always the same small one."""
    coordinate = st.floats(-1e9, 1e9)
    stroke = st.lists(st.tuples(coordinate, coordinate), min_size=1, max_size=5).map(tuple)
    times = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30))
    return st.builds(
        Correction,
        id=ids(),
        session=ids(),
        made=times.map(lambda time: time.replace(microsecond=time.microsecond // 1000 * 1000, tzinfo=UTC)),
        truth=st.one_of(numbers(), st.just("not a digit")),
        answer=answers(),
        model=st.from_regex("[0-9a-zA-Z-]{1,40}", fullmatch=True),
        picture=st.just(SMALL),
        strokes=st.one_of(st.none(), st.lists(stroke, max_size=4).map(tuple)),
    )
