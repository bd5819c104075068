"""Connections to a database of corrections, and what its errors mean."""

import contextlib
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, text
from sqlalchemy.exc import SQLAlchemyError

from digitpad.corrections import schema, target
from digitpad.errors import KeepingError, MissingPartError, NotKeptError

WAIT_SECONDS = 3.0
"""How long to wait for a lock, or for a connection."""

_LOCK = 0x64696769  # "digi": the key of PostgreSQL's advisory lock, the same for all who write corrections
_SETTINGS = (
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA secure_delete = ON",  # what is deleted is overwritten
)


class Database:
    """An SQLite file or a PostgreSQL database; safe to use from several threads.

    Raises:
        KeepingError: it is another program's, or a newer digitpad's.
        NotKeptError: it cannot be reached just now.
        MissingPartError: the driver is not installed.
    """

    def __init__(self, url: URL, *, must_exist: bool) -> None:
        self._url, self.where = url, target.describe(url)
        with self._explaining():
            if target.is_file(url):
                _check_file(str(url.database), must_exist=must_exist)
            self._engine = _create_engine(url)
            try:
                self._prepare(must_exist=must_exist)
            except BaseException:
                self.close()
                raise

    @contextlib.contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that only reads."""
        with self._explaining(), self._engine.begin() as connection:
            yield connection

    @contextlib.contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction while which nobody else writes; it is on the disk when the context exits without an error."""
        with self._explaining(), self._engine.execution_options(writes=True).begin() as connection:
            yield connection

    def forget(self) -> None:
        """Overwrite or free what was deleted, in the log of what was written too.

        Raises:
            NotKeptError: another process still reads it.
        """
        with self._explaining():
            if target.is_file(self._url):
                self._truncate_log()
                return
            with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text("VACUUM corrections"))

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    def _prepare(self, *, must_exist: bool) -> None:
        """Bring the tables up to the newest schema, also if several processes do so at once."""
        with self.reading() as connection:
            version = schema.find_version(connection)
        if version == schema.VERSION:
            return
        if version is None and must_exist:
            raise KeepingError(f"Expected corrections in {self.where}; none were ever kept there.")
        if target.is_file(self._url):
            self._begin_log()
        with self.writing() as connection:
            if schema.find_version(connection) != schema.VERSION:  # it may have been brought up meanwhile
                schema.bring_up(connection)

    def _begin_log(self) -> None:
        """Switch an SQLite file to a write-ahead log; it does not wait for others by itself."""
        deadline = time.monotonic() + WAIT_SECONDS
        while True:
            try:
                self._run_outside("PRAGMA journal_mode = WAL")
            except sqlite3.OperationalError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)
            else:
                return

    def _truncate_log(self) -> None:
        is_busy, *_ = self._run_outside("PRAGMA wal_checkpoint(TRUNCATE)")
        if is_busy:
            raise NotKeptError(
                f"Expected to erase what was deleted from {self.where}; another program is using it. It is deleted, "
                "but its bytes may remain in the file until you delete it again."
            )

    def _run_outside(self, statement: str) -> Any:
        """Run a statement of SQLite outside of a transaction, and return its row."""
        connection = self._engine.raw_connection()
        try:
            return connection.cursor().execute(statement).fetchone()
        finally:
            connection.close()

    @contextlib.contextmanager
    def _explaining(self) -> Iterator[None]:
        """Turn the errors of the database into NotKeptError."""
        try:
            yield
        except (SQLAlchemyError, sqlite3.Error) as error:
            cause = getattr(error, "orig", None) or error
            said = (str(cause).strip().splitlines() or [type(cause).__name__])[0][:200]
            if password := self._url.password:
                said = said.replace(str(password), "***")
            raise NotKeptError(f"Expected to use {self.where}; it reported: {said}. Try again later.") from None


def _create_engine(url: URL) -> Engine:
    try:
        if not target.is_file(url):
            waits: dict[str, Any] = {"connect_timeout": round(WAIT_SECONDS), "tcp_user_timeout": 5000}
            engine = create_engine(url, pool_pre_ping=True, connect_args=waits)
            event.listen(engine, "begin", _begin_in_postgresql)
            return engine
    except ModuleNotFoundError as error:
        name = str(error.name)
        raise MissingPartError.package(name, "corrections in PostgreSQL", "digitpad[postgresql]") from None
    engine = create_engine(url, pool_timeout=WAIT_SECONDS)
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "begin", _begin_in_sqlite)
    return engine


def _set_up(connection: sqlite3.Connection, _: object) -> None:
    connection.isolation_level = None  # transactions begin below, not where Python guesses
    for setting in (f"PRAGMA busy_timeout = {1000 * WAIT_SECONDS:.0f}", *_SETTINGS):
        connection.execute(setting)


def _begin_in_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE" if _writes(connection) else "BEGIN")


def _begin_in_postgresql(connection: Connection) -> None:
    if _writes(connection):
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {1000 * WAIT_SECONDS:.0f}")
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")


def _writes(connection: Connection) -> bool:
    return bool(connection.get_execution_options().get("writes"))


def _check_file(path: str, *, must_exist: bool) -> None:
    """Refuse a file that is not SQLite's, before SQLite sees it."""
    try:
        with Path(path).open("rb") as file:
            head = file.read(16)
    except FileNotFoundError:
        if must_exist:
            raise KeepingError(f"Expected a file of corrections; {path} does not exist.") from None
        return
    except OSError as error:
        raise KeepingError(f"Expected a file of corrections; {path} cannot be read: {error.strerror}.") from None
    if head and head != b"SQLite format 3\0":
        raise KeepingError(f"Expected a file of corrections, or none yet; {path} is something else.")
