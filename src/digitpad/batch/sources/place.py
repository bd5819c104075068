"""Where a source is: a file or folder on any file system that fsspec knows, opened by whoever reads it."""

import contextlib
import gzip
import socket
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from itertools import groupby
from pathlib import Path
from typing import IO, Any, cast

from fsspec.core import url_to_fs

from digitpad import drawing
from digitpad.errors import DataError, MissingPartError


@dataclass(frozen=True)
class Place:
    """A file or folder, which may not be there.

    Attributes:
        files: a file system of fsspec. It can be pickled, and is opened anew in another process.
        path: the path on it, absolute if it is this machine's.
    """

    files: Any
    path: str

    @classmethod
    def of(cls, url: str) -> "Place":
        """The place that a path or URL means; it may be chained, as "zip://*.png::data.zip" is.

        Raises:
            MissingPartError: a package for such URLs is not installed.
            DataError: there are no such URLs, or what the URL is chained to cannot be opened.
        """
        *links, last = url.split("::")
        last = last if "://" in last else str(Path(last).absolute())
        try:
            return cls(*url_to_fs("::".join([*links, last])))
        except ImportError:
            package = f"fsspec[{last.partition('://')[0].replace('https', 'http')}]"
            raise MissingPartError.package(package, url, package) from None
        except FileNotFoundError:
            raise DataError(f"Expected a source at {url}; {last} does not exist.") from None
        except Exception as error:  # the packages behind fsspec raise almost anything
            raise DataError(f"Expected a path or a URL that fsspec knows; {url} cannot be opened: {error}.") from None

    def __str__(self) -> str:
        """The path if it is this machine's, or a URL."""
        return self.path if self.is_local else str(self.files.unstrip_protocol(self.path))

    @property
    def is_local(self) -> bool:
        """Whether this is on a file system of this machine."""
        protocol = self.files.protocol
        return "file" in (protocol if isinstance(protocol, tuple) else (protocol,))

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rstrip("/").rpartition("/")[2]

    @property
    def parent(self) -> "Place":
        """The folder that this is in."""
        return replace(self, path=self.path.rstrip("/").rpartition("/")[0] or ("/" if self.is_local else ""))

    def covers(self, other: "Place") -> bool:
        """Whether something is in this folder, at any depth, or matches this pattern."""
        ours, theirs = (str(Path(it.path).resolve()) if it.is_local else it.path.rstrip("/") for it in (self, other))
        is_inside = theirs.startswith(f"{ours}/") or fnmatchcase(theirs, ours)
        return is_inside and self.files.protocol == other.files.protocol

    def at(self, name: str) -> "Place":
        """What a name means in this folder: something below it, or a path or URL of its own."""
        if "://" in name:
            return Place.of(name)
        if name.startswith("/") or not self.path:
            return replace(self, path=name)
        return replace(self, path=f"{self.path.rstrip('/')}/{name}")

    def info(self) -> dict[str, Any]:
        """What the file system says of it.

        Raises:
            DataError: it is not there, or cannot be looked at.
        """
        try:
            return cast("dict[str, Any]", self.files.info(self.path))
        except Exception as error:
            raise unseen(self, error) from None

    @contextlib.contextmanager
    def opened(self) -> Iterator[IO[bytes]]:
        """The file, open to read, and decompressed if its name ends in ".gz".

        Raises:
            DataError: it is not there, or cannot be opened.
        """
        try:
            file = self.files.open(self.path, "rb")
        except Exception as error:
            raise unseen(self, error) from None
        with file, gzip.open(file) if self.is_gzip else contextlib.nullcontext(file) as plain:
            yield cast("IO[bytes]", plain)

    @property
    def is_gzip(self) -> bool:
        """Whether the file is compressed as a whole, so that it can only be read from its beginning."""
        return self.path.endswith(".gz")


def unseen(where: Place, error: Exception) -> DataError:
    """The error that a source cannot be seen by this machine."""
    why = "it is not there" if isinstance(error, FileNotFoundError) else f"it cannot be read: {reason(error)}"
    return DataError(f"Expected to see {where} on {socket.gethostname()}; {why}.")


def reason(error: Exception) -> str:
    """Why something could not be read, in a few words."""
    return (error.strerror if isinstance(error, OSError) and error.strerror else str(error)) or type(error).__name__


def fetch(folder: Place, names: Sequence[str]) -> list[bytes | Exception]:
    """Read whole files, those of one file system together, which is quicker where each takes a journey.

    Args:
        folder: what the names are relative to.
        names: as for `Place.at`.

    Returns:
        What is in each, but no more than a little above what a picture may be long; or why it cannot be read.
    """
    places = [_find(folder, name) for name in names]
    found: list[bytes | Exception] = []
    for files, group in groupby(places, key=lambda some: some.files if isinstance(some, Place) else None):
        some = list(group)
        if files is None:
            found += [error for error in some if isinstance(error, DataError)]
            continue
        paths = [place.path for place in some if isinstance(place, Place)]
        starts, ends = [0] * len(some), [drawing.MAX_BYTES + 1] * len(some)
        found += files.cat_ranges(paths, starts, ends, on_error="return")
    return found


def _find(folder: Place, name: str) -> Place | DataError:
    """What a name means in a folder, or why it means nothing."""
    try:
        return folder.at(name)
    except DataError as error:
        return error


def version(info: dict[str, Any]) -> str:
    """What changes with the contents of a file, as far as its file system says."""
    known = (info[key] for key in ("mtime", "ETag", "LastModified", "updated", "CRC") if key in info)
    return f"{info.get('size')} {next(known, None)}"
