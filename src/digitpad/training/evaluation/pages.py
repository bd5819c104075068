"""Pages: how well generated pages are read, and how the two networks that read them are weighed against each other."""

import base64
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.optimize import minimize

from digitpad.artifact import Artifact
from digitpad.pages import finder, reader
from digitpad.pages.boxes import Box, longer_side
from digitpad.pages.evidence import Evidence, gather
from digitpad.pages.weights import Weights
from digitpad.training.datasets.splits import NOT_A_DIGIT, Split
from digitpad.training.evaluation import calibration, metrics
from digitpad.training.pages import page
from digitpad.training.pages.bank import Bank
from digitpad.training.pages.chance import Chance
from digitpad.training.pages.page import Page
from digitpad.training.pages.sheet import NO_CENTRE

_SIDES_PX = (128, 256, 512)
_NEAR = 0.35  # of its size: how far the middle of a found glyph may be from that of the true one
_ALIKE = 1.7  # how many times as large one may be as the other
_IGNORED = -1

_READ_ALL = {"not_digit": 1.0}
_LEAST_DIGITS = 50
UNFITTED = (Weights(0.5, 0.5, 0.0, 0.5), {"not_digit": 0.5, "unsure": 0.9, "candidates": 0.05})
"""What a network gets that finds too few digits to be weighed, because it was trained for too short a time."""


@dataclass(frozen=True)
class Looked:
    """A page, and what both networks say of it.

    Attributes:
        page: what is there.
        evidence: what was found.
        labels: of each glyph that was found: 0 to 9, `NOT_A_DIGIT`, or -1 where it does not count.
        owners: which glyph of the page it is, or -1.
    """

    page: Page
    evidence: Evidence
    labels: NDArray[np.int64]
    owners: NDArray[np.int64]


def look(digits: Split, seed: Sequence[int], num_pages: int, run: finder.Run, model: Artifact) -> Iterator[Looked]:
    """Generate pages, each other and the same for the same seed, and show them to both networks.

    Args:
        digits: what is written on them.
        seed: of the pages.
        num_pages: how many.
        run: runs the page graph.
        model: the digit model.
    """
    bank = Bank.gather(digits, seed[0])
    for number in range(num_pages):
        made = page.make(bank, _SIDES_PX[number % len(_SIDES_PX)], Chance([*seed, number]))
        yield compare(made, gather(made.pixels, run, model))


def compare(made: Page, evidence: Evidence) -> Looked:
    """Tell for each glyph that was found which one of the page it is."""
    owners = np.array([_owner(glyph.box, made) for glyph in evidence.glyphs], np.int64).reshape(-1)
    labels = np.array(
        [_label(glyph.box, int(owner), made) for glyph, owner in zip(evidence.glyphs, owners, strict=True)]
    )
    return Looked(made, evidence, labels.astype(np.int64).reshape(-1), owners)


def _owner(box: Box, made: Page) -> int:
    x, y, size = (box[1] + box[3]) / 2, (box[0] + box[2]) / 2, longer_side(box)
    best, nearest = -1, _NEAR
    for index, glyph in enumerate(made.glyphs):
        away = float(np.hypot(glyph.x - x, glyph.y - y)) / glyph.size
        if away < nearest and 1 / _ALIKE < size / glyph.size < _ALIKE:
            best, nearest = index, away
    return best


def _label(box: Box, owner: int, made: Page) -> int:
    if owner >= 0:
        return made.glyphs[owner].label
    row, column = (int((low + high) / 8) for low, high in ((box[0], box[2]), (box[1], box[3])))
    last = len(made.ignored) - 1
    return _IGNORED if made.ignored[min(row, last), min(column, last)] & NO_CENTRE else NOT_A_DIGIT


def fit(looked: Sequence[Looked]) -> tuple[Weights, dict[str, float]]:
    """Fit the weights of the two networks, and the thresholds, on pages that trained neither.

    Returns:
        The weights, and thresholds as from `calibration.fit_thresholds`, except for `not_digit`, which makes the fewest
        mistakes in what is read: on a page there is more that is not a digit. `UNFITTED` if too few digits were found.
    """
    counting = [page.labels != _IGNORED for page in looked]
    digit = np.concatenate([page.evidence.digit[counts] for page, counts in zip(looked, counting, strict=True)])
    paper = np.concatenate([page.evidence.page[counts] for page, counts in zip(looked, counting, strict=True)])
    labels = np.concatenate([page.labels[counts] for page, counts in zip(looked, counting, strict=True)])

    is_digit = labels < NOT_A_DIGIT
    if is_digit.sum() < _LEAST_DIGITS:
        return UNFITTED

    def negative_log_likelihood(values: NDArray[np.float64]) -> float:
        shares = _weights(values).combine(digit, paper)
        return -float(np.log(shares[np.arange(len(labels)), labels] + 1e-12).mean())

    found = minimize(negative_log_likelihood, [0.5, 0.5, 0.0], method="Nelder-Mead")
    weights = _with_prior(_weights(found.x), looked)
    shares = weights.combine(digit, paper)
    digits = shares[is_digit]
    conditional = digits[:, :10] / digits[:, :10].sum(axis=1, keepdims=True)
    thresholds = calibration.fit_thresholds(conditional, digits[:, 10], labels[is_digit].astype(np.uint8))
    return weights, {**thresholds, "not_digit": _balance(looked, weights)}


def _weights(values: NDArray[np.float64]) -> Weights:
    digit, page, not_digit = map(float, values)
    return Weights(digit, page, not_digit, prior=0.5)


