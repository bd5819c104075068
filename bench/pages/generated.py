"""Generated pages: MNIST's training digits on generated paper, for what may be shown and for what is timed."""

import io
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from bench.pages.answers import Box
from bench.pages.papers import Picture
from bench.pages.sets import TrueDigit, Truth
from digitpad.training.datasets import mnist
from digitpad.training.datasets.splits import NOT_A_DIGIT
from digitpad.training.pages import page
from digitpad.training.pages.bank import Bank
from digitpad.training.pages.chance import Chance
from digitpad.training.pages.page import Page
from digitpad.training.pages.sheet import NO_CENTRE, NO_DIGIT

PAGE_PX = (640, 480)
PHOTO_PX = (4000, 3000)
"""Width and height of a page, and of a photograph of 12 megapixels."""

LEAST_DIGITS = 10
"""On pages that are timed."""

_SEED = 22
_PHOTO_GRAIN, _PHOTO_QUALITY = 5, 90
_CELL_PX = 4


def bank(folder: Path) -> Bank:
    """What is written on pages, from the folder with MNIST."""
    return Bank.gather(mnist.load(folder).pool, _SEED)


def pages(bank: Bank, side: int, count: int) -> list[Page]:
    """Pages of every kind, `side` px wide and high; always the same."""
    return [page.make(bank, side, Chance([_SEED, side, number])) for number in range(count)]


def full_pages(bank: Bank, count: int) -> list[Picture]:
    """Pages of 640 x 480 px with at least ten digits; always the same."""
    return [picture for picture, _ in zip(_full_pages(bank), range(count), strict=False)]


def photograph(picture: Picture) -> bytes:
    """A page enlarged to 12 megapixels, with grain, as a JPEG file."""
    large = cv2.resize(picture, PHOTO_PX, interpolation=cv2.INTER_CUBIC).astype(np.float32)
    large += np.random.default_rng(_SEED).normal(0, _PHOTO_GRAIN, large.shape).astype(np.float32)
    file = io.BytesIO()
    Image.fromarray(np.clip(large, 0, 255).astype(np.uint8)).save(file, "JPEG", quality=_PHOTO_QUALITY)
    return file.getvalue()


def truth(made: Page) -> Truth:
    """What a reader should find on a page; where a letter is answered as a digit, that is invented."""
    is_left_out = (made.ignored & NO_CENTRE > 0) & (made.ignored & NO_DIGIT == 0)
    digits = []
    for number, glyph in enumerate(made.glyphs, 1):
        is_seen = glyph.is_found and not is_left_out[int(glyph.y) // _CELL_PX, int(glyph.x) // _CELL_PX]
        box = _ink_box(made, number) if is_seen and glyph.label != NOT_A_DIGIT else None
        if box:
            digits.append(TrueDigit(str(glyph.label), box))
    cells = zip(*(places.tolist() for places in np.nonzero(is_left_out)), strict=True)
    ignored = [(_CELL_PX * column, _CELL_PX * row, _CELL_PX, _CELL_PX) for row, column in cells]
    return Truth(tuple(digits), (), tuple(ignored))


def _full_pages(bank: Bank) -> Iterator[Picture]:
    width, height = PAGE_PX
    top = (width - height) // 2
    number = 0
    while True:
        made = page.make(bank, width, Chance([_SEED, width, number]))
        inside = [glyph for glyph in made.glyphs if top < glyph.y < top + height and glyph.label != NOT_A_DIGIT]
        if len(inside) >= LEAST_DIGITS:
            yield np.ascontiguousarray(made.pixels[top : top + height])
        number += 1


def _ink_box(made: Page, number: int) -> Box | None:
    """The box of the ink that a glyph owns; None if others cover all of it."""
    rows, columns = np.nonzero(made.owner == number)
    if not len(rows):
        return None
    left, top = float(columns.min()), float(rows.min())
    return left, top, float(columns.max()) + 1 - left, float(rows.max()) + 1 - top
