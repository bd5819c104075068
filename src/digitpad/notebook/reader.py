"""Reads the drawings of a pad, with a recognizer or a Keras model in memory."""

import secrets
import time
from typing import Any, Protocol

import numpy as np

from digitpad import answer, artifact, drawing
from digitpad.drawing import Drawing
from digitpad.errors import DigitpadError, InputError
from digitpad.pages import formats
from digitpad.pages.reading import Reading
from digitpad.prediction import Prediction, to_prediction
from digitpad.recognizer import Recognizer
from digitpad.verdict import Thresholds

NEUTRAL = Thresholds(not_digit=0.5, unsure=0.5, candidates=0.05)
"""The decision thresholds for a model that was not calibrated."""

_NETWORK = (None, 28, 28, 1), (None, 11)  # input and output shape of the networks in `training.networks`

_ASKED_PX = 140  # the side of the drawings that the pad sends


class Reader(Protocol):
    """Reads drawings.

    Attributes:
        model_id: identifies the model.
    """

    model_id: str

    def predict(self, picture: Drawing, *, keep_distance: bool = False) -> Prediction:
        """Read one drawing; see `Recognizer.predict`."""


class KerasReader:
    """Reads drawings with the `predict` of a Keras model in memory, from pixels to answers."""

    def __init__(self, model: Any, thresholds: Thresholds = NEUTRAL) -> None:
        self.model_id = f"keras-{secrets.token_hex(4)}"
        self._model = model
        self._thresholds = thresholds

    def predict(self, picture: Drawing, *, keep_distance: bool = False) -> Prediction:
        """Read one drawing; see `Recognizer.predict`."""
        pixels = drawing.read(picture)
        outputs = {name: values[0] for name, values in self._model.predict(pixels[None], verbose=0).items()}
        if not keep_distance:
            del outputs["distance"]
        return to_prediction(outputs, pixels.shape[:2], self._thresholds)


def as_reader(model: Any, thresholds: Thresholds | None) -> Reader:
    """Create the reader for a pad, and warm it up, because its first prediction is slow.

    Args:
        model: a `Recognizer`; None for the model that ships with digitpad; a network from
            `training.networks.architectures.build`; or a Keras model from `training.export.keras_file.build_reader`,
            which includes the contract and a temperature.
        thresholds: decision thresholds for a Keras model; a recognizer has its own.

    Raises:
        InputError: the model is none of these, the thresholds are not `Thresholds`, or they come with a `Recognizer`.
    """
    reader = _find(model, thresholds)
    reader.predict(np.full((_ASKED_PX, _ASKED_PX), 255, np.uint8), keep_distance=True)
    return reader


def _find(model: Any, thresholds: Thresholds | None) -> Reader:
    if not isinstance(thresholds, Thresholds | None):
        raise InputError(
            f"Expected thresholds of type digitpad.verdict.Thresholds; got {type(thresholds).__name__}. Pass the "
            "result of `calibration.fit` as Thresholds(**calibrated.thresholds)."
        )
    if isinstance(model, Recognizer | None):
        if thresholds is not None:
            raise InputError("Expected thresholds only with a Keras model; a Recognizer has its own on its card.")
        return model or Recognizer.load()
    shapes = getattr(model, "input_shape", None), getattr(model, "output_shape", None)
    if shapes == _NETWORK:
        from digitpad.training.export.keras_file import build_reader  # Keras is installed, since the model is a network

        model = build_reader(model, temperature=1)
    outputs = getattr(model, "output", None)
    if isinstance(outputs, dict) and outputs.keys() >= set(artifact.OUTPUTS):
        return KerasReader(model, thresholds or NEUTRAL)
    raise InputError(
        f"Expected a Recognizer, or a Keras model from {_NETWORK[0]} to {_NETWORK[1]}, the logits of the ten digits "
        f"and of non-digits; got {type(model).__name__} from {shapes[0]} to {shapes[1]}."
    )


def read_page(recognizer: Recognizer, image: str) -> tuple[Reading, dict[str, Any]]:
    """Read a data URL as a page; returns the reading, and the answer in the form that the page expects.

    Raises:
        DigitpadError: the page cannot be read; the message is meant for the user.
    """
    started = time.perf_counter()
    reading = recognizer.read(image, keep_ink=True)
    milliseconds = round(1000 * (time.perf_counter() - started), 3)
    found = formats.to_dict(reading, top_k=10, with_predictions=True)
    return reading, found | {"model": recognizer.model_id, "time_ms": milliseconds}


def read(reader: Reader, image: str) -> tuple[Prediction, dict[str, Any]]:
    """Read a data URL; returns the prediction, and the answer in the form that the page expects.

    Raises:
        DigitpadError: the reader failed; the message is meant for the user.
    """
    started = time.perf_counter()
    try:
        prediction = reader.predict(image, keep_distance=True)
    except DigitpadError:
        raise
    except Exception as error:  # the pad shows whatever goes wrong in a model
        raise DigitpadError(f"The model failed to read this: {type(error).__name__}: {error}") from error
    milliseconds = round(1000 * (time.perf_counter() - started), 3)
    found = answer.to_dict(prediction, top_k=10)
    return prediction, found | {"model": reader.model_id, "time_ms": milliseconds}
