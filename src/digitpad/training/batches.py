"""Running a model on large arrays, batch by batch."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray


def predict(model: keras.Model, inputs: Sequence[NDArray[Any]], batch_size: int) -> NDArray[np.float32]:
    """Run a model on large inputs.

    All batches have the same shape; the last one is padded with zeros. A backend compiles each shape separately and may
    round differently, so with other shapes the result would depend on what the process computed before.

    Args:
        model: a model with one output.
        inputs: the inputs of the model, each (num_samples, ...).
        batch_size: samples per batch.

    Returns:
        float32 (num_samples, ...).
    """
    count = len(inputs[0])
    outputs = np.empty((count, *model.outputs[0].shape[1:]), np.float32)
    for start in range(0, count, batch_size):
        batch = [_padded(values[start : start + batch_size], batch_size) for values in inputs]
        outputs[start : start + batch_size] = model.predict_on_batch(batch if len(batch) > 1 else batch[0])[
            : count - start
        ]
    return outputs


def _padded(values: NDArray[Any], size: int) -> NDArray[Any]:
    missing = size - len(values)
    return np.concatenate([values, np.zeros((missing, *values.shape[1:]), values.dtype)]) if missing else values
