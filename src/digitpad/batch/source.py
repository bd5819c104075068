"""A source: the pictures that are to be read, whatever they are kept in, in parts that any machine can read."""

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from digitpad.batch.sources import arrays, arrow, lines, listing, parquet, part, place
from digitpad.batch.sources.listing import File, Listing
from digitpad.batch.sources.part import Content, Item, Part, Parts
from digitpad.batch.sources.pictures import is_picture
from digitpad.batch.sources.place import Place
from digitpad.errors import DataError

__all__ = ["Item", "Part", "Parts", "Source", "open_source", "read_part"]

_TABLE = re.compile(
    r"(?P<parquet>\.(parquet|pq)$)|(?P<arrow>\.(arrow|feather|ipc)$)|(?P<npz>\.npz$)"
    r"|(?P<idx>(idx3-ubyte|\.idx3?)(\.gz)?$)|(?P<csv>\.[ct]sv(\.gz)?$)"
)
"""What the name of a file ends in that has pictures in its rows."""

_LIST = re.compile(r"\.(txt|lst)(\.gz)?$")
_MAGIC = re.compile(r"[*?\[]")
_KNOWN = (
    "pictures (.png, .jpg, .webp), Parquet, Arrow (.arrow, .feather), .npz, IDX (idx3-ubyte), .csv, or .txt with "
    "a path on each line"
)


@dataclass(frozen=True)
class Source:
    """Pictures that are to be read.

    Attributes:
        parts: together each picture once, in order.
        fingerprint: hex digits that change with the source, with how it is read, and with how it is cut into parts.
        num_pictures: how many there are; None where only reading tells.
        has_labels: whether true digits come with the pictures, so that answers can be evaluated.
        notice: what users must be told about it, or "".
        swept: the folder or pattern all of whose tables are read; None for pictures or a single table.
    """

    parts: Parts
    fingerprint: str
    num_pictures: int | None
    has_labels: bool
    notice: str = ""
    swept: Place | None = None

    def would_read(self, table: Place) -> bool:
        """Whether a table that is written there would be read as one of the source the next time."""
        return self.swept is not None and self.swept.covers(table)

    def of_pages(self) -> "Source":
        """The same with fewer pictures in a part, each of which takes longer to read."""
        contents = self.parts.contents
        return replace(self, parts=Parts(contents.finer(part.PART_PAGES))) if isinstance(contents, Listing) else self


def open_source(url: str, *, column: str | None = None, labels: str | None = None) -> Source:
    """Find out what a source is, and plan its parts.

    Args:
        url: a path, or a URL for fsspec, of pictures or of files with pictures in their rows: see `docs/BATCH.md`.
        column: the column or array of the pictures; None to find it.
        labels: the column, array or file of the true digits; None for none. Pictures in files need none: those in
            folders that are named by a digit are labelled by it.

    Raises:
        DataError: the source is missing, empty, damaged or of no known kind, or has no such column.
        MissingPartError: a package for such URLs is not installed.
    """
    where = Place.of(url)
    try:
        is_there, is_folder = where.files.exists(where.path), where.files.isdir(where.path)
    except Exception as error:  # the packages behind fsspec raise almost anything
        raise place.unseen(where, error) from None
    if is_folder:
        return _open_files(where, where, listing.walk(where), column, labels)
    if not is_there and _MAGIC.search(where.path):
        folder = replace(where, path=_MAGIC.split(where.path)[0] + "x").parent
        if folder.is_local:
            folder.info()  # raises if it is not there
        return _open_files(where, folder, listing.match(where, folder), column, labels)
    info = where.info()
    if _LIST.search(where.name.lower()):
        return _open_pictures(listing.in_list(where), column, labels)
    file = (where.name, info["size"], place.version(info))
    return replace(_open_files(where, where.parent, [file], column, labels), swept=None)


def read_part(part: Part) -> Iterator[Item]:
    """Read the pictures of a part, in order, opened where this runs.

    Raises:
        DataError: this machine cannot see the source.
    """
    return part.content.items()


def _open_files(where: Place, folder: Place, files: Iterable[File], column: str | None, labels: str | None) -> Source:
    """Of some files the pictures, or, where there are none, the files with pictures in their rows."""
    tables: list[File] = []
    others: list[str] = []

    def sort() -> Iterator[File]:
        for file in files:
            if is_picture(file[0]):
                yield file
            elif _TABLE.search(file[0].lower()):
                tables.append(file)
            else:
                others.append(file[0])

    found = listing.tabulate(sort())
    if len(found):
        notice = _left_out([*(name for name, _, _ in tables), *others])
        return replace(_open_pictures(listing.arrange(folder, found), column, labels), notice=notice)
    if tables:
        return replace(_open_tables(folder, sorted(tables), column, labels), notice=_left_out(others), swept=where)
    raise DataError(f"Expected {_KNOWN} at {where}; found {others[0] if others else 'nothing'}.")


def _left_out(names: Sequence[str]) -> str:
    """A sentence about files that are not read, or ""."""
    if len(names) < 2:
        return f"Left out {names[0]}, which is no picture." if names else ""
    return f"Left out {len(names):,} files that are no pictures, such as {names[0]}."


def _open_pictures(found: Listing, column: str | None, labels: str | None) -> Source:
    if column or labels:
        raise DataError(
            f"Expected neither --column nor --labels for files of pictures, such as {found.witness}; got "
            f"{column or labels!r}. Pictures are labelled by the folders that they are in, if these are named 0 to 9."
        )
    return Source(Parts(found), _fingerprint(found.digest), len(found.names), found.has_labels())


def _open_tables(folder: Place, tables: Sequence[File], column: str | None, labels: str | None) -> Source:
    contents = [each for name, _, _ in tables for each in _plan(folder.at(name), name, column, labels)]
    counts = [content.num_pictures for content in contents]
    if not contents:
        raise DataError(f"Expected rows with pictures in {folder.at(tables[0][0])}; there are none.")
    total = None if None in counts else sum(count or 0 for count in counts)
    return Source(Parts(contents), _fingerprint([*tables, column, labels]), total, labels is not None)


def _plan(file: Place, name: str, column: str | None, labels: str | None) -> Sequence[Content]:
    kind = _TABLE.search(file.name.lower())
    match kind and kind.lastgroup:
        case "parquet":
            return parquet.plan(file, name, column, labels)
        case "arrow":
            return arrow.plan(file, name, column, labels)
        case "npz":
            return arrays.plan_npz(file, name, column, labels)
    if column is not None:
        raise DataError(f"Expected no --column for {file}, which has pictures only; got {column!r}.")
    plan = arrays.plan_idx if kind and kind.lastgroup == "idx" else lines.plan
    return plan(file, name, labels)


def _fingerprint(contents: Any) -> str:
    known = repr((contents, part.PART_BYTES, part.PART_PICTURES, part.PART_PAGES))
    return hashlib.sha256(known.encode("utf-8", "surrogateescape")).hexdigest()
