"""What a writer writes: digits, numbers, letters, words, signs and doodles."""

from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from digitpad.training.datasets.splits import NOT_A_DIGIT
from digitpad.training.pages.bank import Bank
from digitpad.training.pages.chance import Chance
from digitpad.training.pages.hands import Hand, Patch, bend, trim
from digitpad.training.pages.sheet import Sheet

_SCRIPTS = (cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_DUPLEX, cv2.FONT_HERSHEY_SCRIPT_SIMPLEX)
_LETTERS = "aaabcdeeeeefghiiijkllmnnooprrsstttuuvwxyz"


class _Placed(NamedTuple):
    """A patch with its upper left corner, px, and its number on the sheet; see `Sheet.write`."""

    patch: Patch
    x: float
    y: float
    number: int


@dataclass(frozen=True)
class Writer:
    """One writer on one page.

    Attributes:
        hand: the writer's hand and pen.
        source: where the digits come from: "image" of MNIST, its "skeleton" or a "template".
        bank: what can be written.
        chance: random numbers.
    """

    hand: Hand
    source: str
    bank: Bank
    chance: Chance

    @classmethod
    def random(cls, bank: Bank, chance: Chance, tilt: float = 0.0) -> "Writer":
        """A random writer on paper that is turned by some radians."""
        return cls(Hand.random(chance, tilt), chance.kind(image=0.36, skeleton=0.3, template=0.34), bank, chance)

    def digit(self, size: float) -> tuple[Patch, int] | None:
        """A digit about `size` px long on its longer side, and its label; None if too little of it is left."""
        if self.source == "image":
            number = self.chance.below(len(self.bank.images))
            patch = self.hand.redraw(self.bank.images.images[number], size, self.chance)
            label = int(self.bank.images.labels[number])
        elif self.source == "skeleton":
            label, lines = self.bank.skeletons[self.chance.below(len(self.bank.skeletons))]
            patch = self.hand.write(bend(lines, 0.03, self.chance), size, self.chance)
        else:
            label, lines = self.bank.templates[self.chance.below(len(self.bank.templates))]
            patch = self.hand.write(lines, size, self.chance)
        return (patch, label) if patch is not None and max(patch.shape) >= 0.4 * size else None

    def letter(self, size: float, *, lone: bool) -> Patch | None:
        """A letter; with `lone`, one that cannot pass for a digit."""
        return self.hand.write(self.bank.letter(self.chance, lone=lone), size, self.chance)

    def sign(self, size: float) -> Patch | None:
        """A sign that cannot pass for a digit."""
        return self.hand.write(self.bank.signs[self.chance.below(len(self.bank.signs))], size, self.chance)

    def scribble(self, size: float) -> Patch | None:
        """A pen that moves at random."""
        chance = self.chance
        points = chance.rng.normal(0, 1, (chance.among(5, 29), 2)) * chance.rng.uniform(0.2, 1, 2)
        if chance.happens(0.5):
            points = np.cumsum(points, axis=0)
        if chance.happens(0.7):
            for _ in range(2):  # cut the corners (Chaikin 1974)
                near, far = 0.75 * points[:-1] + 0.25 * points[1:], 0.25 * points[:-1] + 0.75 * points[1:]
                points = np.stack([near, far], axis=1).reshape(-1, 2)
        return self.hand.write([(20 * points).astype(np.float32)], size, chance)

    def cursive(self, size: float) -> Patch | None:
        """Loops that go on to the right, like running hand without letters."""
        chance = self.chance
        count = chance.among(20, 69)
        at = np.arange(4 * count) / 4
        heights = np.repeat(chance.rng.choice((0.25, 0.25, 0.3, 0.6, 0.75), count), 4) * size
        heights = np.convolve(np.pad(heights, 2, "edge"), np.ones(5) / 5, "valid")
        speed = chance.uniform(0.5, 1.6)
        x = chance.uniform(0.06, 0.15) * size * at
        x = x + heights * chance.uniform(0.2, 0.6) * np.cos(2 * speed * at + 1)
        points = np.stack([x, -heights * np.sin(2 * speed * at)], axis=1)[: chance.among(40, 4 * count)]
        extent = float(np.ptp(points, axis=0).max())
        narrow = Hand(**{**vars(self.hand), "pen": self.hand.pen * size / max(size, extent)})
        return narrow.write([points.astype(np.float32)], max(size, extent), chance)

    def word(self, size: float) -> Patch | None:
        """A word in one of OpenCV's stroke fonts, bent like handwriting."""
        chance = self.chance
        word = "".join(_LETTERS[chance.below(len(_LETTERS))] for _ in range(chance.among(2, 8)))
        word = word.capitalize() if chance.happens(0.3) else word.upper() if chance.happens(0.15) else word
        font = _SCRIPTS[chance.below(len(_SCRIPTS))]
        scale, thickness = size / 11, max(1, round(1.6 * self.hand.pen * size))
        (width, height), below = cv2.getTextSize(word, font, scale, thickness)
        margin = thickness + 12
        canvas = np.zeros((height + below + 2 * margin, width + 2 * margin), np.uint8)
        cv2.putText(canvas, word, (margin, margin + height), font, scale, 255, thickness, cv2.LINE_AA)
        rows, columns = canvas.shape
        knots = (max(2, rows // 24), max(3, columns // 24))
        moves = [
            cv2.resize(chance.rng.normal(0, 0.09 * size, knots).astype(np.float32), (columns, rows)) for _ in range(2)
        ]
        y, x = np.mgrid[:rows, :columns].astype(np.float32)
        slanted = x + (y - rows / 2) * np.float32(self.hand.slant + chance.normal(0.1))
        bent = cv2.remap(canvas, slanted + moves[0], y + moves[1], cv2.INTER_LINEAR)
        return trim(cv2.resize(bent, (max(2, columns // 2), max(2, rows // 2)), interpolation=cv2.INTER_AREA))

    def number(
        self, sheet: Sheet, count: int, height: float, at: tuple[float, float], gap: float, slope: float
    ) -> float:
        """Write a row of digits, rarely with signs among them; sometimes a word of letters instead.

        Args:
            sheet: written on.
            count: how many.
            height: of a digit, px.
            at: x and y of the row's upper left corner, px.
            gap: between the ink of neighbours, as a share of the height; negative to overlap.
            slope: px down per px to the right.

        Returns:
            Where it ends, x in px.
        """
        chance, (x, y) = self.chance, at
        is_word = count >= 3 and chance.happens(0.14)
        is_joined = gap < 0.4 and chance.happens(0.22)
        before: _Placed | None = None
        for _ in range(count):
            patch, label = self._member(height * float(np.exp(chance.normal(0.07))), is_word=is_word)
            if patch is None:
                continue
            top = y + height + chance.normal(0.04) * height + slope * (x - sheet.side / 2) - patch.shape[0]
            if label == NOT_A_DIGIT and not is_word:
                top -= chance.uniform(0, 0.4) * height
            if before is not None:
                apart = gap + abs(chance.normal(0.05)) if gap > 0 else gap + chance.normal(0.04)
                step = _distance(before.patch, before.y, patch, top, int(0.08 * height)) + apart * height
                x = before.x + max(step, 0.12 * height)
            if x > sheet.side + height:
                break
            placed = _Placed(patch, x, top, sheet.write(patch, x, top, label))
            if before is not None and is_joined and chance.happens(0.7):
                self._join(sheet, before, placed, height)
            before = placed
        return x + (before.patch.shape[1] if before else 0)

    def _join(self, sheet: Sheet, left: _Placed, right: _Placed, height: float) -> None:
        """Do not lift the pen between two neighbours: a curve goes from the one's ink to the other's."""
        begin, end = self._pick(left, from_right=True), self._pick(right, from_right=False)
        if not (left.number and right.number) or begin[0] >= end[0] or np.hypot(*(end - begin)) > 1.2 * height:
            return
        control = (begin + end) / 2 + self.chance.rng.normal(0, 0.12 * height, 2)
        at = np.linspace(0, 1, 12)[:, None]
        curve = (1 - at) ** 2 * begin + 2 * at * (1 - at) * control + at**2 * end  # a quadratic Bezier curve
        thickness = max(1, round(self.hand.pen * height * self.chance.uniform(0.6, 1)))
        origin = np.floor(curve.min(axis=0)) - thickness
        width, depth = (int(side) + 1 for side in np.ptp(curve, axis=0) + 2 * thickness)
        canvas = np.zeros((depth, width), np.uint8)
        points = np.rint((curve - origin) * 16).astype(np.int32)
        cv2.polylines(canvas, [points], False, 255, thickness, cv2.LINE_AA, 4)
        sheet.join(canvas, float(origin[0]), float(origin[1]), left.number, right.number)

    def _pick(self, placed: _Placed, *, from_right: bool) -> NDArray[np.float64]:
        """A random place with ink in the right or left third of a patch, x and y on the sheet."""
        third = -(-placed.patch.shape[1] // 3)
        part = placed.patch[:, -third:] if from_right else placed.patch[:, :third]
        rows, columns = np.nonzero(part > 60)
        if not len(rows):
            return np.array([placed.x, placed.y])
        number = self.chance.below(len(rows))
        shift = placed.patch.shape[1] - third if from_right else 0
        return np.array([placed.x + shift + columns[number], placed.y + rows[number]])

    def _member(self, size: float, *, is_word: bool) -> tuple[Patch | None, int]:
        if is_word:
            return self.letter(size * (1.0 if self.chance.happens(0.5) else 0.7), lone=False), NOT_A_DIGIT
        if self.chance.happens(0.05):
            return self.sign(size * self.chance.uniform(0.3, 0.8)), NOT_A_DIGIT
        return self.digit(size) or (None, NOT_A_DIGIT)


def _distance(left: Patch, left_top: float, right: Patch, right_top: float, reach: int) -> float:
    """How far to the right of a patch's left edge another one begins, so that their ink just touches, px."""
    top = min(left_top, right_top)
    length = int(max(left_top + left.shape[0], right_top + right.shape[0]) - top) + 1
    ends, begins = np.full(length, -1e4, np.float32), np.full(length, 1e4, np.float32)
    _edges(left, ends[int(left_top - top) :], from_right=True)
    _edges(right, begins[int(right_top - top) :], from_right=False)
    near = np.ones((2 * reach + 1, 1), np.uint8)
    closest = cv2.dilate(ends[:, None], near) - cv2.erode(begins[:, None], near)
    touching = float(closest.max())
    return touching if touching > -5e3 else float(left.shape[1])


def _edges(patch: Patch, into: NDArray[np.float32], *, from_right: bool) -> None:
    """The column of the outermost ink of every row, where there is some."""
    ink = patch > 60
    rows = np.flatnonzero(ink.any(axis=1))
    if from_right:
        into[rows] = patch.shape[1] - 1 - ink[rows, ::-1].argmax(axis=1)
    else:
        into[rows] = ink[rows].argmax(axis=1)
