"""A page: a sheet with something written on it, on paper, photographed or clean, and what a reader should find."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitpad.training.pages import camera, clutter, layouts, paper, printing
from digitpad.training.pages.bank import Bank
from digitpad.training.pages.chance import Chance
from digitpad.training.pages.sheet import Glyph, Sheet
from digitpad.training.pages.writing import Writer

_MOST_TILT = np.radians(18)
_SMALL_PX = 128  # up to this side, most pages are single digits
_LAYOUTS: dict[str, Callable[[Sheet, Writer, Chance], float]] = {
    "single": layouts.single,
    "rows": layouts.rows,
    "cells": layouts.cells,
    "nothing": layouts.nothing,
}


@dataclass(frozen=True)
class Page:
    """A page and what a reader should find on it.

    Attributes:
        pixels: uint8 (side, side, 3), RGB.
        ink: uint8 (side, side), how much of each pixel is covered by the ink of a pen, 0 to 255.
        owner: uint8 (side, side), which glyph the ink belongs to; 0 for none, otherwise its place in `glyphs` plus 1.
        glyphs: the glyphs that pens wrote.
        ignored: uint8 (side / 4, side / 4), flags as in `Sheet`.
    """

    pixels: NDArray[np.uint8]
    ink: NDArray[np.uint8]
    owner: NDArray[np.uint8]
    glyphs: list[Glyph]
    ignored: NDArray[np.uint8]


def make(bank: Bank, side: int, chance: Chance) -> Page:
    """Make a random page, `side` px wide and high, a multiple of 32."""
    tilt = float(np.clip(np.radians(chance.normal(7)), -_MOST_TILT, _MOST_TILT)) if chance.happens(0.3) else 0.0
    sheet, writer = Sheet(side, tilt), Writer.random(bank, chance, tilt)
    shares = (0.42, 0.21, 0.17, 0.2) if side <= _SMALL_PX else (0.17, 0.38, 0.29, 0.16)
    layout = chance.kind(**dict(zip(_LAYOUTS, shares, strict=True)))
    height = _LAYOUTS[layout](sheet, writer, chance)
    _clutter(sheet, writer, layout, height, chance)
    pixels = _clean(sheet, writer, chance) if chance.happens(0.22) else _photographed(sheet, writer, layout, chance)
    return Page(pixels, sheet.ink, sheet.owner, sheet.glyphs, sheet.ignored)


def _clutter(sheet: Sheet, writer: Writer, layout: str, height: float, chance: Chance) -> None:
    """Add what is no digit."""
    is_empty = layout == "nothing"
    if chance.happens(0.7 if is_empty else 0.28 if sheet.side <= _SMALL_PX else 0.36):
        clutter.handwriting(sheet, writer, height, chance, most=6 if is_empty else 3)
    if chance.happens(0.5 if is_empty else 0.22):
        clutter.print_lines(sheet, writer, height, chance)
    if chance.happens(0.16 if is_empty else 0.06):
        printing.column(sheet, writer.bank, chance.log_uniform(6, max(8, min(0.6 * height, 40))), chance)
    if chance.happens(0.08):
        x, y = chance.rng.uniform(0, 0.9, 2) * sheet.side
        printing.number(sheet, writer.bank, height * chance.log_uniform(0.4, 1.3), x, y, chance)
    if layout != "cells":
        match chance.kind(plain=0.66, ruled=0.17, squared=0.17):
            case "ruled":
                printing.ruled(sheet, height, chance)
            case "squared":
                printing.squared(sheet, height, chance)
        is_framed = chance.happens({"single": 0.35, "rows": 0.15, "nothing": 0}[layout])
        if chance.happens(0.45 if is_framed else 0.06):
            printing.frame(sheet, chance)
        if is_framed and sheet.glyphs and chance.happens(0.35):
            printing.box(sheet, height, chance)
    if chance.happens(0.08):
        clutter.underlines(sheet, writer, height, chance)


def _clean(sheet: Sheet, writer: Writer, chance: Chance) -> NDArray[np.uint8]:
    """A canvas of one colour, as in a paint program."""
    side = sheet.side
    tone = paper.colour(chance)
    if chance.happens(0.6):
        tone = np.full(3, 255.0) if chance.happens(0.75) else np.zeros(3)
    ink = paper.ink(tone, chance, 25 if chance.happens(0.15) else 55)
    picture = np.full((side, side, 3), tone, np.float32)
    paper.lay(picture, sheet.lines, paper.ink(tone, chance, 12))
    paper.lay(picture, sheet.printed, paper.ink(tone, chance))
    paper.lay(picture, sheet.other, paper.ink(tone, chance))
    paper.lay(picture, writer.hand.texture(sheet.written, chance) if chance.happens(0.3) else sheet.written, ink)
    if chance.happens(0.04):
        paper.specks(picture, ink, 11, chance)
    if chance.happens(0.35 if side <= 96 else 0.1):
        picture = camera.coarsen(picture, chance.log_uniform(1.2, 3.6), chance)
    pixels = np.clip(picture, 0, 255).astype(np.uint8)
    return camera.compress(pixels, chance.among(50, 97)) if chance.happens(0.2) else pixels


def _photographed(sheet: Sheet, writer: Writer, layout: str, chance: Chance) -> NDArray[np.uint8]:
    """Paper, photographed."""
    side = sheet.side
    tone = paper.colour(chance)
    picture = np.full((side, side, 3), tone, np.float32)
    paper.texture(picture, chance)
    is_crowded = sheet.glyphs and side <= _SMALL_PX
    if not is_crowded and chance.happens(0.4 if layout == "nothing" else 0.14):
        paper.surroundings(picture, sheet, chance)
    if chance.happens(0.1):
        paper.show_through(picture, writer.bank, paper.ink(tone, chance), chance)
    if chance.happens(0.15):
        paper.stains(picture, chance)
    paper.lay(picture, sheet.lines, paper.ink(tone, chance, 20), chance.uniform(0.25, 1))
    paper.lay(picture, sheet.printed, paper.ink(tone, chance), chance.uniform(0.5, 1))
    paper.lay(picture, sheet.other, paper.ink(tone, chance), chance.uniform(0.4, 1))
    if chance.happens(0.06):
        paper.specks(picture, paper.ink(tone, chance), 39, chance)
    ink = paper.ink(tone, chance, 25 if chance.happens(0.15) else 55)
    paper.lay(picture, writer.hand.texture(sheet.written, chance), ink)
    return camera.photograph(picture, chance)
