"""Classification metrics: accuracy, calibration, and where the mistakes are."""

import base64
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import classification_report, confusion_matrix

from digitpad.training.evaluation.calibration import Calibrated, answers

NUM_BINS = 15
NUM_WORST = 20
_DIGITS = list(range(10))

Probabilities = NDArray[np.float64]
Labels = NDArray[np.uint8]


def evaluate(
    logits: NDArray[np.float32], labels: Labels, seen: NDArray[np.float32], *, calibrated: Calibrated
) -> dict[str, Any]:
    """Compute all metrics of a split, as JSON values.

    Args:
        logits: float32 (num_images, 11), of the digits and of "not a digit".
        labels: uint8 (num_images,), true digits.
        seen: float32 (num_images, 28, 28, 1), what the network saw, 0 to 1; stored for the worst mistakes.
        calibrated: the temperature and the thresholds.

    Returns:
        `num_images` and `num_right`; `accuracy` with its 95 % `accuracy_interval`; `top2`, the accuracy of the first
        two answers; `nll`, `brier` and `ece` with the temperature, and in `uncalibrated` the same without it;
        `refusals`, from the function of that name; `reliability` before and after the temperature; `confusion`, counts
        by true digit (row) and prediction (column); `classes`, precision, recall and F1; `confused_pairs`; `worst`, the
        worst mistakes.
    """
    before, not_digit = answers(logits, 1.0)
    after, _ = answers(logits, calibrated.temperature)
    return {
        **summarise(confusion_matrix(labels, after.argmax(axis=1), labels=_DIGITS)),
        "top2": top2(after, labels),
        **honesty(after, labels),
        "uncalibrated": honesty(before, labels),
        "refusals": refusals(after, not_digit, labels, calibrated.thresholds),
        "reliability": {"before": reliability(before, labels), "after": reliability(after, labels)},
        "worst": _worst(after, labels, seen),
    }


def summarise(confusion: NDArray[np.int64]) -> dict[str, Any]:
    """What follows from a confusion matrix (10, 10), counts by true digit (row) and prediction (column).

    Returns:
        `num_images`, `num_right`, `accuracy`, `accuracy_interval`, `confusion`, `classes` and `confused_pairs`, as in
        `evaluate`.
    """
    num_images, num_right = int(confusion.sum()), int(confusion.trace())
    true, predicted = np.indices(confusion.shape).reshape(2, -1)
    return {
        "num_images": num_images,
        "num_right": num_right,
        "accuracy": num_right / num_images,
        "accuracy_interval": wilson_interval(num_right, num_images),
        "confusion": confusion.tolist(),
        "classes": classification_report(
            true, predicted, labels=_DIGITS, output_dict=True, zero_division=0.0, sample_weight=confusion.ravel()
        ),
        "confused_pairs": _confused_pairs(confusion),
    }


def top2(probabilities: Probabilities, labels: Labels) -> float:
    """How often the true digit is among the two most probable of probabilities (num_images, 10)."""
    return float((np.argsort(-probabilities, axis=1)[:, :2] == labels[:, None]).any(axis=1).mean())


def refusals(
    probabilities: Probabilities, not_digit: NDArray[np.float64], labels: Labels, thresholds: dict[str, float]
) -> dict[str, float | None]:
    """Measure the effect of the thresholds on digits and, if there are any, on non-digits.

    Args:
        probabilities: (num_images, 10), calibrated.
        not_digit: (num_images,), the probability that an image is not a digit.
        labels: uint8 (num_images,), true digits, or 10 for non-digits.
        thresholds: as from `calibration.fit_thresholds`.

    Returns:
        For the digits: `kept`, the share that is accepted; `sure`, the share of these that is answered confidently;
        `sure_accuracy`, the accuracy of the confident answers; `coverage`, how often the candidates include the true
        digit; `num_candidates`, their mean number. For the non-digits: `passed`, the share that is accepted, or None if
        there are none; `num_strange`, their number.
    """
    is_digit = labels < 10
    kept = not_digit <= thresholds["not_digit"]
    digits, true = probabilities[is_digit], labels[is_digit]
    sure = kept[is_digit] & (digits.max(axis=1) >= thresholds["unsure"])
    candidates = (digits >= thresholds["candidates"]) | (digits == digits.max(axis=1, keepdims=True))
    return {
        "kept": float(kept[is_digit].mean()),
        "sure": float(sure.sum() / max(kept[is_digit].sum(), 1)),
        "sure_accuracy": float((digits.argmax(axis=1) == true)[sure].mean()) if sure.any() else 0.0,
        "coverage": float(candidates[np.arange(len(true)), true].mean()),
        "num_candidates": float(candidates.sum(axis=1).mean()),
        "passed": float(kept[~is_digit].mean()) if (~is_digit).any() else None,
        "num_strange": int((~is_digit).sum()),
    }


