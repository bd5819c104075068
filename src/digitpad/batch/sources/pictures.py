"""Files of pictures, by their names below a folder."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import PurePosixPath

from digitpad.batch.sources import place
from digitpad.batch.sources.part import Item
from digitpad.batch.sources.place import Place

ENDINGS = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif", ".tif", ".tiff", ".heic", ".avif")
"""What a picture's name ends in. Some kinds cannot be read, but then shall have a row that says so."""

DIGITS = frozenset("0123456789")
_AT_ONCE = 32


@dataclass(frozen=True)
class Pictures:
    """Files of pictures.

    Attributes:
        folder: what the names are relative to.
        names: paths below the folder; or absolute paths or URLs.
        witness: one that could be read when the source was opened; None if none could. If it cannot be read any more,
            the source is out of sight.
    """

    folder: Place
    names: tuple[str, ...]
    witness: str | None

    @property
    def num_pictures(self) -> int:
        """How many files there are."""
        return len(self.names)

    def items(self) -> Iterator[Item]:
        """The pictures in order; one that cannot be read has its error, unless the whole source is out of sight."""
        is_seen = False
        names = iter(self.names)
        while some := list(islice(names, _AT_ONCE)):
            for name, data in zip(some, place.fetch(self.folder, some), strict=True):
                if isinstance(data, Exception) and not is_seen and self.witness is not None:
                    self._require(self.witness)
                is_seen = True
                yield _item(name, data)

    def _require(self, witness: str) -> None:
        (data,) = place.fetch(self.folder, [witness])
        if isinstance(data, Exception):
            raise place.unseen(self.folder, data)


def is_picture(name: str) -> bool:
    """Whether a name ends like a picture's."""
    return name.lower().endswith(ENDINGS)


def key(name: str) -> str:
    """A name as text, which names of files need not be."""
    return os.fsencode(name).decode(errors="backslashreplace")


def _item(name: str, data: bytes | Exception) -> Item:
    parent = PurePosixPath(name).parent.name
    label = int(parent) if parent in DIGITS else None
    if isinstance(data, Exception):
        why = f"Expected a readable file; {key(name)} cannot be read: {place.reason(data)}."
        return Item(key(name), None, label, why)
    return Item(key(name), data, label)
