"""What a person with a mouse, a finger or a keyboard meets on the page."""

import base64
import json
import re
from pathlib import Path

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Route, expect

from digitpad import Recognizer
from tests.conftest import GOLDEN, SOAK
from tests.doodles import NO_DIGITS
from tests.hands import Pad
from tests.serving import Server, serving
from tests.web.conftest import DESKTOP, PHONE, OpenPad

NARROW = {**PHONE, "viewport": {"width": 360, "height": 740}}
PLACES = [(0.6, (0.5, 0.5), 22), (0.22, (0.82, 0.8), 8), (0.9, (0.5, 0.5), 34)]
"""Centred, in a corner and huge: size, centre and brush."""
TIMES = "\N{MULTIPLICATION SIGN}"
NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"
UNSURE = {"status": "unsure", "reason": "It could also be a 9.", "digit": 4, "candidates": [4, 9]}
NO_DIGIT = {"status": "not a digit", "reason": "It does not look like a digit; the closest is an 8.", "not_digit": 0.97}
A_PICTURE = GOLDEN / "4-medium-dark.png"


@pytest.mark.parametrize("turn", range(len(PLACES)) if SOAK else [0])
@pytest.mark.parametrize("device", [DESKTOP, PHONE], ids=["mouse", "finger"])
def test_every_digit_is_read_wherever_it_is(open_pad: OpenPad, device: dict[str, object], turn: int) -> None:
    pad = open_pad(device)
    for digit in range(10):
        size, centre, brush = PLACES[(digit + turn + pad.touch) % len(PLACES)]
        pad.set_brush(brush)
        pad.draw(digit, size, centre)
        pad.expect_digit(digit)
        words = r"1 or 7|confident" if digit == 1 else "confident"  # the golden 1 has a flag
        expect(pad.part("confidence")).to_have_text(re.compile(words))
        pad.clear()
    assert pad.page.evaluate("scrollY") == 0  # a finger draws and never scrolls


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


@pytest.mark.parametrize("name", sorted(NO_DIGITS))
@pytest.mark.parametrize("device", [DESKTOP, PHONE], ids=["mouse", "finger"])
def test_what_is_no_digit_gets_no_digit_but_a_reason(
    open_pad: OpenPad, recognizer: Recognizer, device: dict[str, object], name: str
) -> None:
    pad = open_pad(device)
    pad.draw_strokes(NO_DIGITS[name])
    pad.settle()
    pad.expect_state("not a digit")
    prediction = recognizer.predict(pad.sent[-1]["image"])
    expect(pad.part("digit")).to_have_text("")
    expect(pad.part("confidence")).to_have_text("Not a digit")
    expect(pad.part("reason")).to_have_text(prediction.reason)
    expect(pad.part("bars")).to_have_class(re.compile("dp-pale"))
    expect(pad.part("announcement")).to_have_text(f"Not a digit. {prediction.reason}")
    pad.clear()
    expect(pad.part("recent").locator("span")).to_have_text("Not a digit")
    expect(pad.part("bars")).not_to_have_class(re.compile("dp-pale"))
    pad.part("recent").locator("button").click()
    pad.expect_state("not a digit")


def test_an_unsure_answer_has_a_question_mark_and_names_the_other_digit(open_pad: OpenPad) -> None:
    pad = open_pad()
    pad.change_answers(**UNSURE)
    pad.draw(4)
    pad.expect_state("unsure")
    expect(pad.part("digit")).to_have_text("4")
    assert sign(pad, "after") == '"?"'
    expect(pad.part("confidence")).to_have_text("Unsure: 4 or 9")
    expect(pad.part("reason")).to_have_text("It could also be a 9.")
    assert pad.page.locator(".dp-bars .dp-candidate span").all_text_contents() == ["4", "9"]
    expect(pad.part("announcement")).to_have_text("Unsure, perhaps 4. It could also be a 9.")
    pad.settle()
    pad.clear()
    expect(pad.part("recent").locator("span")).to_have_text(re.compile(r"^4\?, >?\d+\.\d %$"))


