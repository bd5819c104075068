"""Make the picture of corrections that are learned from: `python docs/make_loop.py`.

A hand that writes its sevens with a foot is corrected on the pad, taught, and read. Needs Chromium, and MNIST as
`digitpad train` does.
"""

import io
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from make_screenshot import running
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

HERE = Path(__file__).parent
SEVEN = ([(40, 40), (140, 38), (122, 90), (104, 140), (92, 200)], [(55, 200), (135, 200)])
"""Strokes in px of a pad 280 px high."""

NUM_DRAWN = 24
SIZE: ViewportSize = {"width": 1040, "height": 760}
TOKEN = "loop"
PANELS = (
    "1  A seven with a foot is misread. “Wrong?” says what it is",
    "2  What was said is kept, and can be looked through",
    "3  digitpad teach: learned, and nothing else got worse",
    "4  digitpad switch: the same hand is read as a 7",
)


def main() -> None:
    """Go once around, and save a picture of each station."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        kept, run = folder / "corrections.sqlite", folder / "taught"
        command = [sys.executable, "-m", "digitpad", "serve", "--port", "0", "--keep", str(kept), "--token", TOKEN]
        with running(command) as url, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
            pictures = [correct(browser, url), look_through(browser, url)]
            digitpad("teach", str(kept), "--out", str(run))
            pictures.append(show_report(browser, run / "report.html"))
            digitpad("switch", str(run), "--server", url, "--token", TOKEN)
            pictures.append(read_again(browser, url))
            browser.close()
        arrange(pictures).save(HERE / "loop.png", optimize=True)


def digitpad(*arguments: str) -> None:
    """Run a command."""
    subprocess.run([sys.executable, "-m", "digitpad", *arguments], check=True)


def correct(browser: Browser, url: str) -> bytes:
    """Draw sevens in several sessions, and correct each; the picture is of the first."""
    picture = b""
    for number in range(NUM_DRAWN):
        page = browser.new_page(viewport=SIZE)
        page.goto(url, wait_until="networkidle")
        draw(page, number)
        page.get_by_role("button", name="Wrong?").click()
        if not number:
            picture = page.screenshot()
        page.get_by_role("button", name="7", exact=True).click()
        expect(page.get_by_text("Kept as 7")).to_be_visible()
        page.close()
    return picture


def look_through(browser: Browser, url: str) -> bytes:
    """The page with all corrections."""
    page = browser.new_page(viewport=SIZE)
    page.goto(f"{url}/corrections")
    page.get_by_label("Token").fill(TOKEN)
    page.keyboard.press("Enter")
    expect(page.get_by_text("Read as").first).to_be_visible()
    page.wait_for_load_state("networkidle")
    return page.screenshot()


def show_report(browser: Browser, report: Path) -> bytes:
    """The verdict of the gate."""
    page = browser.new_page(viewport=SIZE)
    page.goto(report.as_uri())
    return page.screenshot()


def read_again(browser: Browser, url: str) -> bytes:
    """The pad after the lesson."""
    page = browser.new_page(viewport=SIZE)
    page.goto(url, wait_until="networkidle")
    draw(page, NUM_DRAWN)
    return page.screenshot()


def draw(page: Page, number: int) -> None:
    """Draw a seven, each a little different, and wait for its answer."""
    pad = page.locator("[data-dp=pad]").bounding_box()
    assert pad
    scale, rng = pad["width"] / 280, np.random.default_rng(number)
    shake = np.eye(2) + rng.normal(0, 0.05, (2, 2))
    for stroke in SEVEN:
        points = scale * (np.array(stroke, float) @ shake + rng.normal(0, 2, (len(stroke), 2)) + np.array((45, 20)))
        trace(page, points + np.array((pad["x"], pad["y"])))
    expect(page.locator(".digitpad[data-asking=false]:not([data-state=blank])")).to_be_visible()
    page.wait_for_load_state("networkidle")
    page.mouse.move(5, 5)


def trace(page: Page, points: NDArray[np.float64]) -> None:
    """Draw a stroke with the mouse."""
    page.mouse.move(*points[0])
    page.mouse.down()
    for x, y in points[1:]:
        page.mouse.move(x, y, steps=6)
    page.mouse.up()


def arrange(pictures: Sequence[bytes]) -> Image.Image:
    """Put the pictures side by side, two in a row, each with what it shows above it."""
    margin, head = 28, 44
    width, height = SIZE["width"] + margin, SIZE["height"] + margin + head
    sheet = Image.new("RGB", (2 * width + margin, 2 * height + margin), "#e2e8f0")
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(30)
    for index, (title, picture) in enumerate(zip(PANELS, pictures, strict=True)):
        x, y = margin + index % 2 * width, margin + index // 2 * height
        pen.text((x, y), title, fill="#0f172a", font=font)
        sheet.paste(Image.open(io.BytesIO(picture)).convert("RGB"), (x, y + head))
    return sheet


if __name__ == "__main__":
    main()
