"""Reads a page: weighs what both networks say of every glyph, and puts in order what is read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np
from numpy.typing import NDArray

from digitpad import verdict
from digitpad.artifact import Artifact
from digitpad.pages import choice, context, order, reasons
from digitpad.pages.evidence import FLOOR, Evidence, gather, look, padded
from digitpad.pages.finder import Glyph
from digitpad.pages.isolation import isolate
from digitpad.pages.levels import Picture
from digitpad.pages.reading import Digit, Reading, to_lines
from digitpad.pages.weights import Weights
from digitpad.prediction import Prediction, to_prediction
from digitpad.verdict import Thresholds, Verdict
from digitpad.words import say

_SURELY = 0.6  # chance that there is a glyph, below which what is not read as a digit is left out of the text
_LIKE = 0.7  # of the height of the digits beside it: what is lower and not read is left out of the text

_ENOUGH, _TRUSTED = 6, 0.7
"""A page may be upside down if so many glyphs stand and are trusted less than this."""

_CLEAR, _MORE = 0.9, 4
"""It is, if so many more of them are clearly digits when turned around."""


@dataclass(frozen=True, eq=False)
class Found:
    """What was found on a picture.

    Attributes:
        evidence: all of it, most of it more than once.
        shares: probabilities of the digits and of not being one, float64 (n, 11).
        verdicts: on what stands, by its index, the best first.
    """

    evidence: Evidence
    shares: NDArray[np.float64]
    verdicts: dict[int, Verdict]

    @property
    def digits(self) -> list[Glyph]:
        """What is read as a digit, surely or not."""
        return [self.evidence.glyphs[index] for index in self.read]

    @property
    def chance(self) -> float:
        """The chance that all that is read as a digit is one, 0 to 1."""
        return float(np.prod(1 - self.shares[self.read, 10]))

    @property
    def trust(self) -> float:
        """The mean confidence in what stands, 0 to 1; what is no digit counts as 0."""
        return float(self.shares[self.read, :10].max(axis=1).sum()) / max(len(self.verdicts), 1)

    @property
    def read(self) -> list[int]:
        """Indices of what is read as a digit, surely or not, the best first."""
        return [index for index, found in self.verdicts.items() if found.status != "not a digit"]


class Reader:
    """Reads pages with a page model and a digit model."""

    def __init__(self, pages: Artifact, digits: Artifact) -> None:
        self._pages, self._digits = pages, digits
        self._thresholds = Thresholds.from_card(pages.card, pages.path)
        self._weights = Weights.from_card(pages.card, pages.path)
        self._alone = Thresholds.from_card(digits.card, digits.path)

    def find(self, picture: Picture, most_px: int | None = None) -> Found:
        """Find what is written on a picture, uint8 (height, width, 3), RGB, at most `drawing.PAGE_PX` on a side.

        With `most_px`, only levels with no longer side are looked at, which takes less time and memory.
        """
        evidence = gather(picture, lambda level: self._pages.run(level[None]), self._digits, most_px)
        chosen, shares = stand(evidence, self._weights)
        return Found(evidence, shares, {index: _judge(shares[index], self._thresholds) for index in chosen})

    def read(self, picture: Picture, found: Found) -> Reading:
        """Read what was found on a picture; boxes are in its px."""
        size = (picture.shape[0], picture.shape[1])
        if self._is_upside_down(found):
            return Reading((), (), say("page", "upside down"), size)
        verdicts = found.verdicts
        lines = _lines(list(verdicts), found.evidence.glyphs, verdicts)
        line_of = {index: number for number, line in enumerate(lines) for part in line for index in part}
        ordered = [*line_of, *(index for index in verdicts if index not in line_of)]
        digits = tuple(self._to_digit(found, index, line_of.get(index), size) for index in ordered)
        place = {index: position for position, index in enumerate(ordered)}
        numbers = [[[place[index] for index in part] for part in line] for line in lines]
        return Reading(to_lines(digits, numbers), digits, reasons.find(picture, digits), size)

    def predict(self, found: Found, index: int, size: tuple[int, int], *, keep_distance: bool = False) -> Prediction:
        """What the digit network says of the ink of a glyph alone, in px of the picture, which has this size."""
        glyph = found.evidence.glyphs[index]
        alone = to_prediction(found.evidence.outputs[index], padded(glyph.patch.shape), self._alone)
        return isolate(alone, glyph, size, keep_distance=keep_distance)

    def _is_upside_down(self, found: Found) -> bool:
        """Whether little is trusted, and more of it would be digits if the page were turned around."""
        if len(found.verdicts) < _ENOUGH or found.trust > _TRUSTED:
            return False
        standing = list(found.verdicts)
        turned, _ = look([found.evidence.glyphs[index].patch[::-1, ::-1] for index in standing], self._digits)
        return _num_clear(turned) >= _num_clear(found.evidence.digit[standing]) + _MORE

    def _to_digit(self, found: Found, index: int, line: int | None, size: tuple[int, int]) -> Digit:
        glyph, shares, judged = found.evidence.glyphs[index], found.shares[index], found.verdicts[index]
        probabilities = shares[:10] / max(shares[:10].sum(), FLOOR)
        best = int(probabilities.argmax())
        return Digit(
            digit=None if judged.status == "not a digit" else best,
            status="unsure" if judged.status == "unsure" else "digit" if judged.status == "digit" else "not a digit",
            confidence=judged.confidence,
            candidates=judged.candidates,
            probabilities=probabilities.astype(np.float32),
            box=glyph.box,
            line=line,
            prediction=self.predict(found, index, size),
        )


def stand(evidence: Evidence, weights: Weights) -> tuple[list[int], NDArray[np.float64]]:
    """Choose what stands on a page, and say what it is.

    Returns:
        Indices of the glyphs that stand, the best first; and probabilities of the digits and of not being one, float64
        (n, 11), which are adapted to their context for those that stand.
    """
    shares = weights.combine(evidence.digit, evidence.page)
    chosen = choice.choose(evidence.glyphs, (1 - shares[:, -1]).tolist())
    adapted = context.adapt(shares[chosen, -1], [evidence.glyphs[index].box for index in chosen], weights.prior)
    shares[chosen, :10] *= ((1 - adapted) / np.maximum(1 - shares[chosen, -1], FLOOR))[:, None]
    shares[chosen, -1] = adapted
    return chosen, shares


def _num_clear(looks: NDArray[np.float64]) -> int:
    """How many glyphs the digit network is sure of, from its log probabilities, (n, 11)."""
    return int((looks[:, :10].max(axis=1) > np.log(_CLEAR)).sum())


def _lines(chosen: Sequence[int], glyphs: Sequence[Glyph], judged: Mapping[int, Verdict]) -> list[list[list[int]]]:
    """Lines of numbers, as indices of glyphs, with what surely stands among digits although it is not read as one."""
    placed = [index for index in chosen if judged[index].status != "not a digit" or glyphs[index].chance > _SURELY]
    lines = []
    for line in order.lines([glyphs[index].box for index in placed]):
        numbers = [_number([placed[i] for i in part], glyphs, judged) for part in line]
        if numbers := [number for number in numbers if number]:
            lines.append(numbers)
    return lines


def _number(number: Sequence[int], glyphs: Sequence[Glyph], judged: Mapping[int, Verdict]) -> list[int]:
    """A number without what is smaller than its digits, or without all that is not read if that is most of it."""
    heights = {index: glyphs[index].box[2] - glyphs[index].box[0] for index in number}
    read = [index for index in number if judged[index].status != "not a digit"]
    if 2 * len(read) < len(number):
        return read
    least = _LIKE * median(heights[index] for index in read)
    return [index for index in number if index in read or heights[index] > least]


def _judge(shares: NDArray[np.float64], thresholds: Thresholds) -> Verdict:
    digits = shares[:10] / max(shares[:10].sum(), FLOOR)
    return verdict.judge(digits.astype(np.float32), float(shares[10]), thresholds)
