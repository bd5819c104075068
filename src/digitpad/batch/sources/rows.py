"""Rows of a file that hold pictures, whatever the file is: their keys, parts, labels and pixels."""

import contextlib
import zipfile
import zlib
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, NamedTuple, TypeVar

import numpy as np
import pyarrow as pa
from numpy.typing import ArrayLike, NDArray

from digitpad.batch.sources import part, place
from digitpad.batch.sources.part import Item
from digitpad.batch.sources.place import Place
from digitpad.errors import DataError, DigitpadError

T = TypeVar("T")

SIDE_PX, NUM_PIXELS = 28, 784

MOST_PIECES = 8
"""What can only be read from its beginning is cut into no more parts, since each reads past what comes before it."""

SAMPLE_ROWS = 256
"""So many rows tell what stands for white."""

Row = tuple[bytes | NDArray[Any] | None, int | None, str | None]
"""Picture, label and error, as in `Item`."""


@dataclass(frozen=True)
class Rows(ABC):
    """Some rows of a file.

    Attributes:
        file: the file.
        name: what the file is called in keys.
        start: the first row, from 0.
        stop: the row after the last; None where only reading tells.
    """

    file: Place
    name: str
    start: int
    stop: int | None

    @property
    def num_pictures(self) -> int | None:
        """How many rows there are, or None."""
        return None if self.stop is None else self.stop - self.start

    def items(self) -> Iterator[Item]:
        """The pictures in order; where the file is damaged, the rest of the rows have that as their error."""
        number, problem = self.start, "it has fewer rows than before"
        try:
            for picture, label, error in self._rows():
                yield Item(f"{self.name}#{number}", picture, label, error)
                number += 1
        except DigitpadError:
            raise
        except Exception as error:
            if not _is_damage(error):
                raise place.unseen(self.file, error) from error
            problem = f"it is damaged: {error}"
        for lost in range(number, self.stop or number):
            yield Item(f"{self.name}#{lost}", None, None, f"Expected {self.file} to be intact; {problem}.")

    @abstractmethod
    def _rows(self) -> Iterator[Row]:
        """Read the rows, one after another."""


class Piece(NamedTuple):
    """A part of a file that consists of blocks: the blocks, how many of their rows come before, and its rows."""

    blocks: range
    skipped: int
    start: int
    stop: int


def pieces(blocks: Iterable[tuple[int, int]], most: int = MOST_PIECES) -> Iterator[Piece]:
    """Plan parts of a file that consists of blocks, such as record batches, each of which is read from its beginning.

    Args:
        blocks: number of rows and of bytes of each.
        most: into how many parts a block may be cut.
    """
    first, start, stop, held, number = 0, 0, 0, 0, -1
    for number, (num_rows, num_bytes) in enumerate(blocks):
        is_large = num_rows > part.PART_PICTURES or num_bytes > part.PART_BYTES
        is_full = stop - start + num_rows > part.PART_PICTURES or held + num_bytes > part.PART_BYTES
        if stop > start and is_full:
            yield Piece(range(first, number), 0, start, stop)
            first, start, held = number, stop, 0
        stop, held = stop + num_rows, held + num_bytes
        if is_large:
            each = -(-num_rows // _num_pieces(num_rows, num_bytes, most)) or 1
            for at in range(start, stop, each):
                yield Piece(range(number, number + 1), at - start, at, min(at + each, stop))
            first, start, held = number + 1, stop, 0
    if stop > start:
        yield Piece(range(first, number + 1), 0, start, stop)


def _num_pieces(num_rows: int, num_bytes: int, most: int) -> int:
    return min(most, max(-(-num_rows // part.PART_PICTURES), -(-num_bytes // part.PART_BYTES)))


def to_label(value: Any) -> int | None:
    """A digit, from a number or text; None if it is none."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return int(number) if number in range(10) else None


def white(sample: ArrayLike) -> int:
    """What stands for white in pixels of which these are some: 1 if none is larger, or 255."""
    values = np.asarray(sample, np.float64)
    return 1 if values.size and np.nanmax(values, initial=0) <= 1 else 255


def first(values: Iterable[T], most: int = SAMPLE_ROWS) -> list[T]:
    """The first of some values, as far as these can be read of a damaged file."""
    found: list[T] = []
    try:
        found.extend(islice(values, most))
    except Exception as error:
        if not _is_damage(error):
            raise
    return found


def to_row(pixels: NDArray[Any], white: int, label: int | None) -> Row:
    """A row from the pixels of a picture, of any number type, whose values range from 0 to `white`.

    A picture as `drawing.from_array` takes it, uint8 from 0 to 255, is not inverted: the contract that every model
    begins with finds out what is paper.
    """
    if pixels.dtype == np.bool_ or (pixels.dtype == np.uint8 and white == 255):
        return pixels, label, None
    values = pixels.astype(np.float32)
    low, high = float(values.min()), float(values.max())
    if not (low >= 0 and high <= white):  # NaN is neither
        return None, label, f"Expected pixels from 0 to {white}; got {low:g} to {high:g}. Rescale them."
    return np.rint(values * (255 / white)).astype(np.uint8), label, None


def to_square(pixels: NDArray[Any], white: int, label: int | None) -> Row:
    """As `to_row`, from 784 values in any shape."""
    if pixels.size != NUM_PIXELS:
        return None, label, f"Expected {NUM_PIXELS} values, 28 rows of 28; got {pixels.size}."
    return to_row(pixels.reshape(SIDE_PX, SIDE_PX), white, label)


@contextlib.contextmanager
def planning(file: Place, kind: str) -> Iterator[None]:
    """Turn errors about a file and what is in it into DataError."""
    try:
        yield
    except DigitpadError:
        raise
    except Exception as error:
        if not _is_damage(error):
            raise place.unseen(file, error) from error
        raise DataError(f"Expected {kind} in {file}; it is damaged, or something else: {error}.") from None


def _is_damage(error: Exception) -> bool:
    """Whether an error is about what is in a file, not about reaching it."""
    if isinstance(error, OSError):  # pyarrow and gzip raise it too, but not the system's
        return error.errno is None and type(error).__module__ in ("builtins", "gzip")
    return isinstance(error, (pa.ArrowException, EOFError, ValueError, zipfile.BadZipFile, zlib.error))
