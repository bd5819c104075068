"""Digit, unsure or not a digit: where the verdict changes, which digits stay possible, and what a person is told."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from digitpad import verdict
from digitpad.errors import ArtifactError
from digitpad.verdict import Thresholds, Verdict

THRESHOLDS = Thresholds(not_digit=0.5, unsure=0.75, candidates=0.125)
VALUES = {"not_digit": 0.5, "unsure": 0.75, "candidates": 0.125}
PATH = Path("digits.onnx")


def judge(likely: dict[int, float], not_digit: float = 0.0, thresholds: Thresholds = THRESHOLDS) -> Verdict:
    """The verdict where some digits have a probability, and the others none."""
    probabilities = np.array([likely.get(digit, 0.0) for digit in range(10)], np.float32)
    return verdict.judge(probabilities, not_digit, thresholds)


def test_a_clear_digit_is_one() -> None:
    assert judge({4: 0.75, 9: 0.25}).confidence == 0.75
    assert judge({4: 1.0}, 0.25) == Verdict("digit", 1.0, (4,), "No other digit comes close.")


def test_a_digit_between_two_is_unsure_and_names_the_other() -> None:
    assert judge({4: 0.5, 9: 0.5}) == Verdict("unsure", 0.5, (4, 9), "It could also be a 9.")


def test_a_drawing_of_something_else_is_not_a_digit_however_clear_the_closest_is() -> None:
    expected = Verdict("not a digit", 0.125, (8,), "It does not look like a digit; the closest is an 8.")
    assert judge({8: 1.0}, 0.875) == expected
    assert judge({8: 0.6, 3: 0.4}, 0.9).status == "not a digit"


def test_verdicts_change_right_behind_their_thresholds() -> None:
    assert judge({4: 1.0}, 0.5).status == "digit"
    assert judge({4: 1.0}, 0.5000001).status == "not a digit"
    assert judge({4: 0.75, 9: 0.25}).status == "digit"
    assert judge({4: 0.7499, 9: 0.25}).status == "unsure"
    assert judge({4: 0.875, 9: 0.125}).candidates == (4, 9)
    assert judge({4: 0.875, 9: 0.1249}).candidates == (4,)


def test_candidates_come_in_order_and_there_is_always_one() -> None:
    assert judge({1: 0.2, 7: 0.5, 4: 0.3}).candidates == (7, 4, 1)
    assert judge({3: 0.6, 5: 0.4}, thresholds=Thresholds(0.5, 0.75, 0.9)).candidates == (3,)
    assert judge({3: 0.6, 5: 0.4}, 0.9, Thresholds(0.5, 0.75, 1.0)).candidates == (3,)


def test_doubt_names_the_second_best_where_there_is_one_candidate() -> None:
    assert judge({3: 0.7, 8: 0.1, 5: 0.05}).reason == "It is not clear enough to be sure; the next best is an 8."


@pytest.mark.parametrize(
    ("likely", "reason"),
    [
        ({7: 0.5, 4: 0.3, 8: 0.2}, "It could also be a 4 or an 8."),
        ({7: 0.4, 4: 0.24, 9: 0.2, 1: 0.16}, "It could also be a 4, a 9 or a 1."),
        (dict.fromkeys(range(6), 0.125), "It could also be one of 5 other digits."),
    ],
)
def test_several_candidates_are_named_as_people_would(likely: dict[int, float], reason: str) -> None:
    assert judge(likely).reason == reason


def test_a_sure_answer_does_not_hide_its_other_candidate() -> None:
    found = judge({4: 0.8, 9: 0.2})
    assert (found.status, found.candidates) == ("digit", (4, 9))
    assert found.reason == "It could also be a 9, but that is much less likely."


@given(
    arrays.arrays(np.float32, 10, elements=st.floats(0, 1, width=32)),
    *[st.floats(0, 1)] * 4,
)
def test_every_verdict_makes_sense(
    values: NDArray[np.float32], not_digit: float, strange: float, unsure: float, candidates: float
) -> None:
    thresholds = Thresholds(strange, unsure, candidates)
    found = verdict.judge(values, not_digit, thresholds)
    assert found.candidates
    assert found.candidates[0] == values.argmax()
    assert set(np.flatnonzero(values >= np.float32(candidates))) <= set(found.candidates)
    assert (found.status == "not a digit") == (not_digit > strange)
    assert found.reason[0].isupper()
    assert found.reason.endswith(".")


def test_thresholds_are_read_from_the_card() -> None:
    assert Thresholds.from_card({"thresholds": VALUES, "name": "x"}, PATH) == THRESHOLDS
    assert Thresholds.from_card({"thresholds": {"not_digit": 1, "unsure": 0, "candidates": 0.5}}, PATH).not_digit == 1.0


@pytest.mark.parametrize(
    "card",
    [
        {},
        {"thresholds": None},
        {"thresholds": [0.5, 0.75, 0.125]},
        {"thresholds": {}},
        {"thresholds": {"not_digit": 0.5, "unsure": 0.75}},
        *[
            {"thresholds": {**VALUES, "unsure": value}}
            for value in (None, "0.5", True, [0.5], -0.001, 1.001, float("nan"), float("inf"), 10**400)
        ],
    ],
)
def test_a_card_without_thresholds_is_refused_in_words(card: dict[str, Any]) -> None:
    with pytest.raises(ArtifactError, match=r"^Expected thresholds .* on the card of digits\.onnx; got .*\. Train the"):
        Thresholds.from_card(card, PATH)
