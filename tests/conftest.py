"""What the tests share: golden drawings, the model that ships, and a browser."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Browser, Playwright, sync_playwright

from digitpad import Recognizer

GOLDEN = Path(__file__).parent / "golden"
STROKES: dict[str, list[list[list[float]]]] = json.loads((GOLDEN / "strokes.json").read_text())
GOLDEN_PICTURES = sorted(GOLDEN.glob("*.png"))


@pytest.fixture(scope="session")
def recognizer() -> Recognizer:
    """The model that ships."""
    return Recognizer.load()


@pytest.fixture
def canvas() -> NDArray[np.uint8]:
    """A 7 in black on white, RGBA (100, 80, 4), which no test may change."""
    pixels = np.full((100, 80, 4), 255, np.uint8)
    pixels[20:28, 20:60, :3] = 0
    for row in range(28, 80):
        column = 55 - (row - 28) // 2
        pixels[row, column : column + 8, :3] = 0
    pixels.flags.writeable = False
    return pixels


@pytest.fixture(scope="module")  # while it is there, no other event loop can run in this process
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next(filter(None, map(shutil.which, names)), playwright.chromium.executable_path)
    if not Path(found).exists():
        pytest.fail("Expected Chromium for the tests of the page: `apt install chromium`.")
    browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
    yield browser
    browser.close()
