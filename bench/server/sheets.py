"""The pages that servers are asked to read: sheets with one number, or full of digits."""

import io
import json
from collections.abc import Callable, Mapping
from typing import NamedTuple

import httpx
import numpy as np

from bench.server.routes import Question, Route, strokes
from digitpad import strokes as pen

SLANT, STRETCH = 0.15, (0.85, 1.1)
"""The most by which digits lean, and how wide they are, at random."""

_QUALITY = 90
_SEED = 30


class Sheet(NamedTuple):
    """A JPEG, and the text on it."""

    text: str
    jpeg: bytes


def draw_numbers() -> list[Sheet]:
    """Sheets of 640 x 480 px, each with six digits in the middle."""
    return [_write(1, 6, (640, 480), 64, number) for number in range(10)]


def draw_full_pages() -> list[Sheet]:
    """Sheets of 1,200 x 1,600 px, each with 14 lines of 12 digits."""
    return [_write(14, 12, (1200, 1600), 60, number) for number in range(4)]


def post(url: str, sheet: Sheet) -> Question:
    """To read a sheet, by the API that digitpad and `rapidocr_app.py` have in common."""
    request = httpx.Request("POST", f"{url}/api/read", content=sheet.jpeg, headers={"content-type": "image/jpeg"})
    return Question(json.dumps(sheet.text)[1:-1], [request])


def follow(draw: Callable[[], list[Sheet]]) -> Route:
    """The route on which these sheets are read."""
    return lambda url: [post(url, sheet) for sheet in draw()]


ROUTES: Mapping[str, Mapping[str, Route]] = {
    name: {f"{name}, six digits": follow(draw_numbers), f"{name}, a full page": follow(draw_full_pages)}
    for name in ("digitpad", "RapidOCR")
}
"""As `routes.ROUTES`."""


def _write(num_lines: int, num_columns: int, size: tuple[int, int], height_px: int, number: int) -> Sheet:
    """Random digits in evenly spaced lines, black on white; the same for the same number."""
    chance = np.random.default_rng([_SEED, number])
    digits = chance.integers(10, size=(num_lines, num_columns))
    written = []
    for (line, column), digit in np.ndenumerate(digits):
        shape = np.array([[chance.uniform(*STRETCH), 0], [chance.uniform(-SLANT, SLANT), 1]]) * height_px / 100
        across, down = column - (num_columns - 1) / 2, 1.6 * (line - (num_lines - 1) / 2)
        middle = np.array(size) / 2 + height_px * np.array([across, down])
        written += [(stroke - 50) @ shape + middle for stroke in strokes()[str(digit)]]
    file = io.BytesIO()
    pen.draw(written, size, height_px / 16).convert("RGB").save(file, "JPEG", quality=_QUALITY)
    return Sheet("\n".join("".join(map(str, line)) for line in digits), file.getvalue())