@pytest.mark.parametrize(
    ("candidates", "words"),
    [
        ([4], "Unsure: 4 or 7"),  # at least the second best
        ([4, 9, 7], "Unsure: 4, 9 or 7"),
        ([4, 9, 7, 1, 8, 3], "Unsure: one of 6 digits"),
    ],
)
def test_the_headline_names_the_candidates(open_pad: OpenPad, candidates: list[int], words: str) -> None:
    pad = open_pad()
    ranking = [{"digit": digit, "probability": 0.4 / (1 + place)} for place, digit in enumerate([4, 7, 9])]
    pad.change_answers(**UNSURE | {"candidates": candidates, "top_k": ranking})
    pad.draw(4)
    pad.expect_state("unsure")
    expect(pad.part("confidence")).to_have_text(words)


def sign(pad: Pad, side: str) -> str:
    """What the style puts before or after the digit."""
    content: str = pad.part("digit").evaluate("(digit, side) => getComputedStyle(digit, `::${side}`).content", side)
    return content


def test_each_status_has_a_sign_of_its_own_and_a_failure_keeps_it(open_pad: OpenPad) -> None:
    pad = open_pad()
    assert sign(pad, "before") == '"\N{EN DASH}"'
    pad.draw(4)
    pad.expect_state("digit")
    assert (sign(pad, "before"), sign(pad, "after")) == ("none", "none")
    pad.change_answers(**NO_DIGIT)
    pad.stroke((0.9, 0.9))
    pad.expect_state("not a digit")
    assert (sign(pad, "before"), sign(pad, "after")) == ('""', "none")  # a circle with a bar across
    pad.settle()
    pad.page.unroute("**/api/predict")
    pad.page.route("**/api/predict", lambda route: route.abort())
    pad.stroke((0.1, 0.1))
    pad.expect_state("failed")
    assert sign(pad, "before") == '""'
    expect(pad.part("digit")).to_have_text("")
    pad.complaints.clear()  # the browser itself notes the lost connections in its console


def test_the_bars_show_all_ten_probabilities(open_pad: OpenPad, recognizer: Recognizer) -> None:
    pad = open_pad()
    pad.stroke((0.5, 0.2), (0.5, 0.8))
    pad.expect_digit(1)
    pad.settle()
    probabilities = recognizer.predict(pad.sent[-1]["image"]).probabilities
    widths = pad.page.locator(".dp-bars i").evaluate_all(
        "bars => bars.map(bar => new DOMMatrix(bar.style.transform).a)"
    )
    assert widths == pytest.approx(probabilities.tolist(), abs=1e-5)
    assert len(pad.page.locator(".dp-bars b").all_text_contents()) == 10


def test_a_blank_pad_says_so_and_asks_nothing(open_pad: OpenPad) -> None:
    pad = open_pad()
    expect(pad.part("confidence")).to_have_text("Nothing drawn yet")
    pad.clear()
    pad.part("undo").click()
    assert pad.sent == []


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


def test_everything_works_by_keyboard_alone(open_pad: OpenPad) -> None:
    pad = open_pad()
    keyboard = pad.page.keyboard
    keyboard.press("Tab")
    expect(pad.part("pad")).to_be_focused()
    for key in ["Shift+ArrowUp"] * 3 + [" "] + ["ArrowDown"] * 18 + [" "]:
        keyboard.press(key)
    pad.expect_digit(1)
    inked = pad.num_inked()
    keyboard.press("ArrowRight")  # the pen is up
    pad.settle()
    assert pad.num_inked() == inked
    keyboard.press("Control+z")
    pad.expect_blank()
    for key in [" ", "ArrowUp", "Escape", " "] + ["ArrowUp"] * 18:  # the pen goes down anew after it was cleared
        keyboard.press(key)
    pad.expect_digit(1)
    cursor, is_down = pad.part("cursor"), re.compile("dp-down")
    expect(cursor).to_have_class(is_down)
    keyboard.press("Control+z")
    expect(cursor).not_to_have_class(is_down)
    keyboard.down(" ")
    keyboard.down(" ")  # a key that is held repeats, and would lift the pen again
    expect(cursor).to_have_class(is_down)
    keyboard.up(" ")
    pad.clear()
    expect(cursor).not_to_have_class(is_down)
    keyboard.press("Shift+Tab")
    keyboard.press("Shift+Tab")
    expect(pad.part("pad")).to_be_focused()
    reached = []
    for _ in range(5):
        keyboard.press("Tab")
        reached.append(pad.page.evaluate("document.activeElement.dataset.dp"))
    assert reached == ["undo", "clear", "open", "copy", "brush"]
    keyboard.press("ArrowRight")
    expect(pad.part("brush")).to_have_value("23")


