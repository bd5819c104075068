"""What a person with a mouse or a finger meets: every digit read, and nothing asked or sent without need."""

import re

import pytest
from playwright.sync_api import expect

from tests.conftest import SOAK
from tests.web.conftest import DESKTOP, PHONE, OpenPad

PLACES = [(0.6, (0.5, 0.5), 22), (0.22, (0.82, 0.8), 8), (0.9, (0.5, 0.5), 34)]
"""Centred, in a corner and huge: size, centre and brush."""


@pytest.mark.parametrize("turn", range(len(PLACES)) if SOAK else [0])
@pytest.mark.parametrize("device", [DESKTOP, PHONE], ids=["mouse", "finger"])
def test_every_digit_is_read_wherever_it_is(open_pad: OpenPad, device: dict[str, object], turn: int) -> None:
    pad = open_pad(device)
    for digit in range(10) if SOAK or not pad.touch else (1, 4, 8):
        size, centre, brush = PLACES[(digit + turn + pad.touch) % len(PLACES)]
        pad.set_brush(brush)
        pad.draw(digit, size, centre)
        pad.expect_digit(digit)
        words = r"1 or 7|confident" if digit == 1 else "confident"  # the golden 1 has a flag
        expect(pad.part("confidence")).to_have_text(re.compile(words))
        pad.clear()
    assert pad.page.evaluate("scrollY") == 0  # a finger draws and never scrolls


def test_a_blank_pad_says_so_and_asks_nothing(open_pad: OpenPad) -> None:
    pad = open_pad()
    expect(pad.part("confidence")).to_have_text("Nothing drawn yet")
    pad.clear()
    pad.part("undo").click()
    assert pad.sent == []
