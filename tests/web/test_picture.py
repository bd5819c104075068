"""Pictures on the pad: read whole or in part, turned, enlarged, and explained from the page to each digit."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import expect

from tests.conftest import SOAK, soak
from tests.hands import Pad
from tests.photographs import PHOTOGRAPHS, Photograph
from tests.web.conftest import DESKTOP, LOOKS, PHONE, OpenPad
from tests.web.test_steps import TIMES

pytestmark = pytest.mark.long

TWO_LINES = Photograph("2547\n1380", size=(1200, 900), height=150, pen=14)
UPPER, LOWER = ((0.05, 0.05), (0.95, 0.5)), ((0.05, 0.5), (0.95, 0.95))


def open_picture(pad: Pad, folder: Path, photograph: Photograph = TWO_LINES) -> None:
    pad.choose("Number")
    pad.open(photograph.save(folder / "page.jpg"))
    pad.expect_number(photograph.text)


def test_photographs_are_read(open_pad: OpenPad, tmp_path: Path) -> None:
    pad = open_pad()
    for photograph in PHOTOGRAPHS[:: 1 if SOAK else 2]:
        open_picture(pad, tmp_path, photograph)
        sheet, boxes = pad.part("boxes").bounding_box(), pad.part("boxes").locator("span")
        assert sheet["width"] / sheet["height"] == pytest.approx(photograph.size[0] / photograph.size[1], rel=0.03)
        labels = boxes.evaluate_all("boxes => boxes.map(({ dataset }) => dataset.label.replace('?', '')).join('')")
        assert labels == photograph.text.replace("\n", "")


def test_a_page_on_the_pad_for_one_digit_is_read_too(open_pad: OpenPad, tmp_path: Path) -> None:
    pad = open_pad()
    pad.open(TWO_LINES.save(tmp_path / "page.jpg"))
    pad.expect_number(TWO_LINES.text)


@pytest.mark.parametrize("device", [DESKTOP, pytest.param(PHONE, marks=soak)], ids=["mouse", "touch"])
def test_a_frame_reads_only_a_part(open_pad: OpenPad, tmp_path: Path, device: dict[str, Any]) -> None:
    pad = open_pad(device)
    open_picture(pad, tmp_path)
    pad.stroke(*UPPER)
    pad.expect_number("2547")
    boxes = [box.bounding_box() for box in pad.part("boxes").locator("span").all()]
    sheet = pad.part("pad").bounding_box()
    assert all(box and box["y"] + box["height"] < sheet["y"] + sheet["height"] / 2 for box in boxes)
    pad.stroke(*LOWER)
    pad.expect_number("1380")
    pad.part("undo").click()
    pad.expect_number("2547")
    pad.part("part").click()
    pad.expect_number(TWO_LINES.text)


def test_a_frame_on_the_pad_for_one_digit_reads_a_part(open_pad: OpenPad, tmp_path: Path) -> None:
    pad = open_pad()
    pad.open(Photograph("38", height=200, pen=20).save(tmp_path / "page.jpg"))
    pad.expect_number("38")
    pad.stroke((0.5, 0.2), (0.98, 0.8))
    pad.expect_digit(8)
    left, width = pad.part("boxes").evaluate("boxes => [boxes.offsetLeft, boxes.offsetWidth]")
    sheet = pad.part("pad").bounding_box()
    assert left == pytest.approx(0.5 * sheet["width"], abs=2)  # what lies outside of the part is dark
    assert width == pytest.approx(0.48 * sheet["width"], abs=2)


def test_what_is_no_frame_changes_nothing(open_pad: OpenPad, tmp_path: Path) -> None:
    pad = open_pad()
    open_picture(pad, tmp_path)
    pad.stroke(*UPPER)
    pad.expect_number("2547")
    asked = len(pad.addresses)
    pad.stroke((0.1, 0.5), (0.9, 0.501))  # a line
    pad.touch_down((0.2, 0.2))
    pad.move((0.8, 0.8))
    pad.page.keyboard.press("Control+z")  # the picture is another one by now
    pad.expect_number(TWO_LINES.text)
    pad.lift()
    pad.settle()
    assert pad.text == TWO_LINES.text
    assert len(pad.addresses) == asked + 1


def test_a_picture_lies_as_its_exif_says(open_pad: OpenPad, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned to the right
    Image.fromarray(np.rot90(TWO_LINES.take())).save(tmp_path / "page.jpg", exif=exif, quality=92)
    pad = open_pad()
    pad.choose("Number")
    pad.open(tmp_path / "page.jpg")
    pad.expect_number(TWO_LINES.text)
    pad.stroke(*LOWER)
    pad.expect_number("1380")


def test_boxes_go_with_the_picture_that_they_are_of(open_pad: OpenPad, tmp_path: Path) -> None:
    pad = open_pad()
    open_picture(pad, tmp_path)
    pad.page.route("**/api/read", lambda route: route.abort())
    pad.part("rotate").click()
    expect(pad.part("boxes").locator("span")).to_have_count(0)
    expect(pad.part("number")).to_be_hidden()
    expect(pad.part("message")).to_contain_text("The server is not answering.")
    pad.page.unroute("**/api/read")
    pad.part("undo").click()
    pad.expect_number(TWO_LINES.text)
    pad.complaints.clear()  # the browser itself notes the lost request in its console


def test_a_part_is_read_as_large_as_it_came(open_pad: OpenPad, tmp_path: Path) -> None:
    pad = open_pad()
    pad.choose("Number")
    small = Photograph("2047", size=(4000, 3000), height=24, pen=3, grain=0, blur=0.5)
    pad.open(small.save(tmp_path / "page.jpg"))
    pad.settle()
    assert pad.text != "2047"  # of 4,000 px 1,600 are shown
    pad.stroke((0.45, 0.45), (0.55, 0.55))
    pad.expect_number("2047")


def test_a_picture_on_its_side_is_turned(open_pad: OpenPad, tmp_path: Path) -> None:
    pad = open_pad()
    pad.choose("Number")
    Image.fromarray(np.rot90(TWO_LINES.take())).save(tmp_path / "page.png")
    pad.open(tmp_path / "page.png")
    pad.settle()
    pad.part("rotate").click()
    pad.expect_number(TWO_LINES.text)
    pad.stroke(*UPPER)  # the part is found in the file, which is not turned
    pad.expect_number("2547")


def test_a_picture_is_looked_at_closely_by_keyboard(open_pad: OpenPad, tmp_path: Path) -> None:
    pad = open_pad()
    open_picture(pad, tmp_path)
    keyboard, sheet = pad.page.keyboard, pad.part("pad")
    expect(pad.part("part")).to_have_attribute("aria-disabled", "true")
    sheet.focus()
    for key in ["+", "+", *["ArrowUp"] * 9]:
        keyboard.press(key)
    shown = pad.part("overlay").bounding_box()
    assert shown["height"] == pytest.approx(2.25 * sheet.bounding_box()["height"], rel=0.01)
    assert shown["y"] == pytest.approx(sheet.bounding_box()["y"], abs=1)  # no further than to its edge
    for key in [*["ArrowDown"] * 2, "-"]:
        keyboard.press(key)
    keyboard.press("Enter")
    pad.until(lambda: pad.text not in ("", TWO_LINES.text))
    keyboard.press("Enter")  # reads all again
    pad.expect_number(TWO_LINES.text)
    keyboard.press("0")
    assert pad.part("overlay").bounding_box() == sheet.bounding_box()
    keyboard.press("r")
    pad.until(lambda: sheet.bounding_box()["width"] < sheet.bounding_box()["height"])
    keyboard.press("Escape")
    pad.expect_blank()


def test_a_picture_is_enlarged_by_wheel_and_pinch(open_pad: OpenPad, tmp_path: Path) -> None:
    pad = open_pad()
    open_picture(pad, tmp_path)
    sheet = pad.part("pad").bounding_box()
    x, y = sheet["x"] + sheet["width"] / 4, sheet["y"] + sheet["height"] / 4
    pad.page.mouse.move(x, y)
    pad.page.mouse.wheel(0, 200)  # scrolls the page, as everywhere
    pad.page.evaluate("scrollTo(0, 0)")
    pad.page.keyboard.down("Control")
    for _ in range(3):
        pad.page.mouse.wheel(0, -50)
    pad.page.keyboard.up("Control")
    pad.until(lambda: pad.part("overlay").bounding_box()["width"] > 1.5 * sheet["width"])
    shown = pad.part("overlay").bounding_box()
    assert (x - shown["x"]) / shown["width"] == pytest.approx(1 / 4, abs=0.01)  # what is under the pointer stays there
    pad.page.mouse.wheel(0, 30)
    pad.until(lambda: pad.part("overlay").bounding_box()["y"] < shown["y"] - 20)
    assert pad.text == TWO_LINES.text


def test_two_fingers_enlarge_and_one_taps(open_pad: OpenPad, tmp_path: Path) -> None:
    pad = open_pad(PHONE)
    open_picture(pad, tmp_path)
    sheet = pad.part("pad").bounding_box()
    pad.pinch((0.4, 0.5), (0.6, 0.5), (0.2, 0.5), (0.8, 0.5))
    shown = pad.part("overlay").bounding_box()
    assert shown["width"] == pytest.approx(3 * sheet["width"], rel=0.05)
    assert pad.text == TWO_LINES.text  # and no frame was drawn
    box = pad.part("boxes").locator("span").nth(6).bounding_box()
    middle = box["x"] + box["width"] / 2 - sheet["x"], box["y"] + box["height"] / 2 - sheet["y"]
    pad.stroke((middle[0] / sheet["width"], middle[1] / sheet["height"]))
    expect(pad.part("number").locator("[aria-checked=true]")).to_have_text("8")


def test_the_way_from_the_page_to_a_digit_is_shown(open_pad: OpenPad, tmp_path: Path) -> None:
    pad = open_pad()
    open_picture(pad, tmp_path)
    names = pad.page.locator(".dp-steps strong")
    expect(names).to_have_text(["Picture", "Ink", "Digits", "20 px", "Centred"])
    captions = pad.page.locator(".dp-steps small")
    expect(captions.first).to_have_text(f"1200 {TIMES} 900 px")
    expect(captions.nth(2)).to_contain_text("8 found")
    ink = pad.page.locator(".dp-steps canvas").nth(1)
    pixels = ink.evaluate("c => Array.from(c.getContext('2d').getImageData(0, 0, c.width, c.height).data)")
    levels = pixels[::4]
    assert max(levels) > 200  # ink is white,
    assert np.median(levels) < 30  # and paper black


@pytest.mark.parametrize(
    ("photograph", "words"),
    [
        (Photograph("", grain=0), "Nothing stands out from the paper."),
        (Photograph("2047", height=9, pen=1, grain=4), "at least 12 px high"),
        pytest.param(Photograph("", paper=25, grain=4), "too dark", marks=soak),
        pytest.param(Photograph("2047", pen=2, blur=12, grain=0), "hold the camera still", marks=soak),
    ],
    ids=["blank", "small", "dark", "blurred"],
)
def test_where_nothing_is_found_the_page_says_what_helps(
    open_pad: OpenPad, tmp_path: Path, photograph: Photograph, words: str
) -> None:
    pad = open_pad()
    pad.choose("Number")
    pad.open(photograph.save(tmp_path / "page.jpg"))
    expect(pad.part("reason")).to_contain_text(words)


def test_a_large_photograph_is_sent_small(open_pad: OpenPad, tmp_path: Path) -> None:
    large = Photograph("2547\n1380", size=(4000, 3000), height=500, pen=45, blur=2)
    pad = open_pad()
    sizes: list[int] = []
    pad.page.on("request", lambda request: sizes.append(len(request.post_data or "")))
    open_picture(pad, tmp_path, large)
    expect(pad.page.locator(".dp-steps small").first).to_have_text(f"1600 {TIMES} 1200 px")
    assert max(sizes) < 1_500_000


@pytest.mark.parametrize(("device", "scheme"), LOOKS)
def test_nothing_keeps_anybody_out(open_pad: OpenPad, tmp_path: Path, device: dict[str, Any], scheme: str) -> None:
    pad = open_pad(device, color_scheme=scheme)
    open_picture(pad, tmp_path)
    pad.part("zoomIn").click()
    found = Axe().run(pad.page)
    assert found.violations_count == 0, found.generate_report()
    durations = "Array.from(document.querySelectorAll('*'), (e) => getComputedStyle(e).transitionDuration)"
    assert set(pad.page.evaluate(durations)) == {"0s"}  # who asked for less motion gets none