@pytest.mark.parametrize("way", ["paste", "drop"])
def test_a_picture_can_be_pasted_and_dropped(open_pad: OpenPad, way: str) -> None:
    pad = open_pad()
    give_file(pad, way, A_PICTURE, "image/png")
    pad.expect_digit(4)


def test_a_picture_can_be_chosen_taken_back_and_drawn_over(open_pad: OpenPad) -> None:
    pad = open_pad()
    pad.part("file").set_input_files(A_PICTURE)
    pad.expect_digit(4)
    pad.part("undo").click()
    pad.expect_blank()
    pad.part("file").set_input_files(A_PICTURE)
    pad.expect_digit(4)
    pad.draw(7)  # a stroke begins a new drawing
    pad.expect_digit(7)
    expect(pad.part("recent").locator("li")).to_have_count(1)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("ink", "paper"), [("black", 255), ("white", 0)])
def test_a_transparent_picture_lies_on_paper_that_shows_it(
    open_pad: OpenPad, tmp_path: Path, scheme: str, ink: str, paper: int
) -> None:
    with Image.open(A_PICTURE) as picture:
        light = np.asarray(picture.convert("L"))
    pixels = np.zeros((*light.shape, 4), np.uint8)
    pixels[..., :3] = 255 - paper
    pixels[..., 3] = np.abs(light.astype(int) - int(light[0, 0]))
    Image.fromarray(pixels).save(tmp_path / "transparent.png")
    pad = open_pad(color_scheme=scheme)
    pad.part("file").set_input_files(tmp_path / "transparent.png")
    pad.expect_digit(4)
    corner = "canvas => Array.from(canvas.getContext('2d').getImageData(9, 9, 1, 1).data)"
    for canvas in (pad.part("pad"), pad.page.locator(".dp-steps canvas").first):
        assert canvas.evaluate(corner) == [paper, paper, paper, 255]


def test_a_hole_in_a_picture_shows_the_paper_around_it(open_pad: OpenPad, tmp_path: Path) -> None:
    with Image.open(A_PICTURE) as picture:
        pixels = np.array(picture.convert("RGBA"))
    pixels[5:15, 5:15] = 0
    Image.fromarray(pixels).save(tmp_path / "hole.png")
    pad = open_pad()
    pad.part("file").set_input_files(tmp_path / "hole.png")
    pad.expect_digit(4)
    in_the_hole = f"""canvas => {{
        const place = 10 * canvas.width / {len(pixels)};
        return Array.from(canvas.getContext("2d").getImageData(place, place, 1, 1).data);
    }}"""
    shown = pad.part("pad").evaluate(in_the_hole)
    assert shown == pixels[0, 0].tolist()


@pytest.mark.parametrize("way", ["paste", "drop"])
def test_what_is_no_picture_is_refused_in_words(open_pad: OpenPad, way: str) -> None:
    pad = open_pad()
    pad.draw(5)
    pad.expect_digit(5)
    give_file(pad, way, Path(__file__), "text/plain")
    expect(pad.part("message")).to_contain_text("cannot open")
    pad.expect_digit(5)


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


def test_the_drawing_can_be_copied_as_png(open_pad: OpenPad, recognizer: Recognizer) -> None:
    pad = open_pad(DESKTOP, permissions=["clipboard-read", "clipboard-write"])
    pad.part("copy").click()
    expect(pad.part("message")).to_have_text("There is nothing to copy yet.")
    pad.draw(6)
    pad.part("copy").click()
    expect(pad.part("message")).to_have_text("Copied as PNG.")
    url = pad.page.evaluate(
        """async () => {
            const [item] = await navigator.clipboard.read();
            const bytes = new Uint8Array(await (await item.getType("image/png")).arrayBuffer());
            return "data:image/png;base64," + btoa(String.fromCharCode(...bytes));
        }"""
    )
    prediction = recognizer.predict(url)
    assert (prediction.digit, prediction.size) == (6, (560, 560))


