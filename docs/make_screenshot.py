"""Take the README's picture of the page from the running page: `python docs/make_screenshot.py`.

Needs `digitpad[serve]`, Playwright and Chromium, as the tests do.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

HERE = Path(__file__).parent
STROKES = json.loads((HERE.parent / "tests" / "golden" / "strokes.json").read_text())
DIGITS = (3, 5, 8, 2)  # the last one stays on the pad


def main() -> None:
    """Serve, draw, take the picture, and stop serving."""
    command = [sys.executable, "-m", "digitpad", "serve", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        assert server.stdout
        url = next(word for word in server.stdout.readline().split() if word.startswith("http://"))
        try:
            take(url, HERE / "pad.png")
        finally:
            server.terminate()


def take(url: str, path: Path) -> None:
    """Draw some digits on the page and save how it looks."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1080, "height": 1010})
        page.goto(url, wait_until="networkidle")
        for digit in DIGITS:
            page.locator("[data-dp=clear]").click()
            draw(page, digit)
            expect(page.locator("[data-dp=digit]")).to_have_text(str(digit))
            page.wait_for_load_state("networkidle")
        page.mouse.move(5, 5)
        page.screenshot(path=path, full_page=True, animations="disabled")
        browser.close()


def draw(page: Page, digit: int) -> None:
    """Draw a golden digit in the middle of the pad with the mouse."""
    pad = page.locator("[data-dp=pad]").bounding_box()
    assert pad
    strokes = STROKES[str(digit)]
    xs, ys = zip(*(point for stroke in strokes for point in stroke), strict=True)
    scale = 0.62 * pad["width"] / max(max(xs) - min(xs), max(ys) - min(ys))
    left = pad["x"] + pad["width"] / 2 - scale * (min(xs) + max(xs)) / 2
    top = pad["y"] + pad["height"] / 2 - scale * (min(ys) + max(ys)) / 2
    for stroke in strokes:
        for index, (x, y) in enumerate(stroke):
            page.mouse.move(left + scale * x, top + scale * y)
            if index == 0:
                page.mouse.down()
        page.mouse.up()


if __name__ == "__main__":
    main()
