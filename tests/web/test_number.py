"""Numbers: drawn on the wide pad or the one for a digit, and explained digit by digit."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.conftest import soak
from tests.hands import Pad
from tests.web.conftest import DESKTOP, LOOKS, PHONE, OpenPad

pytestmark = pytest.mark.long


def read_on_wide_pad(pad: Pad, text: str) -> None:
    pad.choose("Number")
    pad.set_brush(12)
    pad.draw_number(text)
    pad.expect_number(text)


@pytest.mark.parametrize(
    ("text", "device"),
    [
        pytest.param("47", DESKTOP, marks=soak),
        pytest.param("2047", DESKTOP, marks=soak),
        ("1358046", DESKTOP),
        pytest.param("83\n61", DESKTOP, marks=soak),
        pytest.param("47", PHONE, marks=soak),
        pytest.param("2047", PHONE, marks=soak),
        pytest.param("1358046", PHONE, marks=soak),
        ("83\n61", PHONE),
    ],
)
def test_numbers_are_read_while_they_are_drawn(open_pad: OpenPad, device: dict[str, Any], text: str) -> None:
    pad = open_pad(device)
    read_on_wide_pad(pad, text)
    pad.expect_state("number")
    boxes = pad.part("boxes").locator("span")
    expect(boxes).to_have_count(len(text.replace("\n", "")))
    sheet = pad.part("pad").bounding_box()
    for box in boxes.all():
        place = box.bounding_box()
        assert place and sheet["x"] <= place["x"] + 3 and place["x"] + place["width"] <= sheet["x"] + sheet["width"] + 3


def test_several_digits_on_the_pad_for_one_are_read_all_the_same(open_pad: OpenPad) -> None:
    pad = open_pad()
    pad.set_brush(12)
    pad.draw_number("47")
    pad.expect_number("47")


def test_each_digit_is_explained(open_pad: OpenPad) -> None:
    pad = open_pad()
    read_on_wide_pad(pad, "2047")
    seen = []
    digits = pad.part("number").get_by_role("radio")
    digits.first.click()
    for digit in "2047":
        chosen = pad.part("number").locator("[aria-checked=true]")
        expect(chosen).to_have_text(digit)
        expect(pad.part("bars").locator(".dp-best span")).to_have_text(digit)
        expect(pad.part("boxes").locator(".dp-chosen")).to_have_count(1)
        seen.append(pad.seen())
        chosen.press("ArrowRight")
    assert len({str(picture) for picture in seen}) == 4
    expect(digits.first).to_be_focused()  # after the last comes the first


def test_what_was_chosen_is_remembered(open_pad: OpenPad) -> None:
    pad = open_pad()
    pad.choose("Number")
    pad.page.reload()
    expect(pad.page.get_by_role("radio", name="Number", exact=True)).to_have_attribute("aria-checked", "true")
    wide = pad.part("pad").bounding_box()
    assert wide["width"] == pytest.approx(3 * wide["height"], rel=0.02)
    pad.choose("One digit")
    square = pad.part("pad").bounding_box()
    assert square["width"] == pytest.approx(square["height"], rel=0.02)


@pytest.mark.parametrize("step", [0.62, pytest.param(0.7, marks=soak)])
def test_digits_that_touch_are_parted(open_pad: OpenPad, step: float) -> None:
    pad = open_pad()
    pad.choose("Number")
    pad.set_brush(12)
    pad.draw_number("2508", step)
    pad.expect_number("2508")


def test_a_number_comes_back_from_the_recent_drawings(open_pad: OpenPad) -> None:
    pad = open_pad()
    read_on_wide_pad(pad, "47")
    pad.clear()
    pad.choose("One digit")
    recent = pad.part("recent").locator("button")
    expect(recent).to_have_text("47")
    recent.click()
    pad.expect_number("47")
    expect(pad.page.get_by_role("radio", name="Number", exact=True)).to_have_attribute("aria-checked", "true")


@pytest.mark.parametrize(("device", "scheme"), LOOKS)
def test_nothing_keeps_anybody_out(open_pad: OpenPad, device: dict[str, Any], scheme: str) -> None:
    pad = open_pad(device, color_scheme=scheme)
    read_on_wide_pad(pad, "2047")
    found = Axe().run(pad.page)
    assert found.violations_count == 0, found.generate_report()
    spoken = pad.part("announcement")
    expect(spoken).to_contain_text("Read as 2 0 4 7.")
