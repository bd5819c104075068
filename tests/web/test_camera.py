"""The camera: read live, with steady answers, a light and a way to stop; nothing is kept unless a picture is taken."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests import video
from tests.conftest import portion
from tests.hands import Pad
from tests.web.conftest import DESKTOP, PHONE, OpenPad

pytestmark = pytest.mark.long

ALLOWED = {"permissions": ["camera"]}
STEADY_MS = portion(30_000)


def watch(pad: Pad) -> None:
    pad.part("camera").click()
    pad.expect_number(video.NUMBER.text)


def test_what_the_camera_sees_is_read_steadily(open_pad: OpenPad) -> None:
    pad = open_pad(DESKTOP, **ALLOWED)
    watch(pad)
    expect(pad.part("light")).to_be_visible()
    expect(pad.part("reason")).to_contain_text("of the last 7 pictures")
    expect(pad.part("boxes").locator("span")).to_have_count(4)
    expect(pad.part("time")).to_contain_text("pictures a second")
    kept = pad.part("number").get_by_role("radio").nth(2)
    kept.click()
    texts = pad.page.evaluate(
        """async ([selector, milliseconds]) => {
            const texts = new Set();
            const place = document.querySelector(selector);
            const watcher = new MutationObserver(() => texts.add(place.innerText.replace(/\\s/g, "")));
            watcher.observe(place, { childList: true, subtree: true, attributes: true });
            await new Promise((resolve) => setTimeout(resolve, milliseconds));
            return [...texts];
        }""",
        ['[data-dp="number"]', STEADY_MS],
    )
    assert texts == [video.NUMBER.text]  # although a digit is hidden now and then
    expect(kept).to_have_attribute("aria-checked", "true")
    expect(pad.part("bars").locator(".dp-best span")).to_have_text("4")


def test_a_stopped_camera_is_off_and_leaves_the_drawing(open_pad: OpenPad) -> None:
    pad = open_pad(PHONE, **ALLOWED)
    pad.choose("Number")
    pad.set_brush(12)
    pad.draw_number("38")
    pad.expect_number("38")
    watch(pad)
    tracks = pad.part("video").evaluate_handle("video => video.srcObject")
    pad.part("stop").click()
    assert tracks.evaluate("stream => stream.getTracks().every(({ readyState }) => readyState === 'ended')")
    expect(pad.part("light")).to_be_hidden()
    pad.expect_number("38")
    expect(pad.part("recent").locator("li")).to_have_count(0)
    asked = len(pad.addresses)
    pad.part("undo").click()
    pad.expect_number("3")
    assert len(pad.addresses) == asked + 1  # nothing but that


def test_a_drawing_of_one_digit_waits_as_such(open_pad: OpenPad) -> None:
    pad = open_pad(DESKTOP, **ALLOWED)
    pad.draw(3)
    pad.expect_digit(3)
    watch(pad)
    pad.page.keyboard.press("Escape")
    pad.expect_digit(3)
    expect(pad.page.get_by_role("radio", name="One digit")).to_have_attribute("aria-checked", "true")
    expect(pad.part("camera")).to_be_focused()


def test_a_camera_is_turned_on_once_and_off_for_good(open_pad: OpenPad) -> None:
    pad = open_pad(DESKTOP, **ALLOWED)
    pad.page.evaluate(
        """() => {
            window.streams = [];
            const { mediaDevices } = navigator;
            const ask = mediaDevices.getUserMedia.bind(mediaDevices);
            mediaDevices.getUserMedia = (...options) => {
                const asked = ask(...options);
                asked.then((stream) => window.streams.push(stream));
                return asked;
            };
        }"""
    )
    pad.part("camera").dblclick()
    pad.expect_number(video.NUMBER.text)
    assert pad.page.evaluate("window.streams.length") == 1
    pad.part("stop").click()
    pad.page.evaluate("() => { HTMLVideoElement.prototype.play = () => Promise.reject(new Error('no')); }")
    pad.part("camera").click()
    expect(pad.part("message")).to_have_text("The camera gives no picture. Try again.")
    expect(pad.part("light")).to_be_hidden()
    states = "window.streams.flatMap((stream) => stream.getTracks()).map(({ readyState }) => readyState)"
    assert pad.page.evaluate(states) == ["ended", "ended"]


def test_a_picture_that_is_taken_stays(open_pad: OpenPad) -> None:
    pad = open_pad(DESKTOP, **ALLOWED)
    watch(pad)
    pad.part("take").click()
    expect(pad.part("light")).to_be_hidden()
    pad.until(lambda: pad.text in ("2047", "207"))  # a digit may just have been hidden
    pad.stroke((0.05, 0.05), (0.5, 0.95))
    pad.expect_number(video.NUMBER.text[:2])


def test_the_camera_stops_when_the_page_is_left(open_pad: OpenPad) -> None:
    pad = open_pad(DESKTOP, **ALLOWED)
    watch(pad)
    pad.page.evaluate(
        """() => {
            Object.defineProperty(document, "hidden", { get: () => true });
            document.dispatchEvent(new Event("visibilitychange"));
        }"""
    )
    expect(pad.part("light")).to_be_hidden()
    expect(pad.part("message")).to_have_text("The camera was turned off because the page was hidden.")
    pad.expect_blank()
    watch_again = pad.part("camera")
    watch_again.click()
    expect(pad.part("light")).to_be_visible()
    pad.page.keyboard.press("Escape")
    expect(pad.part("light")).to_be_hidden()


def test_where_there_is_no_camera_to_use_the_page_says_why(open_pad: OpenPad) -> None:
    pad = open_pad(permissions=[])  # nobody has allowed it
    pad.part("camera").click()
    expect(pad.part("message")).to_contain_text("The page may not use the camera.")
    pad.page.evaluate("Object.defineProperty(navigator, 'mediaDevices', { value: undefined })")
    pad.part("camera").click()
    expect(pad.part("message")).to_contain_text("https")
    pad.draw(3)  # and the pad still reads
    pad.expect_digit(3)


def test_an_answer_that_fails_is_told_and_reading_goes_on(open_pad: OpenPad) -> None:
    pad = open_pad(DESKTOP, **ALLOWED)
    watch(pad)
    pad.page.route("**/api/read", lambda route: route.abort())
    expect(pad.part("message")).to_contain_text("The server is not answering.")
    pad.page.unroute("**/api/read")
    expect(pad.part("message")).to_have_text("")
    pad.complaints.clear()  # the browser itself notes the lost request in its console


def test_a_file_is_opened_in_place_of_the_camera(open_pad: OpenPad, tmp_path: Path) -> None:
    pad = open_pad(DESKTOP, **ALLOWED)
    watch(pad)
    path = tmp_path / "page.jpg"
    path.write_bytes(Path("tests/golden/7-large-dark.png").read_bytes())
    pad.open(path)
    expect(pad.part("light")).to_be_hidden()
    pad.expect_digit(7)


def test_nothing_keeps_anybody_out(open_pad: OpenPad) -> None:
    pad = open_pad(DESKTOP, **ALLOWED)
    watch(pad)
    found = Axe().run(pad.page)
    assert found.violations_count == 0, found.generate_report()
    expect(pad.part("stop")).to_be_focused()
