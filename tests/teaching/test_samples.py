"""What can be learned from corrections: the pictures that the network sees, and never a session in two parts."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitpad import Recognizer
from digitpad.corrections.correction import Correction
from digitpad.teaching.samples import Samples, gather
from digitpad.training.datasets.splits import NOT_A_DIGIT, Split
from tests.teaching.conftest import correction, draw_number, golden


def test_a_digit_is_learned_as_the_network_sees_it(recognizer: Recognizer) -> None:
    samples = gather([correction(golden(7), "1")], recognizer)
    assert samples.digits.labels.tolist() == [1]
    np.testing.assert_array_equal(samples.digits.images[0], recognizer.predict(golden(7)).seen)


def test_a_non_digit_is_learned_too(recognizer: Recognizer) -> None:
    samples = gather([correction(golden(7), "not a digit")], recognizer)
    assert samples.digits.labels.tolist() == [NOT_A_DIGIT]


def test_a_number_is_learned_digit_by_digit_in_order(recognizer: Recognizer) -> None:
    picture = draw_number("274")
    samples = gather([correction(picture, "214")], recognizer)
    assert samples.digits.labels.tolist() == [2, 1, 4]
    seen = [digit.prediction.seen for digit in recognizer.read(picture).digits]
    np.testing.assert_array_equal(samples.digits.images, seen)


def test_what_cannot_be_learned_is_told_and_left_out(recognizer: Recognizer) -> None:
    blank, miscounted = correction(draw_number(""), "3"), correction(draw_number("274"), "27")
    samples = gather([blank, miscounted], recognizer)
    assert len(samples) == 0
    assert samples.left_out == {blank.id: "blank", miscounted.id: "the correction has 2 digits, but 3 were found"}


def test_a_model_that_knows_only_digits_learns_no_non_digit(recognizer: Recognizer) -> None:
    strange = correction(golden(7), "not a digit")
    samples = gather([strange, correction(golden(7), "1")], recognizer, refuses=False)
    assert samples.digits.labels.tolist() == [1]
    assert samples.left_out == {strange.id: "this model was trained on digits only, and takes everything for one"}


@given(st.lists(st.sampled_from([f"{name:032x}" for name in range(12)]), min_size=1, max_size=60))
def test_sessions_are_held_out_whole_and_never_all(sessions: list[str]) -> None:
    held_out = samples_of(sessions).is_held_out
    assert not held_out[0]
    for session in set(sessions):
        assert len(set(held_out[np.array(sessions) == session])) == 1


def test_a_session_stays_held_out_as_others_come() -> None:
    names = [f"{name:032x}" for name in (5, *range(200))]
    later = samples_of(names).is_held_out
    for count in (1, 2, 100):
        np.testing.assert_array_equal(samples_of(names[:count]).is_held_out, later[:count])
    assert later.mean() == pytest.approx(0.25, abs=0.1)


def samples_of(sessions: list[str]) -> Samples:
    count = len(sessions)
    return Samples(Split(np.zeros((count, 28, 28), np.uint8), np.zeros(count, np.uint8)), np.array(sessions), {})


def test_a_session_of_one_is_a_session(recognizer: Recognizer) -> None:
    told: list[Correction] = [correction(golden(digit), str(digit)) for digit in (1, 2)]
    assert gather(told, recognizer).sessions.tolist() == [each.session for each in told]
