"""Compares answers with what is on a page.

An answer belongs to a true digit when the centre of one box lies inside the other and the boxes cover each other by at
least 0.3 (intersection over union); one to one, the best pair first. What belongs to nothing is invented, unless its
centre lies in an area that does not count.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from bench.pages.answers import Answers, Box, Mark
from bench.pages.sets import TrueDigit, Truth

What = Literal["right", "wrong", "unread", "missed", "invented", "ignored", "unread, of nothing"]

LEAST_IOU = 0.3


@dataclass(frozen=True)
class Outcome:
    """What became of a true digit or of a mark.

    Attributes:
        what: of a true digit: it was read "right" or "wrong", found but "unread", or "missed"; of a mark that belongs
            to none: it is "invented", "unread, of nothing", or "ignored", since it does not count.
        true: the digit, if there is one.
        mark: the answer, if there is one.
    """

    what: What
    true: TrueDigit | None
    mark: Mark | None


def judge(truth: Truth, answers: Answers) -> list[Outcome]:
    """Tell what became of every true digit, in order, and then of the marks that belong to none."""
    marks = [mark for mark in answers.marks if mark.box[2] > 0 and mark.box[3] > 0]
    owned = match([digit.box for digit in truth.digits], [mark.box for mark in marks])
    outcomes = []
    for number, digit in enumerate(truth.digits):
        mark = marks[owned[number]] if number in owned else None
        outcomes.append(Outcome(_of_digit(digit, mark), digit, mark))
    strays = [mark for number, mark in enumerate(marks) if number not in set(owned.values())]
    return outcomes + [Outcome(_of_stray(mark, truth), None, mark) for mark in strays]


def count(truth: Truth, answers: Answers) -> Counter[str]:
    """Count what became of the digits of a page and of its lines.

    Returns:
        `n`, the handwritten digits, of which `found`, `right`, `wrong`, `unread` and `missed`; the same of print with
        `printed ` before the name; `invented`, `ignored` and `unread, of nothing`; and of `lines`, true groups of
        digits, those `given` among the groups in the answers' lines, and those read `by box`, digit for digit.
    """
    counts: Counter[str] = Counter()
    are_right: dict[int, bool] = {}
    for outcome in judge(truth, answers):
        true = outcome.true
        kind = "printed " if true and true.is_printed else ""
        counts[kind + outcome.what] += 1
        if true:
            counts[kind + "n"] += 1
            counts[kind + "found"] += outcome.mark is not None
            if true.line is not None:
                are_right[true.line] = are_right.get(true.line, True) and outcome.what == "right"
    by_box = sum(are_right.get(number, False) for number in range(len(truth.lines)))
    return counts + Counter({"lines": len(truth.lines), "given": given(truth.lines, answers.lines), "by box": by_box})


def match(true: Sequence[Box], found: Sequence[Box]) -> dict[int, int]:
    """Match boxes: for each true one that was found, by its index, the index of the found one."""
    pairs = []
    for i, one in enumerate(true):
        for j, other in enumerate(found):
            share = iou(one, other)
            if share >= LEAST_IOU and (is_centre_inside(one, other) or is_centre_inside(other, one)):
                pairs.append((-share, i, j))
    owned: dict[int, int] = {}
    for _, i, j in sorted(pairs):
        if i not in owned and j not in owned.values():
            owned[i] = j
    return owned


def given(true: Sequence[str], lines: Sequence[str]) -> int:
    """How many true groups of digits are among the groups in some lines, each of which counts once."""
    groups = Counter(group for line in lines for group in re.findall("[0-9]+", line))
    return (groups & Counter(true)).total()


def iou(one: Box, other: Box) -> float:
    """The area that two boxes share, as a share of what they cover together."""
    width = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    height = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    shared = max(0.0, width) * max(0.0, height)
    return shared / (one[2] * one[3] + other[2] * other[3] - shared)


def is_centre_inside(inner: Box, outer: Box) -> bool:
    """Whether the centre of one box lies in another."""
    x, y = inner[0] + inner[2] / 2, inner[1] + inner[3] / 2
    return outer[0] <= x <= outer[0] + outer[2] and outer[1] <= y <= outer[1] + outer[3]


def _of_digit(digit: TrueDigit, mark: Mark | None) -> What:
    if mark is None:
        return "missed"
    return "unread" if mark.label is None else "right" if mark.label == digit.label else "wrong"


def _of_stray(mark: Mark, truth: Truth) -> What:
    if any(is_centre_inside(mark.box, area) for area in truth.ignored):
        return "ignored"
    return "unread, of nothing" if mark.label is None else "invented"
