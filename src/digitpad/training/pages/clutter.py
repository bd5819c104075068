"""Clutter: everything beside digits that a reader must not take for one."""

import cv2
import numpy as np
from numpy.typing import NDArray

from digitpad.training.datasets.splits import NOT_A_DIGIT
from digitpad.training.pages import printing
from digitpad.training.pages.chance import Chance
from digitpad.training.pages.hands import Patch
from digitpad.training.pages.sheet import NO_CENTRE, NO_INK, Sheet
from digitpad.training.pages.writing import Writer


def handwriting(sheet: Sheet, writer: Writer, height: float, chance: Chance, *, most: int) -> None:
    """Letters, words, signs and scribbles of the same writer or of another one."""
    for _ in range(chance.among(1, most)):
        size = height * chance.log_uniform(0.4, 1.5)
        same = chance.happens(0.7)
        other = writer if same else Writer.random(writer.bank, chance, sheet.tilt)
        pen = sheet.written if same else sheet.other
        match chance.kind(word=0.17, cursive=0.1, letters=0.245, letter=0.105, sign=0.2, scribble=0.18):
            case "word":
                _write_word(sheet, other.word(min(size, 60)), height, pen, chance)
            case "cursive":
                _write_word(sheet, other.cursive(min(size, 70)), height, pen, chance)
            case "letters":
                letters(sheet, other, size, height, pen, chance)
            case "letter":
                _write(sheet, other.letter(size, lone=True), height, pen, chance)
            case "sign":
                _write(sheet, other.sign(size), height, pen, chance)
            case _:
                _write(sheet, other.scribble(size), height, pen, chance)


def letters(sheet: Sheet, writer: Writer, size: float, height: float, pen: NDArray[np.uint8], chance: Chance) -> None:
    """A word of letters side by side."""
    first = writer.letter(size, lone=False)
    if first is None or not (place := _find_place(sheet, first, height, chance)):
        return
    (x, y), gap = place, chance.uniform(-0.05, 0.35)
    patch: Patch | None = first
    for _ in range(chance.among(3, 9)):
        if patch is not None:
            if x > sheet.side or (x > place[0] and not sheet.free_place(patch, 1, x + 0.4 * size, y)):
                break
            sheet.write(patch, x, y + size - patch.shape[0], NOT_A_DIGIT, pen=pen)
            x += patch.shape[1] + (gap + chance.normal(0.04)) * size
        patch = writer.letter(size * (1.0 if chance.happens(0.4) else 0.72), lone=False)
    sheet.take(place[0], place[1], x - place[0], size)


def print_lines(sheet: Sheet, writer: Writer, height: float, chance: Chance) -> None:
    """A few lines of printed text."""
    if chance.happens(0.7):
        size = chance.log_uniform(5, max(8, min(0.5 * height, 40)))
    else:
        size = chance.log_uniform(8, max(10, 1.4 * height))
    y = chance.uniform(-0.1, 1) * sheet.side
    for _ in range(chance.among(1, 9)):
        printing.text(sheet, writer.bank, size, chance.uniform(-0.2, 0.8) * sheet.side, y, chance)
        y += size * chance.uniform(1.2, 2.5)


def underlines(sheet: Sheet, writer: Writer, height: float, chance: Chance) -> None:
    """Lines of the writer's pen, whose ink and centres do not count."""
    for _ in range(chance.among(1, 2)):
        x, y = chance.uniform(0, 0.7) * sheet.side, chance.uniform(0, 1) * sheet.side
        length = chance.uniform(1, 4) * height
        drop, thickness = chance.normal(0.03) * length, max(1, int(writer.hand.pen * height))
        if sheet.is_free(x, y - 4, length, 8, 1):
            cv2.line(sheet.written, (int(x), int(y)), (int(x + length), int(y + drop)), 255, thickness, cv2.LINE_AA)
            top = min(y, y + drop) - thickness
            sheet.ignore(x, top, length, abs(drop) + 2 * thickness, NO_CENTRE | NO_INK)


def _write(sheet: Sheet, patch: Patch | None, height: float, pen: NDArray[np.uint8], chance: Chance) -> None:
    if patch is not None and (place := _find_place(sheet, patch, height, chance)):
        sheet.write(patch, *place, NOT_A_DIGIT, pen=pen)


def _write_word(sheet: Sheet, patch: Patch | None, height: float, pen: NDArray[np.uint8], chance: Chance) -> None:
    if patch is not None and (place := _find_place(sheet, patch, height, chance)):
        sheet.write_word(patch, *place, pen=pen)


def _find_place(sheet: Sheet, patch: Patch, height: float, chance: Chance) -> tuple[float, float] | None:
    for _ in range(3):
        x, y = (float(v) for v in chance.rng.uniform(-0.2, 1, 2) * sheet.side)
        if sheet.free_place(patch, max(2, 0.08 * height), x, y):
            return x, y
    return None
