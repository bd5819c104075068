"""Whoever sees a wrong answer says what the drawing is, in two taps or by keyboard, and can take it back."""

import io
import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Route, expect

from digitpad.corrections.correction import MAX_TRUTH, Answer
from tests import video
from tests.hands import Pad
from tests.web.conftest import A_PICTURE, DESKTOP, NO_DIGIT, PHONE, UNSURE, Kept, OpenPad, problem

KEPT = "Kept as {} in corrections.sqlite on this server."


def draw(pad: Pad, digit: int) -> None:
    pad.draw(digit)
    pad.expect_digit(digit)
    pad.settle()


def expect_note(pad: Pad, note: str) -> None:
    expect(pad.part("note")).to_have_text(note)


def test_two_taps_keep_what_it_is_and_a_third_takes_it_back(open_pad: OpenPad, kept: Kept) -> None:
    pad = open_pad(PHONE, kept.url)
    draw(pad, 2)
    places = [pad.part(name).bounding_box() for name in ("pad", "bars", "seen")]
    pad.part("wrong").click()
    expect(pad.part("hint")).to_contain_text("kept in corrections.sqlite on this server.")
    assert kept.truths == []
    pad.part("row").get_by_role("button", name="7", exact=True).click()
    expect_note(pad, KEPT.format(7))
    expect(pad.part("row")).to_be_hidden()
    assert [pad.part(name).bounding_box() for name in ("pad", "bars", "seen")] == places
    (correction,) = kept.corrections
    assert (correction.truth, correction.answer.text, correction.answer.status) == ("7", "2", "digit")
    with Image.open(io.BytesIO(correction.picture)) as picture:
        assert (picture.size, picture.mode, picture.getextrema()) == ((140, 140), "L", (0, 255))
    assert correction.strokes
    pad.part("takeBack").click()
    expect_note(pad, "Undone: the correction is not kept.")
    assert kept.truths == []


def test_the_last_word_on_a_drawing_is_kept(open_pad: OpenPad, kept: Kept) -> None:
    pad = open_pad(url=kept.url)
    draw(pad, 2)
    pad.correct("7")
    expect_note(pad, KEPT.format(7))
    pad.clear()
    expect_note(pad, "")
    expect(pad.part("wrong")).to_be_hidden()
    draw(pad, 3)
    pad.correct("Not a digit")
    expect_note(pad, KEPT.format("not a digit"))
    pad.part("recent").locator("button").click()
    expect_note(pad, KEPT.format(7))  # of the drawing that is back
    pad.correct("1")
    expect_note(pad, KEPT.format(1))
    pad.until(lambda: kept.truths == ["1", "not a digit"])
    assert len({correction.session for correction in kept.corrections}) == 1


def test_what_was_kept_before_stays_if_the_next_is_refused(open_pad: OpenPad, kept: Kept) -> None:
    pad = open_pad(url=kept.url)
    draw(pad, 2)
    pad.correct("7")
    expect_note(pad, KEPT.format(7))
    full = problem(507, "store-full", "Expected room; there is none.")
    pad.page.route("**/api/corrections", lambda route: route.fulfill(**full), times=1)
    pad.correct("8")
    expect_note(pad, "Not kept: Expected room; there is none. It is still kept as 7.")
    assert kept.truths == ["7"]
    pad.correct("9")
    expect_note(pad, KEPT.format(9))
    pad.until(lambda: kept.truths == ["9"])
    pad.part("takeBack").click()
    expect_note(pad, "Undone: the correction is not kept.")
    assert kept.truths == []
    pad.complaints.clear()  # the browser itself notes refusals in its console


def test_what_could_not_be_taken_back_can_be_still(open_pad: OpenPad, kept: Kept) -> None:
    pad = open_pad(url=kept.url)
    draw(pad, 2)
    pad.correct("7")
    expect_note(pad, KEPT.format(7))
    forbidden = problem(403, "forbidden", "Expected a page of this server.")
    pad.page.route("**/api/corrections/*", lambda route: route.fulfill(**forbidden), times=1)
    pad.part("takeBack").click()
    expect_note(pad, "Not undone: Expected a page of this server.")
    pad.part("takeBack").click()
    expect_note(pad, "Undone: the correction is not kept.")
    assert kept.truths == []
    pad.complaints.clear()


def test_nothing_is_corrected_until_the_drawing_as_it_is_now_was_read(open_pad: OpenPad, kept: Kept) -> None:
    pad = open_pad(url=kept.url)
    draw(pad, 2)
    waiting: list[Route] = []
    pad.page.route("**/api/predict", lambda route: waiting.append(route))
    for number in (1, 2):  # the second while the first is read
        pad.stroke((0.1 * number, 0.9), (0.1 * number, 0.95))
        pad.until(lambda: len(waiting) == 1)
        expect(pad.part("wrong")).to_be_disabled()
        pad.page.keyboard.press("w")
        pad.part("wrong").click(force=True)
        expect(pad.part("row")).to_be_hidden()
    waiting[0].continue_()
    pad.until(lambda: len(waiting) == 2)
    expect(pad.part("wrong")).to_be_disabled()
    waiting[1].continue_()
    pad.settle()
    pad.correct("7")
    expect_note(pad, KEPT.format(7))
    (correction,) = kept.corrections
    assert correction.strokes
    assert len(correction.strokes) == 3


def test_what_is_too_long_is_told(open_pad: OpenPad, kept: Kept) -> None:
    pad = open_pad(url=kept.url)
    pad.choose("Number")
    pad.set_brush(12)
    pad.draw_number("47")
    pad.expect_number("47")
    pad.part("wrong").click()
    pad.part("truth").fill("7" * (MAX_TRUTH + 1))
    pad.part("keep").click()
    expect(pad.part("fault")).to_have_text("Expected at most 200 digits and spaces; got 201.")
    pad.part("truth").fill("7" * MAX_TRUTH)
    pad.part("keep").click()
    expect_note(pad, KEPT.format("7" * MAX_TRUTH))


