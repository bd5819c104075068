"""The pad as a widget, for every notebook that anywidget runs in."""

import base64
import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import anywidget
import numpy as np
from PIL import Image

from digitpad import esm
from digitpad.errors import DigitpadError
from digitpad.notebook.reader import as_reader, read
from digitpad.recognizer import Prediction, Recognizer
from digitpad.strokes import Stroke
from digitpad.verdict import Thresholds

OnPrediction = Callable[[Prediction], Any]


@dataclass(frozen=True)
class _Read:
    """A drawing that was read."""

    prediction: Prediction | None
    drawing: Image.Image | None
    strokes: list[Stroke]


_NOTHING = _Read(None, None, [])


class DrawingPad(anywidget.AnyWidget):
    """A pad to draw a digit on, with the answer while one draws, and what the model saw."""

    _esm = esm.join("widget")
    _css = esm.style()

    def __init__(self, model: Recognizer | Any = None, *, thresholds: Thresholds | None = None) -> None:
        """Make a pad.

        Args:
            model: a `Recognizer`, by default of the model that ships; or a Keras model, whose own `predict` answers
                then: from `training.export.build_reader`, or a network as `training.models.build` makes it.
            thresholds: where the verdicts of a Keras model change: `Thresholds(**calibrate.fit(...).thresholds)`.

        Raises:
            InputError: the model is neither, or the thresholds are none.
        """
        super().__init__()
        self._reader = as_reader(model, thresholds)
        self._callbacks: list[OnPrediction] = []
        self._read_last = _NOTHING
        self.on_msg(self._receive)

    def __repr__(self) -> str:
        """What stands in the place of the pad where no kernel runs."""
        return "DrawingPad: run this cell to draw on it."

    @property
    def prediction(self) -> Prediction | None:
        """The answer to what is on the pad; None while nothing is, or it is not read yet.

        Where the pad is shown several times, what counts is what was last drawn on or shown.
        """
        return self._read_last.prediction

    @property
    def drawing(self) -> Image.Image | None:
        """The picture that was read; None while nothing is on the pad."""
        return self._read_last.drawing

    @property
    def strokes(self) -> list[Stroke]:
        """What was drawn, a list of float64 (num_points, 2), x to the right and y down, in px of a pad 280 px wide.

        There are none while a picture from a file is on the pad.
        """
        return self._read_last.strokes

    def on_prediction(self, function: OnPrediction) -> OnPrediction:
        """Call a function with every prediction from now on; may be used as a decorator."""
        self._callbacks.append(function)
        return function

    def clear(self) -> None:
        """Clear the pad, here and on the page."""
        self._read_last = _NOTHING
        self.send({"kind": "clear"})

    def _receive(self, widget: Any, message: dict[str, Any], buffers: list[bytes]) -> None:
        self._read_last = _NOTHING  # until this one is read
        if message["kind"] == "blank":
            return
        try:
            reply: dict[str, Any] = {"answer": self._read(message)}
        except DigitpadError as error:
            reply = {"error": str(error)}
        self.send({"kind": "reply", "id": message["id"], **reply})

    def _read(self, message: dict[str, Any]) -> dict[str, Any]:
        """Read a drawing, and tell of it; the answer for the page, with a `notice` of functions that failed."""
        prediction, answer = read(self._reader, message["image"])
        drawing = Image.open(io.BytesIO(base64.b64decode(message["image"].partition(",")[2])))
        strokes = [np.array(points, np.float64) for points in message["strokes"]]
        self._read_last = _Read(prediction, drawing, strokes)  # at once: a kernel may run cells beside this
        notices = []
        for function in self._callbacks:
            try:
                function(prediction)
            except Exception as error:  # it would end in a console that nobody opens
                notices.append(f"A function of on_prediction failed: {type(error).__name__}: {error}")
        return {**answer, "notice": " ".join(notices)}
