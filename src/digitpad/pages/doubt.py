"""Doubts about a drawing that should show one digit: it may show several, or more than ink."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from digitpad.pages.finder import Glyph
from digitpad.pages.reader import Found
from digitpad.prediction import Prediction

MOST_PX = 640
"""A drawing of one digit needs no level with a longer side."""

_WIDE = 1.15  # width over height of the ink, beyond which it may be two digits side by side
_INK = 64  # levels of the picture seen that count as ink
_FULL = 0.9  # of the height and of the width: ink that reaches further may be the paper, a frame or a shadow
_SAME = 5.0  # levels: pictures seen that differ by less on average are of the same ink
_ALL = 0.95  # of what pens wrote: what else there is are specks
_SURE = 0.98  # chance that all are digits, which it takes to part what looks like one


def may_be_several(prediction: Prediction) -> bool:
    """Whether the ink is so wide, or has such a gap, that it may be more than one digit."""
    if prediction.box is None:
        return False
    top, left, bottom, right = prediction.box
    is_wide = right - left > _WIDE * (bottom - top)
    return is_wide or any(_has_gap(prediction.seen, axis) for axis in (0, 1))


def may_be_more(prediction: Prediction) -> bool:
    """Whether what was taken for ink may be more than the ink of a digit: it is not like one, or fills the picture."""
    if prediction.box is None:
        return False
    top, left, bottom, right = prediction.box
    height, width = prediction.size
    is_full = bottom - top > _FULL * height and right - left > _FULL * width
    return prediction.status == "not a digit" or is_full


def is_same(one: Prediction, other: Prediction) -> bool:
    """Whether two predictions are of nearly the same picture seen."""
    difference = np.abs(one.seen.astype(np.int16) - other.seen.astype(np.int16)).mean()
    return bool(difference < _SAME)


def are_all(digits: Sequence[Glyph]) -> bool:
    """Whether some digits are all that pens wrote on a picture."""
    return sum(digit.share for digit in digits) > _ALL


def are_several(found: Found, prediction: Prediction) -> bool:
    """Whether more than one digit was found; it takes more to part what looks like one digit."""
    is_enough = prediction.status == "not a digit" or found.chance > _SURE
    return is_enough and len(found.digits) > 1


def _has_gap(seen: NDArray[np.uint8], axis: int) -> bool:
    """Whether there is a row or column without ink between others with some."""
    inked = np.flatnonzero(seen.max(axis=axis) > _INK)
    return len(inked) > 0 and bool(inked[-1] - inked[0] >= len(inked))
