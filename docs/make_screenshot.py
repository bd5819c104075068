"""Take the README's screenshots of the page, the view inside and the site: `python docs/make_screenshot.py`.

Needs Chromium and npm, as the tests do.
"""

import contextlib
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, ViewportSize, expect, sync_playwright

from digitpad.site import build
from digitpad.site.command import SHIPPED
from digitpad.site.settings import Settings

HERE = Path(__file__).parent
STROKES = json.loads((HERE.parent / "tests" / "golden" / "strokes.json").read_text())
DIGITS = (3, 5, 8, 2)  # the last one stays on the pad
MARGIN_PX = 12


def main() -> None:
    """Serve the page and the site, and take a screenshot of each."""
    command = [sys.executable, "-m", "digitpad", "serve", "--port", "0"]
    with running(command) as url:
        take(url, HERE / "pad.png", {"width": 1080, "height": 1100})
        look_inside(url, HERE / "inside.png")
    with tempfile.TemporaryDirectory() as folder:
        build(SHIPPED, Path(folder), Settings())
        command = [sys.executable, "-u", "-m", "http.server", "0", "--bind", "127.0.0.1", "--directory", folder]
        with running(command) as url:
            take(url, HERE / "site.png", {"width": 1080, "height": 1480}, color_scheme="dark")


@contextlib.contextmanager
def running(command: list[str]) -> Iterator[str]:
    """Run a server, and yield the first address that it prints."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        assert server.stdout
        try:
            yield next(word.strip("()") for word in server.stdout.readline().split() if "http://" in word)
        finally:
            server.terminate()


def take(url: str, path: Path, size: ViewportSize, **options: Any) -> None:
    """Draw some digits on the page and save a screenshot."""
    with opened(url, size, **options) as page:
        for digit in DIGITS:
            write(page, digit)
        page.mouse.move(5, 5)
        page.screenshot(path=path, animations="disabled")


def look_inside(url: str, path: Path) -> None:
    """Draw a 4, and save a screenshot of why it is no 9 and what the first layer made of it."""
    with opened(url, {"width": 1080, "height": 2800}) as page:
        write(page, 4)
        page.get_by_role("button", name="Look inside").click()
        page.locator("[data-in=other]").select_option("9")
        page.wait_for_load_state("networkidle")
        page.mouse.move(5, 5)
        first, last = (page.locator(f"[data-in={name}]").bounding_box() for name in ("evidence", "tiles"))
        assert first
        assert last
        top, bottom = first["y"] - MARGIN_PX, last["y"] + last["height"] + MARGIN_PX
        left, width = first["x"] - MARGIN_PX, first["width"] + 2 * MARGIN_PX
        page.screenshot(
            path=path, animations="disabled", clip={"x": left, "y": top, "width": width, "height": bottom - top}
        )


@contextlib.contextmanager
def opened(url: str, size: ViewportSize, **options: Any) -> Iterator[Page]:
    """The page in a browser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport=size, **options)
        page.goto(url, wait_until="networkidle")
        yield page
        browser.close()


def write(page: Page, digit: int) -> None:
    """Draw a digit on the cleared pad, and wait for its answer."""
    page.locator("[data-dp=clear]").click()
    draw(page, digit)
    expect(page.locator("[data-dp=digit]")).to_have_text(str(digit), timeout=30_000)
    page.wait_for_load_state("networkidle")


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
