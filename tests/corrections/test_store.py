"""What is added is kept once, found again, and gone when it is deleted; in SQLite and in PostgreSQL."""

import contextlib
import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings

from digitpad.corrections import store
from digitpad.corrections.correction import Answer, Correction
from digitpad.corrections.store import Filter, Store
from digitpad.errors import InputError, NotKeptError, StoreFullError
from tests.corrections.samples import corrections, sample
from tests.postgresql import Cluster

MARK = "mark-of-what-was-deleted"
MARKED = b"\x89PNG" + MARK.encode() * 2000
"""A picture large enough for pages of its own."""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "kept.sqlite"


@pytest.fixture
def in_file(file: Path) -> Iterator[Store]:
    with contextlib.closing(store.open(file)) as opened:
        yield opened


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=10, deadline=None)
@given(corrections())
def test_what_is_kept_is_what_was_added(kept: Store, made: Correction) -> None:
    kept.remove_all()
    kept.add(made)
    assert kept.get(made.id) == made


def test_an_id_is_kept_once(kept: Store) -> None:
    assert kept.add(sample())
    assert not kept.add(sample(truth="8", session="6" * 32))
    assert list(kept.iterate()) == [sample()]


def test_the_newest_come_first_in_pages(kept: Store) -> None:
    same = {"made": sample().made}  # the id decides
    made = [*(sample(number, **same) for number in range(4)), *(sample(number) for number in range(4, 10))]
    for each in reversed(made):
        kept.add(each)
    found: list[Correction] = []
    listing = kept.list(limit=3)
    while listing.next:
        assert (len(listing.corrections), listing.total) == (3, 10)
        found += listing.corrections
        kept.remove(listing.corrections[-1].id)  # the page goes on behind what was deleted
        listing = replace(kept.list(after=listing.next, limit=3), total=10)
    assert [*found, *listing.corrections] == made[::-1]


def test_large_ones_come_in_smaller_pages(kept: Store) -> None:
    for number in range(4):
        kept.add(sample(number, picture=bytes(3_000_000)))
    listing = kept.list()
    assert [len(listing.corrections), listing.total] == [2, 4]
    assert len(kept.list(after=listing.next).corrections) == 2
    assert len(list(kept.iterate())) == 4


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        (Filter(truth="7"), [0, 1]),
        (Filter(truth="19\n84"), [3]),
        (Filter(answer=""), [1]),
        (Filter(status="number"), [3]),
        (Filter(session="6" * 32), [2]),
        (Filter(model="other"), [2, 3]),
        (Filter(truth="7", status="digit", model="dbcfb7810e97"), [0]),
        (Filter(truth="it's"), []),
    ],
)
def test_filters(kept: Store, chosen: Filter, expected: list[int]) -> None:
    for each in (
        sample(0),
        sample(1, answer=Answer("not a digit", "", 0.5)),
        sample(2, truth="not a digit", session="6" * 32, model="other"),
        sample(3, truth="19\n84", answer=Answer("number", "19\n34", 0), model="other"),
    ):
        kept.add(each)
    listing = kept.list(chosen)
    assert [int(each.id, 16) for each in listing.corrections] == expected[::-1]
    assert listing.total == kept.count(chosen) == len(expected)


@pytest.mark.parametrize("cursor", ["", "x", "1", "1.", ".5", "1.'", "9" * 30 + ".0", "٣.0", "1.\0"])
def test_a_cursor_that_is_none(in_file: Store, cursor: str) -> None:
    with pytest.raises(InputError, match="Expected `next` of a listing"):
        in_file.list(after=cursor)


def test_sessions_are_deleted_as_a_whole(kept: Store) -> None:
    for number in range(6):
        kept.add(sample(number, session=f"{number % 2:032x}"))
    assert kept.remove_session("0" * 32) == 3
    assert {each.session for each in kept.iterate()} == {f"{1:032x}"}
    assert kept.remove_session("0" * 32) == 0
    assert kept.remove_all() == 3
    assert kept.count() == 0


def test_number_and_bytes_are_limited(target: str) -> None:
    with contextlib.closing(store.open(target, most=3, most_bytes=10_000)) as kept:
        kept.add(sample(0, picture=bytes(9_000), strokes=None))
        with pytest.raises(StoreFullError, match="3 corrections or 0 MB"):
            kept.add(sample(1, picture=bytes(1_001), strokes=None))
        kept.add(sample(1, picture=bytes(1_000), strokes=None))
        assert not kept.add(sample(0))  # kept already, so it needs no room
        kept.remove(sample(0).id)
        kept.add(sample(2, picture=b"x"))
        kept.add(sample(3, picture=b"x"))
        with pytest.raises(StoreFullError):
            kept.add(sample(4, picture=b"x", session="9" * 32))
        assert kept.count() == 3


