"""Numbers: drawn on the wide pad or the one for a digit, or opened as a picture, and explained digit by digit."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import expect

from tests.conftest import STROKES
from tests.hands import Pad
from tests.pages.conftest import draw, write
from tests.web.conftest import DESKTOP, PHONE, OpenPad


def choose(pad: Pad, mode: str) -> None:
    pad.page.get_by_role("radio", name=mode, exact=True).click()
    expect(pad.page.get_by_role("radio", name=mode, exact=True)).to_have_attribute("aria-checked", "true")


def draw_number(pad: Pad, text: str, step: float = 1.15) -> None:
    """Draw lines of digits, as large as they fit in the middle of the sheet; `step` digits' heights apart."""
    box = pad.part("pad").bounding_box()
    lines = text.split("\n")
    longest = max(map(len, lines))
    height = min(0.55 * box["height"] / len(lines), 0.8 * box["width"] / longest / step)
    for row, line in enumerate(lines):
        for column, digit in enumerate(line):
            x = box["width"] / 2 + (column - (longest - 1) / 2) * step * height
            y = box["height"] / 2 + (row - (len(lines) - 1) / 2) * 1.5 * height
            strokes = np.concatenate(STROKES[digit])
            middle, size = (strokes.min(axis=0) + strokes.max(axis=0)) / 2, np.ptp(strokes[:, 1])
            for stroke in STROKES[digit]:
                points = (np.array([*stroke[:: 1 + len(stroke) // 8], stroke[-1]]) - middle) * height / size + (x, y)
                pad.stroke(*((float(px) / box["width"], float(py) / box["height"]) for px, py in points))


def text_of(pad: Pad) -> str:
    rows: list[str] = pad.part("number").locator("div").all_inner_texts()
    return "\n".join("".join(row.split()) for row in rows)


def expect_number(pad: Pad, text: str) -> None:
    pad.settle()
    pad.until(lambda: text_of(pad) == text)


def read_on_wide_pad(pad: Pad, text: str) -> None:
    choose(pad, "Number")
    pad.set_brush(12)
    draw_number(pad, text)
    expect_number(pad, text)


@pytest.mark.parametrize("device", [DESKTOP, PHONE], ids=["mouse", "touch"])
@pytest.mark.parametrize("text", ["47", "2047", "1358046", "83\n61"])
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
    draw_number(pad, "47")
    expect_number(pad, "47")


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
    choose(pad, "Number")
    pad.page.reload()
    expect(pad.page.get_by_role("radio", name="Number", exact=True)).to_have_attribute("aria-checked", "true")
    wide = pad.part("pad").bounding_box()
    assert wide["width"] == pytest.approx(3 * wide["height"], rel=0.02)
    choose(pad, "One digit")
    square = pad.part("pad").bounding_box()
    assert square["width"] == pytest.approx(square["height"], rel=0.02)


@pytest.mark.parametrize("mode", ["One digit", "Number"])
def test_a_picture_of_a_page_is_read(open_pad: OpenPad, tmp_path: Path, mode: str) -> None:
    page = np.asarray(Image.fromarray(draw(write("2547\n1380"), 60, pen=6)).resize((2400, 1350)))
    light = np.linspace(1, 0.6, page.shape[1])[None, :, None]
    (tmp_path / "page.jpg").write_bytes(encode(page * light))
    pad = open_pad()
    choose(pad, mode)
    pad.part("file").set_input_files(tmp_path / "page.jpg")
    expect_number(pad, "2547\n1380")
    sheet, boxes = pad.part("boxes").bounding_box(), pad.part("boxes").locator("span").all()
    assert sheet["width"] / sheet["height"] == pytest.approx(2400 / 1350, rel=0.03)
    assert len(boxes) == 8


def encode(pixels: np.ndarray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels.astype(np.uint8)).save(file, "JPEG", quality=90)
    return file.getvalue()


def test_a_number_comes_back_from_the_recent_drawings(open_pad: OpenPad) -> None:
    pad = open_pad()
    read_on_wide_pad(pad, "47")
    pad.clear()
    choose(pad, "One digit")
    recent = pad.part("recent").locator("button")
    expect(recent).to_have_text("47")
    recent.click()
    expect_number(pad, "47")
    expect(pad.page.get_by_role("radio", name="Number", exact=True)).to_have_attribute("aria-checked", "true")


@pytest.mark.parametrize("device", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_keeps_anybody_out(open_pad: OpenPad, device: dict[str, Any], scheme: str) -> None:
    pad = open_pad(device, color_scheme=scheme)
    read_on_wide_pad(pad, "2047")
    found = Axe().run(pad.page)
    assert found.violations_count == 0, found.generate_report()
    spoken = pad.part("announcement")
    expect(spoken).to_contain_text("Read as 2 0 4 7.")
