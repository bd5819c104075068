"""Figures from the tables of answers: accuracy and for whom, calibration, and what is rejected."""

from typing import Any, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import confusion_matrix

from bench.drawings.reading import Table
from digitpad.training.datasets.pen import CLEAR
from digitpad.training.evaluation import metrics
from digitpad.training.evaluation.metrics import honesty, reliability, wilson_interval
from digitpad.verdict import Status

STATUSES = get_args(Status)
RECALL = 0.95
NUM_WORST = 50


def share(found: pd.Series) -> dict[str, Any]:
    """The `count` of what is true among `n`, the `share`, and its 95 % `interval`."""
    count, n = int(found.sum()), len(found)
    interval = wilson_interval(count, n) if n else (0.0, 1.0)
    return {"count": count, "n": n, "share": count / n if n else None, "interval": interval}


def shares(found: pd.Series, names: pd.Series) -> dict[str, dict[str, Any]]:
    """The same for each name; `names` has one for each drawing."""
    return {str(name): share(some) for name, some in found.groupby(names)}


def classified(probabilities: NDArray[np.float32], known: Table) -> dict[str, Any]:
    """Figures of the most probable digits, rejected or not.

    Args:
        probabilities: float32 (num_drawings, 10).
        known: the `label`, `writer` and `donor` of each drawing.

    Returns:
        The `accuracy`, its mean over writers and over donors, where those with few drawings count as much as those with
        many, the accuracy by digit, and the calibration.
    """
    right = probabilities.argmax(axis=1) == known.label
    return {
        "accuracy": share(right),
        "mean_over_writers": right.groupby(known.writer).mean().mean(),
        "mean_over_donors": right.groupby(known.donor).mean().mean(),
        "digits": _means(right, known.label),
        **honesty(probabilities.astype(np.float64), known.label.to_numpy()),
    }


def read(table: Table) -> dict[str, Any]:
    """Figures of the digits of one setting: `classified`, and the share of each status, `called`."""
    called = table.status.value_counts(normalize=True).reindex(STATUSES, fill_value=0.0).to_dict()
    return classified(probabilities(table), table) | {"called": called}


def reference(table: Table) -> dict[str, Any]:
    """Figures of the reference setting: those of `read`, and where and for whom it goes wrong."""
    predicted = probabilities(table).argmax(axis=1)
    right = predicted == table.label
    return read(table) | {
        "digits": shares(right, table.label),
        "donors": shares(right, table.donor),
        "writers": _means(right, table.writer),
        "confusion": confusion_matrix(table.label, predicted, labels=range(10)).tolist(),
        "reliability": reliability(probabilities(table).astype(np.float64), table.label.to_numpy()),
    }


def refusals(digits: Table, others: Table) -> dict[str, Any]:
    """How digits and other characters are rejected.

    Args:
        digits: the answers to digits.
        others: the answers to characters that are not digits.

    Returns:
        `separation`: how many clear non-digits, all and by category, are accepted at 95 % recall; `digits`, `clear`,
        `others`: the share of each status; `right`: the accuracy of digits by their status; `candidates`: how often
        they include the true digit, and how many there are, if the model returns any.
    """
    is_clear = others.label.isin(CLEAR)
    threshold = digits.not_digit.quantile(RECALL, interpolation="higher")
    accepted = others.not_digit <= threshold
    return {
        "separation": {
            "threshold": threshold,
            "digits": share(digits.not_digit <= threshold),
            "clear": share(accepted[is_clear]),
            "clear_by_category": shares(accepted[is_clear], others.category[is_clear]),
            "others": share(accepted[~is_clear]),
        },
        "digits": _statuses(digits),
        "clear": _statuses(others[is_clear]),
        "others": _statuses(others[~is_clear]),
        "right": shares(probabilities(digits).argmax(axis=1) == digits.label, digits.status),
        "candidates": _candidates(digits),
    }


def worst(digits: Table) -> Table:
    """The mistakes with the lowest probability of the true digit, the worst first."""
    return digits.iloc[metrics.worst(probabilities(digits), digits.label.to_numpy())[:NUM_WORST]]


def probabilities(table: Table) -> NDArray[np.float32]:
    """The probabilities of a table's drawings, float32 (num_drawings, 10)."""
    return np.stack(table.probabilities)


def _means(found: pd.Series, names: pd.Series) -> dict[str, float]:
    """Only the share for each name, for places where there are many."""
    means: dict[str, float] = found.groupby(names).mean().rename(str).to_dict()
    return means


def _statuses(table: Table) -> dict[str, dict[str, Any]]:
    return {status: share(table.status == status) for status in STATUSES}


def _candidates(digits: Table) -> dict[str, Any] | None:
    sizes = digits.candidates.map(len)
    if not sizes.any():
        return None
    covered = [label in candidates for label, candidates in zip(digits.label, digits.candidates, strict=True)]
    return {
        "coverage": share(pd.Series(covered)),
        "mean_size": sizes.mean(),
        "mean_size_by_status": _means(sizes, digits.status),
        "sizes": np.bincount(sizes, minlength=11).tolist(),
    }
