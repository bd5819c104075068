"""Draw `docs/page.png`, the page in the README with its reading, with the models that ship: `python docs/make_page.py`.

The page is generated: digits of MNIST's training images on squared paper, photographed in uneven light.
"""

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from digitpad import Recognizer, drawing
from digitpad.pages import formats
from digitpad.training.datasets import mnist
from digitpad.training.pages import camera, paper, printing
from digitpad.training.pages.bank import Bank
from digitpad.training.pages.chance import Chance
from digitpad.training.pages.hands import Hand
from digitpad.training.pages.sheet import Sheet
from digitpad.training.pages.writing import Writer

ROOT = Path(__file__).parents[1]
SIDE_PX, DIGIT_PX = 640, 46
ROWS = ((4, 3), (7,), (2, 2, 3), (5, 4), (3, 3, 2))
"""Digits in each number of each line."""


def main() -> None:
    """Show the page beside the same page with what was read on it."""
    page = make()
    reading = Recognizer.load().read(page)
    figure = Figure(figsize=(12, 6.6), dpi=110, layout="constrained", facecolor="white")
    shown = formats.annotate(drawing.read_page(page), reading)
    for axes, picture, title in zip(
        figure.subplots(1, 2), (page, shown), ("photograph", "  |  ".join(reading.lines)), strict=True
    ):
        axes.imshow(picture)
        axes.set_title(title, fontsize=12)
        axes.axis("off")
    figure.savefig(ROOT / "docs" / "page.png")


def make() -> NDArray[np.uint8]:
    """Write numbers on squared paper, and photograph it: uint8 (640, 640, 3), RGB."""
    chance = Chance(11)
    bank = Bank.gather(mnist.load(None).pool, 1)
    sheet = Sheet(SIDE_PX, tilt=np.radians(-4))
    hand = Hand(pen=0.09, rotation=-4, slant=0.08, stretch=1.0, grain=0.2, pressure=True, nib=False)
    writer = Writer(hand, "image", bank, chance)
    printing.squared(sheet, DIGIT_PX, chance)
    for row, numbers in enumerate(ROWS):
        x = 70.0
        for count in numbers:
            for _ in range(count):
                if digit := writer.digit(DIGIT_PX):
                    patch, label = digit
                    y = 90 + 105 * row + np.tan(sheet.tilt) * (x - SIDE_PX / 2) + DIGIT_PX - patch.shape[0]
                    sheet.write(patch, x, y, label)
                    x += patch.shape[1] + 8
            x += 1.6 * DIGIT_PX
    picture = np.full((SIDE_PX, SIDE_PX, 3), (236, 232, 220), np.float32)
    paper.texture(picture, chance)
    paper.lay(picture, sheet.lines, np.array([120.0, 160.0, 190.0]), 0.6)
    paper.lay(picture, hand.texture(sheet.written, chance), np.array([40.0, 45.0, 120.0]))
    picture = camera.shadow(camera.fall_off(picture, 0.35, chance), 0.3, chance)
    return camera.compress(np.clip(camera.grain(picture, 5, chance), 0, 255).astype(np.uint8), 60)


if __name__ == "__main__":
    main()
