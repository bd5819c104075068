"""A store of corrections, in an SQLite file or a PostgreSQL database."""

import json
from collections.abc import Callable, Iterator, Set
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, delete, exists, func, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite

from digitpad.corrections import target as targets
from digitpad.corrections.correction import Answer, Correction
from digitpad.corrections.database import Database
from digitpad.corrections.tables import corrections, sessions
from digitpad.errors import InputError, StoreFullError

MOST, MOST_BYTES = 100_000, 1_000_000_000
"""How many corrections a store holds, and how many bytes of pictures and strokes."""

_MOST_LISTED_BYTES = 8_000_000
_BATCH = 200
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Filter:
    """Which corrections are meant; None for all.

    Attributes:
        truth: what it was.
        answer: the text that was read.
        status: the status of what was read.
        session: the session's id.
        model: the model that read it.
    """

    truth: str | None = None
    answer: str | None = None
    status: str | None = None
    session: str | None = None
    model: str | None = None


ALL = Filter()


@dataclass(frozen=True)
class Listing:
    """Some of the corrections in a store.

    Attributes:
        corrections: the corrections.
        total: how many there are in all, with the same filter.
        next: what to pass as `after` for those that follow; None if there are none.
    """

    corrections: tuple[Correction, ...]
    total: int
    next: str | None


def open(  # noqa: A001
    target: str | Path, *, most: int = MOST, most_bytes: int = MOST_BYTES, must_exist: bool = False
) -> "Store":
    """Open a store, and make or upgrade its tables where needed.

    Args:
        target: the path of an SQLite file, `sqlite:///PATH`, or `postgresql://USER:PASSWORD@HOST/DATABASE`.
        most: number of corrections that it may hold.
        most_bytes: bytes of pictures and strokes that it may hold.
        must_exist: whether to refuse a target where nothing was ever kept.

    Raises:
        KeepingError: the target is none, or belongs to another program or a newer digitpad.
        NotKeptError: the database cannot be reached just now.
        MissingPartError: the driver for PostgreSQL is not installed.
    """
    return Store(Database(targets.parse(target), must_exist=must_exist), most, most_bytes)


class Store:
    """Corrections in a database; safe to use from several threads, but not across a fork: open one in each process.

    Every method raises NotKeptError if the database is locked, full or away just now.

    Attributes:
        where: where it is, for people: the file's name, or "a PostgreSQL database".
    """

    def __init__(self, database: Database, most: int, most_bytes: int) -> None:
        self._database, self._most, self._most_bytes = database, most, most_bytes
        self.where = database.where

    def add(self, correction: Correction, *, check: Callable[[], None] = lambda: None) -> bool:
        """Keep a correction; when this returns, it is on the disk.

        Args:
            correction: the correction.
            check: called once nobody else can write; an error that it raises is raised here, and nothing is kept.

        Returns:
            Whether it is new; False if one with its id is kept already, which stays as it is.

        Raises:
            StoreFullError: the store holds as much as it may.
        """
        row = _to_row(correction)
        with self._database.writing() as connection:
            check()
            insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
            connection.execute(insert(sessions).values(id=correction.session).on_conflict_do_nothing())
            adding = insert(corrections).values(row).on_conflict_do_nothing()
            added = connection.execute(adding, execution_options={"preserve_rowcount": True}).rowcount
            if added:
                self._check_room(connection)  # the error takes back what was inserted
            else:
                _drop_empty_sessions(connection, {correction.session})
        return bool(added)

    def get(self, id: str) -> Correction | None:  # noqa: A002
        """The correction with an id; None if there is none."""
        with self._database.reading() as connection:
            row = connection.execute(select(corrections).where(corrections.c.id == id)).first()
        return None if row is None else _to_correction(row)

    def list(self, chosen: Filter = ALL, *, after: str | None = None, limit: int = 50) -> Listing:
        """List corrections, newest first.

        Args:
            chosen: which ones.
            after: `next` of the listing before; None for the first.
            limit: the most to list; fewer are listed where they are large.

        Raises:
            InputError: `after` is not from a listing.
        """
        with self._database.reading() as connection:
            total = connection.execute(_where(select(func.count()).select_from(corrections), chosen)).scalar_one()
            found, cursor = _read_batch(connection, chosen, after, limit, newest_first=True)
        return Listing(found, total, cursor)

    def batch(self, *, after: str | None = None) -> Listing:
        """Some corrections, oldest first, as for `list`; to go through all without holding many in memory."""
        with self._database.reading() as connection:
            found, cursor = _read_batch(connection, ALL, after, _BATCH, newest_first=False)
        return Listing(found, len(found), cursor)

    def iterate(self) -> Iterator[Correction]:
        """All corrections, oldest first; those that come and go meanwhile may or may not be among them."""
        listing = self.batch()
        yield from listing.corrections
        while listing.next:
            listing = self.batch(after=listing.next)
            yield from listing.corrections

    def count(self, chosen: Filter = ALL) -> int:
        """How many corrections there are."""
        with self._database.reading() as connection:
            return int(connection.execute(_where(select(func.count()).select_from(corrections), chosen)).scalar_one())

    def remove(self, *ids: str) -> int:
        """Delete corrections for good, all or none, and return how many there were."""
        with self._database.writing() as connection:
            chosen = corrections.c.id.in_(ids)
            found = connection.execute(select(corrections.c.session).where(chosen)).scalars().all()
            if found:
                connection.execute(delete(corrections).where(chosen))
                _drop_empty_sessions(connection, set(found))
        self._database.forget(deleted=bool(found))
        return len(found)

    def remove_session(self, session: str) -> int:
        """Delete a session with all of its corrections for good, and return their number."""
        return self._remove_sessions(sessions.c.id == session, corrections.c.session == session)

    def remove_all(self) -> int:
        """Delete everything for good, and return how many corrections there were."""
        return self._remove_sessions()

    def close(self) -> None:
        """Close the connections to the database."""
        self._database.close()

    def _remove_sessions(self, *which: ColumnElement[bool]) -> int:
        of_sessions, of_corrections = which[:1], which[1:]
        with self._database.writing() as connection:
            count = connection.execute(delete(corrections).where(*of_corrections)).rowcount
            connection.execute(delete(sessions).where(*of_sessions))
        self._database.forget(deleted=count > 0)
        return count

    def _check_room(self, connection: Connection) -> None:
        count, num_bytes = connection.execute(
            select(func.count(), func.coalesce(func.sum(corrections.c.num_bytes), 0)).select_from(corrections)
        ).one()
        if count > self._most or num_bytes > self._most_bytes:
            raise StoreFullError(
                f"Expected room in {self.where}; it holds as much as it may: {self._most:,} corrections or "
                f"{self._most_bytes / 1e6:,.0f} MB of drawings. Raise the limit, or delete some."
            )


