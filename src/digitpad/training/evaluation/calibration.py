"""Honest answers: a temperature for the probabilities, and thresholds for saying "I am not sure" and "no digit"."""

import math
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax

from digitpad.errors import InputError

_LOWEST, _HIGHEST = 0.05, 20.0

KEPT, SURE, COVERAGE = 0.98, 0.997, 0.99
"""Shares of the validation split: digits not taken for something else, sure answers that are right, and candidates that
hold the truth."""


@dataclass(frozen=True)
class Calibrated:
    """What was fitted on the validation split to make answers honest.

    Attributes:
        temperature: logits of the digits are divided by it.
        thresholds: as from `fit_thresholds`.
    """

    temperature: float
    thresholds: dict[str, float]


def fit(logits: NDArray[np.float32], labels: NDArray[np.uint8], *, refuses: bool = True) -> Calibrated:
    """Fit the temperature, then the thresholds with it.

    Args:
        logits: float32 (num_images, 11), of the digits and of what is none.
        labels: uint8 (num_images,), 0 to 9; whatever has another label is left out.
        refuses: whether the network learned what is no digit; if not, its word for that means nothing, and the
            threshold is 1, which refuses nothing.
    """
    is_digit = labels < 10
    logits, labels = logits[is_digit], labels[is_digit]
    temperature = fit_temperature(logits[:, :10], labels)
    thresholds = fit_thresholds(*answers(logits, temperature), labels)
    return Calibrated(temperature, thresholds if refuses else {**thresholds, "not_digit": 1.0})


def answers(logits: NDArray[np.float32], temperature: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """What `Calibration` makes of logits (num_images, 11), in NumPy: `probabilities` and `not_digit`."""
    precise = logits.astype(np.float64)
    return softmax(precise[:, :10] / temperature, axis=1), softmax(precise, axis=1)[:, 10]


def fit_temperature(logits: NDArray[np.float32], labels: NDArray[np.uint8]) -> float:
    """Fit the temperature that makes probabilities honest: the one with the least negative log likelihood.

    Args:
        logits: float32 (num_images, 10), unnormalised scores of the digits, of digits of the validation split.
        labels: uint8 (num_images,), true digits.

    Returns:
        The temperature, from 0.05 to 20; divide logits by it.

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
    """Choose when a reader says that it is not sure, and when that it sees no digit.

    Args:
        probabilities: float (num_images, 10), calibrated, of digits that chose nothing else, changed at random.
        not_digit: float (num_images,), the probability that a picture is no digit, 0 to 1.
        labels: uint8 (num_images,), true digits.

    Returns:
        `not_digit`: `KEPT` of these digits are no stranger than this. `unsure`: of the answers with at least this
        confidence, `SURE` are right. `candidates`: the digits that are at least this probable hold the true one in
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
    """The lowest confidence from which on `SURE` of the answers are right; 1 if there is none."""
    confidence, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
    order = np.argsort(-confidence)
    share = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    is_last = np.append(np.diff(confidence[order]) < 0, True)  # equal confidences are all sure or all unsure
    enough = np.flatnonzero((share >= SURE) & is_last)
    return float(confidence[order[enough[-1]]]) if len(enough) else 1.0


@keras.saving.register_keras_serializable(package="digitpad")
class Calibration(keras.layers.Layer):
    """Turns logits into calibrated probabilities; without ink, every digit is as probable as the next.

    The probabilities of the digits are those that hold if the drawing is one, and whether it is stands beside them.

    Args:
        temperature: logits are divided by it.

    Call arguments:
        logits: float32 (batch, 11), of the digits and of what is none.
        ink: float32 (batch,), as from `Contract`.

    Returns:
        `probabilities`, float32 (batch, 10), each row adding up to 1, and `not_digit`, float32 (batch,), the
        probability that the drawing is no digit, 0 to 1.
    """

    def __init__(self, temperature: float = 1.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.temperature = temperature

    def call(self, logits: Any, ink: Any) -> dict[str, Any]:
        evidence = ops.cast(ink > 0.0, "float32")[:, None] / self.temperature
        return {"probabilities": ops.softmax(logits[:, :10] * evidence), "not_digit": ops.softmax(logits)[:, 10]}

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "temperature": self.temperature}
