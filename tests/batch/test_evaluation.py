"""The evaluation over parts is that of all answers at once, in constant memory."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import softmax

from digitpad.batch import evaluation
from digitpad.batch.evaluation import Evaluation
from digitpad.training.evaluation import metrics
from digitpad.training.evaluation.calibration import Calibrated, answers

THRESHOLDS = {"not_digit": 0.5, "unsure": 0.8, "candidates": 0.05}
LOGITS = np.random.default_rng(0).normal(0, 3, (300, 11)).astype(np.float32)
LABELS = (LOGITS[:, :10] + np.random.default_rng(1).normal(0, 2, (300, 10))).argmax(axis=1).astype(np.uint8)


def answered() -> pa.Table:
    """The answers to some drawings, as a table."""
    probabilities, not_digit = answers(LOGITS, 1.0)
    is_sure, is_kept = probabilities.max(axis=1) >= THRESHOLDS["unsure"], not_digit <= THRESHOLDS["not_digit"]
    candidates = (probabilities >= THRESHOLDS["candidates"]) | (
        probabilities == probabilities.max(axis=1, keepdims=True)
    )
    return pa.table(
        {
            "label": pa.array(LABELS, pa.int8()),
            "probabilities": pa.array(list(probabilities.astype(np.float32)), pa.list_(pa.float32())),
            "candidates": pa.array([np.flatnonzero(row) for row in candidates], pa.list_(pa.int8())),
            "status": np.select([~is_kept, is_sure], ["not a digit", "digit"], "unsure"),
        }
    )


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(0, 300), max_size=6))
def test_the_figures_are_those_of_all_answers_at_once(cuts: list[int]) -> None:
    table, found = answered(), Evaluation()
    for start, stop in zip(sorted([0, *cuts]), sorted([*cuts, 300]), strict=True):
        found.add(table.slice(start, stop - start))
    figures = found.figures()
    seen = np.zeros((300, 28, 28, 1), np.float32)
    expected = metrics.evaluate(LOGITS, LABELS, seen, calibrated=Calibrated(1.0, THRESHOLDS))
    assert figures
    for name in ("num_images", "num_right", "accuracy", "accuracy_interval", "confusion", "classes", "confused_pairs"):
        assert figures[name] == expected[name]
    for name in ("nll", "brier", "ece", "top2"):
        assert figures[name] == pytest.approx(expected[name], rel=1e-4)
    for row, other in zip(figures["reliability"], expected["reliability"]["after"], strict=True):
        assert row == pytest.approx(other, rel=1e-4)
    for name in ("kept", "sure", "sure_accuracy", "coverage", "num_candidates"):
        assert figures["refusals"][name] == pytest.approx(expected["refusals"][name])


def test_what_has_no_label_or_was_not_read_is_left_out_and_said_so() -> None:
    table, found = answered(), Evaluation()
    gone = pa.array([None] * 300, table["probabilities"].type)
    assert found.figures() is None
    found.add(table.set_column(0, "label", pa.array([None] * 300, pa.int8())))
    found.add(table.set_column(1, "probabilities", gone).slice(0, 7))
    assert found.figures() is None
    found.add(table)
    figures = found.figures()
    assert figures
    assert (figures["num_images"], figures["num_unread"], figures["num_unlabelled"]) == (300, 7, 300)
    text = evaluation.describe(figures)
    assert "left out: 7 that could not be read" in text
    assert "left out: 300 that have no digit as a label" in text


def test_the_text_shows_each_digit_and_each_mistake() -> None:
    found = Evaluation()
    one = softmax(np.eye(10) * 9, axis=1).astype(np.float32)
    found.add(
        pa.table(
            {
                "label": pa.array([0, 1, 7, 7], pa.int8()),
                "probabilities": pa.array(list(one[[0, 1, 7, 1]]), pa.list_(pa.float32())),
                "candidates": pa.array([[0], [1], [7], [1]], pa.list_(pa.int8())),
                "status": ["digit", "unsure", "digit", "digit"],
            }
        )
    )
    figures = found.figures()
    assert figures
    text = evaluation.describe(figures)
    assert "accuracy  75.00%" in text
    assert "accepted  100.00%   (answered confidently: 75.00% of these, of which 66.67% right)" in text
    assert "most confused: 7 read as 1 (1)" in text
    assert "      7  " + "".join(f"{count:9d}" for count in (0, 1, 0, 0, 0, 0, 0, 1, 0, 0)) in text
