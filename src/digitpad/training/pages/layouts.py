"""Layouts: how digits stand on a page. Each function writes on a sheet and returns the usual height of a digit, px."""

from dataclasses import dataclass

import numpy as np

from digitpad.training.datasets.splits import NOT_A_DIGIT
from digitpad.training.pages import printing
from digitpad.training.pages.chance import Chance
from digitpad.training.pages.sheet import Sheet
from digitpad.training.pages.writing import Writer


def single(sheet: Sheet, writer: Writer, chance: Chance) -> float:
    """One digit, often large and near the middle."""
    most = 0.94 * sheet.side
    size = (
        chance.log_uniform(16, most) if chance.happens(0.25) else chance.log_uniform(max(16, 0.28 * sheet.side), most)
    )
    if not (digit := writer.digit(size)):
        return size
    patch, label = digit
    room = np.array([sheet.side - patch.shape[1], sheet.side - patch.shape[0]])
    if chance.happens(0.5):
        place = room / 2 + chance.rng.normal(0, 0.08 * sheet.side, 2)
    else:
        place = chance.rng.uniform(0, 1, 2) * room
    if chance.happens(0.93):  # otherwise it may run over the edge
        place = np.clip(place, 0, np.maximum(room, 0))
    sheet.write(patch, place[0], place[1], label)
    return float(max(patch.shape))


def rows(sheet: Sheet, writer: Writer, chance: Chance) -> float:
    """Numbers in one row or several, from digits that overlap to digits that stand apart."""
    side = sheet.side
    height = chance.log_uniform(13, min(0.7 * side, 110))
    gap = {
        "overlapping": chance.uniform(-0.08, 0.0),
        "touching": chance.uniform(0.0, 0.1),
        "close": chance.uniform(0.05, 0.35),
        "apart": chance.uniform(0.3, 1.2),
    }[chance.kind(overlapping=0.27, touching=0.28, close=0.28, apart=0.17)]
    slope, lead = chance.normal(0.03) + np.tan(sheet.tilt), chance.uniform(1.1, 2.6)
    y = chance.uniform(0, 0.25) * side
    if is_one := chance.happens(0.45):
        y = chance.uniform(0, max(side - height, 1))
    while y < side - 0.5 * height:
        fitting = side / (height * (0.62 + max(gap, 0)))
        x = chance.uniform(-0.02, 0.35) * side
        while x < side:  # several numbers in a row, with gaps that are wider than those between digits
            count = chance.among(1, max(1, min(12, int(fitting) + 1)))
            x = writer.number(sheet, count, height, (x, y), gap, slope) + chance.uniform(1.2, 4) * height
            if chance.happens(0.6):
                break
        y += lead * height
        if is_one:
            break
    return height


@dataclass(frozen=True)
class _Grid:
    """Cells of a table: where they begin and how wide, high and turned they are, all in px and radians."""

    left: float
    top: float
    width: float
    height: float
    angle: float
    columns: int
    rows: int

    @classmethod
    def random(cls, side: int, tilt: float, chance: Chance) -> "_Grid":
        cell = chance.log_uniform(16, 1.1 * side if chance.happens(0.35) else 0.45 * side)
        aspect = chance.uniform(0.6, 1.6) if chance.happens(0.33) else 1.0
        size = np.array([cell, cell * aspect])
        origin = chance.rng.uniform(-0.9, 0.3, 2) * size
        if size.max() > 0.5 * side:  # one whole cell is inside
            origin = (side - size) * chance.rng.uniform(0, 1, 2)
            origin -= size * np.ceil(np.maximum(origin, 0) / size)
        columns, rows = (int(count) + 2 for count in (side - origin) / size)
        return cls(origin[0], origin[1], size[0], size[1], tilt + chance.normal(0.015), columns, rows)

    def middle(self, column: int, row: int, side: int) -> tuple[float, float]:
        """The middle of a cell, px; the grid is turned around the middle of the page."""
        x, y = self.left + (column + 0.5) * self.width, self.top + (row + 0.5) * self.height
        lean = np.tan(self.angle)
        return x - lean * (y - side / 2), y + lean * (x - side / 2)


