"""The pad as a widget, for every notebook that anywidget runs in."""

import base64
import io
from collections.abc import Callable
from typing import Any

import anywidget
import numpy as np
from PIL import Image

from digitpad.errors import DigitpadError
from digitpad.notebook import page
from digitpad.notebook.reader import as_reader, read
from digitpad.recognizer import Prediction, Recognizer
from digitpad.strokes import Stroke
from digitpad.verdict import Thresholds

OnPrediction = Callable[[Prediction], Any]


class DrawingPad(anywidget.AnyWidget):
    """A pad to draw a digit on, with the answer while one draws, and what the model saw.

    Attributes:
        prediction: the answer to what is on the pad; None while nothing is.
        drawing: the picture that was read, a PIL image; None while nothing is on the pad.
        strokes: what was drawn, a list of float64 (num_points, 2), x to the right and y down, in px of a pad 280 px
            wide; none while a picture from a file is on the pad.
    """

    _esm = page.module("widget.js")
    _css = page.style()

    def __init__(self, model: Recognizer | Any = None, *, thresholds: Thresholds | None = None) -> None:
        """Make a pad.

        Args:
            model: a `Recognizer`, by default of the model that ships; or a Keras model, whose own `predict` answers
                then: from `training.export.build_reader`, or a network as `training.models.build` makes it.
            thresholds: where the verdicts of a Keras model change, from `calibrate.fit`.

        Raises:
            InputError: the model is neither.
        """
        super().__init__()
        self._reader = as_reader(model, thresholds)
        self._callbacks: list[OnPrediction] = []
        self._forget()
        self.on_msg(self._receive)

    def on_prediction(self, function: OnPrediction) -> OnPrediction:
        """Call a function with every prediction from now on; may be used as a decorator."""
        self._callbacks.append(function)
        return function

    def clear(self) -> None:
        """Clear the pad, here and on the page."""
        self._forget()
        self.send({"kind": "clear"})

    def _forget(self) -> None:
        self.prediction: Prediction | None = None
        self.drawing: Image.Image | None = None
        self.strokes: list[Stroke] = []

    def _receive(self, widget: Any, message: dict[str, Any], buffers: list[bytes]) -> None:
        if message["kind"] == "blank":
            self._forget()
            return
        try:
            reply: dict[str, Any] = {"answer": self._read(message)}
        except DigitpadError as error:
            reply = {"error": str(error)}
        self.send({"kind": "reply", "id": message["id"], **reply})

    def _read(self, message: dict[str, Any]) -> dict[str, Any]:
        prediction, answer = read(self._reader, message["image"])
        self.prediction = prediction
        self.drawing = Image.open(io.BytesIO(base64.b64decode(message["image"].partition(",")[2]))).convert("RGB")
        self.strokes = [np.array(points, np.float64) for points in message["strokes"]]
        for function in self._callbacks:
            try:
                function(prediction)
            except Exception as error:  # it would end in a console that nobody opens
                raise DigitpadError(
                    f"The answer is {prediction.digit}, but a function of on_prediction failed: "
                    f"{type(error).__name__}: {error}"
                ) from error
        return answer
