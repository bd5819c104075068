"""Context: what stands among digits is more likely a digit, and what stands among letters is more likely none.

The share of what is no digit is estimated anew around every glyph, from the glyphs near it, and replaces the share on
the pages that the probabilities were fitted on (Saerens, Latinne and Decaestecker 2002, Adjusting the Outputs of a
Classifier to New a Priori Probabilities).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from digitpad.pages.boxes import Box

_NEAR = 3.0  # sizes of a glyph: how far the middles of glyphs near it are
_STRENGTH = 3.0  # glyphs that the share on other pages counts as much as
_NUM_ROUNDS = 20


def adapt(not_digit: NDArray[np.float64], boxes: Sequence[Box], prior: float) -> NDArray[np.float64]:
    """Adapt probabilities to what is near.

    Args:
        not_digit: float64 (n,), the probability of each glyph that it is not a digit, 0 to 1.
        boxes: of the glyphs, each found once.
        prior: the share of glyphs that are not digits, on the pages that the probabilities were fitted on.

    Returns:
        The adapted probabilities, float64 (n,).
    """
    if not boxes:
        return not_digit
    edges = np.array(boxes)
    middles = (edges[:, :2] + edges[:, 2:]) / 2
    sizes = (edges[:, 2:] - edges[:, :2]).max(axis=1)
    adapted = np.empty_like(not_digit)
    for index, (middle, size) in enumerate(zip(middles, sizes, strict=True)):
        is_near = np.hypot(*(middles - middle).T) < _NEAR * size
        share = _share(not_digit[is_near], prior)
        adapted[index] = _shift(not_digit[index], prior, share)
    return adapted


def _share(near: NDArray[np.float64], prior: float) -> float:
    """The share of glyphs near that are not digits, by expectation maximisation."""
    share = prior
    for _ in range(_NUM_ROUNDS):
        expected = float(_shift(near, prior, share).sum())
        share = (_STRENGTH * prior + expected) / (_STRENGTH + len(near))
    return share


def _shift(not_digit: NDArray[np.float64], prior: float, share: float) -> NDArray[np.float64]:
    """Probabilities under one prior as they would be under another (Bayes' rule)."""
    no, yes = not_digit * share / prior, (1 - not_digit) * (1 - share) / (1 - prior)
    shifted: NDArray[np.float64] = no / np.maximum(no + yes, 1e-12)
    return shifted
