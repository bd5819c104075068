"""Pictures from elsewhere, and the drawing as a picture to take away."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from digitpad import Recognizer
from tests.web.conftest import A_PICTURE, DESKTOP, OpenPad, give_file


@pytest.mark.parametrize("way", ["paste", "drop"])
def test_a_picture_can_be_pasted_and_dropped(open_pad: OpenPad, way: str) -> None:
    pad = open_pad()
    give_file(pad, way, A_PICTURE, "image/png")
    pad.expect_digit(4)


def test_a_picture_can_be_chosen_taken_back_and_cleared_away(open_pad: OpenPad) -> None:
    pad = open_pad()
    pad.part("file").set_input_files(A_PICTURE)
    pad.expect_digit(4)
    pad.part("undo").click()
    pad.expect_blank()
    pad.part("file").set_input_files(A_PICTURE)
    pad.expect_digit(4)
    pad.clear()
    pad.draw(7)
    pad.expect_digit(7)
    expect(pad.part("recent").locator("li")).to_have_count(1)


@pytest.mark.parametrize(("scheme", "ink", "paper"), [("light", "white", 0), ("dark", "black", 255)])
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


def test_what_is_no_picture_is_refused_in_words(open_pad: OpenPad) -> None:
    pad = open_pad()
    pad.draw(5)
    pad.expect_digit(5)
    give_file(pad, "paste", Path(__file__), "text/plain")
    expect(pad.part("message")).to_contain_text("cannot open")
    pad.expect_digit(5)


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