def cells(sheet: Sheet, writer: Writer, chance: Chance) -> float:
    """Digits in the cells of a printed table, form or sudoku, some of them printed or letters."""
    side = sheet.side
    grid = _Grid.random(side, sheet.tilt, chance)
    height = min(min(grid.width, grid.height) * chance.uniform(0.38, 0.92), 130.0)
    only_row = chance.below(max(1, grid.rows - 1)) if chance.happens(0.25) else None
    _rule_grid(sheet, grid, only_row, chance)
    filled = chance.uniform(0.3, 1)
    printed = chance.uniform(0.1, 0.6) if chance.happens(0.4) else 0.0
    letters = chance.uniform(0.1, 1) if chance.happens(0.15) else 0.0
    places = [(column, row) for row in range(grid.rows) for column in range(grid.columns) if only_row in (None, row)]
    chance.rng.shuffle(places)
    num_filled = 0
    for column, row in places:
        x, y = grid.middle(int(column), int(row), side)
        is_near = -grid.width / 2 < x < side + grid.width / 2 and -grid.height / 2 < y < side + grid.height / 2
        if not is_near or num_filled > 80 or not chance.happens(filled):
            continue
        num_filled += 1
        size = height * float(np.exp(chance.normal(0.1)))
        if chance.happens(printed):
            printing.number(
                sheet, writer.bank, height * chance.uniform(0.9, 1.3), x - 0.3 * height, y - 0.5 * height, chance
            )
            continue
        if chance.happens(letters):
            patch, label = writer.letter(size, lone=letters < 0.5), NOT_A_DIGIT
        else:
            patch, label = writer.digit(size) or (None, NOT_A_DIGIT)
        if patch is not None:
            x += chance.normal(0.08) * grid.width - patch.shape[1] / 2
            sheet.write(patch, x, y + chance.normal(0.06) * grid.height - patch.shape[0] / 2, label)
    return height


def _rule_grid(sheet: Sheet, grid: _Grid, only_row: int | None, chance: Chance) -> None:
    """Print the lines of a grid, some of every third bolder, or boxes with gaps between them."""
    thickness = max(0.4, chance.log_uniform(0.5, max(0.6, 0.05 * grid.width)))
    bold = chance.uniform(1.5, 3) if chance.happens(0.4) else 1.0
    gap = chance.uniform(0.04, 0.2) * grid.width if chance.happens(0.2) else 0.0
    span = None if only_row is None else (grid.top + only_row * grid.height, grid.top + (only_row + 1) * grid.height)
    for number in range(max(grid.columns, grid.rows) + 1):
        width = thickness * (bold if number % 3 == 0 else 1)
        if only_row is None or number in (only_row, only_row + 1):
            printing.line(sheet.lines, grid.top + number * grid.height, grid.angle, width, is_across=True)
        for x in {grid.left + number * grid.width, grid.left + number * grid.width + gap}:
            printing.line(sheet.lines, x, grid.angle, width, is_across=False, span=span)
    printing.fade(sheet.lines, thickness)


def nothing(sheet: Sheet, writer: Writer, chance: Chance) -> float:
    """No digit: often one large letter, sign or scribble, otherwise only what `clutter` adds."""
    side = sheet.side
    if chance.happens(0.5 if side <= 128 else 0.25):
        size = chance.log_uniform(max(14, 0.3 * side), 0.94 * side)
        kind = chance.kind(letter=0.55, sign=0.3, scribble=0.15)
        patch = {
            "letter": lambda: writer.letter(size, lone=True),
            "sign": lambda: writer.sign(size),
            "scribble": lambda: writer.scribble(size),
        }[kind]()
        if patch is not None:
            room = np.maximum(0, [side - patch.shape[1], side - patch.shape[0]])
            x, y = chance.rng.uniform(0, 1, 2) * room
            sheet.write(patch, x, y, NOT_A_DIGIT)
    return chance.log_uniform(14, min(0.6 * side, 100))
