"""Keeps what people say that the drawings on a pad are."""

import base64
import hashlib
import io
import secrets
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from digitpad.corrections import correction
from digitpad.corrections.correction import MAX_POINTS, MAX_STROKES, Answer, Correction
from digitpad.errors import DigitpadError, MissingPartError, NotKeptError
from digitpad.pages.reading import Reading
from digitpad.prediction import Prediction
from digitpad.strokes import Stroke

if TYPE_CHECKING:
    from digitpad.corrections.store import Store

_MOST_PX = 800  # the longer side of a picture that is kept, as the page sends it
_COMPARED_PX = 32
_ALIKE = 16  # levels between the same picture in two files, one of which may be a JPEG


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
            MissingPartError: a package that it needs is not installed.
        """
        self.store, address = _open(kept)
        name = hashlib.sha256(address.encode()).hexdigest()[:16]
        self.place = {"where": self.store.where, "name": name}
        self._session = secrets.token_hex(16)

    def add(self, record: dict[str, Any]) -> Correction:
        """Keep a record that a page sent, and return what is kept of it.

        Raises:
            DigitpadError: it is not one, or it cannot be kept.
        """
        made = Correction.from_json(record)
        self.store.add(made)
        return made

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
        made = Correction.from_json(
            {
                "id": secrets.token_hex(16),
                "session": self._session,
                "made": correction.to_text(datetime.now(UTC)),
                "truth": str(truth),
                "answer": asdict(Answer.of(answer)),
                "model": model_id,
                "picture": _to_url(drawing),
                "strokes": _to_points(strokes),
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


def shows(kept: Correction, drawing: Image.Image, strokes: Sequence[Stroke]) -> bool:
    """Whether a correction is of a drawing: of the same strokes, or for a picture, of one that looks the same."""
    points = _to_points(strokes)
    if points is None and kept.strokes is None:
        return _look_alike(Image.open(io.BytesIO(kept.picture)), drawing)
    if points is None or kept.strokes is None:
        return False
    return [len(stroke) for stroke in points] == [len(stroke) for stroke in kept.strokes] and all(
        np.allclose(one, other, rtol=0, atol=0.11)  # a page rounds halves otherwise
        for one, other in zip(points, kept.strokes, strict=True)
    )


def _look_alike(one: Image.Image, other: Image.Image) -> bool:
    if abs(one.width / one.height - other.width / other.height) > 0.05:
        return False
    small = [
        np.asarray(picture.convert("L").resize((_COMPARED_PX, _COMPARED_PX), Image.Resampling.BOX), np.int16)
        for picture in (one, other)
    ]
    return bool(np.abs(small[0] - small[1]).max() <= _ALIKE)


def _open(kept: str | Path) -> "tuple[Store, str]":
    """A store and its address; databases take long to import, so only pads that keep something do."""
    try:
        from digitpad.corrections import store, target
    except ModuleNotFoundError as error:
        package = str(error.name).partition(".")[0]
        raise MissingPartError.package(package, "keeping corrections", "digitpad[keep]") from None
    return store.open(kept), str(target.parse(kept))


def _to_points(strokes: Sequence[Stroke]) -> list[list[list[float]]] | None:
    """Strokes as they are kept, to a tenth of a px; None if there are none, or more than are kept."""
    points = [stroke.round(1).tolist() for stroke in strokes]
    is_too_much = len(points) > MAX_STROKES or sum(map(len, points)) > MAX_POINTS
    return points if points and not is_too_much else None


def _to_url(drawing: Image.Image) -> str:
    picture = drawing.convert("RGBA")
    picture.thumbnail((_MOST_PX, _MOST_PX))
    file = io.BytesIO()
    picture.save(file, "PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()
