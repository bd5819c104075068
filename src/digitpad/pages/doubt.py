"""Doubts about a drawing that should show one digit: it may show several, or more than the digit's ink."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from digitpad.pages.boxes import Box, area, intersect
from digitpad.pages.finder import PATCH_MARGIN_PX, Glyph
from digitpad.prediction import Prediction

_WIDE = 1.15  # width over height of the ink, beyond which it may be two digits side by side
_INK = 64  # levels of the picture seen that count as ink
_SAME = 0.75  # of the area that two boxes cover together
_ALL = 0.85  # of what pens wrote: what else there is are specks


def is_doubtful(prediction: Prediction) -> bool:
    """Whether the page network should look too: no digit was seen, or ink that is very wide or has a gap."""
    if prediction.status == "blank" or prediction.box is None:
        return False
    top, left, bottom, right = prediction.box
    is_wide = right - left > _WIDE * (bottom - top)
    return prediction.status == "not a digit" or is_wide or any(_has_gap(prediction.seen, axis) for axis in (0, 1))


def is_all(digits: Sequence[Glyph]) -> bool:
    """Whether some digits are all that pens wrote on a picture."""
    return sum(digit.share for digit in digits) > _ALL


def is_of_same_ink(prediction: Prediction, box: Box) -> bool:
    """Whether a prediction is of the ink in a box, and of little else."""
    assert prediction.box is not None, "a blank drawing has no ink"
    shared = area(intersect(prediction.box, box))
    return shared > _SAME * (area(prediction.box) + area(box) - shared)


def isolate(glyph: Glyph, size: tuple[int, int]) -> NDArray[np.uint8]:
    """The ink of a glyph alone, in its place, black on white.

    Args:
        glyph: found on a picture.
        size: height and width of that picture, px.

    Returns:
        uint8 (height, width, 4), red, green, blue and alpha.
    """
    patch = Image.fromarray(glyph.patch)
    width, height = (max(1, round(side / glyph.scale)) for side in patch.size)
    margin = PATCH_MARGIN_PX / glyph.scale
    alone = Image.new("L", (size[1], size[0]), 255)
    alone.paste(patch.resize((width, height)), (round(glyph.box[1] - margin), round(glyph.box[0] - margin)))
    return np.asarray(alone.convert("RGBA"))


def _has_gap(seen: NDArray[np.uint8], axis: int) -> bool:
    """Whether there is a row or column without ink between others with some."""
    inked = np.flatnonzero(seen.max(axis=axis) > _INK)
    return len(inked) > 0 and bool(inked[-1] - inked[0] >= len(inked))