def test_where_copying_is_not_allowed_the_picture_is_saved_and_the_page_says_so(open_pad: OpenPad) -> None:
    pad = open_pad()
    pad.page.evaluate("() => { navigator.clipboard.write = () => Promise.reject(new Error()); }")
    pad.draw(6)
    with pad.page.expect_download() as download:
        pad.part("copy").click()
    assert download.value.suggested_filename == "digit.png"
    expect(pad.part("message")).to_contain_text("saved as digit.png")


def test_one_question_is_on_the_way_and_the_latest_drawing_wins(open_pad: OpenPad) -> None:
    pad = open_pad()
    waiting: list[Route] = []
    pad.page.route("**/api/predict", lambda route: waiting.append(route))
    pad.draw(1)
    pad.until(lambda: len(waiting) == 1)
    pad.page.keyboard.press("Escape")
    pad.draw(7)
    pad.page.wait_for_timeout(200)  # time enough for a second question, which must not come
    assert len(waiting) == 1
    waiting[0].continue_()
    pad.until(lambda: len(waiting) == 2)
    expect(pad.part("digit")).to_have_text("")  # the answer to what was cleared is not shown
    waiting[1].continue_()
    pad.expect_digit(7)
    assert len(waiting) == 2


def test_a_refusal_is_shown_and_not_repeated(open_pad: OpenPad) -> None:
    pad = open_pad()
    problem = json.dumps({"status": 422, "detail": "Expected another drawing."})
    pad.page.route("**/api/predict", lambda route: route.fulfill(status=422, body=problem))
    pad.stroke((0.5, 0.5))
    expect(pad.part("message")).to_have_text("Expected another drawing.")
    pad.settle()
    asked = len(pad.sent)
    pad.page.wait_for_timeout(800)
    assert len(pad.sent) == asked
    pad.page.unroute("**/api/predict")
    pad.draw(2)
    pad.clear()
    pad.draw(2)
    pad.expect_digit(2)
    expect(pad.part("message")).to_have_text("")
    pad.complaints.clear()  # the browser itself notes the refusals in its console


@pytest.mark.parametrize("body", ["<html>log in first</html>", "null", '{"status": "fine"}'])
def test_an_answer_of_something_else_is_told_in_words(open_pad: OpenPad, body: str) -> None:
    pad = open_pad()
    pad.page.route("**/api/predict", lambda route: route.fulfill(status=200, body=body), times=1)
    pad.stroke((0.5, 0.1), (0.5, 0.9))
    expect(pad.part("message")).to_have_text("The server answered with status 200 instead of a prediction.")
    pad.expect_digit(1)  # it asks again
    expect(pad.part("message")).to_have_text("")


def test_what_was_done_is_said_until_the_drawing_changes(open_pad: OpenPad) -> None:
    pad = open_pad()
    waiting: list[Route] = []
    pad.page.route("**/api/predict", lambda route: waiting.append(route))
    pad.draw(7)
    pad.until(lambda: len(waiting) == 1)
    give_file(pad, "drop", Path(__file__), "text/plain")
    expect(pad.part("message")).to_contain_text("cannot open")
    waiting[0].continue_()
    pad.until(lambda: len(waiting) == 2)
    waiting[1].continue_()
    pad.expect_digit(7)
    expect(pad.part("message")).to_contain_text("cannot open")
    pad.stroke((0.1, 0.1))
    expect(pad.part("message")).to_have_text("")
    pad.page.unroute_all(behavior="ignoreErrors")
    pad.clear()


def test_a_model_without_figures_has_a_line_as_well(open_pad: OpenPad) -> None:
    pad = open_pad()
    card = {"model": "0123456789ab", "num_bytes": 57_300, "card": {}, "report": None}
    pad.page.route("**/api/model", lambda route: route.fulfill(json=card))
    pad.page.reload()
    expect(pad.page.locator("#model")).to_have_text("Model 0123456789ab, 57 kB.")


