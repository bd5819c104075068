"""The gate lets pass what got no worse, and says what did."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitpad.teaching import gate

OUTCOMES = st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=300)


@given(OUTCOMES)
def test_the_change_lies_in_its_interval(outcomes: list[tuple[bool, bool]]) -> None:
    before, after = np.array(outcomes).T
    check = gate.compare("all", (before, after), 0.0)
    low, high = check.interval
    assert -1 <= low <= check.change <= high <= 1
    assert check.change == pytest.approx(after.mean() - before.mean())
    assert check.is_passed == (after.sum() >= before.sum())


def test_what_is_lost_is_weighed_against_what_may_be_lost() -> None:
    before = np.ones(1000, bool)
    after = np.arange(1000) >= 2
    assert gate.compare("all", (before, after), 0.002).is_passed
    assert not gate.compare("all", (before, after), 0.0019).is_passed


def test_more_pictures_make_the_interval_narrower() -> None:
    few, many = (gate.compare("all", (np.ones(n, bool), np.arange(n) % 100 > 0), 0.0) for n in (100, 10_000))
    assert np.diff(many.interval)[0] < np.diff(few.interval)[0] / 5
    assert many.interval[1] < 0 < few.interval[1]


def test_a_rejection_names_what_got_worse_and_by_how_much() -> None:
    fine = gate.compare("Drawings", (np.zeros(50, bool), np.ones(50, bool)), 0.0)
    worse = gate.compare("MNIST", (np.ones(50, bool), np.arange(50) > 4), 0.001)
    assert gate.verdict({"drawings": fine}) == []
    [reason] = gate.verdict({"drawings": fine, "mnist": worse})
    assert reason == ("MNIST: 100.00% right before, 90.00% afterwards (n = 50); the gate allows a loss of 0.1 points.")


def test_many_lessons_may_lose_no_more_than_one() -> None:
    before, after = np.arange(1000) >= 1, np.arange(1000) >= 2
    check = gate.compare("all", (before, after), 0.001)
    assert check.is_passed
    assert not dataclasses.replace(check, first=1.0).is_passed
    assert "100.00% of the first model" in dataclasses.replace(check, first=1.0).reason
