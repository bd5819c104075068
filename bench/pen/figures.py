"""Figures of what was read: how often it is right and for whom, how honest it is, and what the refusals do."""

from statistics import fmean
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import confusion_matrix

from digitpad.training.datasets.pen import CLEAR, Characters
from digitpad.training.evaluation import metrics
from digitpad.training.evaluation.metrics import honesty, reliability, wilson_interval
from digitpad.verdict import Status
from pen.reading import Answers

STATUSES = get_args(Status)
KEPT = 0.95
NUM_WORST = 50

Right = NDArray[np.bool_]


def share(found: Right) -> dict[str, Any]:
    """How many of how many, their `share`, and its 95 % `interval`."""
    num_found, num_all = int(found.sum()), len(found)
    interval = wilson_interval(num_found, num_all) if num_all else (0.0, 1.0)
    return {"count": num_found, "n": num_all, "share": num_found / num_all if num_all else None, "interval": interval}


def plain_shares(found: Right, names: NDArray[Any]) -> dict[str, float]:
    """Only the share for every name, for places where there are many."""
    return {str(name): float(found[names == name].mean()) for name in np.unique(names)}


def shares(found: Right, names: NDArray[Any]) -> dict[str, dict[str, Any]]:
    """The same for every name, where each drawing has one of them."""
    return {str(name): share(found[names == name]) for name in np.unique(names)}


def mean_share(found: Right, names: NDArray[Any]) -> float:
    """The mean over names of the share of each, so that those with few drawings count as much as those with many."""
    return fmean(plain_shares(found, names).values())


def classified(probabilities: NDArray[np.float32], digits: Characters, indices: NDArray[np.int64]) -> dict[str, Any]:
    """Figures of the most probable digits, whatever is refused.

    Args:
        probabilities: float32 (num_drawings, 10).
        digits: all of them.
        indices: int64 (num_drawings,), which of them were drawn.
    """
    labels = digits.labels[indices]
    right = probabilities.argmax(axis=1) == labels
    return {
        "accuracy": share(right),
        "mean_over_writers": mean_share(right, digits.writers[indices]),
        "mean_over_donors": mean_share(right, digits.donors[indices]),
        "digits": plain_shares(right, labels),
        **honesty(probabilities.astype(np.float64), labels),
    }


def read(answers: Answers, digits: Characters, indices: NDArray[np.int64]) -> dict[str, Any]:
    """Figures of the digits of one setting: `classified`, and the share of each status, `called`."""
    called = {status: float((answers.statuses == status).mean()) for status in STATUSES}
    return classified(answers.probabilities, digits, indices) | {"called": called}


def reference(answers: Answers, digits: Characters, indices: NDArray[np.int64]) -> dict[str, Any]:
    """Figures of the reference setting: those of `read`, and for whom and where it goes wrong."""
    labels = digits.labels[indices]
    right = answers.probabilities.argmax(axis=1) == labels
    confusion = confusion_matrix(labels, answers.probabilities.argmax(axis=1), labels=range(10))
    return read(answers, digits, indices) | {
        "digits": shares(right, labels),
        "donors": shares(right, digits.donors[indices]),
        "writers": plain_shares(right, digits.writers[indices]),
        "confusion": confusion.tolist(),
        "reliability": reliability(answers.probabilities.astype(np.float64), labels),
    }


def statuses(found: NDArray[np.str_]) -> dict[str, dict[str, Any]]:
    """The share of each status among drawings."""
    return {status: share(found == status) for status in STATUSES}


def refusals(
    digits: Answers, others: Answers, labels: NDArray[np.uint8], characters: Characters, indices: NDArray[np.int64]
) -> dict[str, Any]:
    """What the refusals do to digits and to what is none.

    Args:
        digits: the answers to digits.
        others: the answers to characters that are no digits.
        labels: uint8 (num_digits,), the true digits.
        characters: all that are no digits.
        indices: int64 (num_others,), which of those were drawn.

    Returns:
        `separation`: the share of clear non-digits that pass, all and by category, where 95 % of the digits pass;
        `digits`, `clear`, `others`: the share of each status; `right`: the accuracy of digits by their status;
        `candidates`: how often the true digit is among them, and how many they are, where the model gives any.
    """
    is_clear = np.isin(characters.labels[indices], sorted(CLEAR))
    threshold = np.quantile(digits.not_digit, KEPT, method="higher")
    passes = others.not_digit <= threshold
    categories = characters.categories[indices]
    right = digits.probabilities.argmax(axis=1) == labels
    return {
        "separation": {
            "threshold": float(threshold),
            "digits": share(digits.not_digit <= threshold),
            "clear": share(passes[is_clear]),
            "clear_by_category": shares(passes[is_clear], categories[is_clear]),
            "others": share(passes[~is_clear]),
        },
        "digits": statuses(digits.statuses),
        "clear": statuses(others.statuses[is_clear]),
        "others": statuses(others.statuses[~is_clear]),
        "right": shares(right, digits.statuses),
        "candidates": _candidates(digits, labels),
    }


def worst(answers: Answers, labels: NDArray[np.uint8]) -> NDArray[np.int64]:
    """The mistakes to which the true digit's probability is the lowest, as places in the answers, the worst first."""
    return metrics.worst(answers.probabilities, labels)[:NUM_WORST]


def _candidates(digits: Answers, labels: NDArray[np.uint8]) -> dict[str, Any] | None:
    sizes = digits.candidates.sum(axis=1)
    if not sizes.any():
        return None
    covered = digits.candidates[np.arange(len(labels)), labels]
    return {
        "coverage": share(covered),
        "mean_size": float(sizes.mean()),
        "mean_size_by_status": {str(s): float(sizes[digits.statuses == s].mean()) for s in np.unique(digits.statuses)},
        "sizes": np.bincount(sizes, minlength=11).tolist(),
    }
