"""A reading: what is written on a page, digit by digit and line by line."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from digitpad.pages.boxes import Box
from digitpad.prediction import Prediction, rank

DigitStatus = Literal["digit", "unsure", "not a digit"]

UNREAD = "?"
"""Stands in the text for what was found but not read."""


@dataclass(frozen=True, eq=False)
class Digit:
    """A digit on a page, or something that was found there and is not one.

    Attributes:
        digit: 0 to 9; None if it is not a digit.
        status: "digit"; "unsure" if it may well be another digit; "not a digit".
        confidence: the calibrated probability of the most probable digit, 0 to 1.
        candidates: the digits that it may be, most probable first.
        probabilities: float32 (10,), calibrated probabilities of the digits 0 to 9, given that it is one.
        box: top, left, bottom and right edge of its ink, px of the picture as handed over.
        line: which of `Reading.lines` it is in; None if it is in none.
        prediction: what the digit network says of its ink alone; its px are those of the picture as it was read, after
            `drawing.read_page` has shrunk a large one.
    """

    digit: int | None
    status: DigitStatus
    confidence: float
    candidates: tuple[int, ...]
    probabilities: NDArray[np.float32] = field(repr=False)
    box: Box
    line: int | None
    prediction: Prediction = field(repr=False)

    def top_k(self, k: int = 3) -> list[tuple[int, float]]:
        """The k most probable digits with their probabilities, in descending order."""
        return rank(self.probabilities, k)


@dataclass(frozen=True, eq=False)
class Reading:
    """What is written on a page.

    Attributes:
        lines: the lines from top to bottom; numbers in a line are separated by a space, and "?" stands for what was
            found among digits but not read.
        digits: all that was found, in reading order, then what is in no line.
        reason: why little or nothing was read, or that there may be more; "" if there is nothing to say.
        size: height and width of the picture as handed over, px.
        ink: how much of each pixel a pen wrote, uint8 (height, width) of the picture as it was read, from 0 to 255;
            None unless asked for.
    """

    lines: tuple[str, ...]
    digits: tuple[Digit, ...]
    reason: str
    size: tuple[int, int]
    ink: NDArray[np.uint8] | None = field(default=None, repr=False)

    @property
    def text(self) -> str:
        """The lines, separated by newlines."""
        return "\n".join(self.lines)

    def moved(self, factor: float, origin: tuple[float, float]) -> "Reading":
        """The same reading with its boxes and its size in px of a larger picture.

        Args:
            factor: px there per px here.
            origin: x and y there of the upper left corner.
        """
        x, y = origin

        def move(box: Box) -> Box:
            top, left, bottom, right = box
            return y + factor * top, x + factor * left, y + factor * bottom, x + factor * right

        height, width = (round(factor * side) for side in self.size)
        moved = tuple(replace(digit, box=move(digit.box)) for digit in self.digits)
        return replace(self, digits=moved, size=(height, width))


def to_lines(digits: Sequence[Digit], numbers: Sequence[Sequence[Sequence[int]]]) -> tuple[str, ...]:
    """The lines of a reading from indices of its digits, by line and number."""

    def character(digit: Digit) -> str:
        return UNREAD if digit.status == "not a digit" else str(digit.digit)

    return tuple(" ".join("".join(character(digits[i]) for i in number) for number in line) for line in numbers)
