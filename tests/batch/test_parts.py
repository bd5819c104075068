"""Finished parts are kept, a run goes on only with what it began with, and the table has all of them in order."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fsspec.implementations.memory import MemoryFileSystem

from digitpad.batch.answers import SCHEMA
from digitpad.batch.parts import Finished, Plan, check_out, folder_of
from digitpad.batch.sources.place import Place
from digitpad.errors import DigitpadError, InputError, RunError

PLAN = Plan("abc", "model", page=False, num_parts=2)


def answers(*keys: str) -> pa.Table:
    """A table with a row for each key."""
    row = {"digit": 7, "status": "digit", "probabilities": [0.1] * 10, "candidates": [7, 1], "model": "model"}
    return pa.Table.from_pylist([{"key": key, **row} for key in keys], SCHEMA)


@contextmanager
def finished(out: object, *, resume: bool = False, plan: Plan = PLAN) -> Iterator[Finished]:
    """A run that was begun, and ends here."""
    with Finished(Place.of(str(out)), plan) as parts:
        parts.begin(resume=resume)
        yield parts


class Bucket(MemoryFileSystem):
    """Files as object stores have them, where a folder is there once something is in it."""

    protocol = "bucket"
    store: ClassVar[dict[str, Any]] = {}
    pseudo_dirs: ClassVar[list[str]] = [""]

    @classmethod
    def _strip_protocol(cls, path: str) -> str:
        return str(super()._strip_protocol(path.replace("bucket://", "memory://")))

    def makedirs(self, path: str, exist_ok: bool = False) -> None:
        pass

    def ls(self, path: str, detail: bool = True, **kwargs: Any) -> Any:
        if not any(name.startswith(f"{path}/") for name in self.store):
            raise FileNotFoundError(path)
        return super().ls(path, detail, **kwargs)


def folder(out: Path) -> Path:
    return out.with_name(f"{out.name}.parts")


def begin(out: Path, *, resume: bool, plan: Plan = PLAN) -> set[int]:
    """Which parts are finished when a run begins, which ends at once."""
    with finished(out, resume=resume, plan=plan) as parts:
        return parts.numbers


def is_left(out: Path) -> bool:
    """Whether a run that goes on has anything to do."""
    with Finished(Place.of(str(out)), PLAN) as parts:
        return parts.begin(resume=True)


@pytest.fixture
def interrupted(tmp_path: Path) -> Path:
    """Where a table is to be, of whose two parts the second is finished."""
    with finished(tmp_path / "out.csv") as parts:
        parts.add(1, answers("c"))
    return tmp_path / "out.csv"


def joined(path: Path) -> Path:
    """A table of three rows, whose second part was finished first."""
    with finished(path) as parts:
        parts.add(1, answers("c"))
        parts.add(0, answers("a", "b"))
        parts.join(lambda table: None)
        parts.complete()
    return path


def test_parts_are_joined_in_order_and_removed(tmp_path: Path) -> None:
    table = pq.read_table(joined(tmp_path / "out.parquet"))
    assert (table["key"].to_pylist(), table.schema.names) == (["a", "b", "c"], SCHEMA.names)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.parquet", "out.parquet.plan.json"]


def test_a_run_goes_on_where_it_was(interrupted: Path) -> None:
    assert begin(interrupted, resume=True) == {1}


def test_a_part_that_was_half_written_counts_for_nothing(interrupted: Path) -> None:
    (folder(interrupted) / "00000000.parquet.part").write_bytes(b"PAR1")
    assert begin(interrupted, resume=True) == {1}


def test_other_files_among_the_parts_are_none(interrupted: Path) -> None:
    for name in ("notes.parquet", "00000002.parquet", "1.parquet"):
        (folder(interrupted) / name).touch()
    assert begin(interrupted, resume=True) == {1}


def test_parts_of_a_larger_source_are_not_replaced_by_accident(interrupted: Path) -> None:
    smaller = replace(PLAN, source="x", num_parts=1)
    for resume in (False, True):
        with pytest.raises(RunError):
            begin(interrupted, resume=resume, plan=smaller)
    assert begin(interrupted, resume=True) == {1}


def test_a_run_that_finished_nothing_leaves_nothing(tmp_path: Path) -> None:
    assert begin(tmp_path / "out.csv", resume=True) == set()
    assert list(tmp_path.iterdir()) == []


def test_a_run_that_was_killed_before_it_finished_anything_is_begun_anew(tmp_path: Path) -> None:
    folder(tmp_path / "out.csv").mkdir()
    (folder(tmp_path / "out.csv") / "plan.json").write_text("{}")
    assert begin(tmp_path / "out.csv", resume=False) == set()


def test_an_interrupted_run_is_not_replaced_by_accident(interrupted: Path) -> None:
    with pytest.raises(RunError, match=r"Go on with it by --resume, or delete"):
        begin(interrupted, resume=False)
    assert begin(interrupted, resume=True) == {1}


@pytest.mark.parametrize("change", [{"source": "x"}, {"model": "x"}, {"page": True}, {"num_parts": 3}])
def test_a_run_does_not_go_on_with_something_else(interrupted: Path, change: dict[str, str]) -> None:
    with pytest.raises(RunError, match=f"it differs in: {next(iter(change))}"):
        begin(interrupted, resume=True, plan=replace(PLAN, **change))  # type: ignore[arg-type]
    assert begin(interrupted, resume=True) == {1}


def test_two_runs_cannot_write_the_same_table(tmp_path: Path) -> None:
    with finished(tmp_path / "out.csv") as first:
        for resume in (True, False):
            with pytest.raises(RunError, match=r"one run at a time for .*out\.csv; another is still running"):
                begin(tmp_path / "out.csv", resume=resume)
        first.add(0, answers("a"))
    assert begin(tmp_path / "out.csv", resume=True) == {0}


def test_a_complete_table_is_not_read_again_and_not_taken_for_another(tmp_path: Path) -> None:
    path = joined(tmp_path / "out.csv")
    assert not is_left(path)
    with pytest.raises(RunError, match=r"out\.csv; it differs in: source\. .* choose another --out"):
        begin(path, resume=True, plan=replace(PLAN, source="x"))
    (tmp_path / "out.csv.plan.json").unlink()
    with pytest.raises(RunError, match=r"Expected .*plan\.json to say what .*out\.csv was read from; it is missing"):
        begin(path, resume=True)
    assert path.exists()
    assert not folder(path).exists()


def test_a_run_that_was_killed_while_it_removed_its_parts_is_complete(tmp_path: Path) -> None:
    path = joined(tmp_path / "out.csv")
    folder(path).mkdir()
    (folder(path) / "00000001.parquet").touch()
    assert not is_left(path)
    assert not folder(path).exists()


def test_a_damaged_part_is_named(interrupted: Path) -> None:
    with finished(interrupted, resume=True) as parts:
        parts.add(0, answers("a"))
        (folder(interrupted) / "00000001.parquet").write_bytes(b"PAR1")
        with pytest.raises(DigitpadError, match=r"00000001\.parquet; they cannot be read.*Delete that file"):
            parts.join(lambda table: None)
    assert not interrupted.exists()


@pytest.mark.parametrize("protocol", ["memory", "bucket"])
def test_a_table_can_be_on_another_file_system(protocol: str) -> None:
    fsspec.register_implementation("bucket", Bucket, clobber=True)
    files = fsspec.filesystem(protocol)
    with finished(f"{protocol}://far/out.parquet") as parts:
        parts.add(0, answers("a"))
        parts.add(1, answers("b"))
        parts.join(lambda table: None)
        parts.complete()
    with files.open("/far/out.parquet") as file:
        assert pq.read_table(file)["key"].to_pylist() == ["a", "b"]
    assert not files.exists(folder_of(parts.out).path)


def test_a_name_without_a_form_is_refused() -> None:
    with pytest.raises(InputError, match=r"ends in \.parquet, \.csv, \.jsonl; got /x/out\.xlsx"):
        check_out(Place.of("/x/out.xlsx"), resume=False)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full disk to write to")
def test_a_full_disk_is_reported_in_a_sentence(tmp_path: Path) -> None:
    with finished(tmp_path / "out.csv") as parts:
        (folder(tmp_path / "out.csv") / "00000000.parquet.part").symlink_to("/dev/full")
        with pytest.raises(DigitpadError, match=r"00000000\.parquet; No space left on device\. Check space"):
            parts.add(0, answers("a"))
