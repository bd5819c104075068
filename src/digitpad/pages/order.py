"""Reading order: which digits form a line, where one number ends and the next begins, and how far a page is tilted.

Everything here is geometry of boxes, as plain as sorting.
"""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from digitpad.pages.boxes import Box

_OVERLAP = 0.45  # of the lower of two heights: neighbours in a line overlap at least this much
_LIKE = 0.4  # neighbours in a line are at least this much as high as each other
_FAR = 5.0  # heights: digits further apart are not neighbours
_MOST_TILT = math.radians(25)
_APART = 0.5  # heights: gaps between numbers are wider than those within them by at least this, on average
_EXPLAINED = 0.8  # of the variance of gaps: by parting them in two; evenly spread gaps have 0.75


@dataclass(frozen=True)
class _Placed:
    """A box turned upright: its place in the input, middle, height and width."""

    index: int
    x: float
    y: float
    height: float
    width: float


def lines(boxes: Sequence[Box]) -> list[list[list[int]]]:
    """Put boxes in reading order.

    Args:
        boxes: in any order.

    Returns:
        Lines from top to bottom; each is a list of numbers from left to right, and each of those a list of indices.
    """
    if not boxes:
        return []
    placed = _upright(boxes, tilt(boxes))
    rows = _rows(placed)
    limit = _widest_gap_within([gap for row in rows for gap in _gaps(row)])
    return [[[box.index for box in number] for number in _split(row, limit)] for row in rows]


def tilt(boxes: Sequence[Box]) -> float:
    """How far the lines fall to the right, radians: the median direction to the nearest neighbour on the right."""
    placed, directions = _upright(boxes, 0.0), []
    for box in placed:
        near = [
            (other.x - box.x, other.y - box.y)
            for other in placed
            if 0 < other.x - box.x < 3 * max(box.height, box.width) and abs(other.y - box.y) < 0.5 * (other.x - box.x)
        ]
        if near:
            x, y = min(near, key=lambda step: step[0] + 2 * abs(step[1]))
            directions.append(math.atan2(y, x))
    if len(directions) < 2:  # one neighbour says little: digits of a number are not level
        return 0.0
    return max(-_MOST_TILT, min(_MOST_TILT, median(directions)))


def _upright(boxes: Sequence[Box], angle: float) -> list[_Placed]:
    """Turn boxes around the origin, so that lines are level."""
    cos, sin = math.cos(angle), math.sin(angle)
    placed = []
    for index, (top, left, bottom, right) in enumerate(boxes):
        x, y = (left + right) / 2, (top + bottom) / 2
        placed.append(_Placed(index, x * cos + y * sin, y * cos - x * sin, bottom - top, right - left))
    return placed


def _rows(placed: Sequence[_Placed]) -> list[list[_Placed]]:
    """Chain every box to the nearest row that ends to its left and overlaps it."""
    rows: list[list[_Placed]] = []
    for box in sorted(placed, key=lambda box: box.x):
        best, nearest = None, math.inf
        for row in rows:
            last = row[-1]
            low, high = sorted((box.height, last.height))
            overlap = min(box.y + box.height / 2, last.y + last.height / 2)
            overlap -= max(box.y - box.height / 2, last.y - last.height / 2)
            step = box.x - last.x
            away = abs(box.y - last.y) / low + 0.1 * step / low
            if overlap > _OVERLAP * low and low > _LIKE * high and step < _FAR * high and away < nearest:
                best, nearest = row, away
        if best is None:
            rows.append([box])
        else:
            best.append(box)
    return _in_order(rows)


def _in_order(rows: list[list[_Placed]]) -> list[list[_Placed]]:
    """Rows from top to bottom; those at the same height, as in columns, from left to right."""
    rows = sorted(rows, key=lambda row: median(box.y for box in row))
    ordered: list[list[_Placed]] = []
    while rows:
        first = rows[0]
        middle, height = median(box.y for box in first), median(box.height for box in first)
        level = [row for row in rows if abs(median(box.y for box in row) - middle) < 0.5 * height]
        ordered += sorted(level, key=lambda row: row[0].x)
        rows = [row for row in rows if row not in level]
    return ordered


def _gaps(row: Sequence[_Placed]) -> list[float]:
    """Gaps between neighbours, in heights."""
    height = median(box.height for box in row)
    return [(right.x - right.width / 2 - left.x - left.width / 2) / height for left, right in itertools.pairwise(row)]


def _widest_gap_within(gaps: Sequence[float]) -> float:
    """The widest gap within a number: gaps are parted in two where the parts differ most, if they clearly do.

    Reference: Otsu 1979, A Threshold Selection Method from Gray-Level Histograms.
    """
    ordered, total = sorted(gaps), sum(gaps)
    most, apart, widest, below = 0.0, 0.0, math.inf, 0.0
    for count, low in enumerate(ordered[:-1], 1):
        below += low
        above = len(ordered) - count
        difference = (total - below) / above - below / count
        explained = count * above * difference**2 / len(ordered)
        if explained > most:
            most, apart, widest = explained, difference, low
    spread = sum((gap - total / len(ordered)) ** 2 for gap in ordered)
    return widest if apart > _APART and most > _EXPLAINED * spread else math.inf


def _split(row: Sequence[_Placed], limit: float) -> list[list[_Placed]]:
    numbers = [[row[0]]]
    for box, gap in zip(row[1:], _gaps(row), strict=True):
        if gap > limit + 1e-6:
            numbers.append([box])
        else:
            numbers[-1].append(box)
    return numbers
