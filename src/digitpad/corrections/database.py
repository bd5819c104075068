"""Connections to a database of corrections, and what its errors mean."""

import contextlib
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, text
from sqlalchemy.exc import SQLAlchemyError

from digitpad.corrections import file, schema, target
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
        self._url, self._must_exist, self.where = url, must_exist, target.describe(url)
        self._path = Path(str(url.database)) if target.is_file(url) else None
        self._opening, self._erasing = threading.Lock(), threading.Lock()
        self._leaves_bytes = True  # nobody knows what the last process left
        self._open()

    @contextlib.contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that only reads."""
        self._follow()
        with self._begin(writes=False) as connection:
            yield connection

    @contextlib.contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction while which nobody else writes; it is on the disk when the context exits without an error."""
        self._follow()
        with self._begin(writes=True) as connection:
            yield connection

    def forget(self, *, deleted: bool) -> None:
        """Overwrite or free what was deleted, in the log of what was written too.

        Args:
            deleted: whether something was deleted now; if not, only what an earlier attempt left is erased.

        Raises:
            NotKeptError: another process still reads it.
        """
        with self._erasing, self._explaining():
            if not (deleted or self._leaves_bytes):
                return  # whoever deletes what is not there must not make work
            self._leaves_bytes = True
            if self._path:
                self._truncate_log()
            else:
                with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                    connection.execute(text("VACUUM corrections, sessions"))
            self._leaves_bytes = False

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    def _open(self) -> None:
        with self._explaining():
            if self._path:
                file.prepare(self._path, must_exist=self._must_exist)
            self._opened = self._path and file.identify(self._path)
            self._engine = _create_engine(self._url)
            try:
                self._prepare()
            except BaseException:
                self._opened = None
                self.close()
                raise

    @contextlib.contextmanager
    def _begin(self, *, writes: bool) -> Iterator[Connection]:
        with self._explaining(), self._engine.execution_options(writes=writes).begin() as connection:
            yield connection

    def _follow(self) -> None:
        """Open an SQLite file anew if it was deleted or replaced; what is written to the old one would be lost."""
        if self._path is None:
            return
        with self._opening:
            if self._opened is None or file.identify(self._path) != self._opened:
                if self._opened:
                    with contextlib.suppress(SQLAlchemyError, sqlite3.Error):
                        # what is in the log goes to the old file, so that it does not come into the new one
                        self._run_outside("PRAGMA wal_checkpoint(TRUNCATE)")
                self._opened = None
                self.close()
                self._open()

    def _prepare(self) -> None:
        """Bring the tables up to the newest schema, also if several processes do so at once."""
        with self._begin(writes=False) as connection:
            version = schema.find_version(connection)
        if version is None and self._must_exist:
            raise KeepingError(f"Expected corrections in {self.where}; none were ever kept there.")
        if self._path:
            self._begin_log()  # also if it has tables: a copy may have lost its log
        if version == schema.VERSION:
            return
        with self._begin(writes=True) as connection:
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
            event.listen(engine, "connect", _set_up_postgresql)
            event.listen(engine, "begin", _begin_in_postgresql)
            return engine
    except ModuleNotFoundError as error:
        name = str(error.name)
        raise MissingPartError.package(name, "corrections in PostgreSQL", "digitpad[postgresql]") from None
    engine = create_engine(url, pool_timeout=WAIT_SECONDS)
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_in_sqlite)
    return engine


def _set_up_postgresql(connection: Any, _: object) -> None:
    connection.execute(f"SET lock_timeout = {1000 * WAIT_SECONDS:.0f}")
    connection.commit()


def _set_up_sqlite(connection: sqlite3.Connection, _: object) -> None:
    connection.isolation_level = None  # transactions begin below, not where Python guesses
    for setting in (f"PRAGMA busy_timeout = {1000 * WAIT_SECONDS:.0f}", *_SETTINGS):
        connection.execute(setting)


def _begin_in_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE" if _writes(connection) else "BEGIN")


def _begin_in_postgresql(connection: Connection) -> None:
    if _writes(connection):
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")


def _writes(connection: Connection) -> bool:
    return bool(connection.get_execution_options().get("writes"))