def _drop_empty_sessions(connection: Connection, ids: Set[str]) -> None:
    is_used = exists().where(corrections.c.session == sessions.c.id)
    connection.execute(delete(sessions).where(sessions.c.id.in_(ids), ~is_used))


def _read_batch(
    connection: Connection, chosen: Filter, after: str | None, limit: int, *, newest_first: bool
) -> tuple[tuple[Correction, ...], str | None]:
    """Some corrections in order, and the cursor for those that follow: as many as the limits on number and bytes allow.

    Sizes come first, so that few large rows are never in memory with many others.
    """
    place = (corrections.c.made_ms, corrections.c.id)
    sizes = _where(select(*place, corrections.c.num_bytes), chosen)
    if after is not None:
        last = tuple_(*_parse_cursor(after))
        sizes = sizes.where(tuple_(*place) < last if newest_first else tuple_(*place) > last)
    order = [column.desc() if newest_first else column.asc() for column in place]
    found = connection.execute(sizes.order_by(*order).limit(limit + 1)).all()
    count, num_bytes = 0, 0
    for row in found[:limit]:
        num_bytes += row.num_bytes
        if count and num_bytes > _MOST_LISTED_BYTES:
            break
        count += 1
    if not count:
        return (), None
    ids = [row.id for row in found[:count]]
    rows = connection.execute(select(corrections).where(corrections.c.id.in_(ids)).order_by(*order))
    end = found[count - 1]
    return tuple(map(_to_correction, rows)), f"{end.made_ms}.{end.id}" if len(found) > count else None


def _parse_cursor(cursor: str) -> tuple[int, str]:
    made_ms, _, last = cursor.partition(".")
    digits = made_ms.removeprefix("-")
    if not (digits.isascii() and digits.isdecimal() and len(digits) < 18 and last.isascii() and last.isalnum()):
        raise InputError(f"Expected `next` of a listing as `after`; got {cursor[:60]!r}.")
    return int(made_ms), last


def _where(statement: Select[Any], chosen: Filter) -> Select[Any]:
    columns = {
        corrections.c.truth: chosen.truth,
        corrections.c.text: chosen.answer,
        corrections.c.status: chosen.status,
        corrections.c.session: chosen.session,
        corrections.c.model: chosen.model,
    }
    return statement.where(and_(True, *(column == value for column, value in columns.items() if value is not None)))


def _to_row(correction: Correction) -> dict[str, Any]:
    strokes = correction.strokes
    text = None if strokes is None else json.dumps(strokes, separators=(",", ":"))
    return {
        "id": correction.id,
        "session": correction.session,
        "made_ms": (correction.made - _EPOCH) // timedelta(milliseconds=1),
        "truth": correction.truth,
        "status": correction.answer.status,
        "text": correction.answer.text,
        "confidence": correction.answer.confidence,
        "model": correction.model,
        "picture": correction.picture,
        "strokes": text,
        "num_bytes": len(correction.picture) + len(text or ""),
    }


def _to_correction(row: Row[Any]) -> Correction:
    strokes = json.loads(row.strokes or "null")
    return Correction(
        id=row.id,
        session=row.session,
        made=_EPOCH + timedelta(milliseconds=row.made_ms),
        truth=row.truth,
        answer=Answer(row.status, row.text, row.confidence),
        model=row.model,
        picture=row.picture,
        strokes=None if strokes is None else tuple(tuple((x, y) for x, y in stroke) for stroke in strokes),
    )