def honesty(probabilities: Probabilities, labels: Labels) -> dict[str, float]:
    """Negative log likelihood, Brier score and expected calibration error of probabilities (num_images, 10)."""
    true = probabilities[np.arange(len(labels)), labels]
    return {
        "nll": -float(np.log(np.maximum(true, np.finfo(np.float64).tiny)).mean()),
        "brier": float(((probabilities - np.eye(10)[labels]) ** 2).sum(axis=1).mean()),
        "ece": expected_calibration_error(reliability(probabilities, labels)),
    }


def reliability(probabilities: Probabilities, labels: Labels) -> list[dict[str, float]]:
    """Group predictions by confidence in 15 bins of equal width, leaving out empty ones.

    Returns:
        For each bin, lowest first: its `low` and `high` edge, `count`, mean `confidence` and `accuracy`.
    """
    confidence, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
    bins = np.clip(np.ceil(confidence * NUM_BINS).astype(int) - 1, 0, NUM_BINS - 1)  # a bin includes its upper edge
    rows = []
    for index in np.unique(bins):
        inside = bins == index
        rows.append(
            {
                "low": float(index / NUM_BINS),
                "high": float((index + 1) / NUM_BINS),
                "count": int(inside.sum()),
                "confidence": float(confidence[inside].mean()),
                "accuracy": float(right[inside].mean()),
            }
        )
    return rows


def expected_calibration_error(bins: list[dict[str, float]]) -> float:
    """Mean gap between accuracy and confidence over the bins of `reliability`, weighted by their counts, 0 to 1.

    Reference: Naeini et al. 2015, Obtaining Well Calibrated Probabilities Using Bayesian Binning.
    """
    total = sum(row["count"] for row in bins)
    return sum(row["count"] * abs(row["accuracy"] - row["confidence"]) for row in bins) / total


def wilson_interval(num_right: int, num_images: int) -> tuple[float, float]:
    """95 % confidence interval of an accuracy of `num_right` in `num_images`.

    Reference: Wilson 1927, Probable Inference, the Law of Succession, and Statistical Inference.
    """
    z = 1.959964
    share, spread = num_right / num_images, z * z / num_images
    middle = share + spread / 2
    half = z * math.sqrt(share * (1 - share) / num_images + spread / (4 * num_images))
    return max(0.0, (middle - half) / (1 + spread)), min(1.0, (middle + half) / (1 + spread))


def _confused_pairs(confusion: NDArray[np.int64]) -> list[dict[str, int]]:
    """The ten most frequent mistakes, as true digit, prediction and count."""
    pairs = [
        {"true": true, "predicted": predicted, "count": int(confusion[true, predicted])}
        for true in _DIGITS
        for predicted in _DIGITS
        if true != predicted and confusion[true, predicted]
    ]
    return sorted(pairs, key=lambda pair: -pair["count"])[:10]


def worst(probabilities: NDArray[Any], labels: Labels) -> NDArray[np.int64]:
    """Indices of the mistakes among probabilities (num_images, 10), least probable true digit first."""
    true = probabilities[np.arange(len(labels)), labels]
    mistakes = np.flatnonzero(probabilities.argmax(axis=1) != labels)
    return mistakes[np.argsort(true[mistakes], kind="stable")]


def _worst(probabilities: Probabilities, labels: Labels, seen: NDArray[np.float32]) -> list[dict[str, Any]]:
    """The mistakes with the least probable true digits, with what the network saw."""
    predicted = probabilities.argmax(axis=1)
    return [
        {
            "index": int(i),
            "true": int(labels[i]),
            "predicted": int(predicted[i]),
            "probabilities": probabilities[i].tolist(),
            "seen": base64.b64encode(np.rint(seen[i] * 255).astype(np.uint8).tobytes()).decode(),
        }
        for i in worst(probabilities, labels)[:NUM_WORST]
    ]
