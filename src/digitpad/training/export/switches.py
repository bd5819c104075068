"""Model files of graphs from which parts can be switched off."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from digitpad import artifact
from digitpad.artifact import Kind, Probe
from digitpad.training.export import onnx_file


def seal(model: keras.Model, card: dict[str, Any], pictures: Sequence[NDArray[np.uint8]], kind: Kind) -> bytes:
    """Turn a Keras model with switches into a model file; only on the TensorFlow backend.

    Args:
        model: from a picture and `off`, int32 (num_off,), to a dictionary of outputs.
        card: the model card.
        pictures: uint8 (height, width, channels), for the probes, whose answers are those of the Keras model with
            nothing switched off.
        kind: what the file is for.

    Returns:
        The contents of the file.
    """
    nothing = np.array([-1], np.int32)
    answers = [keras.ops.convert_to_numpy(model([picture[None], nothing])[kind.answer]) for picture in pictures]
    if kind.in_batches:
        answers = [answer[0] for answer in answers]
    probes = [Probe(*pair) for pair in zip(pictures, answers, strict=True)]
    return artifact.seal(onnx_file.convert(model), card, probes, kind)
