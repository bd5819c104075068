"""Reads a page: every glyph that the page network finds goes through the contract and the digit network."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitpad import artifact, verdict
from digitpad.artifact import Artifact
from digitpad.errors import ArtifactError
from digitpad.pages import choice, finder, order, reasons
from digitpad.pages.boxes import Box
from digitpad.pages.finder import Glyph
from digitpad.pages.levels import Picture
from digitpad.pages.reading import Digit, Reading, to_lines
from digitpad.prediction import to_prediction
from digitpad.verdict import Thresholds, Verdict
from digitpad.words import say

_BUCKET_PX = 16
"""Patches are filled up to multiples of this, so that many have the same size and are read at once."""

_OUTPUTS = tuple(name for name in artifact.OUTPUTS if name != "distance")

_SURELY = 0.6  # chance that there is a glyph, below which what is not read as a digit is left out of the text
_LIKE = 0.7  # of the height of the digits beside it: what is lower and not read is left out of the text

_ENOUGH, _TRUSTED, _BETTER = 4, 0.7, 0.15
"""A page may be upside down if so many glyphs are trusted less than this; it is, if turned they are trusted more."""

_FLOOR = 1e-7  # probabilities below this are no more telling


@dataclass(frozen=True)
class Weights:
    """How much the two networks count; fitted on generated pages.

    Attributes:
        digit: of the logarithms of the digit network's probabilities.
        page: of those of the page network.
        not_digit: added to the sum for not being a digit.
    """

    digit: float
    page: float
    not_digit: float

    @classmethod
    def from_card(cls, card: dict[str, Any], path: Path) -> "Weights":
        """The weights on the card of the model file at `path`; ArtifactError if there are none."""
        names, found = [field.name for field in fields(cls)], card.get("weights")
        values: list[Any] = [found.get(name) for name in names] if isinstance(found, dict) else []
        if not values or not all(type(value) in (int, float) and np.isfinite(value) for value in values):
            raise ArtifactError(f"Expected weights for {', '.join(names)} on the card of {path}; got {found!r}.")
        return cls(*map(float, values))

    def combine(self, digit: NDArray[np.float64], page: NDArray[np.float64]) -> NDArray[np.float64]:
        """Probabilities, float64 (n, 11), from the log probabilities of both networks, (n, 11) each."""
        total = self.digit * digit + self.page * page
        total[:, -1] += self.not_digit
        total = np.exp(total - total.max(axis=1, keepdims=True))
        combined: NDArray[np.float64] = total / total.sum(axis=1, keepdims=True)
        return combined


@dataclass(frozen=True, eq=False)
class Evidence:
    """What both networks say of the glyphs of a page.

    Attributes:
        glyphs: at all levels.
        digit: log probabilities of the digit network, float64 (n, 11).
        page: log probabilities of the page network, float64 (n, 11).
        outputs: of the digit network, by name, for each glyph.
    """

    glyphs: list[Glyph]
    digit: NDArray[np.float64]
    page: NDArray[np.float64]
    outputs: list[dict[str, NDArray[np.float32]]]


class Reader:
    """Reads pages with a page model and a digit model."""

    def __init__(self, pages: Artifact, digits: Artifact) -> None:
        self._pages, self._digits = pages, digits
        self._thresholds = Thresholds.from_card(pages.card, pages.path)
        self._weights = Weights.from_card(pages.card, pages.path)
        self._alone = Thresholds.from_card(digits.card, digits.path)

    def read(self, picture: Picture, *, factor: float = 1.0, origin: tuple[float, float] = (0.0, 0.0)) -> Reading:
        """Read a picture, uint8 (height, width, 3), RGB.

        Args:
            picture: at most `drawing.PAGE_PX` on a side.
            factor: px of the picture as handed over per px.
            origin: x and y there of the upper left corner.
        """
        evidence, shares, judged = self._judge(picture)
        if self._is_upside_down(picture, _trust(shares, judged), len(judged)):
            return Reading((), (), say("page", "upside down"))
        lines = _lines(list(judged), evidence.glyphs, judged)
        line_of = {index: number for number, line in enumerate(lines) for part in line for index in part}
        ordered = [*line_of, *(index for index in judged if index not in line_of)]
        digits = tuple(self._to_digit(evidence, i, shares[i], judged[i], line_of.get(i)) for i in ordered)
        place = {index: position for position, index in enumerate(ordered)}
        numbers = [[[place[index] for index in part] for part in line] for line in lines]
        placed = tuple(replace(digit, box=_place(digit.box, factor, origin)) for digit in digits)
        return Reading(to_lines(digits, numbers), placed, reasons.find(picture, digits))

    def find_digits(self, picture: Picture) -> list[Glyph]:
        """Find what is read as a digit on a picture as for `read`, in no order."""
        evidence, _, judged = self._judge(picture)
        return [evidence.glyphs[index] for index, judgement in judged.items() if judgement.status != "not a digit"]

    def _is_upside_down(self, picture: Picture, trust: float, count: int) -> bool:
        """Whether a picture on which much is found, but not read, would be read better the other way up."""
        if count < _ENOUGH or trust > _TRUSTED:
            return False
        _, shares, judged = self._judge(np.ascontiguousarray(picture[::-1, ::-1]))
        return _trust(shares, judged) > trust + _BETTER

    def _judge(self, picture: Picture) -> tuple[Evidence, NDArray[np.float64], dict[int, Verdict]]:
        """What was found, probabilities (n, 11) of all of it, and verdicts on what stands, by index."""
        evidence = gather(picture, lambda level: self._pages.run(level[None]), self._digits)
        shares = self._weights.combine(evidence.digit, evidence.page)
        chosen = choice.choose(evidence.glyphs, (1 - shares[:, -1]).tolist())
        return evidence, shares, {index: _judge(shares[index], self._thresholds) for index in chosen}

    def _to_digit(
        self, evidence: Evidence, index: int, shares: NDArray[np.float64], judged: Verdict, line: int | None
    ) -> Digit:
        glyph = evidence.glyphs[index]
        size = (glyph.patch.shape[0], glyph.patch.shape[1])
        best = int(shares[:10].argmax())
        return Digit(
            digit=None if judged.status == "not a digit" else best,
            status="unsure" if judged.status == "unsure" else "digit" if judged.status == "digit" else "not a digit",
            confidence=float(shares[best] / max(shares[:10].sum(), _FLOOR)),
            candidates=judged.candidates,
            box=glyph.box,
            line=line,
            prediction=to_prediction(evidence.outputs[index], size, self._alone),
        )


def gather(picture: Picture, run: finder.Run, digits: Artifact) -> Evidence:
    """Find the glyphs of a picture, and ask both networks about each.

    Args:
        picture: uint8 (height, width, 3), RGB.
        run: runs the page graph.
        digits: the digit model.
    """
    glyphs = finder.find(picture, run)
    outputs = _read_patches([glyph.patch for glyph in glyphs], digits)
    digit = np.array([_log_shares(output) for output in outputs]).reshape(-1, 11)
    logits = np.array([glyph.logits for glyph in glyphs], np.float64).reshape(-1, 11)
    logits -= logits.max(axis=1, keepdims=True, initial=-np.inf)
    page = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    return Evidence(glyphs, digit, np.maximum(page, np.log(_FLOOR)), outputs)


def _log_shares(output: dict[str, NDArray[np.float32]]) -> NDArray[np.float64]:
    """Log probabilities of the digits and of not being one, (11,)."""
    not_digit = float(output["not_digit"])
    shares = np.append(output["probabilities"].astype(np.float64) * (1 - not_digit), not_digit)
    logarithms: NDArray[np.float64] = np.log(np.maximum(shares, _FLOOR))
    return logarithms


def _read_patches(patches: Sequence[NDArray[np.uint8]], digits: Artifact) -> list[dict[str, NDArray[np.float32]]]:
    """The outputs of the digit network for patches, black on white, filled up with white."""
    buckets: dict[tuple[int, int], list[int]] = {}
    for index, patch in enumerate(patches):
        height, width = (-(-side // _BUCKET_PX) * _BUCKET_PX for side in patch.shape)
        buckets.setdefault((height, width), []).append(index)
    outputs: list[dict[str, NDArray[np.float32]]] = [{} for _ in patches]
    for (height, width), indices in buckets.items():
        pixels = np.full((len(indices), height, width, 4), 255, np.uint8)
        for place, index in zip(pixels, indices, strict=True):
            patch = patches[index]
            place[: patch.shape[0], : patch.shape[1], :3] = patch[..., None]
        named = digits.run(pixels, _OUTPUTS)
        for number, index in enumerate(indices):
            outputs[index] = {name: value[number] for name, value in named.items()}
    return outputs


def _place(box: Box, factor: float, origin: tuple[float, float]) -> Box:
    """A box in px of the picture as handed over."""
    (x, y), (top, left, bottom, right) = origin, box
    return y + factor * top, x + factor * left, y + factor * bottom, x + factor * right


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


def _trust(shares: NDArray[np.float64], judged: Mapping[int, Verdict]) -> float:
    """The mean confidence in what was found, 0 to 1; what is no digit counts as 0."""
    read = [shares[index, :10].max() for index, judgement in judged.items() if judgement.status != "not a digit"]
    return float(sum(read)) / max(len(judged), 1)


def _judge(shares: NDArray[np.float64], thresholds: Thresholds) -> Verdict:
    digits = shares[:10] / max(shares[:10].sum(), _FLOOR)
    return verdict.judge(digits.astype(np.float32), float(shares[10]), thresholds)
