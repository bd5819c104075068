"""Where corrections are kept: an SQLite file or a PostgreSQL database."""

from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from digitpad.errors import KeepingError

_POSTGRESQL = {"postgres", "postgresql", "postgresql+psycopg"}


def parse(target: str | Path) -> URL:
    """The database URL of a target.

    Args:
        target: the path of an SQLite file, `sqlite:///PATH`, or `postgresql://USER:PASSWORD@HOST/DATABASE`.

    Raises:
        KeepingError: it is none of these. The message never shows a password.
    """
    if "://" not in str(target):
        return _to_file(Path(target))
    try:
        url = make_url(str(target))
    except (ArgumentError, ValueError):  # ValueError: a port that is no number
        raise KeepingError("Expected a file, or postgresql://USER:PASSWORD@HOST/DATABASE; the URL is none.") from None
    if url.drivername in _POSTGRESQL:
        return url.set(drivername="postgresql+psycopg")
    if url.drivername == "sqlite" and url.database and not url.query and not url.host:
        return _to_file(Path(url.database))
    raise KeepingError(
        f"Expected the path of a file, sqlite:///PATH or postgresql://...; got a URL of {url.drivername!r}."
    )


def describe(url: URL) -> str:
    """Where a database is, for people: the file's name, or that it is PostgreSQL."""
    return Path(url.database or "").name if is_file(url) else "a PostgreSQL database"


def is_file(url: URL) -> bool:
    """Whether a database is an SQLite file."""
    return url.drivername == "sqlite"


def _to_file(path: Path) -> URL:
    if "\0" in str(path) or path.name in ("", ":memory:"):
        raise KeepingError(f"Expected the path of a file to keep corrections in; got {str(path)!r}.")
    if path.is_dir():
        raise KeepingError(f"Expected a file to keep corrections in; {path} is a folder. Name a file in it.")
    if not path.absolute().parent.is_dir():
        raise KeepingError(f"Expected a file in a folder; the folder of {path} does not exist. Create it first.")
    return URL.create("sqlite", database=str(path.absolute()))
