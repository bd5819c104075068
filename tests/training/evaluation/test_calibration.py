"""The temperature calibrates probabilities, and the thresholds meet their targets."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.special import softmax

from digitpad.errors import InputError
from digitpad.training.evaluation import calibration
from digitpad.training.evaluation.calibration import fit_temperature, fit_thresholds

Logits = NDArray[np.float32]
Labels = NDArray[np.uint8]


def made(count: int, seed: int, spread: float = 3.0) -> tuple[Logits, Labels]:
    """Calibrated logits (count, 11), and digits drawn from their probabilities."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, spread, (count, 11)).astype(np.float32)
    logits[:, 10] = rng.normal(-3, 2, count)
    cumulative = softmax(logits[:, :10], axis=1).cumsum(axis=1)
    return logits, (rng.random((count, 1)) > cumulative).sum(axis=1).clip(0, 9).astype(np.uint8)


@settings(max_examples=10, deadline=None)
@given(st.floats(0.3, 4.0))
def test_a_known_temperature_is_found_again(true: float) -> None:
    logits, labels = made(20_000, 0)
    assert fit_temperature(logits[:, :10] * np.float32(true), labels) == pytest.approx(true, rel=0.05)


def test_bad_shapes_are_refused() -> None:
    with pytest.raises(InputError, match=r"got \(3, 10\) and \(2,\)"):
        fit_temperature(np.zeros((3, 10), np.float32), np.zeros(2, np.uint8))
    with pytest.raises(InputError, match=r"got \(0, 10\)"):
        fit_temperature(np.zeros((0, 10), np.float32), np.zeros(0, np.uint8))
    with pytest.raises(InputError, match=r"got \(0, 10\)"):
        calibration.fit(np.zeros((3, 11), np.float32), np.full(3, 10, np.uint8))


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1000), st.integers(200, 3000), st.floats(2, 20))
def test_the_thresholds_hold_what_they_say(seed: int, count: int, spread: float) -> None:
    logits, labels = made(count, seed, spread)
    fitted = calibration.fit(logits, labels)
    probabilities, not_digit = calibration.answers(logits, fitted.temperature)
    thresholds, one = fitted.thresholds, 1 / count
    assert (not_digit <= thresholds["not_digit"]).mean() == pytest.approx(calibration.KEPT, abs=2 * one)
    sure = probabilities.max(axis=1) >= thresholds["unsure"]
    assert not sure.any() or (probabilities.argmax(axis=1) == labels)[sure].mean() >= calibration.SURE
    covered = (probabilities >= thresholds["candidates"])[np.arange(count), labels]
    assert calibration.COVERAGE <= covered.mean() <= calibration.COVERAGE + 2 * one


def test_what_the_thresholds_hold_they_hold_for_others_as_well() -> None:
    fitted = calibration.fit(*made(20_000, 0))
    logits, labels = made(20_000, 1)
    probabilities, not_digit = calibration.answers(logits, fitted.temperature)
    covered = (probabilities >= fitted.thresholds["candidates"])[np.arange(len(labels)), labels]
    sure = probabilities.max(axis=1) >= fitted.thresholds["unsure"]
    assert covered.mean() == pytest.approx(calibration.COVERAGE, abs=0.003)
    assert (not_digit <= fitted.thresholds["not_digit"]).mean() == pytest.approx(calibration.KEPT, abs=0.003)
    assert (probabilities.argmax(axis=1) == labels)[sure].mean() == pytest.approx(calibration.SURE, abs=0.003)


def test_the_thresholds_by_hand() -> None:
    confidence = np.array([0.99, 0.9, 0.8, 0.7, 0.6])
    probabilities = np.full((5, 10), (1 - confidence[:, None]) / 9)
    labels = np.array([3, 3, 3, 5, 3], np.uint8)  # the fourth is wrong
    probabilities[:, 3] = confidence
    found = fit_thresholds(probabilities, np.array([0.1, 0.2, 0.3, 0.4, 0.5]), labels)
    assert found == {
        "not_digit": pytest.approx(0.1 + 0.4 * calibration.KEPT),
        "unsure": pytest.approx(0.8),
        "candidates": 0.0,  # five are too few to leave any digit out
    }


def test_candidates_leave_out_what_one_in_a_hundred_is() -> None:
    probabilities, labels = np.full((100, 10), 0.02), np.full(100, 3, np.uint8)
    probabilities[:, 3] = np.linspace(0.3, 0.99, 100)
    assert fit_thresholds(probabilities, np.zeros(100), labels)["candidates"] == pytest.approx(0.3)
    assert fit_thresholds(probabilities[1:], np.zeros(99), labels[1:])["candidates"] == pytest.approx(
        probabilities[1, 3]
    )
    assert fit_thresholds(probabilities[2:], np.zeros(98), labels[2:])["candidates"] == 0.0


@pytest.mark.parametrize("count", [1, 2, 9, 101])
def test_few_pictures_and_bad_models_get_thresholds_too(count: int) -> None:
    rng = np.random.default_rng(count)
    labels = rng.integers(0, 10, count).astype(np.uint8)
    right = (20 * np.eye(11)[labels]).astype(np.float32)
    wrong = np.roll(right, 1, axis=1)
    wrong[:, 10] = 0
    for logits in (right, wrong, np.zeros_like(right), right * 1e4, wrong * 1e4):
        fitted = calibration.fit(logits, labels)
        assert 0.05 <= fitted.temperature <= 20.001
        assert set(fitted.thresholds) == {"not_digit", "unsure", "candidates"}
        assert all(type(value) is float and 0 <= value <= 1 for value in fitted.thresholds.values())


def test_who_is_always_wrong_is_never_sure() -> None:
    logits, labels = made(500, 0)
    wrong = ((logits[:, :10].argmax(axis=1) + 1) % 10).astype(np.uint8)
    probabilities, not_digit = calibration.answers(logits, 1.0)
    assert fit_thresholds(probabilities, not_digit, wrong)["unsure"] == 1.0
    assert fit_thresholds(probabilities, not_digit, labels)["unsure"] < 1.0


def test_what_is_no_digit_is_left_out() -> None:
    logits, labels = made(500, 0)
    strange = np.full((100, 11), 50, np.float32)
    both = calibration.fit(np.concatenate([logits, strange]), np.append(labels, np.full(100, 10, np.uint8)))
    assert both == calibration.fit(logits, labels)


def test_a_network_that_knows_digits_alone_refuses_nothing() -> None:
    logits, labels = made(500, 0)
    fitted = calibration.fit(logits, labels, refuses=False)
    assert fitted.thresholds == {**calibration.fit(logits, labels).thresholds, "not_digit": 1.0}
