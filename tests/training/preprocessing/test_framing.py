"""Framing beyond what the contract uses: any scale of ink, and any stroke width."""

import numpy as np
import pytest

from digitpad.training.preprocessing import framing
from tests.training.conftest import drawn_digits

LEVELS = drawn_digits(10, 0)[0].astype(np.float32)


def test_ink_of_any_scale_gives_the_same_picture() -> None:
    """Neighbouring levels differ by exactly 1 somewhere, or by exactly one part in 255."""
    pictures = [np.asarray(framing.frame(LEVELS * scale)["seen"]) for scale in (1.0, 1 / 255, 255.0)]
    assert np.isfinite(pictures).all()
    assert pictures[0] == pytest.approx(pictures[1], abs=1e-4)
    assert pictures[0] == pytest.approx(pictures[2], abs=1e-4)


def test_training_may_ask_for_any_width_of_strokes() -> None:
    ink = LEVELS / np.float32(255)
    asked = (1.7, 2.0, 2.5, 3.0, 3.3, 4.0)
    results = [framing.frame(ink, np.full(10, width, np.float32)) for width in asked]
    arrived = [float(np.asarray(result["stroke"])[:, 1].mean()) for result in results]
    assert arrived == sorted(arrived)
    assert arrived[1:] == pytest.approx(asked[1:], abs=0.4)  # 28 px cannot show how thin the thinnest are
