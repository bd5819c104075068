"""Why little or nothing was read on a picture, in a sentence that says what to do."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from digitpad.pages.finder import MOST_GLYPHS
from digitpad.pages.levels import Picture
from digitpad.pages.reading import Digit
from digitpad.words import say

_DARK = 40.0  # levels: nine tenths of a dark picture are below this
_FLAT = 6.0  # levels: a blank picture differs by less than this
_SMALL_PX = 12  # digits are rarely found below this size
_SHARP = 12.0  # levels: the steepest steps of a picture that is in focus


def find(picture: Picture, digits: Sequence[Digit]) -> str:
    """Tell why little or nothing was read; "" if there is nothing to say.

    Args:
        picture: uint8 (height, width, 3), RGB.
        digits: what was found.
    """
    read = [digit for digit in digits if digit.status != "not a digit"]
    if len(read) >= MOST_GLYPHS:
        return say("page", "too many", most=MOST_GLYPHS)
    if read:
        return ""
    grey = picture.mean(axis=2)
    if np.ptp(grey) <= _FLAT:
        return say("reason", "blank")
    if np.percentile(grey, 90) < _DARK:
        return say("page", "too dark")
    if min(picture.shape[:2]) < _SMALL_PX:
        return say("page", "too small", least=_SMALL_PX)
    return say("page", "blurred" if _steepest(grey) < _SHARP else "no digits", least=_SMALL_PX)


def _steepest(grey: NDArray[np.float64]) -> float:
    """The steepest steps between neighbouring pixels, levels."""
    steps = [np.abs(np.diff(grey, axis=axis)).ravel() for axis in (0, 1)]
    return float(np.percentile(np.concatenate(steps), 99.9))
