"""Temperature scaling: one number that makes the probabilities honest."""

from typing import Any

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax

from digitpad.errors import InputError

_LOWEST, _HIGHEST = 0.05, 20.0


def fit_temperature(logits: NDArray[np.float32], labels: NDArray[np.uint8]) -> float:
    """Fit the temperature that makes probabilities honest: the one with the least negative log likelihood.

    Args:
        logits: float32 (num_images, 10), unnormalised scores on the validation split.
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


@keras.saving.register_keras_serializable(package="digitpad")
class Calibration(keras.layers.Layer):
    """Turns logits into calibrated probabilities; without ink, every digit is as probable as the next.

    Args:
        temperature: logits are divided by it.

    Call arguments:
        logits: float32 (batch, 10).
        ink: float32 (batch,), as from `Contract`.

    Returns:
        float32 (batch, 10), each row adding up to 1.
    """

    def __init__(self, temperature: float = 1.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.temperature = temperature

    def call(self, logits: Any, ink: Any) -> Any:
        evidence = ops.cast(ink > 0.0, "float32")[:, None] / self.temperature
        return ops.softmax(logits * evidence)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "temperature": self.temperature}
