"""The steps from the drawing to what the model saw, as Python tells of them."""

import re

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import expect

from digitpad import Recognizer
from tests.hands import Pad
from tests.web.conftest import OpenPad

TIMES = "\N{MULTIPLICATION SIGN}"
NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"


def test_what_is_shown_is_what_python_says_of_the_same_drawing(open_pad: OpenPad, recognizer: Recognizer) -> None:
    pad = open_pad()
    for digit, size, centre in [(2, 0.6, (0.5, 0.5)), (9, 0.3, (0.2, 0.7))]:
        pad.draw(digit, size, centre)
        pad.expect_digit(digit)
        pad.settle()
        prediction = recognizer.predict(pad.sent[-1]["image"])
        assert prediction.digit == digit
        assert pad.seen() == prediction.seen.tolist()
        assert prediction.box and prediction.scale
        top, left, bottom, right = prediction.box
        captions = pad.page.locator(".dp-steps small").all_text_contents()
        assert captions[0] == f"140 {TIMES} 140 px"
        assert captions[1] == f"covers {100 * prediction.ink:.1f} %"
        assert captions[2] == f"{right - left:.0f} {TIMES} {bottom - top:.0f} px"
        assert captions[3].splitlines()[0] == f"scaled {TIMES} {prediction.scale:.3g}"
        down, right = middle_of_ink(prediction.seen)
        found = re.fullmatch(r"moved ([→←])\s([\d.]+) ([↓↑])\s([\d.]+)\spx", captions[4])
        assert found, captions[4]
        moved = (1 if found[1] == "→" else -1) * float(found[2]), (1 if found[3] == "↓" else -1) * float(found[4])
        assert moved == pytest.approx((right, down), abs=0.6)  # the picture ends at whole pixels
        pad.clear()


def test_the_way_there_tells_of_strokes_made_wider_or_thinner(open_pad: OpenPad, recognizer: Recognizer) -> None:
    pad = open_pad()
    caption = pad.page.locator(".dp-steps small").nth(3)
    for brush, is_changed in [(6, True), (22, False), (46, True)]:
        pad.set_brush(brush)
        pad.draw(2)
        pad.expect_digit(2)
        pad.settle()
        stroke = recognizer.predict(pad.sent[-1]["image"]).stroke
        assert stroke
        told = f"strokes {stroke[0]:.1f} \N{RIGHTWARDS ARROW} {stroke[1]:.1f}{NO_BREAK_SPACE}px"
        expect(caption).to_have_text(re.compile(rf"{re.escape(told)}$" if is_changed else r"^scaled . [\d.]+$"))
        assert longer_side(pad) == pytest.approx(112, abs=8)  # the 20 px are filled, and nothing is cut off
        pad.clear()


def longer_side(pad: Pad) -> int:
    """The longer side of what is inked in the step called 20 px, in px of its 112 px."""
    side: int = (
        pad.page.locator(".dp-steps canvas")
        .nth(3)
        .evaluate(
            """c => {
            const { data } = c.getContext("2d").getImageData(0, 0, c.width, c.height);
            const inked = [...Array(c.width * c.height).keys()].filter((i) => data[4 * i] > 100);
            const span = (places) => Math.max(...places) - Math.min(...places) + 1;
            return Math.max(span(inked.map((i) => i % c.width)), span(inked.map((i) => Math.floor(i / c.width))));
        }"""
        )
    )
    return side


def middle_of_ink(seen: NDArray[np.uint8]) -> tuple[float, float]:
    """How far down and right of the picture's middle the middle of the ink's box lies, in px."""
    rows, columns = (np.flatnonzero(seen.max(axis=axis) > 127) for axis in (1, 0))
    down, right = ((line[0] + line[-1] + 1) / 2 - 14 for line in (rows, columns))
    return float(down), float(right)
