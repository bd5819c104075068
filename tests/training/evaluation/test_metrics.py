"""The metrics agree with cases worked out by hand, and with scikit-learn."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.special import softmax
from sklearn.metrics import accuracy_score, log_loss

from digitpad.training.evaluation import metrics
from digitpad.training.evaluation.calibration import Calibrated

THRESHOLDS = {"not_digit": 0.5, "unsure": 0.9, "candidates": 0.05}


def some_logits(count: int = 500) -> tuple[NDArray[np.float32], metrics.Labels]:
    rng = np.random.default_rng(0)
    labels = np.arange(count, dtype=np.uint8) % 10
    return (rng.normal(0, 1, (count, 11)) + 3 * np.eye(11)[labels]).astype(np.float32), labels


def test_figures_agree_with_scikit_learn() -> None:
    logits, labels = some_logits()
    seen = np.zeros((len(labels), 28, 28, 1), np.float32)
    figures = metrics.evaluate(logits, labels, seen, calibrated=Calibrated(1.7, THRESHOLDS))
    probabilities = softmax(logits[:, :10].astype(np.float64) / 1.7, axis=1)
    assert figures["accuracy"] == accuracy_score(labels, probabilities.argmax(axis=1))
    assert figures["nll"] == pytest.approx(log_loss(labels, probabilities))
    plain = softmax(logits[:, :10].astype(np.float64), axis=1)
    assert figures["uncalibrated"]["nll"] == pytest.approx(log_loss(labels, plain))
    assert np.array(figures["confusion"]).sum() == figures["num_images"] == len(labels)
    assert np.trace(figures["confusion"]) == figures["num_right"]
    assert figures["accuracy"] < figures["top2"] < 1
    pairs = [pair["count"] for pair in figures["confused_pairs"]]
    assert pairs == sorted(pairs, reverse=True)


def test_the_worst_mistakes_come_first_and_are_mistakes() -> None:
    logits, labels = some_logits()
    seen = np.zeros((len(labels), 28, 28, 1), np.float32)
    worst = metrics.evaluate(logits, labels, seen, calibrated=Calibrated(1.0, THRESHOLDS))["worst"]
    assert len(worst) == metrics.NUM_WORST
    assert all(m["true"] != m["predicted"] == int(np.argmax(m["probabilities"])) for m in worst)
    true = [m["probabilities"][m["true"]] for m in worst]
    assert true == sorted(true)


def test_a_faultless_model_has_no_mistakes_to_show() -> None:
    labels = np.arange(10, dtype=np.uint8)
    logits = (50 * np.eye(10, 11)).astype(np.float32)
    figures = metrics.evaluate(
        logits, labels, np.zeros((10, 28, 28, 1), np.float32), calibrated=Calibrated(1.0, THRESHOLDS)
    )
    assert (figures["accuracy"], figures["worst"], figures["confused_pairs"]) == (1.0, [], [])
    assert figures["ece"] == pytest.approx(0, abs=1e-6)
    refusals = figures["refusals"]
    assert [refusals[name] for name in ("kept", "sure", "sure_accuracy", "coverage", "num_candidates")] == [1.0] * 5


def test_refusals_by_hand() -> None:
    confidence = np.array([0.99, 0.95, 0.92, 0.8, 0.97, 0.6])  # always in a 3; four digits, then two non-digits
    probabilities = np.full((6, 10), 0.001)
    probabilities[:, 3] = confidence
    probabilities[:, 5] = 1 - confidence - 0.008
    not_digit = np.array([0.1, 0.2, 0.5, 0.6, 0.4, 0.9])
    labels = np.array([3, 5, 3, 5, 10, 10], np.uint8)
    assert metrics.refusals(probabilities, not_digit, labels, THRESHOLDS) == {
        "kept": 3 / 4,  # not the fourth; the third is exactly on the threshold
        "sure": 1.0,  # of these three
        "sure_accuracy": pytest.approx(2 / 3),
        "coverage": 3 / 4,  # the only candidate of the second is 3
        "num_candidates": 6 / 4,
        "passed": 1 / 2,
        "num_strange": 2,
    }


def test_refusals_where_there_is_nothing_to_refuse_or_nothing_is_kept() -> None:
    probabilities, labels = np.eye(10)[:3], np.arange(3, dtype=np.uint8)
    every = metrics.refusals(probabilities, np.ones(3), labels, THRESHOLDS)
    assert (every["kept"], every["sure"], every["sure_accuracy"], every["passed"]) == (0.0, 0.0, 0.0, None)
    assert (every["coverage"], every["num_candidates"], every["num_strange"]) == (1.0, 1.0, 0)


def test_calibration_error_by_hand() -> None:
    probabilities = np.full((4, 10), 0.2 / 9)
    probabilities[:, 0] = 0.8  # four answers at 80 %, of which three are right
    labels = np.array([0, 0, 0, 1], np.uint8)
    (row,) = metrics.reliability(probabilities, labels)
    assert row == {"low": pytest.approx(11 / 15), "high": 0.8, "count": 4, "confidence": 0.8, "accuracy": 0.75}
    assert metrics.honesty(probabilities, labels)["ece"] == pytest.approx(0.05)
    right, wrong = 0.2**2 + 9 * (0.2 / 9) ** 2, 0.8**2 + (1 - 0.2 / 9) ** 2 + 8 * (0.2 / 9) ** 2
    assert metrics.honesty(probabilities, labels)["brier"] == pytest.approx((3 * right + wrong) / 4)


def test_certain_and_wrong_costs_much_but_not_infinitely_much() -> None:
    probabilities = np.eye(10)[:2]
    assert np.isfinite(metrics.honesty(probabilities, np.array([5, 5], np.uint8))["nll"])


@given(st.integers(1, 10_000), st.floats(0, 1))
def test_the_interval_holds_the_share(num_images: int, share: float) -> None:
    num_right = round(share * num_images)
    low, high = metrics.wilson_interval(num_right, num_images)
    assert 0 <= low <= num_right / num_images + 1e-9
    assert num_right / num_images - 1e-9 <= high <= 1


def test_the_interval_of_a_known_case() -> None:
    assert metrics.wilson_interval(9920, 10_000) == pytest.approx((0.99005, 0.99357), abs=1e-5)
