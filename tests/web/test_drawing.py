"""Strokes: drawn, taken back and cleared, sharp on every screen."""

import pytest
from playwright.sync_api import expect

from tests.web.conftest import DESKTOP, OpenPad, is_inked


def test_undo_takes_back_stroke_after_stroke_and_clearing(open_pad: OpenPad) -> None:
    pad = open_pad()
    pad.stroke((0.3, 0.2), (0.3, 0.8))
    one = pad.num_inked()
    pad.stroke((0.7, 0.2), (0.7, 0.8))
    pad.until(lambda: pad.num_inked() > 1.9 * one)
    pad.page.keyboard.press("Control+z")
    pad.until(lambda: pad.num_inked() == one)
    pad.page.keyboard.press("Escape")
    pad.expect_blank()
    assert pad.num_inked() == 0
    pad.part("undo").click()
    pad.until(lambda: pad.num_inked() == one)
    pad.expect_digit(1)
    pad.part("undo").click()
    pad.expect_blank()


def test_a_tap_is_a_dot(open_pad: OpenPad) -> None:
    pad = open_pad()
    pad.stroke((0.5, 0.5))
    pad.until(lambda: is_inked(pad, 0.5, 0.5))
    assert not is_inked(pad, 0.6, 0.5)


def test_strokes_are_sharp_on_dense_screens_and_survive_another_size(open_pad: OpenPad) -> None:
    pad = open_pad(DESKTOP, device_scale_factor=3)
    pad.draw(3)
    pad.expect_digit(3)
    width = pad.part("pad").evaluate("canvas => [canvas.width, canvas.clientWidth]")
    assert width[0] == 3 * width[1]
    before, sent = pad.num_inked() / width[0] ** 2, pad.sent[-1]
    pad.page.set_viewport_size({"width": 360, "height": 640})
    pad.until(lambda: pad.part("pad").evaluate("canvas => canvas.width") != width[0])
    now = pad.part("pad").evaluate("canvas => canvas.width")
    assert pad.num_inked() / now**2 == pytest.approx(before, rel=0.02)
    pad.stroke((0.99, 0.99))  # a dot in the corner, so that the drawing is sent once more
    pad.settle()
    assert len(pad.sent[-1]["image"]) == pytest.approx(len(sent["image"]), rel=0.1)


def test_the_brush_sets_the_width_of_the_next_stroke(open_pad: OpenPad) -> None:
    pad = open_pad()
    pad.set_brush(8)
    pad.stroke((0.3, 0.2), (0.3, 0.8))
    thin = pad.num_inked()
    pad.set_brush(32)
    pad.stroke((0.7, 0.2), (0.7, 0.8))
    pad.until(lambda: pad.num_inked() > 4 * thin)
    pad.part("pad").press("]")
    expect(pad.part("brush")).to_have_value("34")
    pad.part("pad").press("[")
    expect(pad.part("brush")).to_have_value("32")