def test_a_server_that_goes_away_is_missed_and_found_again(open_pad: OpenPad, server: Server) -> None:
    with serving() as other:
        pad = open_pad(url=other.url)
        pad.draw(3)
        pad.expect_digit(3)
        port = other.url.rpartition(":")[2]
    pad.clear()
    pad.draw(4)
    expect(pad.part("message")).to_contain_text("The server is not answering")
    expect(pad.page.locator("#pad")).to_have_attribute("data-state", "failed")
    with serving("--port", port):
        pad.expect_digit(4)  # without another stroke
        expect(pad.part("message")).to_have_text("")
    pad.complaints.clear()  # the browser itself notes the lost connections in its console


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("device", [DESKTOP, PHONE], ids=["desktop", "phone"])
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


def test_the_answer_is_announced_when_the_hand_rests(open_pad: OpenPad) -> None:
    pad = open_pad()
    pad.draw(9)
    expect(pad.part("announcement")).to_have_text("")
    expect(pad.part("announcement")).to_contain_text("Read as 9,")


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


@pytest.mark.parametrize("device", [DESKTOP, PHONE, NARROW], ids=["desktop", "phone", "narrow phone"])
def test_nothing_moves_while_the_answer_changes(open_pad: OpenPad, device: dict[str, object]) -> None:
    def places() -> list[object]:
        boxes = [pad.part(name).bounding_box() for name in ("pad", "bars", "seen", "steps", "digit")]
        return [*boxes, *(pad.part(name).bounding_box()["y"] for name in ("confidence", "reason", "time"))]

    pad = open_pad(device)
    before = places()
    pad.set_brush(6)  # so that the way there tells of strokes
    pad.draw(5, 0.9)
    pad.expect_state("digit")
    assert places() == before
    long = {"reason": "It could also be an 8, an 8 or an 8.", "candidates": [8, 8, 8, 8]}
    blank: dict[str, object] = {
        "status": "blank",
        "reason": "There is no ink on the paper.",
        "digit": None,
        "top_k": [],
    }
    for changes in (UNSURE, UNSURE | long, NO_DIGIT, blank):
        pad.change_answers(**changes)
        pad.stroke((0.5, 0.5))
        pad.expect_state(str(changes["status"]))
        expect(pad.part("reason")).to_contain_text(str(changes["reason"]))
        assert places() == before, changes


def test_no_request_leaves_the_origin(open_pad: OpenPad, server: Server) -> None:
    pad = open_pad()
    pad.draw(8)
    pad.expect_digit(8)
    pad.part("file").set_input_files(A_PICTURE)
    pad.expect_digit(4)
    pad.page.get_by_role("link", name="Report").click()
    expect(pad.page).to_have_title(re.compile("digitpad run"))
    assert pad.addresses
    assert {
        address for address in pad.addresses if not address.startswith((server.url + "/", "data:", "blob:"))
    } == set()


def is_inked(pad: Pad, x: float, y: float) -> bool:
    """Whether there is ink at a place given as shares of the pad's side."""
    inked: bool = pad.part("pad").evaluate(
        "(c, [x, y]) => c.getContext('2d').getImageData(x * c.width, y * c.height, 1, 1).data[3] > 0", [x, y]
    )
    return inked


def middle_of_ink(seen: NDArray[np.uint8]) -> tuple[float, float]:
    """How far down and right of the picture's middle the middle of the ink's box lies, in px."""
    rows, columns = (np.flatnonzero(seen.max(axis=axis) > 127) for axis in (1, 0))
    down, right = ((line[0] + line[-1] + 1) / 2 - 14 for line in (rows, columns))
    return float(down), float(right)


def give_file(pad: Pad, way: str, path: Path, media_type: str) -> None:
    """Paste or drop a file, as the browser tells the page of it."""
    content = base64.b64encode(path.read_bytes()).decode()
    pad.page.evaluate(
        """([way, content, name, type]) => {
            const transfer = new DataTransfer();
            transfer.items.add(new File([Uint8Array.from(atob(content), c => c.charCodeAt(0))], name, { type }));
            const event = way === "paste"
                ? new ClipboardEvent("paste", { clipboardData: transfer, bubbles: true, cancelable: true })
                : new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true });
            document.querySelector("[data-dp=pad]").dispatchEvent(event);
        }""",
        [way, content, path.name, media_type],
    )
