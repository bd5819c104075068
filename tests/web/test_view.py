"""The page: recent drawings, every size of screen, and no fault of accessibility."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Route, expect

from tests.web.conftest import DESKTOP, NO_DIGIT, PHONE, UNSURE, OpenPad

NARROW = {**PHONE, "viewport": {"width": 360, "height": 740}}


def test_the_last_drawings_stay_and_come_back(open_pad: OpenPad) -> None:
    pad = open_pad()
    for digit in [*range(9), 0]:
        pad.change_answers(digit=digit, status="digit")
        pad.stroke((0.4, 0.2), (0.6, 0.8))
        pad.expect_digit(digit)
        pad.settle()
        pad.clear()
    answers = pad.part("recent").locator("span").all_text_contents()
    assert [answer[0] for answer in answers] == list("08765432")  # eight, the last first
    pad.change_answers(digit=8)
    pad.part("recent").locator("button").nth(1).click()
    pad.expect_digit(8)
    assert pad.num_inked() > 0
    expect(pad.part("pad")).to_be_focused()


def test_what_comes_back_is_kept_again_before_it_is_read_again(open_pad: OpenPad) -> None:
    pad = open_pad()
    for digit in (2, 3):
        pad.draw(digit)
        pad.expect_digit(digit)
        pad.settle()
        pad.clear()
    waiting: list[Route] = []
    pad.page.route("**/api/predict", lambda route: waiting.append(route))
    recent = pad.part("recent").locator("li")
    recent.nth(0).locator("button").click()
    expect(recent).to_have_count(1)
    recent.nth(0).locator("button").click()
    expect(recent).to_have_text([re.compile("^3")])
    recent.nth(0).locator("button").click()
    expect(recent).to_have_text([re.compile("^2")])
    pad.part("undo").click()


def test_the_last_of_the_last_drawings_takes_their_heading_with_it(open_pad: OpenPad) -> None:
    pad = open_pad()
    pad.draw(2)
    pad.expect_digit(2)
    pad.clear()
    expect(pad.part("recents")).to_be_visible()
    pad.part("recent").locator("button").click()
    expect(pad.part("recents")).to_be_hidden()
    pad.expect_digit(2)


@pytest.mark.parametrize(("device", "scheme"), [(DESKTOP, "light"), (PHONE, "dark")], ids=["desktop", "phone"])
def test_no_serious_fault_of_accessibility(open_pad: OpenPad, device: dict[str, object], scheme: str) -> None:
    pad = open_pad(device, color_scheme=scheme)
    axe = Axe()
    for changes in (None, {}, UNSURE, NO_DIGIT):
        if changes is not None:
            pad.change_answers(**changes)
            for _ in range(2):  # one for the last drawings, one to stay on the pad
                pad.clear()
                pad.stroke((0.5, 0.2), (0.5, 0.8))
                pad.expect_state(str(changes.get("status", "digit")))
                pad.settle()
        found = axe.run(pad.page).response["violations"]
        assert [fault["id"] for fault in found if fault["impact"] in ("serious", "critical")] == []


def test_a_phone_shows_pad_and_answer_at_once_and_nothing_sticks_out(open_pad: OpenPad) -> None:
    pad = open_pad(PHONE)
    pad.draw(5)
    pad.expect_digit(5)
    for name in ("digit", "confidence", "pad", "clear"):
        box = pad.part(name).bounding_box()
        assert box["y"] >= 0 and box["y"] + box["height"] <= 844, name
    assert pad.page.evaluate("document.documentElement.scrollWidth") == 390


def test_in_a_narrow_place_of_a_wide_page_nothing_sticks_out(open_pad: OpenPad) -> None:
    pad = open_pad()
    pad.page.evaluate("document.querySelector('#pad').style.width = '24rem'")
    pad.draw(5)
    pad.expect_digit(5)
    for name in ("confidence", "bars", "pad", "seen", "steps"):
        box, place = pad.part(name).bounding_box(), pad.page.locator("#pad").bounding_box()
        assert place and box["x"] >= place["x"] and box["x"] + box["width"] <= place["x"] + place["width"], name


@pytest.mark.parametrize("device", [DESKTOP, NARROW], ids=["desktop", "narrow phone"])
def test_nothing_moves_while_the_answer_changes(open_pad: OpenPad, device: dict[str, object]) -> None:
    def places() -> list[object]:
        boxes = [pad.part(name).bounding_box() for name in ("pad", "bars", "seen", "steps", "digit")]
        return [*boxes, *(pad.part(name).bounding_box()["y"] for name in ("confidence", "reason", "time"))]

    pad = open_pad(device)
    pad.set_brush(6)  # so that the way there tells of strokes
    before = places()
    pad.draw(5, 0.9)
    pad.expect_state("digit")
    assert places() == before
    long = {"reason": "It could also be an 8, an 8 or an 8.", "candidates": [8, 8, 8, 8]}
    blank: dict[str, object] = {
        "status": "blank",
        "reason": "Nothing stands out from the paper.",
        "digit": None,
        "top_k": [],
    }
    for changes in (UNSURE, UNSURE | long, NO_DIGIT, blank):
        pad.change_answers(**changes)
        pad.stroke((0.5, 0.5))
        pad.expect_state(str(changes["status"]))
        expect(pad.part("reason")).to_contain_text(str(changes["reason"]))
        assert places() == before, changes