def _with_prior(weights: Weights, looked: Sequence[Looked]) -> Weights:
    """The weights with the share of what stands on some pages that is no digit."""
    labels = np.concatenate([each.labels[reader.stand(each.evidence, weights)[0]] for each in looked])
    share = (labels == NOT_A_DIGIT).sum() / max((labels != _IGNORED).sum(), 1)
    return replace(weights, prior=float(np.clip(share, 0.01, 0.99)))


def _balance(looked: Sequence[Looked], weights: Weights) -> float:
    """The threshold with the fewest mistakes in what is read: digits that are missing, wrong ones, and inventions.

    A digit that is read wrong is two mistakes, because the right one is missing too.
    """
    answers = [answer for each in looked for answer in _answers(each, weights, _READ_ALL) if answer.counts]
    answers.sort(key=lambda answer: answer.not_digit)
    gains = np.cumsum([1 if answer.digit == answer.label else -1 for answer in answers])
    return answers[int(np.argmax(gains))].not_digit


def figures(looked: Sequence[Looked], weights: Weights, thresholds: dict[str, float]) -> dict[str, Any]:
    """How well pages are read, as JSON values.

    Returns:
        `num_pages`; `num_digits`, handwritten digits that a reader should find; of these `right`, `wrong`, `unread`
        and `missed`; `invented`, answers where there is no digit; `not_digits`, letters and signs, of which
        `taken_for_digits`; and of the answers to digits `nll`, `brier`, `ece` and `reliability`, as in `metrics`, which
        are None and empty if there are none. Answers in words and running hand, whose letters have no places of their
        own, and second answers to the same glyph count nowhere; `bench.pages` counts them as invented.
    """
    counts = dict.fromkeys(("num_digits", "right", "wrong", "unread", "missed", "invented"), 0)
    counts |= {"not_digits": 0, "taken_for_digits": 0, "refused": 0}
    shares: list[NDArray[np.float64]] = []
    labels: list[int] = []
    for each in looked:
        answers = _answers(each, weights, thresholds)
        counts["invented"] += sum(answer.owner < 0 and answer.counts and answer.digit is not None for answer in answers)
        by_owner = {answer.owner: answer for answer in reversed(answers) if answer.owner >= 0}
        for number, glyph in enumerate(each.page.glyphs):
            if glyph.is_found:
                answer = by_owner.get(number)
                counts[_outcome(glyph.label, answer)] += 1
                counts["not_digits" if glyph.label == NOT_A_DIGIT else "num_digits"] += 1
                if answer and answer.digit is not None and glyph.label != NOT_A_DIGIT:
                    shares.append(answer.shares)
                    labels.append(glyph.label)
    del counts["refused"]
    probabilities, truth = np.array(shares, np.float64).reshape(-1, 10), np.array(labels, np.uint8)
    honest = metrics.honesty(probabilities, truth) if labels else dict.fromkeys(("nll", "brier", "ece"))
    rows = metrics.reliability(probabilities, truth) if labels else []
    return {"num_pages": len(looked), **counts, **honest, "reliability": rows}


def examples(
    looked: Sequence[Looked], weights: Weights, thresholds: dict[str, float], count: int
) -> list[dict[str, Any]]:
    """Pages with what was read on them, as JSON values.

    Returns:
        For each of the first `count` pages of the largest size: `picture`, its PNG in base64, `side` in px, and
        `answers`, each with `box` in px, `text` and whether it `is_right`.
    """
    largest = max(len(each.page.pixels) for each in looked)
    chosen = [each for each in looked if len(each.page.pixels) == largest][:count]
    found = []
    for each in chosen:
        file = io.BytesIO()
        Image.fromarray(each.page.pixels).save(file, "PNG")
        answers = [
            {
                "box": answer.box,
                "text": "?" if answer.digit is None else str(answer.digit),
                "is_right": answer.label == (NOT_A_DIGIT if answer.digit is None else answer.digit),
            }
            for answer in _answers(each, weights, thresholds)
            if answer.counts
        ]
        found.append({"picture": base64.b64encode(file.getvalue()).decode(), "side": largest, "answers": answers})
    return found


@dataclass(frozen=True)
class _Answer:
    """An answer on a generated page.

    Attributes:
        owner: which glyph of the page it belongs to; -1 for none.
        label: what is there: a digit or `NOT_A_DIGIT`.
        counts: whether it counts, which it does not where the page is to be ignored.
        digit: what was read; None for not a digit.
        not_digit: the probability that it is none.
        shares: float64 (10,), probabilities of the digits.
        box: top, left, bottom and right edge, px.
    """

    owner: int
    label: int
    counts: bool
    digit: int | None
    not_digit: float
    shares: NDArray[np.float64]
    box: Box


def _answers(each: Looked, weights: Weights, thresholds: dict[str, float]) -> list[_Answer]:
    """The answers on a page, the best first."""
    chosen, shares = reader.stand(each.evidence, weights)
    answers = []
    for index in chosen:
        not_digit, label = float(shares[index, -1]), int(each.labels[index])
        digits = shares[index, :10] / max(float(shares[index, :10].sum()), 1e-12)
        digit = int(digits.argmax()) if not_digit <= thresholds["not_digit"] else None
        box = each.evidence.glyphs[index].box
        answers.append(_Answer(int(each.owners[index]), label, label != _IGNORED, digit, not_digit, digits, box))
    return answers


def _outcome(label: int, answer: _Answer | None) -> str:
    """What became of a glyph, as a key of `figures`."""
    read = None if answer is None else answer.digit
    if label == NOT_A_DIGIT:
        return "refused" if read is None else "taken_for_digits"
    if answer is None:
        return "missed"
    return "unread" if read is None else "right" if read == label else "wrong"
