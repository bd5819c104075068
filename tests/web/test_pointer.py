"""Pointers that leave the pad, and pointers that the system takes away."""

from tests.web.conftest import PHONE, OpenPad, is_inked


def test_a_stroke_that_leaves_the_pad_goes_on(open_pad: OpenPad) -> None:
    pad = open_pad()
    pad.touch_down((0.5, 0.1))
    for point in [(0.5, 0.5), (1.4, 0.5), (1.4, 0.9), (0.5, 0.9)]:
        pad.move(point)
    pad.lift()
    pad.until(lambda: is_inked(pad, 0.8, 0.9))
    assert is_inked(pad, 0.8, 0.5)
    pad.move((0.2, 0.2))  # the button is up: this draws nothing
    pad.settle()
    assert not is_inked(pad, 0.3, 0.3)


def test_a_cancelled_finger_takes_its_stroke_with_it(open_pad: OpenPad) -> None:
    pad = open_pad(PHONE)
    pad.stroke((0.3, 0.2), (0.3, 0.8))
    pad.settle()
    before = pad.num_inked()
    pad.touch_down((0.6, 0.2))
    pad.move((0.6, 0.8))
    pad.cancel()
    pad.until(lambda: pad.num_inked() == before)
    pad.expect_digit(1)
    pad.stroke((0.7, 0.2), (0.7, 0.8))  # and the pad still draws
    pad.until(lambda: pad.num_inked() > before)