def test_by_keyboard_alone(open_pad: OpenPad, kept: Kept) -> None:
    pad = open_pad(url=kept.url)
    keyboard = pad.page.keyboard
    keyboard.press("w")
    expect(pad.part("row")).to_be_hidden()  # there is no answer yet
    draw(pad, 2)
    keyboard.press("w")
    expect(pad.page.get_by_role("group", name="Correction", exact=True)).to_be_visible()
    expect(pad.part("row").get_by_role("button", name="0", exact=True)).to_be_focused()
    keyboard.press("Escape")
    expect(pad.part("row")).to_be_hidden()
    expect(pad.part("pad")).to_be_focused()
    pad.expect_digit(2)  # it closes the row alone
    for key, truth in (("7", "7"), ("n", "not a digit")):
        keyboard.press("w")
        keyboard.press(key)
        expect_note(pad, KEPT.format(truth))
        expect(pad.part("pad")).to_be_focused()
    expect(pad.part("note")).to_have_role("status")
    pad.until(lambda: kept.truths == ["not a digit"])


def test_every_answer_can_be_corrected_until_the_drawing_changes(open_pad: OpenPad, kept: Kept) -> None:
    pad = open_pad(url=kept.url)
    for changes in (UNSURE, NO_DIGIT):
        pad.change_answers(**changes)
        pad.stroke((0.5, 0.2), (0.5, 0.8))
        pad.expect_state(str(changes["status"]))
        pad.settle()
        pad.part("wrong").click()
        expect(pad.part("row")).to_be_visible()
        pad.stroke((0.2, 0.9), (0.4, 0.9))
        expect(pad.part("row")).to_be_hidden()
        pad.settle()
        pad.correct("4")
        expect_note(pad, KEPT.format(4))
        pad.clear()
    assert [correction.answer.status for correction in kept.corrections] == ["not a digit", "unsure"]


def test_a_number_is_typed(open_pad: OpenPad, kept: Kept) -> None:
    pad = open_pad(url=kept.url)
    pad.choose("Number")
    pad.set_brush(12)
    pad.draw_number("83\n61")
    pad.expect_number("83\n61")
    pad.page.keyboard.press("w")
    expect(pad.part("truth")).to_be_focused()
    expect(pad.part("truth")).to_have_value("83\n61")
    pad.part("truth").click()
    pad.part("truth").fill("8x")
    pad.page.keyboard.press("Enter")
    expect(pad.part("fault")).to_have_text("Expected digits, spaces and new lines only; got “8x”.")
    pad.part("truth").fill(" 88  1 ")
    pad.page.keyboard.press("Shift+Enter")
    pad.page.keyboard.type("61")
    pad.page.keyboard.press("Enter")
    expect_note(pad, KEPT.format("88 1 61"))
    (correction,) = kept.corrections
    assert (correction.truth, correction.answer) == ("88 1\n61", Answer("number", "83\n61", 0))


def test_pictures_are_kept_but_not_what_a_camera_sees_until_it_is_taken(
    open_pad: OpenPad, kept: Kept, tmp_path: Path
) -> None:
    large = tmp_path / "large.png"
    with Image.open(A_PICTURE) as picture:
        picture.resize((1200, 1200)).save(large)
    pad = open_pad(DESKTOP, kept.url, permissions=["camera"])
    pad.open(large)
    pad.expect_digit(4)
    pad.settle()
    pad.correct("9")
    expect_note(pad, KEPT.format(9))
    (correction,) = kept.corrections
    with Image.open(io.BytesIO(correction.picture)) as kept_picture:
        assert max(kept_picture.size) <= 800
    assert correction.strokes is None
    pad.part("camera").click()
    pad.expect_number(video.NUMBER.text)
    expect(pad.part("wrong")).to_be_hidden()
    pad.page.keyboard.press("w")
    expect(pad.part("row")).to_be_hidden()
    pad.part("take").click()
    expect(pad.part("rotate")).to_be_visible()
    pad.settle()
    expect(pad.part("wrong")).to_be_visible()
    pad.part("wrong").click()
    pad.part("truth").fill(video.NUMBER.text)
    pad.part("keep").click()
    expect_note(pad, KEPT.format(video.NUMBER.text))
    assert kept.truths == [video.NUMBER.text, "9"]


def test_a_server_that_keeps_nothing_offers_nothing(open_pad: OpenPad) -> None:
    pad = open_pad()
    draw(pad, 2)
    pad.page.keyboard.press("w")
    expect(pad.part("correct")).to_be_hidden()
    expect(pad.page.get_by_role("link", name="Corrections")).to_be_hidden()
    expect(pad.page.locator("#model")).to_have_text(re.compile("^Model "))
    assert not [address for address in pad.addresses if "keeping.js" in address]


@pytest.mark.parametrize(("device", "scheme"), [(DESKTOP, "light"), (PHONE, "dark")], ids=["desktop", "phone"])
def test_nothing_keeps_anybody_out(open_pad: OpenPad, kept: Kept, device: dict[str, object], scheme: str) -> None:
    pad = open_pad(device, kept.url, color_scheme=scheme)
    draw(pad, 2)
    pad.part("wrong").click()
    found = Axe().run(pad.page)
    assert found.violations_count == 0, found.generate_report()
    width = pad.page.viewport_size["width"] if pad.page.viewport_size else 0
    box = pad.part("row").bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= width
    pad.page.keyboard.press("7")
    expect_note(pad, KEPT.format(7))
    found = Axe().run(pad.page)
    assert found.violations_count == 0, found.generate_report()