def test_the_limit_holds_for_many_writers(target: str) -> None:
    stores = [store.open(target, most=10) for _ in range(4)]
    refused = threading.Semaphore(0)

    def write(writer: int) -> None:
        for number in range(5):
            try:
                stores[writer].add(sample(writer * 100 + number))
            except StoreFullError:
                refused.release()

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(write, range(4)))
    assert stores[0].count() == 10
    assert refused._value == 10
    for each in stores:
        each.close()


def contents(file: Path) -> bytes:
    return b"".join(path.read_bytes() for path in file.parent.glob(f"{file.name}*"))


@pytest.mark.parametrize("way", ["one", "session", "all"])
def test_nothing_remains_in_the_file_of_what_was_deleted(in_file: Store, file: Path, way: str) -> None:
    for number in range(3):
        in_file.add(sample(number))
    marked = sample(7, picture=MARKED, session="6" * 32, model=MARK, strokes=(((0.5, 123456.75),),))
    in_file.add(marked)
    assert MARK.encode() in contents(file)
    assert b"123456.75" in contents(file)
    match way:
        case "one":
            assert in_file.remove(marked.id)
        case "session":
            assert in_file.remove_session(marked.session) == 1
        case _:
            assert in_file.remove_all() == 4
    left = contents(file)  # while it is open still
    assert not [part for part in (MARK.encode(), b"123456.75", marked.id.encode(), b"6" * 32) if part in left]


def test_what_could_not_be_erased_is_when_it_is_deleted_again(
    in_file: Store, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_file.add(sample(picture=MARKED))
    with contextlib.closing(sqlite3.connect(file)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM corrections").fetchone()
        monkeypatch.setattr("digitpad.corrections.database.WAIT_SECONDS", 0.0)
        with pytest.raises(NotKeptError, match="its bytes may remain"):
            store.open(file).remove(sample().id)
    assert MARK.encode() in contents(file)
    assert not in_file.remove(sample().id)
    assert MARK.encode() not in contents(file)


def test_who_deletes_what_is_not_there_makes_no_work(in_file: Store, file: Path) -> None:
    in_file.add(sample(0))
    in_file.add(sample(1))
    in_file.remove(sample(0).id)
    with contextlib.closing(sqlite3.connect(file)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM corrections").fetchone()
        in_file.add(sample(2))  # so that there is a log
        assert in_file.remove(sample(0).id) == 0
        assert in_file.remove_session("6" * 32) == 0


def test_several_are_deleted_at_once(kept: Store) -> None:
    for number in range(4):
        kept.add(sample(number, session=f"{number // 2:032x}"))
    assert kept.remove(*(sample(number).id for number in (0, 1, 2, 2, 9))) == 3
    assert [each.id for each in kept.iterate()] == [sample(3).id]
    assert kept.add(sample(0, session=f"{0:032x}"))


def test_what_is_refused_at_the_last_moment_is_not_kept(kept: Store) -> None:
    def refuse() -> None:
        raise NotKeptError("No.")

    with pytest.raises(NotKeptError, match="No"):
        kept.add(sample(), check=refuse)
    assert kept.count() == 0


def test_postgresql_frees_what_was_deleted(postgresql: Cluster) -> None:
    target = postgresql.create()
    with contextlib.closing(store.open(target)) as kept:
        kept.add(sample())
        kept.remove_all()
    with psycopg.connect(target) as connection:
        sizes = connection.execute("SELECT pg_relation_size('corrections'), pg_relation_size('sessions')").fetchone()
    assert sizes == (0, 0)


def test_a_locked_file_is_told_and_used_again(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("digitpad.corrections.database.WAIT_SECONDS", 0.05)
    with contextlib.closing(store.open(file)) as kept:
        with contextlib.closing(sqlite3.connect(file)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(NotKeptError, match=r"Expected to use kept\.sqlite; it reported: database is locked"):
                kept.add(sample())
            assert kept.count() == 0  # reading goes on
        assert kept.add(sample())


def test_a_database_that_comes_back_is_used_again(postgresql: Cluster) -> None:
    target = postgresql.create()
    with contextlib.closing(store.open(target)) as kept:
        kept.add(sample(0))
        postgresql.stop()
        with pytest.raises(NotKeptError, match="Expected to use a PostgreSQL database; it reported"):
            kept.add(sample(1))
        with pytest.raises(NotKeptError):
            store.open(target)
        postgresql.start()
        assert kept.add(sample(1))
        assert kept.count() == 2


def test_nobody_waits_for_ever_for_a_lock_in_postgresql(postgresql: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("digitpad.corrections.database.WAIT_SECONDS", 0.05)
    target = postgresql.create()
    with contextlib.closing(store.open(target)) as kept:
        with psycopg.connect(target) as other:
            other.execute("LOCK TABLE corrections IN ACCESS EXCLUSIVE MODE")
            for work in (lambda: kept.add(sample()), kept.count):
                with pytest.raises(NotKeptError, match="lock timeout"):
                    work()
        assert kept.add(sample())
