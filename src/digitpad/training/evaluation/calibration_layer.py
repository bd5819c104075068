"""The layer that makes probabilities of logits, the last of every model for drawings."""

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="digitpad")
class Calibration(keras.layers.Layer):
    """Turns logits into calibrated probabilities; without ink, all digits are equally probable.

    The probabilities of the digits assume that the drawing is a digit. Whether it is one is a separate output.

    Args:
        temperature: the divisor of the digits' logits.

    Call arguments:
        logits: float32 (batch, 11), of the digits and of "not a digit".
        ink: float32 (batch,), as from `Contract`.

    Returns:
        `probabilities`, float32 (batch, 10), each row adding up to 1, and `not_digit`, float32 (batch,), the
        probability that the drawing is not a digit, 0 to 1.
    """

    def __init__(self, temperature: float = 1.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.temperature = temperature

    def call(self, logits: Any, ink: Any) -> dict[str, Any]:
        evidence = ops.cast(ink > 0.0, "float32")[:, None] / self.temperature
        return {"probabilities": ops.softmax(logits[:, :10] * evidence), "not_digit": ops.softmax(logits)[:, 10]}

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "temperature": self.temperature}
