"""The pad as a widget, for any notebook that supports anywidget."""

import base64
import io
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anywidget
import numpy as np
import traitlets
from PIL import Image

from digitpad import esm
from digitpad.corrections.correction import Correction
from digitpad.errors import DigitpadError, InputError
from digitpad.explanation.explanation import Explanation
from digitpad.notebook import explaining
from digitpad.notebook.keeper import Keeper, attempt, shows
from digitpad.notebook.reader import as_reader, read, read_page
from digitpad.pages.reading import Reading
from digitpad.prediction import Prediction
from digitpad.recognizer import Recognizer
from digitpad.strokes import Stroke
from digitpad.verdict import Thresholds

OnPrediction = Callable[[Prediction], Any]


@dataclass(frozen=True)
class _Read:
    """A drawing that was read."""

    prediction: Prediction | None
    reading: Reading | None
    drawing: Image.Image | None
    strokes: list[Stroke]
    kept: list[str] = field(default_factory=list)
    """Ids of its corrections, the last one last; those before could not be removed yet."""


_NOTHING = _Read(None, None, None, [])


class DrawingPad(anywidget.AnyWidget):
    """A pad to draw a digit or a number on, which shows the answer while you draw, and what the model saw."""

    _esm = esm.join("widget")
    _css = esm.style()
    _reads_pages = traitlets.Bool().tag(sync=True)
    _explains = traitlets.Bool().tag(sync=True)
    _keeps = traitlets.Dict(default_value=None, allow_none=True).tag(sync=True)

    def __init__(
        self,
        model: Recognizer | Any = None,
        *,
        thresholds: Thresholds | None = None,
        keep: str | Path | None = None,
    ) -> None:
        """Create a pad.

        Args:
            model: a `Recognizer`; None for the model that ships with digitpad; or a Keras model, which is called
                through `predict`: one from `training.export.keras_file.build_reader`, or a network from
                `training.networks.architectures.build`.
            thresholds: decision thresholds for a Keras model: `Thresholds(**calibration.fit(...).thresholds)`.
            keep: a file such as "corrections.sqlite" or the URL of a database, in which to keep what you say that a
                drawing is, on the pad or with `correct`; None to keep nothing.

        Raises:
            InputError: the model is none of these, the thresholds are not `Thresholds`, they come with a
                `Recognizer`, which has its own, or corrections cannot be kept there.
            NotKeptError: the database for corrections cannot be reached just now.
        """
        super().__init__()
        self._reader = as_reader(model, thresholds)
        self._reads_pages = isinstance(self._reader, Recognizer)
        self._explains = explaining.explains(self._reader)
        self._keeper = None if keep is None else Keeper(keep)
        self.set_trait("_keeps", self._keeper.place if self._keeper else None)
        self._callbacks: list[OnPrediction] = []
        self._read_last = _NOTHING
        self.on_msg(self._receive)

    def __repr__(self) -> str:
        """The text shown in place of the pad if no kernel is running."""
        return "DrawingPad: run this cell to draw on it."

    @property
    def prediction(self) -> Prediction | None:
        """The answer to the current drawing; None while it has not been read yet, or if it was read as a number.

        If the pad is shown several times, this belongs to the view that was drawn on or opened last.
        """
        return self._read_last.prediction

    @property
    def reading(self) -> Reading | None:
        """The current drawing read as a number or a page; None unless it was read so.

        Only a `Recognizer` reads numbers.
        """
        return self._read_last.reading

    @property
    def explanation(self) -> Explanation | None:
        """What happened inside the model when it read the current drawing; None while nothing was read.

        Raises:
            InputError: the pad has a Keras model, or the drawing was read as a number.
            ArtifactError: there is no `layers.onnx` beside the model.
        """
        recognizer, last = explaining.find(self._reader), self._read_last
        if last.reading:
            raise InputError(
                "Expected a drawing of one digit; it was read as a number. Explain a digit of it with "
                "recognizer.explain(pad.reading.digits[0].prediction)."
            )
        return recognizer.explain(last.prediction) if last.prediction else None

    @property
    def drawing(self) -> Image.Image | None:
        """The drawing that was read; None while the pad is blank or the drawing has not been read yet."""
        return self._read_last.drawing

    @property
    def strokes(self) -> list[Stroke]:
        """The strokes, a list of float64 (num_points, 2), x to the right and y down, in px of a pad 280 px high.

        The list is empty while the pad shows a picture from a file.
        """
        return self._read_last.strokes

    @property
    def corrections(self) -> list[Correction]:
        """What is kept where this pad keeps corrections, newest first; empty if it keeps none."""
        return list(self._keeper.store.iterate())[::-1] if self._keeper else []

    def correct(self, truth: int | str) -> Correction:
        r"""Say what the current drawing is, whether it was read rightly or not.

        If it is said again, here or on the pad, the last time counts.

        Args:
            truth: a digit, "not a digit", or several digits, such as "1984" or "1984 07\n12".

        Returns:
            What is kept of it.

        Raises:
            InputError: nothing is drawn, the pad keeps no corrections, or the truth is none of these.
            DigitpadError: it cannot be kept, or what was said before cannot be removed; the next call removes that.
        """
        last, keeper = self._read_last, self._keeper
        if keeper is None:
            raise InputError("Expected a pad that keeps corrections; this one does not. Create it with keep=FILE.")
        answer = last.reading or last.prediction
        if answer is None or last.drawing is None or (last.prediction and last.prediction.status == "blank"):
            raise InputError("Expected a drawing that was read; there is none. Draw on the pad first.")
        kept = keeper.correct(truth, answer, self._reader.model_id, last.drawing, last.strokes)
        _keep_only(kept.id, last, keeper)
        return kept

    def on_prediction(self, function: OnPrediction) -> OnPrediction:
        """Call a function with every prediction from now on; can be used as a decorator."""
        self._callbacks.append(function)
        return function

    def clear(self) -> None:
        """Clear the pad, in Python and on the page."""
        self._read_last = _NOTHING
        self.send({"kind": "clear"})

    def _receive(self, widget: Any, message: dict[str, Any], buffers: list[bytes]) -> None:
        kind = message["kind"]
        if kind in ("keep", "undo"):
            reply = self._keep(message)
        elif kind == "explain":
            reply = _answer(lambda: explaining.explain(self._reader, message))
        elif kind == "weights":
            reply = _answer(lambda: explaining.weights(self._reader, message["layer"]))
        else:
            self._read_last = _NOTHING  # until this drawing is read
            if kind == "blank":
                return
            reply = _answer(lambda: self._read(message))
        self.send({"kind": "reply", "id": message["id"], **reply})

    def _keep(self, message: dict[str, Any]) -> dict[str, Any]:
        """Keep a correction from the page, or take it back."""
        keeper = self._keeper
        if keeper is None:  # the page had none to send it to
            return {"error": "Expected a pad that keeps corrections; this one does not.", "temporary": False}
        if message["kind"] == "undo":
            return attempt(lambda: keeper.store.remove(message["correction"]))
        return attempt(lambda: self._keep_record(message["record"], keeper))

    def _keep_record(self, record: dict[str, Any], keeper: Keeper) -> None:
        last, made = self._read_last, keeper.add(record)
        if last.drawing and shows(made, last.drawing, last.strokes):  # otherwise it waited, and is of an earlier one
            _keep_only(made.id, last, keeper)

    def _read(self, message: dict[str, Any]) -> dict[str, Any]:
        """Read a drawing and call the callbacks; returns the answer, with a `notice` about callbacks that failed."""
        prediction: Prediction | None = None
        reading: Reading | None = None
        if message.get("is_page") and isinstance(self._reader, Recognizer):
            reading, answer = read_page(self._reader, message["image"])
        else:
            prediction, answer = read(self._reader, message["image"])
        drawing = Image.open(io.BytesIO(base64.b64decode(message["image"].partition(",")[2])))
        strokes = [np.array(points, np.float64) for points in message["strokes"]]
        # all at once: a kernel may run cells concurrently
        self._read_last = _Read(prediction, reading, drawing, strokes)
        notices = self._tell(prediction) if prediction else []
        return {**answer, "notice": " ".join(notices)}

    def _tell(self, prediction: Prediction) -> list[str]:
        """Call the callbacks; returns what to say of those that failed."""
        notices = []
        for function in self._callbacks:
            try:
                function(prediction)
            except Exception as error:  # otherwise it would only show up in a log
                notices.append(f"An on_prediction callback failed: {type(error).__name__}: {error}")
        return notices


def _answer(work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Find the answer to a message; returns it, or the error for the page."""
    try:
        return {"answer": work()}
    except DigitpadError as error:
        return {"error": str(error), "temporary": False}


def _keep_only(id: str, drawing: _Read, keeper: Keeper) -> None:  # noqa: A002
    """Remove the corrections of a drawing but the last."""
    earlier = [each for each in drawing.kept if each != id]
    drawing.kept[:] = [*earlier, id]
    for each in earlier:
        keeper.store.remove(each)
        drawing.kept.remove(each)
