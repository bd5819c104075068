"""Draw the contact sheets in `docs/PAPER.md`: `python docs/make_paper.py`.

Each tile shows what a function of the page generator does, with a fixed seed. The digits come from MNIST's training
images; `digitpad.training.datasets.mnist` says where they are looked for.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import matplotlib as mpl
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from digitpad.training.datasets import mnist
from digitpad.training.pages import camera, clutter, layouts, page, paper, printing
from digitpad.training.pages.bank import Bank
from digitpad.training.pages.chance import Chance
from digitpad.training.pages.hands import Hand, Patch
from digitpad.training.pages.sheet import Sheet
from digitpad.training.pages.writing import Writer

SIDE_PX, GAP_PX, CAPTION_PX, NUM_COLUMNS = 160, 12, 32, 5
NUM_DIGITS, SIZE_PX, NUMBER_SEED = 2_000, 40, 27
HAND = Hand(pen=0.09, rotation=0, slant=0, stretch=1, grain=0, pressure=False, nib=False)
TONES = np.array([(238, 233, 220), (120, 150, 190), (150, 85, 30), (20, 60, 190), (25, 25, 35)], np.float64)
PAPER, LINES, PRINT, OTHER, INK = TONES
OWNERS = np.array([(160, 160, 160), (20, 60, 190), (200, 30, 40), (20, 140, 60), (210, 130, 0), (130, 30, 160)])

Picture = NDArray[np.float32]
Write = Callable[[Sheet, Writer, Chance], object]


class Tile(NamedTuple):
    """A small page with `num_digits` digits and one effect: on the sheet, on the paper (in place) or of the camera."""

    caption: str
    seed: int
    write: Write | None = None
    num_digits: int = 0
    surface: Callable[[Picture, Chance], object] | None = None
    take: Callable[[Picture, Chance], NDArray[Any]] | None = None
    side: int = SIDE_PX
    hand: Hand = HAND
    source: str = "template"

    def draw(self, bank: Bank) -> NDArray[np.uint8]:
        """The page: uint8 (side, side, 3), RGB."""
        chance, sheet, share = Chance(self.seed), Sheet(self.side), self.side / SIDE_PX
        writer = Writer(self.hand, self.source, bank, Chance(NUMBER_SEED))
        writer.number(sheet, self.num_digits, SIZE_PX * share, (20 * share, 24 * share), 0.2, 0)
        if self.write:
            self.write(sheet, replace(writer, chance=chance), chance)
        picture = np.full((self.side, self.side, 3), PAPER, np.float32)
        if self.surface:
            self.surface(picture, chance)
        for layer, tone in ((sheet.lines, LINES), (sheet.printed, PRINT), (sheet.other, OTHER), (sheet.written, INK)):
            paper.lay(picture, layer, tone)
        taken = self.take(picture, chance) if self.take else picture
        return np.clip(np.rint(taken), 0, 255).astype(np.uint8)


def main() -> None:
    """Draw all contact sheets."""
    pool = mnist.load().pool
    bank = Bank.gather(pool[np.linspace(0, len(pool) - 1, NUM_DIGITS).astype(np.int64)], seed=0)
    for group in (hands_tiles, layouts_tiles, printed_tiles, clutter_tiles, surfaces_tiles, camera_tiles, pages_tiles):
        path = Path(__file__).with_name(f"paper-{group.__name__.removesuffix('_tiles')}.png")
        contact_sheet(group(bank), bank).save(path, optimize=True)


def contact_sheet(tiles: list[Tile], bank: Bank) -> Image.Image:
    """Tiles in rows, with their captions."""
    font = ImageFont.truetype(Path(mpl.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf", 11)
    step_x, step_y = SIDE_PX + GAP_PX, SIDE_PX + CAPTION_PX + GAP_PX
    num_rows = -(-len(tiles) // NUM_COLUMNS)
    whole = Image.new("RGB", (NUM_COLUMNS * step_x + GAP_PX, num_rows * step_y + GAP_PX), "white")
    for number, tile in enumerate(tiles):
        x, y = GAP_PX + number % NUM_COLUMNS * step_x, GAP_PX + number // NUM_COLUMNS * step_y
        picture = Image.fromarray(tile.draw(bank)).resize((SIDE_PX, SIDE_PX), Image.Resampling.NEAREST)
        whole.paste(picture, (x, y))
        ImageDraw.Draw(whole).text((x, y + SIDE_PX + 4), tile.caption, "black", font=font, spacing=2)
    return whole


def middle(sheet: Sheet, patch: Patch | None) -> None:
    """Write a patch in the middle of a sheet."""
    if patch is not None:
        sheet.write(patch, (sheet.side - patch.shape[1]) / 2, (sheet.side - patch.shape[0]) / 2, 0)


def hands_tiles(_: Bank) -> list[Tile]:
    """Sources of digits, traits of a hand, and neighbours in a number."""

    def digit(sheet: Sheet, writer: Writer, chance: Chance) -> None:
        middle(sheet, (writer.digit(115) or (None,))[0])
        sheet.written[:] = writer.hand.texture(sheet.written, chance)

    def trait(caption: str, seed: int = 39, **traits: Any) -> Tile:
        return Tile(caption, seed, digit, hand=replace(HAND, **traits))

    def number(caption: str, seed: int, gap: float) -> Tile:
        return Tile(caption, seed, lambda sheet, writer, _: writer.number(sheet, 3, 46, (12, 58), gap, 0))

    return [
        Tile("Writer.digit\nan image of MNIST", 25, digit, source="image"),
        Tile("Writer.digit\nthe skeleton of an image", 22, digit, source="skeleton"),
        Tile("Writer.digit\na template", 39, digit),
        trait("Hand.pen, thin", pen=0.02),
        trait("Hand.pen, thick", pen=0.2),
        trait("Hand.nib", seed=21, pen=0.2, nib=True),
        trait("Hand.grain", pen=0.16, grain=0.7),
        trait("Hand.pressure", pen=0.16, pressure=True),
        trait("Hand.rotation", rotation=-20),
        trait("Hand.slant", slant=0.4),
        trait("Hand.stretch", stretch=1.7),
        number("Writer.number\napart", 37, 0.2),
        number("Writer.number\ntouching", 37, 0),
        number("Writer.number\noverlapping", 37, -0.08),
        number("Writer.number\njoined by strokes", 120, 0.3),
    ]


def layouts_tiles(_: Bank) -> list[Tile]:
    """Each layout several times."""
    return [
        *(Tile("layouts.single", seed, layouts.single) for seed in (7, 31, 0)),
        *(Tile("layouts.nothing", seed, layouts.nothing) for seed in (29, 3)),
        *(Tile("layouts.rows", seed, layouts.rows) for seed in (2, 33, 43, 21, 5)),
        *(Tile("layouts.cells", seed, layouts.cells) for seed in (6, 48, 4, 18, 47)),
    ]


def printed_tiles(bank: Bank) -> list[Tile]:
    """Print on a page with a number."""

    def tile(caption: str, seed: int, write: Callable[[Sheet, float, Chance], object]) -> Tile:
        return Tile(caption, seed, lambda sheet, _, chance: write(sheet, SIZE_PX, chance), 3)

    return [
        tile("printing.ruled", 32, printing.ruled),
        tile("printing.ruled\nthin lines and a margin", 10, printing.ruled),
        tile("printing.squared", 5, printing.squared),
        tile("printing.squared\ndashed", 15, printing.squared),
        tile("printing.box", 1, printing.box),
        tile("printing.frame\nfour sides", 16, lambda sheet, _, chance: printing.frame(sheet, chance)),
        tile("printing.frame\nthree sides", 14, lambda sheet, _, chance: printing.frame(sheet, chance)),
        tile("printing.text", 8, lambda sheet, _, chance: printing.text(sheet, bank, 28, 12, 95, chance)),
        tile("printing.column", 10, lambda sheet, _, chance: printing.column(sheet, bank, 10, chance)),
        tile("printing.number", 5, lambda sheet, _, chance: printing.number(sheet, bank, 36, 40, 95, chance)),
    ]


def clutter_tiles(_: Bank) -> list[Tile]:
    """What is no digit, alone and on a page with a number."""

    def alone(caption: str, seed: int, write: Callable[[Writer], Patch | None]) -> Tile:
        return Tile(caption, seed, lambda sheet, writer, _: middle(sheet, write(writer)))

    def tile(caption: str, seed: int, write: Callable[[Sheet, Writer, float, Chance], object]) -> Tile:
        return Tile(caption, seed, lambda sheet, writer, chance: write(sheet, writer, SIZE_PX, chance), 3)

    def letters(sheet: Sheet, writer: Writer, size: float, chance: Chance) -> None:
        clutter.letters(sheet, writer, 0.8 * size, size, sheet.written, chance)

    return [
        alone("Writer.letter", 10, lambda writer: writer.letter(100, lone=True)),
        alone("Writer.sign", 24, lambda writer: writer.sign(100)),
        alone("Writer.scribble", 5, lambda writer: writer.scribble(120)),
        alone("Writer.word", 6, lambda writer: writer.word(32)),
        alone("Writer.cursive", 10, lambda writer: writer.cursive(40)),
        tile("clutter.letters", 2, letters),
        tile("clutter.handwriting\nthe same pen", 16, partial(clutter.handwriting, most=3)),
        tile("clutter.handwriting\nalso another pen", 32, partial(clutter.handwriting, most=3)),
        tile("clutter.print_lines", 23, clutter.print_lines),
        tile("clutter.underlines", 10, clutter.underlines),
    ]


def surfaces_tiles(bank: Bank) -> list[Tile]:
    """Papers, inks, and what is on the paper and beside it."""

    def swatches(picture: Picture, chance: Chance) -> None:
        for y, x in np.ndindex(4, 4):
            square = picture[40 * y : 40 * y + 40, 40 * x : 40 * x + 40]
            square[:] = tone = paper.colour(chance)
            patch, _ = Writer(HAND, "template", bank, chance).digit(26) or (np.zeros((1, 1), np.uint8), 0)
            paper.lay(square[7 : 7 + len(patch), 7 : 7 + patch.shape[1]], patch, paper.ink(tone, chance))

    def tile(caption: str, seed: int, surface: Callable[[Picture, Chance], object]) -> Tile:
        return Tile(caption, seed, num_digits=3, surface=surface)

    def beside(picture: Picture, chance: Chance) -> None:
        paper.surroundings(picture, Sheet(SIDE_PX), chance)

    ramp = np.tile(np.linspace(0, 255, SIDE_PX).astype(np.uint8), (50, 1))
    return [
        Tile("paper.colour and paper.ink", 4, surface=swatches),
        tile("paper.lay\nmore and more ink", 0, lambda picture, _: paper.lay(picture[90:140], ramp, OTHER)),
        tile("paper.texture\nfibres", 12, paper.texture),
        tile("paper.texture\nclouds", 26, paper.texture),
        tile("paper.texture\nstreaks", 48, paper.texture),
        tile("paper.show_through", 15, lambda picture, chance: paper.show_through(picture, bank, INK, chance)),
        tile("paper.stains\nspots", 10, paper.stains),
        tile("paper.stains\na spot and folds", 13, paper.stains),
        tile("paper.specks", 3, lambda picture, chance: paper.specks(picture, INK, 39, chance)),
        tile("paper.surroundings\na sheet that ends", 20, beside),
        tile("paper.surroundings\na blurred edge", 18, beside),
        tile("paper.surroundings\nthings on the sheet", 42, beside),
        tile("paper.surroundings\nblurred things", 15, beside),
    ]


def camera_tiles(_: Bank) -> list[Tile]:
    """What a camera does to a page."""

    def tile(caption: str, seed: int, take: Callable[[Picture, Chance], NDArray[Any]]) -> Tile:
        return Tile(caption, seed, num_digits=3, take=take, side=SIDE_PX // 2)

    return [
        tile("the page", 0, lambda picture, _: picture),
        tile("camera.fall_off\nto one side", 16, lambda picture, chance: camera.fall_off(picture, 0.7, chance)),
        tile("camera.fall_off\nuneven", 4, lambda picture, chance: camera.fall_off(picture, 0.7, chance)),
        tile("camera.vignette", 0, lambda picture, _: camera.vignette(picture, 0.9)),
        tile("camera.shadow\nsharp", 1, lambda picture, chance: camera.shadow(picture, 0.5, chance)),
        tile("camera.shadow\nsoft", 24, lambda picture, chance: camera.shadow(picture, 0.5, chance)),
        tile("camera.coarsen\nsmooth", 1, lambda picture, chance: camera.coarsen(picture, 3, chance)),
        tile("camera.coarsen\nin squares", 4, lambda picture, chance: camera.coarsen(picture, 3, chance)),
        tile("camera.move", 2, lambda picture, chance: camera.move(picture, 6, chance)),
        tile("camera.sharpen", 1, lambda picture, chance: camera.sharpen(picture, 1.5, chance)),
        tile("camera.grain\ngrey", 3, lambda picture, chance: camera.grain(picture, 14, chance)),
        tile("camera.grain\ncoloured", 5, lambda picture, chance: camera.grain(picture, 14, chance)),
        tile("camera.compress", 0, lambda picture, _: camera.compress(picture.astype(np.uint8), 18)),
        tile("camera.photograph", 15, camera.photograph),
        tile("camera.photograph", 23, camera.photograph),
    ]


def pages_tiles(bank: Bank) -> list[Tile]:
    """Whole pages, and below them the ink on each, in a colour for each glyph and grey for words."""

    def ink(picture: Picture, chance: Chance) -> Picture:
        made = page.make(bank, SIDE_PX, chance)
        for owner in range(len(made.glyphs) + 1):
            paper.lay(picture, made.ink * (made.owner == owner), OWNERS[1 + owner % 5 if owner else 0])
        return picture

    seeds = (5, 71, 42, 33, 46)
    return [
        *(Tile("page.make", seed, take=lambda _, chance: page.make(bank, SIDE_PX, chance).pixels) for seed in seeds),
        *(Tile("Page.ink", seed, take=ink) for seed in seeds),
    ]


if __name__ == "__main__":
    main()
