"""Arrays of pictures: IDX files, plain or gzipped, and the arrays of `.npz` files."""

import contextlib
import zipfile
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import repeat
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from digitpad.batch.sources import rows
from digitpad.batch.sources.place import Place
from digitpad.batch.sources.rows import MOST_PIECES, NUM_PIXELS, Row, Rows, to_label, to_row, to_square
from digitpad.errors import DataError
from digitpad.training.datasets import idx

BELONGING = "labels"
"""Asks for the labels that belong to the pictures by their name: y_train to x_train, for example."""

_BLOCK_BYTES = 1_000_000

Opened = tuple[IO[bytes], np.dtype[Any], tuple[int, ...]]
"""A file at its first row, the type of its numbers, and the shape of all rows together."""


@dataclass(frozen=True)
class Array(ABC):
    """An array in a file, whose first axis are the rows.

    Attributes:
        file: the file that it is in.
    """

    file: Place

    def __str__(self) -> str:
        return str(self.file)

    @abstractmethod
    def opened(self) -> contextlib.AbstractContextManager[Opened]:
        """Open it to read.

        Raises:
            DataError: there is no such array here, or not of rows of numbers.
        """

    def read(self, start: int, stop: int) -> Iterator[NDArray[Any]]:
        """Read rows, one after another.

        Raises:
            EOFError: there are fewer.
        """
        with self.opened() as (file, kind, shape):
            row_bytes = kind.itemsize * int(np.prod(shape[1:]))
            file.seek(start * row_bytes, 1)
            at_once = max(1, _BLOCK_BYTES // row_bytes)
            for first in range(start, stop, at_once):
                wanted = min(at_once, stop - first)
                data = file.read(wanted * row_bytes)
                num_whole = len(data) // row_bytes
                yield from np.frombuffer(data, kind, num_whole * row_bytes // kind.itemsize).reshape(-1, *shape[1:])
                if num_whole < wanted:
                    raise EOFError("it is cut short")

    def shape(self) -> tuple[int, ...]:
        """The shape of all rows together; errors are as in `opened`."""
        with self.opened() as (_, _, shape):
            return shape


@dataclass(frozen=True)
class IdxArray(Array):
    """What an IDX file holds: images of 3 dimensions, or labels of 1."""

    num_dimensions: int

    @contextlib.contextmanager
    def opened(self) -> Iterator[Opened]:
        """As `Array.opened`."""
        with self.file.opened() as file:
            header = file.read(4 + 4 * self.num_dimensions)
            yield file, np.dtype(np.uint8), idx.read_shape(header, self.file, num_dimensions=self.num_dimensions)


@dataclass(frozen=True)
class NpzArray(Array):
    """An array of an `.npz` file, by its name."""

    name: str

    def __str__(self) -> str:
        return f"{self.name} of {self.file}"

    @contextlib.contextmanager
    def opened(self) -> Iterator[Opened]:
        """As `Array.opened`."""
        with self.file.opened() as file, zipfile.ZipFile(file) as members, members.open(f"{self.name}.npy") as member:
            is_first = npy.read_magic(member) == (1, 0)
            shape, by_column, kind = (npy.read_array_header_1_0 if is_first else npy.read_array_header_2_0)(member)
            if by_column or kind.kind not in "biuf" or not shape:
                raise DataError(
                    f"Expected rows of numbers, one after another, in {self}; got {kind} {shape}"
                    f"{', column by column' if by_column else ''}. Save it as such."
                )
            yield member, kind, shape


@dataclass(frozen=True)
class ArrayRows(Rows):
    """Rows of an array.

    Attributes:
        pictures: the array of pictures.
        labels: the array of labels, of as many rows; or None.
        white: what stands for white, as from `rows.white`.
    """

    pictures: Array
    labels: Array | None
    white: int
    start: int
    stop: int

    def _rows(self) -> Iterator[Row]:
        labels = self.labels.read(self.start, self.stop) if self.labels else repeat(None)
        for picture, label in zip(self.pictures.read(self.start, self.stop), labels, strict=False):
            digit = None if label is None else to_label(label)
            if picture.ndim == 1:
                yield to_square(picture, self.white, digit)
            else:  # PyTorch puts the one channel first
                yield to_row(picture[0] if picture.ndim == 3 and len(picture) == 1 else picture, self.white, digit)


def plan_idx(file: Place, name: str, labels: str | None) -> list[ArrayRows]:
    """Plan the parts of an IDX file; `labels` is the file of labels, relative to its folder, or `BELONGING`."""
    pictures, known = IdxArray(file, 3), None
    with rows.planning(file, "IDX"):
        shape = pictures.shape()
        if not file.is_gzip:
            idx.check_size(file.info()["size"], shape, file)
    if labels is not None:
        beside = file.name.replace("images", "labels").replace("idx3", "idx1") if labels == BELONGING else labels
        known = IdxArray(file.parent.at(beside), 1)
    return list(_plan(pictures, known, name, most=MOST_PIECES if file.is_gzip else None))


def plan_npz(file: Place, name: str, column: str | None, labels: str | None) -> list[ArrayRows]:
    """Plan the parts of the array of an `.npz` file that is named, or of all that may be pictures."""
    with rows.planning(file, ".npz"), file.opened() as data, zipfile.ZipFile(data) as members:
        names = [member.removesuffix(".npy") for member in members.namelist()]
    for wanted in (column, None if labels == BELONGING else labels):
        if wanted is not None and wanted not in names:
            raise DataError(f"Expected an array {wanted!r} in {file}; its arrays are {', '.join(names)}.")
    chosen = [column] if column else [each for each in names if _may_be_pictures(NpzArray(file, each))]
    if not chosen:
        raise DataError(
            f"Expected an array of pictures, (n, height, width) or (n, 784), in {file}; got {', '.join(names)}."
        )
    if len(chosen) > 1 and labels not in (None, BELONGING):
        raise DataError(
            f"Expected labels of {', '.join(chosen)} in {file}; {labels!r} cannot be those of all. Choose one with "
            f"--column, or write --labels {BELONGING}, which takes y_train for x_train."
        )
    planned: list[ArrayRows] = []
    for each in chosen:
        known = _belonging(each) if labels == BELONGING else labels
        if known is not None and (known == each or known not in names):
            raise DataError(f"Expected labels that belong to {each} in {file}; its arrays are {', '.join(names)}.")
        called = name if len(chosen) == 1 else f"{name}/{each}"
        planned += _plan(NpzArray(file, each), NpzArray(file, known) if known else None, called, most=MOST_PIECES)
    return planned


def _plan(pictures: Array, labels: Array | None, name: str, most: int | None) -> Iterator[ArrayRows]:
    with rows.planning(pictures.file, "an array of pictures"):
        num_rows, *picture = pictures.shape()
        if not all(picture):
            raise DataError(f"Expected pictures of some pixels in {pictures}; got {(num_rows, *picture)}.")
        sample = rows.first(pictures.read(0, num_rows))
    if labels:
        with rows.planning(labels.file, "labels of the pictures"):
            if labels.shape() != (num_rows,):
                raise DataError(f"Expected {num_rows:,} labels in {labels}, one a picture; found {labels.shape()}.")
    white = rows.white(sample)
    row_bytes = int(np.prod(picture)) * (sample[0].itemsize if sample else 1)
    for _, _, start, stop in rows.pieces([(num_rows, num_rows * row_bytes)], most or num_rows):
        yield ArrayRows(pictures.file, name, start, stop, pictures, labels, white)


def _may_be_pictures(array: Array) -> bool:
    try:
        shape = array.shape()
    except DataError:
        return False
    return len(shape) in (3, 4) or (len(shape) == 2 and shape[1] == NUM_PIXELS)


def _belonging(name: str) -> str:
    """The name of the labels that belong to an array: y_train to x_train, train_labels to train_images."""
    if "images" in name:
        return name.replace("images", "labels")
    return {"x": "y", "X": "y"}.get(name[0], name[0]) + name[1:]
