"""Keeps what people say that the drawings on a pad are."""

import base64
import hashlib
import io
import secrets
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from PIL import Image

from digitpad.corrections import correction, store, target
from digitpad.corrections.correction import MAX_POINTS, MAX_STROKES, Correction
from digitpad.errors import DigitpadError, NotKeptError
from digitpad.pages.reading import Reading
from digitpad.prediction import Prediction
from digitpad.strokes import Stroke

_MOST_PX = 800  # the longer side of a picture that is kept, as the page sends it


class Keeper:
    """Keeps corrections in a store.

    Attributes:
        place: for the page: `where` corrections are kept, for people, and a `name` that tells the store from others.
        store: the store.
    """

    def __init__(self, kept: str | Path) -> None:
        """Open the store.

        Args:
            kept: a file or a database, as for `corrections.store.open`.

        Raises:
            DigitpadError: as for `corrections.store.open`.
        """
        self.store = store.open(kept)
        name = hashlib.sha256(str(target.parse(kept)).encode()).hexdigest()[:16]
        self.place = {"where": self.store.where, "name": name}
        self._session = secrets.token_hex(16)

    def add(self, record: dict[str, Any]) -> None:
        """Keep a record that a page sent.

        Raises:
            DigitpadError: it is not one, or it cannot be kept.
        """
        self.store.add(Correction.from_json(record))

    def correct(
        self,
        truth: object,
        answer: Prediction | Reading,
        model_id: str,
        drawing: Image.Image,
        strokes: Sequence[Stroke],
    ) -> Correction:
        """Keep what a drawing is.

        Args:
            truth: a digit, "not a digit", or several digits.
            answer: what was read.
            model_id: what read it.
            drawing: the drawing.
            strokes: its strokes, in px of a pad 280 px high; empty for a picture.

        Raises:
            DigitpadError: the truth is none, or it cannot be kept.
        """
        points = [stroke.round(1).tolist() for stroke in strokes]
        is_too_much = len(points) > MAX_STROKES or sum(map(len, points)) > MAX_POINTS
        made = Correction.from_json(
            {
                "id": secrets.token_hex(16),
                "session": self._session,
                "made": correction.to_text(datetime.now(UTC)),
                "truth": str(truth),
                "answer": _describe(answer),
                "model": model_id,
                "picture": _to_url(drawing),
                "strokes": points if points and not is_too_much else None,
            }
        )
        self.store.add(made)
        return made


def attempt(work: Callable[[], object]) -> dict[str, Any]:
    """Do what a page asked for; returns {} or the `error` for the page, and whether that is `temporary`."""
    try:
        work()
    except DigitpadError as error:
        return {"error": str(error), "temporary": isinstance(error, NotKeptError)}
    return {}


def _describe(answer: Prediction | Reading) -> dict[str, Any]:
    if isinstance(answer, Reading):
        return {"status": "number" if answer.text else "not a digit", "text": answer.text, "confidence": 0}
    text = str(answer.digit) if answer.status in ("digit", "unsure") else ""
    return {"status": answer.status, "text": text, "confidence": min(1.0, float(answer.confidence))}


def _to_url(drawing: Image.Image) -> str:
    picture = drawing.convert("RGBA")
    picture.thumbnail((_MOST_PX, _MOST_PX))
    file = io.BytesIO()
    picture.save(file, "PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()
