"""A source: the pictures that are to be read, whatever they are kept in, in parts that any machine can read."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from digitpad.batch.sources import pictures, place
from digitpad.batch.sources.part import Item, Part, Parts
from digitpad.errors import DataError

__all__ = ["Item", "Part", "Parts", "Source", "open_source", "read_part"]


@dataclass(frozen=True)
class Source:
    """Pictures that are to be read.

    Attributes:
        parts: together each picture once, in order, in pieces of about 16 MB.
        fingerprint: 64 hex digits that change with the source and with how it is cut into parts.
        num_pictures: how many there are; None where only reading tells.
        has_labels: whether true digits may come with the pictures, so that answers can be evaluated.
        notice: what users must be told about it, or "".
    """

    parts: Parts
    fingerprint: str
    num_pictures: int | None
    has_labels: bool
    notice: str = ""


def open_source(url: str, *, column: str | None = None, labels: str | None = None) -> Source:
    """Find out what a source is, and plan its parts.

    Args:
        url: a path, or a URL for fsspec, of pictures or of files that hold pictures: see `docs/BATCH.md`.
        column: the column or array that holds the pictures; None to find it.
        labels: the column, array or file that holds the true digits; None for none, but folders named by digit are
            labels of what is in them.

    Raises:
        DataError: the source is missing or empty, of no known kind, or damaged, or has no such column.
        MissingPartError: a package for such URLs is not installed.
    """
    place.find(place.absolute(url))
    folder = Path(url).absolute()
    if not folder.is_dir():
        raise DataError(f"Expected a folder; {url} is none.")
    listing = pictures.list_folder(str(folder), pictures.walk(folder))
    return Source(Parts(listing), listing.fingerprint, len(listing.names), has_labels=True)


def read_part(part: Part) -> Iterator[Item]:
    """Read the pictures of a part, in order, opened where this runs.

    Raises:
        DataError: this machine cannot see the source.
    """
    return part.content.items()
