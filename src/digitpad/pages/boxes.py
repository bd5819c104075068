"""Boxes: rectangles around ink."""

from collections.abc import Sequence

Box = tuple[float, float, float, float]
"""Top, left, bottom and right edge, px."""


def area(box: Box) -> float:
    """The area of a box, square px; 0 if it is empty."""
    return max(0.0, box[2] - box[0]) * max(0.0, box[3] - box[1])


def agreement(one: Box, other: Box) -> float:
    """The area that two boxes share, as a share of what they cover together (intersection over union), 0 to 1."""
    shared = area(intersect(one, other))
    covered = area(one) + area(other) - shared
    return shared / covered if covered else 0.0


def intersect(one: Box, other: Box) -> Box:
    """What two boxes have in common, which may be empty."""
    return max(one[0], other[0]), max(one[1], other[1]), min(one[2], other[2]), min(one[3], other[3])


def join(boxes: Sequence[Box]) -> Box:
    """The smallest box around some boxes."""
    tops, lefts, bottoms, rights = zip(*boxes, strict=True)
    return min(tops), min(lefts), max(bottoms), max(rights)


def longer_side(box: Box) -> float:
    """The longer side of a box, px."""
    return max(box[2] - box[0], box[3] - box[1])
