"""The pen data: characters that people wrote on tablets, as strokes, with their writers. Never trained on.

It is used for evaluation. However, mistakes on it guided the choice of the styles that are generated, and it helped to
select the shipped model from several finished ones.
"""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitpad.errors import DataError
from digitpad.strokes import Stroke

CLEAR = frozenset("AEFHKMNPRWXfhkmnwx#$%&@?+=~^<>*")
"""Characters that cannot pass for a digit; many of the others (o, l, Z, S, g, b, ...) can."""

_FILES = ("digits", "other")


@dataclass(frozen=True, eq=False)
class Characters:
    """Handwritten characters.

    Attributes:
        labels: for digits, uint8 (num_characters,), 0 to 9; for others, str (num_characters,).
        donors: str (num_characters,), the collection that each came from.
        writers: int16 (num_characters,), number of the writer.
        categories: str (num_characters,), "1a" for digits, "1b" capital letter, "1c" small letter, "1d" symbol.
        strokes: for each character, in the order of writing, float64 (num_points, 2), x to the right, y down.
    """

    labels: NDArray[Any]
    donors: NDArray[np.str_]
    writers: NDArray[np.int16]
    categories: NDArray[np.str_]
    strokes: list[list[Stroke]]

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True, eq=False)
class Pen:
    """The whole set: digits, and other characters, which a digit reader should reject."""

    digits: Characters
    others: Characters


def is_in(folder: str | Path) -> bool:
    """Whether a folder contains pen data in its `pen/`."""
    return all(path.is_file() for path in files(folder))


def files(folder: str | Path) -> list[Path]:
    """Where a folder has its pen data, if it has any."""
    return [Path(folder) / "pen" / f"{name}.npz" for name in _FILES]


def load(pen: Path) -> Pen:
    """Read the pen data from its folder.

    Raises:
        DataError: a file is damaged or lacks a field, or no other character is in `CLEAR`.
    """
    known = Pen(*(_read(pen / f"{name}.npz") for name in _FILES))
    if CLEAR.isdisjoint(known.others.labels.tolist()):
        clear = "".join(sorted(CLEAR))
        raise DataError(f"Expected some of {clear}, which are clearly not digits, in {pen / 'other.npz'}; it has none.")
    return known


def sample(writers: NDArray[np.int16], count: int) -> NDArray[np.int64]:
    """Choose characters so that all writers, and with them all donors, are represented nearly equally.

    Args:
        writers: int16 (num_characters,).
        count: how many to choose.

    Returns:
        Indices, int64 (count,), the same on every call. A smaller count gives the beginning of a larger one.
    """
    shuffled = np.random.default_rng(0).permutation(len(writers))
    turns = np.empty(len(writers), np.int64)
    for writer in np.unique(writers):
        mine = shuffled[writers[shuffled] == writer]
        turns[mine] = np.arange(len(mine))
    return shuffled[np.argsort(turns[shuffled], kind="stable")][:count]


def _read(path: Path) -> Characters:
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as members:
            fields = dict(members)  # each member is decompressed on every access
        return Characters(
            labels=fields["label"],
            donors=fields["donor"],
            writers=fields["writer"],
            categories=fields.get("category", np.full(len(fields["label"]), "1a")),
            strokes=_strokes(fields),
        )
    except Exception as error:  # NumPy may raise almost anything on a damaged archive
        raise DataError(f"Expected the pen data in {path}; it cannot be read: {error}. Copy it again.") from None


def _strokes(fields: Mapping[str, NDArray[Any]]) -> list[list[Stroke]]:
    points = fields["points"].astype(np.float64)
    lines = np.split(points, fields["stroke_offset"][1:-1])
    return [lines[start:end] for start, end in itertools.pairwise(fields["sample_offset"].tolist())]
