"""The SQLite file of a store, apart from what SQLite does with it."""

import contextlib
import os
from pathlib import Path

from digitpad.errors import KeepingError

_HEAD = b"SQLite format 3\0"


def prepare(path: Path, *, must_exist: bool) -> None:
    """Refuse a file that is not SQLite's, before SQLite sees it; if there is none, make one.

    Raises:
        KeepingError: it is another program's, cannot be read, or does not exist although it must.
    """
    if not must_exist:
        _create(path)
    try:
        with path.open("rb") as file:
            head = file.read(len(_HEAD))
    except FileNotFoundError:
        if must_exist:
            raise KeepingError(f"Expected a file of corrections; {path} does not exist.") from None
        return
    except OSError as error:
        raise KeepingError(f"Expected a file of corrections; {path} cannot be read: {error.strerror}.") from None
    if head and head != _HEAD:
        raise KeepingError(f"Expected a file of corrections, or none yet; {path} is something else.")


def identify(path: Path) -> tuple[int, int] | None:
    """What tells the file at a path from another one that takes its place; None if there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _create(path: Path) -> None:
    """Make an empty file that nobody else can read; SQLite gives the files beside it the same permissions.

    What lies beside it was left by a file that was deleted, and SQLite would take it for this one's.
    """
    with contextlib.suppress(OSError):  # there is one, or none can be made, which SQLite reports too
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        for suffix in ("-wal", "-shm"):
            path.with_name(f"{path.name}{suffix}").unlink(missing_ok=True)
