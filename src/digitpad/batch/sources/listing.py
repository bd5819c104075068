"""Finding pictures by the million: what is in a folder, matches a pattern or stands in a list, in little memory."""

import glob
import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from digitpad.batch.sources import part, place
from digitpad.batch.sources.pictures import Pictures
from digitpad.batch.sources.place import Place
from digitpad.errors import DataError

File = tuple[str, int, str]
"""The name of a file, its size in bytes, and what changes with its contents."""

_UNKNOWN_BYTES = 256_000
"""What a picture counts as whose size only a journey would tell."""

_SCHEMA = pa.schema([("name", pa.binary()), ("size", pa.int64()), ("version", pa.binary())])  # a name need not be text


@dataclass(frozen=True)
class Listing:
    """All pictures of a source by their names, in parts.

    Attributes:
        folder: what the names are relative to.
        names: an Arrow array, binary.
        starts: where each part begins among the names, and where the last ends.
        witness: as in `Pictures`.
        digest: what changes with the names and the contents of the files.
    """

    folder: Place
    names: Any
    starts: Sequence[int]
    witness: str | None
    digest: str

    def __len__(self) -> int:
        return len(self.starts) - 1

    def __getitem__(self, index: int) -> Pictures:
        start, stop = self.starts[index], self.starts[index + 1]
        return Pictures(self.folder, tuple(_texts(self.names[start:stop])), self.witness)

    def finer(self, most: int) -> "Listing":
        """The same pictures in parts of no more than so many."""
        starts = [at for start, stop in pairwise(self.starts) for at in range(start, stop, most)]
        return replace(self, starts=[*starts, self.starts[-1]])

    def has_labels(self) -> bool:
        """Whether any picture is in a folder that is named by a digit."""
        return bool(pc.any(pc.match_substring_regex(self.names, "(^|/)[0-9]/[^/]*$")).as_py())


def arrange(folder: Place, table: Any) -> Listing:
    """Arrange the pictures of a folder or pattern, a table as from `tabulate`, by their names."""
    table = table.sort_by("name").combine_chunks()
    return _arrange(folder, table, _witness(folder, table))


def in_list(file: Place) -> Listing:
    """The pictures whose paths or URLs stand in a text file, one a line, relative to the folder of that file.

    Raises:
        DataError: the file is empty or cannot be read, or none of the first pictures can.
    """
    with file.opened() as lines:
        names = (line.strip(b"\r\n") for line in lines)
        table = tabulate(_looked_up(file.parent, (os.fsdecode(name) for name in names if name.strip())))
    if not len(table):
        raise DataError(f"Expected paths of pictures in {file}, one a line; it is empty.")
    witness = _witness(file.parent, table)
    if witness is None:
        num_tried, first = min(len(table), part.PART_PICTURES), _texts(table["name"][:1])[0]
        raise DataError(
            f"Expected paths of pictures in {file}, relative to its folder; none of the first {num_tried:,} can be "
            f"read, not {first!r}. Write absolute paths, or move the list."
        )
    return _arrange(file.parent, table.combine_chunks(), witness)


def walk(folder: Place) -> Iterator[File]:
    """The files in a folder, at any depth, in no order; hidden files and folders are left out.

    Raises:
        DataError: a folder cannot be read.
    """
    if folder.is_local:
        yield from _walk(folder.path)
        return
    for path, info in folder.files.find(folder.path, detail=True).items():
        yield path.removeprefix(folder.path).lstrip("/"), info["size"] or 0, place.version(info)
    folder.files.invalidate_cache()  # it may hold a million names


def match(pattern: Place, folder: Place) -> Iterator[File]:
    """The files that a pattern matches, by their names below a folder, in no order."""
    if pattern.is_local:
        for path in glob.iglob(pattern.path, recursive=True):  # noqa: PTH207 (Path's knows no hidden files)
            if not Path(path).is_dir():
                yield _file(path, folder.path)
        return
    for path, info in pattern.files.glob(pattern.path, detail=True).items():
        if info["type"] == "file":
            yield path.removeprefix(folder.path).lstrip("/"), info["size"] or 0, place.version(info)


def cut(sizes: Sequence[int]) -> list[int]:
    """Where parts begin, and where the last one ends, for pictures of these sizes in bytes."""
    starts, held = [0], 0
    for index, size in enumerate(sizes):
        if index > starts[-1] and (held + size > part.PART_BYTES or index - starts[-1] == part.PART_PICTURES):
            starts.append(index)
            held = 0
        held += size
    return [*starts, len(sizes)]


def tabulate(files: Iterable[File]) -> Any:
    """An Arrow table of files, built in pieces so that few of the names are Python's at a time."""
    rows, batches = iter(files), []
    while some := list(islice(rows, 8192)):
        names, sizes, versions = zip(*some, strict=True)
        columns = [[os.fsencode(name) for name in names], sizes, [version.encode() for version in versions]]
        batches.append(pa.record_batch(columns, schema=_SCHEMA))
    return pa.Table.from_batches(batches, _SCHEMA)


def _witness(folder: Place, table: Any) -> str | None:
    """The first of some pictures that can be read."""
    first = _texts(table["name"][: part.PART_PICTURES])
    return next((name for name in first if isinstance(place.fetch(folder, [name])[0], bytes)), None)


def _arrange(folder: Place, table: Any, witness: str | None) -> Listing:
    sizes = table["size"].to_numpy()
    starts, digest = cut(sizes.tolist()), hashlib.sha256(sizes)
    for start, stop in pairwise(starts):
        for column in ("name", "version"):
            digest.update(b"\0".join(table[column][start:stop].to_pylist()) + b"\0")
    return Listing(folder, table["name"], starts, witness, digest.hexdigest())


def _walk(root: str) -> Iterator[File]:
    waiting, known = [root], set()
    while waiting:
        here = waiting.pop()
        try:
            status = Path(here).stat()
            if (status.st_dev, status.st_ino) in known:  # a link leads back
                continue
            known.add((status.st_dev, status.st_ino))
            with os.scandir(here) as entries:
                for entry in entries:
                    if entry.name.startswith("."):
                        continue
                    if entry.is_dir():
                        waiting.append(entry.path)
                    else:
                        yield _file(entry.path, root)
        except OSError as error:
            raise DataError(f"Expected a readable folder; {here} cannot be read: {error.strerror}.") from None


def _file(path: str, root: str) -> File:
    name = path.removeprefix(root).lstrip("/")
    try:
        status = Path(path).stat()
    except (OSError, ValueError):  # such as a link to nowhere: a row with its error
        return name, 0, ""
    return name, status.st_size, str(status.st_mtime_ns)


def _looked_up(folder: Place, names: Iterable[str]) -> Iterator[File]:
    """Names with the sizes of those that are on this machine; of others only a journey would tell."""
    for name in names:
        if folder.is_local and "://" not in name:
            yield name, *_file(folder.at(name).path, folder.path)[1:]
        else:
            yield name, _UNKNOWN_BYTES, ""


def _texts(names: Any) -> list[str]:
    return [os.fsdecode(name) for name in names.to_pylist()]
