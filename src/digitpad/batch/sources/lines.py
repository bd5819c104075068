"""CSV files of pixels: a line has 784 of them, and perhaps a label."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from digitpad.batch.sources import part, rows
from digitpad.batch.sources.place import Place
from digitpad.batch.sources.rows import MOST_PIECES, NUM_PIXELS, SAMPLE_ROWS, Row, Rows, to_label, to_square
from digitpad.errors import DataError

_BLOCK_BYTES = 1_000_000
_BOM = b"\xef\xbb\xbf"
_NO_PIXELS = ("", "id", "index", "label", "class", "digit", "target", "y")
"""Names of columns that are often beside the pixels."""

Line = tuple[NDArray[np.float32], int | None]
"""The 784 values of a line, and its label."""


@dataclass(frozen=True)
class Form:
    """What the lines of a file are like.

    Attributes:
        separator: what is between the values.
        num_columns: how many values there are.
        others: the columns that are no pixels.
        label: the one of these that is the true digit, or None.
        white: what stands for white, as from `rows.white`.
    """

    separator: str
    num_columns: int
    others: tuple[int, ...]
    label: int | None
    white: int = 255


@dataclass(frozen=True)
class CsvRows(Rows):
    """Lines of a CSV file.

    Attributes:
        offset: where the first of them begins, in bytes of the decompressed file.
        form: what they are like.
    """

    start: int
    stop: int
    offset: int
    form: Form

    def _rows(self) -> Iterator[Row]:
        with self.file.opened() as file:
            file.seek(self.offset)
            lines = islice(file, self.stop - self.start)
            while some := [line.decode("latin-1") for line in islice(lines, SAMPLE_ROWS)]:
                for known in _parse(some, self.form):
                    if isinstance(known, str):
                        yield None, None, f"Expected {self.form.num_columns} numbers in the line; {known}."
                    else:
                        yield to_square(known[0], self.form.white, known[1])


def plan(file: Place, name: str, labels: str | None) -> list[CsvRows]:
    """Plan the parts of a file, which is read once for it; `labels` is a column by its name, or its number from 0."""
    with rows.planning(file, "CSV"), file.opened() as source:
        offset, form = _look(file, source.readline(), labels)
        source.seek(offset)
        sample = _parse([line.decode("latin-1") for line in islice(source, SAMPLE_ROWS)], form)
        source.seek(offset)
        starts, num_rows = _scan(source, offset)
    form = replace(form, white=rows.white([known[0] for known in sample if not isinstance(known, str)]))
    every = -(-len(starts) // MOST_PIECES) if file.is_gzip else 1
    firsts = range(0, num_rows, every * part.PART_PICTURES)
    return [
        CsvRows(file, name, first, min(first + firsts.step, num_rows), starts[first // part.PART_PICTURES], form)
        for first in firsts
    ]


def _look(file: Place, first: bytes, labels: str | None) -> tuple[int, Form]:
    """Where the rows begin, and what they are like, from the first line."""
    text = first.removeprefix(_BOM).decode("latin-1").rstrip("\r\n")
    separator = max(",;\t", key=text.count)
    cells = next(csv.reader([text], delimiter=separator), [])
    has_names = cells == [str(number) for number in range(len(cells))] or not all(map(_is_number, cells))
    others, label = _choose(file, cells if has_names else [], len(cells), labels)
    offset = len(first) if has_names else len(first) - len(first.removeprefix(_BOM))
    return offset, Form(separator, len(cells), others, label)


def _choose(file: Place, names: list[str], num_columns: int, labels: str | None) -> tuple[tuple[int, ...], int | None]:
    """The columns that are no pixels, and which of them is the label."""
    label = None
    if labels is not None:
        label = names.index(labels) if labels in names else int(labels) if labels.isdecimal() else num_columns
        if label >= num_columns:
            known = f"its columns are {', '.join(names[:5])}, …" if names else "its columns have no names, only numbers"
            raise DataError(f"Expected a column {labels!r} in {file}; {known}.")
    chosen = [] if label is None else [label]
    usual = [column for column, name in enumerate(names) if name.lower() in _NO_PIXELS] if names else [0]
    missing = max(0, num_columns - NUM_PIXELS - len(chosen))
    others = (*chosen, *[column for column in usual if column != label][:missing])
    if num_columns - len(others) != NUM_PIXELS:
        raise DataError(
            f"Expected {NUM_PIXELS} columns of pixels in {file}, and perhaps a label; got {num_columns} columns."
        )
    return others, label


def _parse(lines: Sequence[str], form: Form) -> list[Line | str]:
    """The pixels and labels of lines, or what is wrong with one; to find that, smaller and smaller pieces are tried."""
    if not any(line.strip() for line in lines):
        return ["it is empty"] * len(lines)
    problem = f"got {lines[0].count(form.separator) + 1}"
    try:
        values = _load(lines, form)
        if values.shape == (len(lines), form.num_columns):
            pixels = np.delete(values, np.array(form.others, int), axis=1)
            labels = [None] * len(lines) if form.label is None else map(to_label, values[:, form.label])
            return list(zip(pixels, labels, strict=True))
    except ValueError as error:
        problem = str(error).partition(" at row")[0]
    middle = len(lines) // 2
    return _parse(lines[:middle], form) + _parse(lines[middle:], form) if middle else [problem]


def _load(lines: Sequence[str], form: Form) -> NDArray[np.float32]:
    """The values of lines; a column that is no pixel may hold anything, which is NaN if it is no digit."""
    others: dict[int | str, Any] = dict.fromkeys(form.others, _to_digit)
    values: NDArray[np.float32] = np.loadtxt(
        lines, np.float32, comments=None, delimiter=form.separator, converters=others, ndmin=2, quotechar='"'
    )
    return values


def _to_digit(text: str) -> float:
    label = to_label(text)
    return np.nan if label is None else label


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _scan(file: IO[bytes], start: int) -> tuple[list[int], int]:
    """Where every `PART_PICTURES`th line begins in a file that is at `start`, and the number of lines.

    Empty lines at the end are none.
    """
    starts, position, num_ends, num_lines = [start], start, 0, 0
    while block := file.read(_BLOCK_BYTES):
        ends = np.flatnonzero(np.frombuffer(block, np.uint8) == ord("\n"))
        starts += (position + 1 + ends[(-num_ends - 1) % part.PART_PICTURES :: part.PART_PICTURES]).tolist()
        if text := len(block.rstrip()):
            num_lines = num_ends + int(np.searchsorted(ends, text)) + 1
        num_ends, position = num_ends + len(ends), position + len(block)
    return starts, num_lines
