"""What is printed on a page: text, numbers, ruled and squared paper, frames and boxes."""

import cv2
import numpy as np
from numpy.typing import NDArray

from digitpad.training.pages.bank import Bank
from digitpad.training.pages.chance import Chance
from digitpad.training.pages.sheet import NO_CENTRE, NO_DIGIT, NO_INK, Sheet, blit

_STRIP_PX = 40
_SUBPIXELS = 16


def text(sheet: Sheet, bank: Bank, size: float, x: float, y: float, chance: Chance) -> None:
    """Print a strip of text `size` px high, if there is room for it; nothing in it is a digit."""
    _text(sheet, bank.text[chance.below(len(bank.text))], size, x, y)


def column(sheet: Sheet, bank: Bank, size: float, chance: Chance) -> None:
    """Print a column of text `size` px high, as in a book, where there is room for it."""
    left, right = sorted(chance.rng.uniform(-0.2, 1.2, 2) * sheet.side)
    top, bottom = sorted(chance.rng.uniform(-0.2, 1.2, 2) * sheet.side)
    lead = size * chance.uniform(1.15, 1.8)
    for base in np.arange(top, bottom, lead):
        x = left
        while x < min(right, sheet.side):
            strip = bank.text[chance.below(len(bank.text))]
            height, width = (side * size / _STRIP_PX for side in strip.shape)
            _text(sheet, strip, size, x, base - height)
            x += width + 0.3 * size


def number(sheet: Sheet, bank: Bank, size: float, x: float, y: float, chance: Chance) -> None:
    """Print a number; whether a reader finds it does not count, because printed digits may be read."""
    placed = _print(sheet, bank.printed[chance.below(len(bank.printed))], size, x, y)
    if placed:
        sheet.ignore(*placed, NO_CENTRE | NO_INK, 3)


def _text(sheet: Sheet, strip: NDArray[np.uint8], size: float, x: float, y: float) -> None:
    if placed := _print(sheet, strip, size, x, y):
        sheet.ignore(*placed, NO_DIGIT, 0)


def _print(
    sheet: Sheet, strip: NDArray[np.uint8], size: float, x: float, y: float
) -> tuple[float, float, float, float] | None:
    scale = size / _STRIP_PX
    shape = (max(2, int(strip.shape[1] * scale)), max(2, int(strip.shape[0] * scale)))
    patch = cv2.resize(strip, shape, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    rectangle = (x, y, float(shape[0]), float(shape[1]))
    if not sheet.is_free(*rectangle, 1):
        return None
    blit(sheet.printed, patch, int(x), int(y))
    sheet.take(*rectangle)
    return rectangle


def line(
    layer: NDArray[np.uint8],
    at: float,
    angle: float,
    thickness: float,
    *,
    is_across: bool,
    dash: float | None = None,
    span: tuple[float, float] | None = None,
) -> None:
    """Print a line, in place.

    Args:
        layer: uint8 (side, side).
        at: where it crosses the middle of the layer, px from the top or, if it is upright, from the left.
        angle: radians.
        thickness: px; see `fade` for lines thinner than one.
        is_across: whether it is horizontal.
        dash: length of a dash, px; None for a solid line.
        span: where it begins and ends, px; None for the whole width or height.
    """
    side = layer.shape[0]
    begin, end = span or (-4.0, side + 4.0)
    lean = float(np.tan(angle))

    def point(along: float) -> tuple[int, int]:
        offset = at + lean * (along - side / 2) * (1 if is_across else -1)
        x, y = (along, offset) if is_across else (offset, along)
        return round(x * _SUBPIXELS), round(y * _SUBPIXELS)

    marks = np.arange(begin, end, 2 * dash) if dash else [begin]
    for mark in marks:
        stop = min(mark + 0.9 * dash, end) if dash else end
        cv2.line(layer, point(float(mark)), point(float(stop)), 255, max(1, round(thickness)), cv2.LINE_AA, 4)


def fade(layer: NDArray[np.uint8], thickness: float) -> None:
    """Make lines that are thinner than a pixel paler, in place: OpenCV draws them one pixel wide."""
    if thickness < 1:
        layer[:] = (layer * thickness).astype(np.uint8)


def ruled(sheet: Sheet, height: float, chance: Chance) -> None:
    """Ruled paper, for digits of some height, px."""
    _rule(sheet, max(height * chance.log_uniform(0.6, 3), 4.5), height, chance, is_squared=False)


def squared(sheet: Sheet, height: float, chance: Chance) -> None:
    """Squared paper, for digits of some height, px."""
    _rule(sheet, max(height * chance.log_uniform(0.25, 1.6), 4.5), height, chance, is_squared=True)


def _rule(sheet: Sheet, step: float, height: float, chance: Chance, *, is_squared: bool) -> None:
    layer = np.zeros_like(sheet.lines)
    thickness = chance.log_uniform(0.3, max(0.35, min(3.0, 0.07 * height)))
    angle, dash = sheet.tilt + chance.normal(0.03), chance.uniform(2, 6) if chance.happens(0.12) else None
    for is_across in (True, False) if is_squared else (True,):
        for at in np.arange(chance.uniform(-2, -1) * step, sheet.side + 2 * step, step):
            line(layer, float(at), angle, thickness, is_across=is_across, dash=dash)
    if not is_squared and chance.happens(0.3):
        line(layer, chance.uniform(0, sheet.side), angle, thickness, is_across=False)  # a margin
    fade(layer, thickness)
    np.maximum(sheet.lines, layer, out=sheet.lines)


def frame(sheet: Sheet, chance: Chance) -> None:
    """A frame at the edge of the picture, or some sides of one."""
    side = sheet.side
    widest = max(2, side // 32)
    far, angle = chance.log_uniform(0.6, max(1.0, 0.1 * side)), chance.normal(0.02)
    common = chance.among(1, widest) if chance.happens(0.5) else None
    for number in range(4):
        if chance.happens(0.25):
            continue
        thickness = common or chance.among(1, widest)
        inside = 0.0 if chance.happens(0.4) else chance.uniform(0, far)
        at = inside if number < 2 else side - 1 - inside
        line(sheet.lines, at, 0.0 if chance.happens(0.5) else angle, thickness, is_across=number % 2 == 0)


def box(sheet: Sheet, height: float, chance: Chance) -> None:
    """A box around all that is written, which is at least one glyph."""
    at = np.array([(glyph.x, glyph.y, 0.62 * glyph.size) for glyph in sheet.glyphs])
    low = (at[:, :2] - at[:, 2:]).min(axis=0) - chance.uniform(0, 0.3) * height
    high = (at[:, :2] + at[:, 2:]).max(axis=0) + chance.uniform(0, 0.3) * height
    thickness = max(1, int(chance.log_uniform(0.6, max(1.0, 0.07 * height))))
    cv2.rectangle(sheet.lines, tuple(map(int, low)), tuple(map(int, high)), 255, thickness, cv2.LINE_AA)
