"""What answers a pad: a recognizer, or a Keras model in memory."""

import secrets
import time
from typing import Any, Protocol

import numpy as np

from digitpad import answer, artifact, drawing
from digitpad.drawing import Drawing
from digitpad.errors import DigitpadError, InputError
from digitpad.recognizer import Prediction, Recognizer, to_prediction
from digitpad.verdict import Thresholds

NEUTRAL = Thresholds(not_digit=0.5, unsure=0.5, candidates=0.05)
"""Where the verdicts of a model change that was not calibrated."""

_NETWORK = (None, 28, 28, 1), (None, 11)  # the shapes of what goes into a network of `training.models`, and comes out

_ASKED_PX = 140  # the side of the drawings that the pad sends


class Reader(Protocol):
    """Reads drawings.

    Attributes:
        model_id: tells two models apart.
    """

    model_id: str

    def predict(self, picture: Drawing, *, keep_distance: bool = False) -> Prediction:
        """Read one drawing; see `Recognizer.predict`."""


class KerasReader:
    """Reads with a Keras model in memory, from pixels to answers, by its own `predict`."""

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
    """What reads for a pad, once it has read a first drawing, which takes longer than all that follow.

    Args:
        model: a `Recognizer`, the model that ships if it is None, a network as `training.models.build` makes it, or a
            Keras model from `training.export.build_reader`, which has the contract and a temperature as well.
        thresholds: where verdicts change; a recognizer brings its own.

    Raises:
        InputError: it is none of these.
    """
    reader = _find(model, thresholds)
    reader.predict(np.full((_ASKED_PX, _ASKED_PX), 255, np.uint8), keep_distance=True)
    return reader


def _find(model: Any, thresholds: Thresholds | None) -> Reader:
    if not isinstance(thresholds, Thresholds | None):
        raise InputError(
            f"Expected thresholds as digitpad.verdict.Thresholds; got {type(thresholds).__name__}. Those of "
            "`calibrate.fit` are given as Thresholds(**calibrated.thresholds)."
        )
    if isinstance(model, Recognizer | None):
        if thresholds is not None:
            raise InputError("Expected thresholds with a Keras model alone; a Recognizer has its own on its card.")
        return model or Recognizer.load()
    shapes = getattr(model, "input_shape", None), getattr(model, "output_shape", None)
    if shapes == _NETWORK:
        from digitpad.training.export.keras_file import build_reader  # Keras is there, or there would be no network

        model = build_reader(model, temperature=1)
    outputs = getattr(model, "output", None)
    if isinstance(outputs, dict) and outputs.keys() >= set(artifact.OUTPUTS):
        return KerasReader(model, thresholds or NEUTRAL)
    raise InputError(
        f"Expected a Recognizer, or a Keras model from {_NETWORK[0]} to {_NETWORK[1]}, logits of ten digits and of "
        f"what is none; got {type(model).__name__} from {shapes[0]} to {shapes[1]}."
    )


def read(reader: Reader, image: str) -> tuple[Prediction, dict[str, Any]]:
    """The prediction for a data URL, and the answer as the page wants it.

    Raises:
        DigitpadError: the reader failed; the message is one sentence for people.
    """
    started = time.perf_counter()
    try:
        prediction = reader.predict(image, keep_distance=True)
    except DigitpadError:
        raise
    except Exception as error:  # whatever a model does, the pad shows it
        raise DigitpadError(f"The model failed to read this: {type(error).__name__}: {error}") from error
    milliseconds = round(1000 * (time.perf_counter() - started), 3)
    found = answer.to_dict(prediction, top_k=10)
    return prediction, found | {"model": reader.model_id, "time_ms": milliseconds}
