"""Calibration: a temperature for the probabilities, and thresholds for answering "unsure" or "not a digit".

Needs no Keras; the layer that applies the temperature is in `calibration_layer`.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax

from digitpad.errors import InputError

_LOWEST, _HIGHEST = 0.05, 20.0

KEPT, SURE, COVERAGE = 0.98, 0.997, 0.99
"""Targets on the validation split: the share of digits that are accepted, the accuracy of confident answers, and the
share of candidate sets that contain the true digit."""


@dataclass(frozen=True)
class Calibrated:
    """The calibration that was fitted on the validation split.

    Attributes:
        temperature: the divisor of the digits' logits.
        thresholds: as from `fit_thresholds`.
    """

    temperature: float
    thresholds: dict[str, float]


def fit(logits: NDArray[np.float32], labels: NDArray[np.uint8], *, refuses: bool = True) -> Calibrated:
    """Fit the temperature, then the thresholds with it.

    Args:
        logits: float32 (num_images, 11), of the digits and of "not a digit".
        labels: uint8 (num_images,), 0 to 9; images with other labels are left out.
        refuses: whether the network was trained on non-digits. If not, its `not_digit` output is meaningless, and the
            threshold is 1, which rejects nothing.
    """
    is_digit = labels < 10
    logits, labels = logits[is_digit], labels[is_digit]
    temperature = fit_temperature(logits[:, :10], labels)
    thresholds = fit_thresholds(*answers(logits, temperature), labels)
    return Calibrated(temperature, thresholds if refuses else {**thresholds, "not_digit": 1.0})


def answers(logits: NDArray[np.float32], temperature: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """What `calibration_layer` makes of logits (num_images, 11), in NumPy: `probabilities` and `not_digit`."""
    precise = logits.astype(np.float64)
    return softmax(precise[:, :10] / temperature, axis=1), softmax(precise, axis=1)[:, 10]


def fit_temperature(logits: NDArray[np.float32], labels: NDArray[np.uint8]) -> float:
    """Fit the temperature that minimises the negative log likelihood.

    Args:
        logits: float32 (num_images, 10), unnormalised scores of the ten digits, for digits of the validation split.
        labels: uint8 (num_images,), true digits.

    Returns:
        The temperature, 0.05 to 20, by which to divide the logits.

    Raises:
        InputError: the shapes differ, or the split is empty.

    Reference: Guo et al. 2017, On Calibration of Modern Neural Networks.
    """
    if logits.ndim != 2 or len(logits) != len(labels) or not len(labels):
        raise InputError(f"Expected logits (num_images, 10) and as many labels; got {logits.shape} and {labels.shape}.")

    def negative_log_likelihood(log_temperature: float) -> float:
        log_probabilities = log_softmax(logits.astype(np.float64) / np.exp(log_temperature), axis=1)
        return -float(log_probabilities[np.arange(len(labels)), labels].mean())

    bounds = (np.log(_LOWEST), np.log(_HIGHEST))
    return float(np.exp(minimize_scalar(negative_log_likelihood, bounds=bounds, method="bounded").x))


def fit_thresholds(
    probabilities: NDArray[np.float64], not_digit: NDArray[np.float64], labels: NDArray[np.uint8]
) -> dict[str, float]:
    """Choose the thresholds for answering "unsure" or "not a digit" and for listing candidates.

    Args:
        probabilities: float (num_images, 10), calibrated, of randomly changed digits that no other choice was based on.
        not_digit: float (num_images,), the probability that an image is not a digit, 0 to 1.
        labels: uint8 (num_images,), true digits.

    Returns:
        `not_digit`: the `KEPT` quantile of `not_digit`. `unsure`: the lowest confidence at or above which
        `SURE` of the answers are right. `candidates`: the digits with at least this probability include the true one in
        `COVERAGE` of all cases.

    Reference: Sadinle, Lei, Wasserman 2019, Least Ambiguous Set-Valued Classifiers with Bounded Error Levels.
    """
    true = np.sort(probabilities[np.arange(len(labels)), labels])
    num_missed = math.floor((len(true) + 1) * (1 - COVERAGE))
    return {
        "not_digit": float(np.quantile(not_digit, KEPT)),
        "unsure": _least_confidence(probabilities, labels),
        "candidates": float(true[num_missed - 1]) if num_missed else 0.0,
    }


def _least_confidence(probabilities: NDArray[np.float64], labels: NDArray[np.uint8]) -> float:
    """The lowest confidence at or above which `SURE` of the answers are right; 1 if there is none."""
    confidence, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
    order = np.argsort(-confidence)
    share = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    is_last = np.append(np.diff(confidence[order]) < 0, True)  # answers of equal confidence are treated alike
    enough = np.flatnonzero((share >= SURE) & is_last)
    return float(confidence[order[enough[-1]]]) if len(enough) else 1.0
