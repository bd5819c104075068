"""Files of pictures: a folder, a glob, or a text file that lists them."""

import glob
import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from pathlib import Path, PurePosixPath
from typing import Any, overload

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from digitpad.batch.sources import place
from digitpad.batch.sources.part import PART_BYTES, PART_PICTURES, Item
from digitpad.errors import DataError

ENDINGS = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif", ".tif", ".tiff", ".heic", ".avif")
"""What a picture's name ends in. Not all can be read, but those that cannot shall have a row that says so."""

_AT_ONCE = 32
_UNKNOWN_BYTES = 256_000  # what a picture counts as whose size only a journey would tell

File = tuple[str, int, str]
"""The name of a file below its folder, its size in bytes, and what changes with its contents."""


@dataclass(frozen=True)
class Pictures:
    """Files of pictures.

    Attributes:
        root: the absolute path or URL of the folder that the names are relative to.
        names: paths below the root; or absolute paths or URLs.
        witness: the first picture of the source. If it cannot be seen either, the source is out of sight.
    """

    root: str
    names: tuple[str, ...]
    witness: str

    @property
    def num_pictures(self) -> int:
        """How many files there are."""
        return len(self.names)

    def items(self) -> Iterator[Item]:
        """The pictures in the order of their names; one that cannot be read has its error."""
        folder = place.find(self.root)
        is_seen = False
        names = iter(self.names)
        while some := list(islice(names, _AT_ONCE)):
            for name, data in zip(some, place.fetch([_locate(folder, name) for name in some]), strict=True):
                if isinstance(data, Exception) and not is_seen:
                    self._require_witness(folder)
                is_seen = True
                yield _item(name, data)

    def _require_witness(self, folder: tuple[Any, str]) -> None:
        """Raise DataError if the first picture of the source cannot be read either."""
        (data,) = place.fetch([_locate(folder, self.witness)])
        if isinstance(data, Exception):
            raise place.unseen(self.root, data)


@dataclass(frozen=True)
class Listing(Sequence[Pictures]):
    """All pictures of a source by their names, which fill little memory also where there are millions.

    Attributes:
        root: as in `Pictures`.
        names: binary, since a name need not be text.
        starts: int64 (num_parts + 1,), where each part begins.
        witness: as in `Pictures`.
        fingerprint: what changes with the names, sizes and times of change.
    """

    root: str
    names: Any
    starts: NDArray[np.int64]
    witness: str
    fingerprint: str

    def __len__(self) -> int:
        return len(self.starts) - 1

    @overload
    def __getitem__(self, index: int) -> Pictures: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Pictures]: ...
    def __getitem__(self, index: int | slice) -> Pictures | Sequence[Pictures]:
        if isinstance(index, slice):
            return [self[number] for number in range(*index.indices(len(self)))]
        start, stop = self.starts[index : index + 2].tolist()
        return Pictures(self.root, tuple(_texts(self.names[start:stop])), self.witness)


def list_folder(url: str, files: Iterable[File]) -> Listing:
    """Arrange the pictures of a folder or glob, sorted by name.

    Raises:
        DataError: there are none.
    """
    table = _tabulate(files).sort_by("name").combine_chunks()
    if not len(table):
        raise DataError(f"Expected pictures in {url}; no name in it ends in {', '.join(ENDINGS[:4])}.")
    return _arrange(url, table, witness=_texts(table["name"][:1])[0])


def _arrange(root: str, table: Any, witness: str) -> Listing:
    sizes = table["size"].to_numpy()
    starts = cut(sizes)
    digest = hashlib.sha256(sizes.tobytes())
    for start, stop in pairwise(starts.tolist()):
        for column in ("name", "version"):
            digest.update(b"\0".join(table[column][start:stop].to_pylist()) + b"\0")
    return Listing(root, table["name"], starts, witness, digest.hexdigest())


def cut(sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where parts begin, and where the last one ends, for pictures of these sizes in bytes."""
    starts, held = [0], 0
    for index, size in enumerate(sizes.tolist()):
        if index > starts[-1] and (held + size > PART_BYTES or index - starts[-1] == PART_PICTURES):
            starts.append(index)
            held = 0
        held += size
    return np.array([*starts, len(sizes)], np.int64)


def walk(folder: Path) -> Iterator[File]:
    """The pictures in a folder of this machine, at any depth, in no order; hidden files and folders are left out."""
    waiting, known = [folder], set()
    while waiting:
        here = waiting.pop()
        try:
            status = here.stat()
            if (status.st_dev, status.st_ino) in known:  # a link led back
                continue
            known.add((status.st_dev, status.st_ino))
            with os.scandir(here) as entries:
                for entry in entries:
                    if entry.name.startswith("."):
                        continue
                    if entry.is_dir():
                        waiting.append(Path(entry.path))
                    elif is_picture(entry.name):
                        yield _file(entry.path, folder)
        except OSError as error:
            raise DataError(f"Expected a readable folder; {here} cannot be read: {error.strerror}.") from None


def match(pattern: str, root: Path) -> Iterator[File]:
    """The pictures of this machine that a pattern matches, in no order."""
    return (_file(path, root) for path in glob.iglob(pattern, recursive=True) if is_picture(path))  # noqa: PTH207


def is_picture(name: str) -> bool:
    """Whether a name ends like a picture's."""
    return name.lower().endswith(ENDINGS)


def _file(path: str, root: Path) -> File:
    name = os.path.relpath(path, root)
    try:
        status = Path(path).stat()
    except OSError:  # such as a broken link: a row with its error
        return name, 0, ""
    return name, status.st_size, str(status.st_mtime_ns)


def _tabulate(files: Iterable[File]) -> Any:
    """An Arrow table of files, built in pieces so that Python holds few of the names at a time."""
    schema = pa.schema([("name", pa.binary()), ("size", pa.int64()), ("version", pa.binary())])
    rows, batches = iter(files), []
    while some := list(islice(rows, 65_536)):
        names, sizes, versions = zip(*some, strict=True)
        encoded = [[os.fsencode(text) for text in column] for column in (names, versions)]
        batches.append(pa.record_batch([encoded[0], sizes, encoded[1]], schema=schema))
    return pa.Table.from_batches(batches, schema)


def _texts(names: Any) -> list[str]:
    return [os.fsdecode(name) for name in names.to_pylist()]


def _locate(folder: tuple[Any, str], name: str) -> tuple[Any, str]:
    """The file system and path of a name, which may be absolute."""
    if "://" in name:
        return place.find(name)
    files, path = folder
    return files, name if name.startswith("/") or not path else f"{path.rstrip('/')}/{name}"


def _item(name: str, data: bytes | Exception) -> Item:
    key = os.fsencode(name).decode(errors="replace")
    parent = PurePosixPath(name).parent.name
    label = int(parent) if parent in frozenset("0123456789") else None
    if isinstance(data, Exception):
        return Item(key, None, label, f"Expected a readable file; {key} cannot be read: {_reason(data)}.")
    return Item(key, data, label)


def _reason(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) and error.strerror else str(error)) or type(error).__name__
