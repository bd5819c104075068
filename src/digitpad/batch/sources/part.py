"""What every kind of source is made of: pictures with their keys, in parts that can be read anywhere."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, overload

from numpy.typing import NDArray

PART_BYTES, PART_PICTURES = 16_000_000, 1024
"""A part holds no more than this, unless it is one picture: some seconds of work, and memory that any machine has."""

PART_PAGES = 16
"""Pages in a part: one takes far longer to read than a digit."""


@dataclass(frozen=True, eq=False)
class Item:
    """One picture of a source, or why it cannot be had.

    Attributes:
        key: its path relative to the source, or the file and the row, such as "digits.parquet#17", from 0.
        picture: an encoded picture, or an array as `drawing.from_array` takes; None if there is an error.
        label: the true digit, 0 to 9; None if it is unknown or none of these.
        error: why there is no picture, as a sentence; None if there is one.
    """

    key: str
    picture: bytes | NDArray[Any] | None
    label: int | None = None
    error: str | None = None


class Content(Protocol):
    """What a part is read from: a frozen dataclass, which can be pickled and holds no open file."""

    @property
    def num_pictures(self) -> int | None:
        """How many pictures there are, or None where only reading tells."""

    def items(self) -> Iterator[Item]:
        """The pictures in order, one after another.

        Raises:
            DataError: this machine cannot see the source.
        """


class Contents(Protocol):
    """What the parts of a source are read from, one after another."""

    def __len__(self) -> int: ...
    def __getitem__(self, index: int, /) -> Content: ...


@dataclass(frozen=True)
class Part:
    """A part of a source, which any process on any machine that sees the source can read.

    Attributes:
        number: its place among the parts, from 0.
        content: what it is read from.
    """

    number: int
    content: Content

    @property
    def num_pictures(self) -> int | None:
        """How many pictures it has, or None where only reading tells."""
        return self.content.num_pictures


@dataclass(frozen=True)
class Parts(Sequence[Part]):
    """All parts of a source, made as they are asked for."""

    contents: Contents

    def __len__(self) -> int:
        return len(self.contents)

    @overload
    def __getitem__(self, index: int) -> Part: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Part]: ...
    def __getitem__(self, index: int | slice) -> Part | Sequence[Part]:
        if isinstance(index, slice):
            return [self[number] for number in range(*index.indices(len(self)))]
        number = range(len(self))[index]
        return Part(number, self.contents[number])
