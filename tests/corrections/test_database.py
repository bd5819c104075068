"""Tables are made and upgraded once, whoever opens a database first, and nobody else's file is touched."""

import contextlib
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text

from digitpad.corrections import schema, store, tables
from digitpad.corrections.target import parse
from digitpad.errors import KeepingError, NotKeptError
from tests.corrections.samples import sample
from tests.postgresql import Cluster

MIGRATIONS = Path(schema.__file__).parent / "migrations"
VERSION_1 = Path(__file__).with_name("version-1.sql")


def test_the_migrations_lead_to_the_tables_that_are_used(target: str) -> None:
    store.open(target).close()
    engine = create_engine(parse(target))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": schema.VERSION_TABLE})
        assert compare_metadata(context, tables.metadata) == []
    engine.dispose()
    assert ScriptDirectory(str(MIGRATIONS)).get_current_head() == str(schema.VERSION)


def test_a_file_of_version_1_is_read(tmp_path: Path) -> None:
    """Written by the first digitpad that kept corrections, as SQL; every later one must read it."""
    path = tmp_path / "kept.sqlite"
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.executescript(VERSION_1.read_text())
    with contextlib.closing(store.open(path)) as kept:
        assert list(kept.iterate()) == [sample(picture=b"\x89PNG")]
        assert kept.add(sample(1))


def test_a_newer_schema_is_refused(target: str) -> None:
    store.open(target).close()
    engine = create_engine(parse(target))
    with engine.begin() as connection:
        connection.execute(text(f"UPDATE {schema.VERSION_TABLE} SET version_num = '99'"))
    engine.dispose()
    with pytest.raises(KeepingError, match=r"with schema \d+ or below; got schema 99. Update digitpad."):
        store.open(target)


@pytest.mark.parametrize("mode", ["DELETE", "WAL"])
def test_a_file_of_another_program_is_left_as_it_was(tmp_path: Path, mode: str) -> None:
    path = tmp_path / "places.sqlite"
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA journal_mode = {mode}")
        connection.execute("CREATE TABLE places (id INTEGER)")
        connection.commit()
    before = path.read_bytes()
    with pytest.raises(KeepingError, match=r"another program's tables, such as 'places', and was left as it is"):
        store.open(path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_is_no_database_is_left_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear Ada")
    with pytest.raises(KeepingError, match=r"letter.txt is something else"):
        store.open(path)
    assert path.read_text() == "Dear Ada"


def test_a_damaged_file_is_told(tmp_path: Path) -> None:
    path = tmp_path / "kept.sqlite"
    path.write_bytes(b"SQLite format 3\0" + b"x" * 5000)
    with pytest.raises(NotKeptError, match=r"Expected to use kept\.sqlite; it reported: file is not a database"):
        store.open(path)


def test_a_database_may_have_tables_of_others_under_other_names(postgresql: Cluster) -> None:
    shared = postgresql.create()
    with psycopg.connect(shared) as connection:
        connection.execute("CREATE TABLE places (id INTEGER)")
    store.open(shared).close()
    taken = postgresql.create()
    with psycopg.connect(taken) as connection:
        connection.execute("CREATE TABLE sessions (id INTEGER)")
    with pytest.raises(KeepingError, match="such as 'sessions'"):
        store.open(taken)


def test_nothing_is_made_where_something_must_exist(tmp_path: Path, postgresql: Cluster) -> None:
    with pytest.raises(KeepingError, match="does not exist"):
        store.open(tmp_path / "kept.sqlite", must_exist=True)
    assert not list(tmp_path.iterdir())
    with pytest.raises(KeepingError, match="none were ever kept there"):
        store.open(postgresql.create(), must_exist=True)


def test_an_empty_file_becomes_a_store(tmp_path: Path) -> None:
    path = tmp_path / "kept.sqlite"
    path.touch()
    with contextlib.closing(store.open(path)) as kept:
        assert kept.add(sample())


def test_nobody_else_on_the_machine_can_read_the_files(tmp_path: Path) -> None:
    with contextlib.closing(store.open(tmp_path / "kept.sqlite")) as kept:
        kept.add(sample())
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert modes == {"kept.sqlite": 0o600, "kept.sqlite-wal": 0o600, "kept.sqlite-shm": 0o600}


def test_a_copy_without_a_log_gets_one(tmp_path: Path) -> None:
    path = tmp_path / "kept.sqlite"
    store.open(path).close()
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
    store.open(path).close()
    with contextlib.closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


@pytest.mark.parametrize("leftovers", [True, False])
def test_a_file_that_is_deleted_under_a_store_is_made_anew(tmp_path: Path, *, leftovers: bool) -> None:
    path = tmp_path / "kept.sqlite"
    with contextlib.closing(store.open(path)) as kept, contextlib.closing(store.open(path)) as other:
        kept.add(sample(0))
        for each in [path] if leftovers else list(tmp_path.iterdir()):
            each.unlink()
        assert kept.count() == 0
        assert kept.add(sample(1))
        assert other.add(sample(2))
        with contextlib.closing(store.open(path)) as third:
            assert list(third.iterate()) == [sample(1), sample(2)]


def test_a_file_that_is_replaced_under_a_store_is_opened_anew(tmp_path: Path) -> None:
    path, moved, replacing = tmp_path / "kept.sqlite", tmp_path / "moved.sqlite", tmp_path / "replacing.sqlite"
    with contextlib.closing(store.open(replacing)) as made:
        made.add(sample(5))
    with contextlib.closing(store.open(path)) as kept:
        kept.add(sample(0))
        path.rename(moved)
        replacing.rename(path)
        assert kept.add(sample(6))
        assert list(kept.iterate()) == [sample(5), sample(6)]
    for file, expected in ((path, [sample(5), sample(6)]), (moved, [sample(0)])):
        with contextlib.closing(store.open(file)) as kept:
            assert list(kept.iterate()) == expected


def test_a_file_of_another_program_in_its_place_is_left_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "kept.sqlite"
    with contextlib.closing(store.open(path)) as kept:
        path.unlink()
        path.write_text("Dear Ada")
        for _ in range(2):
            with pytest.raises(KeepingError, match="is something else"):
                kept.add(sample())
        assert path.read_text() == "Dear Ada"
        path.unlink()
        assert kept.add(sample())


OPEN = """
import sys
from digitpad.corrections import store
print(flush=True)
sys.stdin.readline()
store.open(sys.argv[1]).close()
"""


def test_several_processes_may_open_a_new_database_at_once(target: str) -> None:
    command = [sys.executable, "-c", OPEN, target]
    processes = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    for each in processes:
        assert each.stdout
        each.stdout.readline()  # it has imported what it needs
    for each in processes:
        assert each.stdin
        each.stdin.write("\n")
        each.stdin.flush()
    assert [each.communicate()[1] for each in processes] == [""] * 3
    with contextlib.closing(store.open(target)) as kept:
        assert kept.add(sample())
