"""Large arrays through a model, one chunk after the other."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray


def predict(model: keras.Model, inputs: Sequence[NDArray[Any]], size: int) -> NDArray[np.float32]:
    """What a model with one output makes of its inputs.

    Every chunk has the same shape, the last is filled up with zeros: a backend that has met a second shape compiles
    anew and may round differently, and then a run would depend on what else its process did before.

    Args:
        model: a model of one output.
        inputs: its inputs, each (num_samples, ...).
        size: how many samples go through at once.

    Returns:
        float32 (num_samples, ...).
    """
    count = len(inputs[0])
    outputs = np.empty((count, *model.outputs[0].shape[1:]), np.float32)
    for start in range(0, count, size):
        chunk = [_fill_up(values[start : start + size], size) for values in inputs]
        outputs[start : start + size] = model.predict_on_batch(chunk if len(chunk) > 1 else chunk[0])[: count - start]
    return outputs


def _fill_up(values: NDArray[Any], size: int) -> NDArray[Any]:
    missing = size - len(values)
    return np.concatenate([values, np.zeros((missing, *values.shape[1:]), values.dtype)]) if missing else values
