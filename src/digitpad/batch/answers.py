"""Answers as a table: a row for each picture of a part, also for one that cannot be read."""

import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from digitpad import drawing
from digitpad.batch.sources.part import Item, Part
from digitpad.errors import DigitpadError, DrawingError
from digitpad.pages.reading import Digit, Reading
from digitpad.prediction import Prediction
from digitpad.recognizer import Recognizer
from digitpad.scaling import Pixels

UNREADABLE = "unreadable"

MOST_TRIES = 3
"""How often a part is tried whose process ends."""

_PROBABILITIES, _CANDIDATES = pa.list_(pa.float32()), pa.list_(pa.int8())
_DIGIT = [
    ("digit", pa.int8()),
    ("status", pa.string()),
    ("confidence", pa.float32()),
    ("candidates", _CANDIDATES),
    ("box", pa.list_(pa.float32())),
    ("line", pa.int32()),
]
SCHEMA = pa.schema(
    [
        pa.field("key", pa.string(), nullable=False),
        ("digit", pa.int8()),
        ("text", pa.string()),
        pa.field("status", pa.string(), nullable=False),
        ("confidence", pa.float32()),
        ("probabilities", _PROBABILITIES),
        ("candidates", _CANDIDATES),
        ("not_digit", pa.float32()),
        ("reason", pa.string()),
        ("error", pa.string()),
        ("label", pa.int8()),
        pa.field("model", pa.string(), nullable=False),
    ]
)
"""The columns of a table of answers; `docs/BATCH.md` says what is in them."""

PAGE_SCHEMA = SCHEMA.append(pa.field("digits", pa.list_(pa.struct(_DIGIT))))

_MOST_PICTURES, _MOST_BYTES = 64, 16_000_000
"""How many pictures, and how many bytes of their pixels, go through the model at a time."""


@dataclass(frozen=True)
class Task:
    """What is to be done with every part.

    Attributes:
        model: the contents of a model file for digits, which other machines need not have.
        page: whether each picture is a page of digits.
    """

    model: bytes
    page: bool


class Reader:
    """Reads parts, one after another, with a model that is loaded once."""

    def __init__(self, task: Task) -> None:
        self._task = task

    def read(self, part: Part) -> "pa.Table | DigitpadError":
        """Answer a part; an error that ends the run is returned, for the process that can say so."""
        try:
            return answer_part(self._recognizer, part.content.items(), page=self._task.page)
        except DigitpadError as error:
            return error
        except Exception as error:
            return DigitpadError(f"Part {part.number} cannot be read: {type(error).__name__}: {error}")

    @cached_property
    def _recognizer(self) -> Recognizer:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "digits.onnx"
            path.write_bytes(self._task.model)
            return Recognizer.load(path)


def answer_part(recognizer: Recognizer, items: Iterable[Item], *, page: bool) -> pa.Table:
    """Read the pictures of a part.

    Args:
        recognizer: the model.
        items: the pictures; one at a time is taken, and few are held.
        page: whether each picture is a page of digits.

    Returns:
        A row for each picture, in order, with the columns of `SCHEMA` or `PAGE_SCHEMA`.

    Raises:
        DataError: this machine cannot see the source.
    """
    rows = _pages(recognizer, items) if page else _digits(recognizer, items)
    return pa.Table.from_pylist(list(rows), PAGE_SCHEMA if page else SCHEMA)


def _digits(recognizer: Recognizer, items: Iterable[Item]) -> Iterator[dict[str, Any]]:
    """Rows of drawings of one digit, which are read several at a time."""
    waiting: list[tuple[Item, Pixels | str]] = []
    held = 0
    for item in items:
        pixels = _decode(item)
        waiting.append((item, pixels))
        held += pixels.nbytes if isinstance(pixels, np.ndarray) else 0
        if len(waiting) == _MOST_PICTURES or held >= _MOST_BYTES:
            yield from _answer(recognizer, waiting)
            waiting, held = [], 0
    yield from _answer(recognizer, waiting)


def _decode(item: Item) -> Pixels | str:
    """The pixels of a picture, or why there are none."""
    if item.picture is None:
        return item.error or "Expected a picture; there is none."
    try:
        return drawing.read(item.picture)
    except DrawingError as error:
        return str(error)


def _answer(recognizer: Recognizer, waiting: list[tuple[Item, Pixels | str]]) -> Iterator[dict[str, Any]]:
    predictions = iter(recognizer.predict_batch([some for _, some in waiting if isinstance(some, np.ndarray)]))
    for item, pixels in waiting:
        row = _unreadable(pixels) if isinstance(pixels, str) else _of_prediction(next(predictions))
        yield _complete(row, item, recognizer)


def _pages(recognizer: Recognizer, items: Iterable[Item]) -> Iterator[dict[str, Any]]:
    for item in items:
        if item.picture is None:
            row = _unreadable(item.error or "")
        else:
            try:
                row = _of_reading(recognizer.read(item.picture))
            except DrawingError as error:
                row = _unreadable(str(error))
        yield _complete(row, item, recognizer)


def _complete(row: dict[str, Any], item: Item, recognizer: Recognizer) -> dict[str, Any]:
    return {**row, "key": item.key, "label": item.label, "model": recognizer.model_id}


def _unreadable(error: str) -> dict[str, Any]:
    return {"status": UNREADABLE, "error": error}


def _of_prediction(prediction: Prediction) -> dict[str, Any]:
    names = ("digit", "status", "confidence", "probabilities", "candidates", "not_digit", "reason")
    return {name: getattr(prediction, name) for name in names}


def _of_reading(reading: Reading) -> dict[str, Any]:
    written = [digit for digit in reading.digits if digit.line is not None]
    is_sure = all(digit.status == "digit" for digit in written)
    return {
        "text": reading.text,
        "status": ("read" if is_sure else "unsure") if written else "empty",
        "confidence": min((digit.confidence for digit in written), default=None),
        "reason": reading.reason,
        "digits": [_of_digit(digit) for digit in reading.digits],
    }


def _of_digit(digit: Digit) -> dict[str, Any]:
    return {name: getattr(digit, name) for name, _ in _DIGIT}
