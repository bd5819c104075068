"""The real sets in DIGITPAD_DATA: numbers written with a pen, pictures of pages, and pictures of one digit.

They are other people's, for measuring only: nothing is trained on them or chosen by them, and no picture of them may be
written into the project.
"""

import csv
import io
import itertools
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from bench.pages.answers import LABELS, Box
from digitpad.errors import DataError
from digitpad.strokes import Stroke

KINDS = {
    "photo-paper": "photo of one digit on paper",
    "digit cut from a photo": "digit cut from a photo",
    "sudoku cell with its lines": "sudoku cell with its lines",
    "sudoku cell, inside the lines": "sudoku cell, inside the lines",
    "600 dpi form cell with its printed frame": "form cell with its frame",
    "600 dpi form cell, inside the lines": "form cell, inside the lines",
    "32px pencil cell": "pencil scan, 32 px",
    "paint": "paint program",
    "28x28-png": "28x28 file",
    "printed sudoku digit with its lines": "printed digit with its lines",
    "printed sudoku digit, inside the lines": "printed digit, inside the lines",
    "no digit": "no digit",
}
"""What the page calls the kinds of single pictures, by their `sub`, or `kind` where there is none."""

Found = TypeVar("Found")


@dataclass(frozen=True, eq=False)
class Number:
    """A number that someone wrote on a tablet.

    Attributes:
        label: what it says.
        strokes: float64 (num_points, 2) each, x to the right, y down.
        has_signs: whether there are signs among the digits, as in a date.
    """

    label: str
    strokes: list[Stroke]
    has_signs: bool


@dataclass(frozen=True)
class TrueDigit:
    """A digit on a page.

    Attributes:
        label: "0" to "9".
        box: its ink, px.
        line: which of the page's lines it is in; None for none.
        is_printed: whether it is print, which a reader may read or leave.
    """

    label: str
    box: Box
    line: int | None = None
    is_printed: bool = False


@dataclass(frozen=True)
class Truth:
    """What is on a page.

    Attributes:
        digits: every digit.
        lines: groups of digits, as text.
        ignored: areas where answers do not count, px.
    """

    digits: tuple[TrueDigit, ...]
    lines: tuple[str, ...] = ()
    ignored: tuple[Box, ...] = ()


@dataclass(frozen=True)
class RealPage:
    """A picture of a page.

    Attributes:
        path: the file.
        kind: what it shows, such as "form".
        has_print: whether it shows printed text instead of digits.
        truth: what is on it.
    """

    path: Path
    kind: str
    has_print: bool
    truth: Truth


@dataclass(frozen=True)
class Single:
    """A picture of one digit, or of something else.

    Attributes:
        data: the file's contents.
        kind: as in `KINDS`.
        label: "0" to "9"; None if it shows no digit.
    """

    data: bytes
    kind: str
    label: str | None


@dataclass(frozen=True, eq=False)
class Sets:
    """The three sets."""

    numbers: list[Number]
    pages: list[RealPage]
    singles: list[Single]


def load(folder: Path) -> Sets:
    """Read all sets, pictures of pages excepted.

    Raises:
        DataError: one is missing or damaged.
    """
    return Sets(
        _guarded(folder / "pen" / "numbers.npz", _numbers),
        _guarded(folder / "pages" / "truth.json", _pages),
        _guarded(folder / "singles.zip", _singles),
    )


def _guarded(path: Path, read: Callable[[Path], list[Found]]) -> list[Found]:
    if not path.is_file():
        raise DataError(
            "Expected DIGITPAD_DATA to name a folder with pen/numbers.npz, pages/truth.json beside pages/pics/, and "
            f"singles.zip; there is no {path}. Copy it there."
        )
    try:
        return read(path)
    except Exception as error:  # archives that are damaged raise almost anything
        raise DataError(f"Expected numbers, pages or pictures in {path}; it cannot be read: {error!r}.") from None


def _numbers(path: Path) -> list[Number]:
    with path.open("rb") as file, np.load(file, allow_pickle=False) as members:
        fields = dict(members)  # each member is decompressed on every access
    lines = np.split(fields["points"].astype(np.float64), fields["stroke_offset"][1:-1])
    parts = itertools.pairwise(fields["sample_offset"].tolist())
    return [
        Number(str(label), lines[start:end], str(kind) == "signs")
        for label, kind, (start, end) in zip(fields["label"], fields["kind"], parts, strict=True)
    ]


def _pages(path: Path) -> list[RealPage]:
    found = []
    for entry in json.loads(path.read_text()):
        picture = path.parent / "pics" / entry["file"]
        if not picture.is_file():
            raise FileNotFoundError(f"there is no {picture}")
        digits = tuple(
            TrueDigit(str(digit["label"]), _box(digit["box"]), digit.get("line"), bool(digit.get("printed")))
            for digit in entry["digits"]
        )
        truth = Truth(digits, tuple(entry["lines"]), tuple(map(_box, entry.get("ignore", ()))))
        found.append(RealPage(picture, entry["kind"], bool(entry.get("printed_text")), truth))
    return found


def _box(values: Any) -> Box:
    left, top, width, height = map(float, values)
    return left, top, width, height


def _singles(path: Path) -> list[Single]:
    with zipfile.ZipFile(path) as archive:
        [table] = [name for name in archive.namelist() if Path(name).name == "truth.csv"]
        rows = csv.DictReader(io.StringIO(archive.read(table).decode()))
        return [
            Single(
                archive.read(str(Path(table).parent / row["file"])),
                KINDS[row["sub"] or row["kind"]],
                row["truth"] if row["truth"] in LABELS else None,
            )
            for row in rows
        ]
