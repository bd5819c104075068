"""Columns of encoded pictures or of pixels, in whatever kind of table."""

from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import repeat
from typing import Any

import numpy as np
import pyarrow as pa

from digitpad.batch.sources.place import Place
from digitpad.batch.sources.rows import NUM_PIXELS, Row, Rows, to_label, to_square, white
from digitpad.errors import DataError

_MAGIC = (b"\x89PNG", b"\xff\xd8\xff", b"RIFF")
_USUAL_NAMES = ("image", "img", "picture", "pixels")


@dataclass(frozen=True)
class Columns:
    """What is read of a table.

    Attributes:
        pictures: the column of pictures: encoded, or 784 pixels, or Hugging Face's struct of bytes and path.
        labels: the column of true digits, or None.
        white: what stands for white in pixels, as from `rows.white`.
    """

    pictures: str
    labels: str | None
    white: int = 255

    @property
    def names(self) -> list[str]:
        """The columns to be read."""
        return [self.pictures, *([self.labels] if self.labels else [])]


@dataclass(frozen=True)
class TableRows(Rows):
    """Rows of a table.

    Attributes:
        columns: what is read.
        blocks: the row groups or record batches that the rows are in; None for all, where only reading tells.
        skipped: how many rows of these come before.
    """

    columns: Columns
    blocks: range | None
    skipped: int

    @abstractmethod
    def _batches(self) -> Iterator[Any]:
        """The blocks as record batches with at least the columns that are read."""

    def _rows(self) -> Iterator[Row]:
        to_skip, left = self.skipped, self.num_pictures
        for whole in self._batches():
            before = min(to_skip, len(whole))
            batch, to_skip = whole.slice(before, left), to_skip - before
            labels = batch.column(self.columns.labels) if self.columns.labels else repeat(None)
            for picture, label in zip(batch.column(self.columns.pictures), labels, strict=False):
                yield _row(picture, self.columns.white, None if label is None else to_label(label.as_py()))
            left = left and left - len(batch)
            if left == 0:
                return


def choose(file: Place, schema: Any, pictures: str | None, labels: str | None) -> Columns:
    """Choose the columns of a table by name, or the one that looks like pictures.

    Raises:
        DataError: there is no such column, or more than one looks like pictures.
    """
    for name in (pictures, labels):
        if name is not None and name not in schema.names:
            raise DataError(f"Expected a column {name!r} in {file}; its columns are {', '.join(schema.names)}.")
    may_be = [field.name for field in schema if _holds_pictures(field.type)]
    if pictures is None:
        usual = [name for name in _USUAL_NAMES if name in may_be]
        if not usual and len(may_be) != 1:
            found = f"these may be: {', '.join(may_be)}" if may_be else f"of {', '.join(schema.names)} none is"
            raise DataError(f"Expected one column of pictures in {file}; {found}. Choose one with --column.")
        pictures = (usual or may_be)[0]
    elif pictures not in may_be:
        kind = schema.field(pictures).type
        raise DataError(
            f"Expected encoded pictures or lists of {NUM_PIXELS} pixels in {pictures!r} of {file}; got {kind}."
        )
    return Columns(pictures, labels)


def find_white(pictures: Any) -> int:
    """What stands for white in a sample of a column of pictures."""
    if not _is_list(_plain(pictures.type)):
        return 255
    known = [_flat(picture) for picture in pictures if picture.is_valid]
    return white(np.concatenate(known)) if known else 255


def _holds_pictures(kind: Any) -> bool:
    kind = _plain(kind)
    if pa.types.is_struct(kind):
        at = kind.get_field_index("bytes")
        return at >= 0 and _is_binary(kind.field(at).type)
    if not _is_list(kind):
        return _is_binary(kind)
    while _is_list(kind):
        kind = kind.value_type
    return bool(pa.types.is_boolean(kind) or pa.types.is_integer(kind) or pa.types.is_floating(kind))


def _plain(kind: Any) -> Any:
    """The type that an extension type or a dictionary is made of."""
    if isinstance(kind, pa.BaseExtensionType):
        return kind.storage_type
    return kind.value_type if pa.types.is_dictionary(kind) else kind


def _is_binary(kind: Any) -> bool:
    tests = (pa.types.is_binary, pa.types.is_large_binary, pa.types.is_fixed_size_binary, pa.types.is_binary_view)
    return any(test(kind) for test in tests)


def _is_list(kind: Any) -> bool:
    return bool(pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind))


def _row(picture: Any, white: int, label: int | None) -> Row:
    """A row from the scalar of its picture."""
    if isinstance(picture, pa.ExtensionScalar | pa.DictionaryScalar):
        picture = picture.value
    if picture.is_valid and isinstance(picture, pa.StructScalar):
        if not picture["bytes"].is_valid:
            return None, label, f"Expected the bytes of a picture; the row has {picture.as_py()}."
        picture = picture["bytes"]
    if not picture.is_valid:
        return None, label, "Expected a picture; the row has none."
    if isinstance(picture, pa.ListScalar):
        return to_square(_flat(picture), white, label)
    data: bytes = picture.as_py()
    if len(data) == NUM_PIXELS and not data.startswith(_MAGIC):
        return to_square(np.frombuffer(data, np.uint8), 255, label)
    return data, label, None


def _flat(picture: Any) -> Any:
    """The numbers in a list, or in lists of lists."""
    values = (picture.value if isinstance(picture, pa.ExtensionScalar) else picture).values
    while _is_list(values.type):
        values = values.flatten()
    return values.to_numpy(zero_copy_only=False)
