"""Answers: what a program read on a picture, in one form for all programs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from digitpad.pages.reading import Reading

Box = tuple[float, float, float, float]
"""Left, top, width and height, px."""

LABELS = frozenset("0123456789")


@dataclass(frozen=True)
class Mark:
    """Something that was found on a picture.

    Attributes:
        label: "0" to "9"; None if it was not read as a digit.
        box: where it is, px of the picture as handed over.
        confidence: how sure the program is, 0 to 1; None if it does not say.
    """

    label: str | None
    box: Box
    confidence: float | None = None


@dataclass(frozen=True)
class Answers:
    """What was read on a picture.

    Attributes:
        marks: everything that was found, in no order.
        lines: the text, line by line.
    """

    marks: tuple[Mark, ...] = ()
    lines: tuple[str, ...] = ()

    @property
    def read(self) -> list[Mark]:
        """The marks that were read as a digit."""
        return [mark for mark in self.marks if mark.label is not None]

    @property
    def text(self) -> str:
        """All that was read, without spaces."""
        return "".join("".join(self.lines).split())

    @property
    def largest(self) -> str | None:
        """The digit with the largest box, where only one is expected; None if no digit was read."""
        read = self.read
        return max(read, key=lambda mark: mark.box[2] * mark.box[3]).label if read else None


def from_reading(reading: Reading) -> Answers:
    """What digitpad read."""
    marks = []
    for digit in reading.digits:
        top, left, bottom, right = digit.box
        label = None if digit.digit is None else str(digit.digit)
        marks.append(Mark(label, (left, top, right - left, bottom - top), digit.confidence))
    return Answers(tuple(marks), reading.lines)


def from_json(answer: dict[str, Any], factor: float = 1.0) -> Answers:
    """What `ocr.py` printed about a picture that is `factor` times as large as the one it saw."""
    digits: Sequence[dict[str, Any]] = answer["digits"]
    marks = []
    for digit in digits:
        left, top, width, height = (factor * float(value) for value in digit["box"])
        marks.append(Mark(digit["label"] if digit["label"] in LABELS else None, (left, top, width, height)))
    return Answers(tuple(marks), tuple(answer["lines"]))
