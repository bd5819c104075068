"""What can be written or printed on a page: digits of MNIST, their skeletons, templates, letters, signs and print."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import matplotlib as mpl
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from digitpad.training.augmentation import glyphs, synthetic, thinning
from digitpad.training.datasets.splits import Split
from digitpad.training.pages.chance import Chance
from digitpad.training.pages.hands import Line, bend

Lines = list[Line]

_NUM_SKELETONS, _NUM_TEMPLATES, _NUM_LETTERS, _NUM_STRIPS = 12_000, 12_000, 6_000, 900

_GREEK = "αβγδεζηθκλμξπρστφχψωΓΔΘΛΞΠΣΦΨΩ"
_LATIN = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_UNLIKE_DIGITS = set("AEFHKMNPRWXTVYCLdfhkmnprtuvwxyea" + _GREEK) - set("θΘφΦσδ")
"""Letters that cannot pass for a digit where they stand alone; θ and Φ are zeros with a stroke."""

_OFTEN = "aaaabbccddeeeeeeeffgghhhiiiijkllllmmnnnnooooppqrrrrsssstttttuuvwwxyz"
_FONTS = (
    *("DejaVuSans", "DejaVuSans-Bold", "DejaVuSans-Oblique", "DejaVuSansMono", "DejaVuSansMono-Oblique"),
    *("DejaVuSerif", "DejaVuSerif-Italic", "STIXGeneral", "STIXGeneralItalic", "STIXGeneralBol", "STIXGeneralBolIta"),
)
_PRINT_PX = 40  # height of the printed strips


@dataclass(frozen=True)
class Bank:
    """What can be written or printed on a page.

    Attributes:
        images: MNIST's digits as published.
        skeletons: lines of MNIST's digits, with their labels.
        templates: lines of generated digits, with their labels.
        letters: lines of letters from templates and, thinned, from fonts.
        lone: the numbers of those letters that cannot pass for a digit.
        signs: lines of signs from templates.
        text: strips of printed text, uint8 (about 40, width), 0 for paper to 255 for ink.
        printed: strips of printed numbers.
    """

    images: Split
    skeletons: list[tuple[int, Lines]]
    templates: list[tuple[int, Lines]]
    letters: list[Lines]
    lone: list[int]
    signs: list[Lines]
    text: list[NDArray[np.uint8]]
    printed: list[NDArray[np.uint8]]

    @classmethod
    def gather(cls, digits: Split, seed: int) -> "Bank":
        """Prepare a bank from some digits of MNIST; the same seed gives the same bank."""
        chance = Chance(seed)
        chosen = chance.rng.permutation(len(digits))[:_NUM_SKELETONS]
        traces = thinning.trace(thinning.skeleton(digits.images[chosen]))
        labels = digits.labels[chosen]
        names = synthetic.choose(glyphs.names("digits"), _NUM_TEMPLATES, chance.rng)
        written = _lines(synthetic.write(names, chance.rng))
        others = synthetic.choose(glyphs.names("others"), _NUM_LETTERS, chance.rng)
        is_letter = [len(name) == 1 and name.isalpha() for name in others]
        shapes = _lines(synthetic.write(others, chance.rng))
        lines_of_fonts, lone_of_fonts = _font_letters()
        template_letters = [shape for shape, letter in zip(shapes, is_letter, strict=True) if letter]
        return cls(
            images=digits,
            skeletons=[(int(n), trace) for n, trace in zip(labels, traces, strict=True) if trace],
            templates=[(int(name), lines) for name, lines in zip(names, written, strict=True)],
            letters=[*template_letters, *lines_of_fonts],
            lone=[*range(len(template_letters)), *(len(template_letters) + index for index in lone_of_fonts)],
            signs=[shape for shape, letter in zip(shapes, is_letter, strict=True) if not letter],
            text=[_strip(_phrase(chance), chance) for _ in range(_NUM_STRIPS)],
            printed=[_strip(_number(chance), chance) for _ in range(_NUM_STRIPS // 2)],
        )

    def letter(self, chance: Chance, *, lone: bool) -> Lines:
        """A letter, bent a little; with `lone`, one that cannot pass for a digit."""
        template = chance.happens(0.4)
        first_of_fonts = len(self.letters) - len(_font_letters()[0])
        if template and first_of_fonts:
            return self.letters[chance.below(first_of_fonts)]
        numbers = self.lone if lone else range(len(self.letters))
        while True:
            number = numbers[chance.below(len(numbers))]
            if number >= first_of_fonts:
                return bend(self.letters[number], 0.05, chance)


def _lines(written: Sequence[Sequence[NDArray[np.float64]]]) -> list[Lines]:
    return [[stroke.astype(np.float32) for stroke in strokes] for strokes in written]


@cache
def _font(name: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(Path(mpl.get_data_path()) / "fonts" / "ttf" / f"{name}.ttf", size)


@cache
def _font_letters() -> tuple[list[Lines], list[int]]:
    """Letters of fonts, thinned to lines, and the numbers of those that cannot pass for a digit."""
    images, letters = [], []
    for name in _FONTS:
        for letter in _LATIN + _GREEK:
            left, top, right, bottom = _font(name, 100).getbbox(letter)
            font = _font(name, round(2200 / max(right - left, bottom - top)))
            left, top, right, bottom = font.getbbox(letter)
            image = Image.new("L", (28, 28))
            ImageDraw.Draw(image).text((14 - (left + right) / 2, 14 - (top + bottom) / 2), letter, 255, font=font)
            images.append(np.asarray(image))
            letters.append(letter)
    traces = thinning.trace(thinning.skeleton(np.stack(images)))
    kept = [(letter, trace) for letter, trace in zip(letters, traces, strict=True) if trace]
    return [trace for _, trace in kept], [i for i, (letter, _) in enumerate(kept) if letter in _UNLIKE_DIGITS]


def _word(chance: Chance) -> str:
    word = "".join(_OFTEN[chance.below(len(_OFTEN))] for _ in range(chance.among(2, 9)))
    case = chance.kind(lower=0.5, capital=0.3, upper=0.2)
    return word.upper() if case == "upper" else word.capitalize() if case == "capital" else word


def _phrase(chance: Chance) -> str:
    if chance.happens(0.2):
        signs = "ABCDEFGHJKLMNPQRTUVWXYabdefhkmnpqrtuwxy&%#@?!+="
        return signs[chance.below(len(signs))]
    ending = ("", "", ":", ".", "?", ",")[chance.below(6)]
    return " ".join(_word(chance) for _ in range(chance.among(1, 4))) + ending


def _number(chance: Chance) -> str:
    length = 1 if chance.happens(0.7) else chance.among(2, 4)
    ending = ("", "", "", ".", ")")[chance.below(5)] if length > 1 else ""
    return "".join(str(chance.below(10)) for _ in range(length)) + ending


def _strip(text: str, chance: Chance) -> NDArray[np.uint8]:
    font = _font(_FONTS[chance.below(len(_FONTS))], _PRINT_PX)
    left, top, right, bottom = font.getbbox(text)
    strip = Image.new("L", (min(int(right - left) + 8, 900), int(bottom - top) + 8))
    ImageDraw.Draw(strip).text((4 - left, 4 - top), text, 255, font=font)
    return np.asarray(strip)
