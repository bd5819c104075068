"""Where a source is: a path or any fsspec URL, opened by whoever reads it."""

import contextlib
import gzip
import socket
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any, cast

from fsspec.core import url_to_fs

from digitpad import drawing
from digitpad.errors import DataError, MissingPartError


def absolute(url: str) -> str:
    """A URL that means the same in every folder; what "zip://*.png::data.zip" is chained to may be a path too."""
    *links, last = url.split("::")
    return url if "://" in last else "::".join([*links, str(Path(last).absolute())])


def find(url: str) -> tuple[Any, str]:
    """The file system of a URL, and the path on it.

    Raises:
        MissingPartError: a package for such URLs is not installed.
        DataError: there are no such URLs, or what the URL is chained to cannot be opened.
    """
    try:
        return cast("tuple[Any, str]", url_to_fs(url))
    except ImportError as error:
        package = str(error).partition("nstall ")[2].split(" ")[0].strip("'\"`,.") or "a package of fsspec"
        raise MissingPartError.package(package, f"{url.partition('://')[0]}:// URLs", package) from None
    except FileNotFoundError:
        raise DataError(f"Expected {url}; what it is chained to does not exist.") from None
    except Exception as error:  # the packages behind fsspec raise almost anything
        raise DataError(f"Expected a path or a URL that fsspec knows; {url} cannot be opened: {error}.") from None


def is_local(files: Any) -> bool:
    """Whether a file system is this machine's."""
    return "file" in (files.protocol if isinstance(files.protocol, tuple) else (files.protocol,))


@contextlib.contextmanager
def opened(url: str) -> Iterator[IO[bytes]]:
    """Open a file to read, decompressed if its name ends in ".gz".

    Raises:
        DataError: it is not there, or cannot be opened here.
    """
    files, path = find(url)
    try:
        file = files.open(path, "rb")
    except Exception as error:
        raise unseen(url, error) from None
    with file:
        if not path.endswith(".gz"):
            yield file
            return
        with gzip.open(file) as plain:
            yield cast("IO[bytes]", plain)


def unseen(url: str, error: Exception) -> DataError:
    """The error that a source cannot be seen on this machine."""
    why = "it is not there" if isinstance(error, FileNotFoundError) else f"it cannot be read: {error}"
    return DataError(
        f"Expected {url} on {socket.gethostname()}; {why}. Every machine must see the source at the same place."
    )


def fetch(places: Sequence[tuple[Any, str]]) -> list[bytes | Exception]:
    """Read whole files, those of one file system together, which is quicker where each takes a journey.

    No file is read beyond what a picture may have.
    """
    found: list[bytes | Exception] = []
    start = 0
    while start < len(places):
        files = places[start][0]
        stop = next((i for i in range(start, len(places)) if places[i][0] is not files), len(places))
        paths = [path for _, path in places[start:stop]]
        found += files.cat_ranges(paths, [0] * len(paths), [drawing.MAX_BYTES + 1] * len(paths), on_error="return")
        start = stop
    return found


def version(info: dict[str, Any]) -> str:
    """The size of a file, and what changes with its contents as far as the file system says."""
    changed = next((info[key] for key in ("mtime", "ETag", "LastModified", "updated", "CRC") if key in info), None)
    return f"{info.get('size')} {changed}"
