"""Finished parts are kept, a run goes on only with what it began with, and the table has every form."""

import csv
import json
from dataclasses import replace
from pathlib import Path

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from digitpad.batch.answers import SCHEMA
from digitpad.batch.parts import Finished, Plan, check_name, folder_of
from digitpad.batch.sources.place import Place
from digitpad.errors import DigitpadError, InputError, RunError

PLAN = Plan("abc", "model", page=False, num_parts=2)


def answers(*keys: str) -> pa.Table:
    """A table with a row for each key."""
    row = {"digit": 7, "status": "digit", "probabilities": [0.1] * 10, "candidates": [7, 1], "model": "model"}
    return pa.Table.from_pylist([{"key": key, **row} for key in keys], SCHEMA)


def finished(url: str, *, resume: bool = False, plan: Plan = PLAN) -> Finished:
    parts = Finished(Place.of(url), plan)
    parts.begin(resume=resume)
    return parts


def joined(path: Path) -> Path:
    """A table of three rows, whose second part was finished first."""
    parts = finished(str(path))
    parts.add(1, answers("c"))
    parts.add(0, answers("a", "b"))
    parts.join(lambda table: None)
    parts.remove()
    return path


def test_parts_are_joined_in_order_and_removed(tmp_path: Path) -> None:
    table = pq.read_table(joined(tmp_path / "out.parquet"))
    assert (table["key"].to_pylist(), table.schema.names) == (["a", "b", "c"], SCHEMA.names)
    assert [path.name for path in tmp_path.iterdir()] == ["out.parquet"]


def test_csv_has_a_column_for_each_probability(tmp_path: Path) -> None:
    with joined(tmp_path / "out.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["key"] for row in rows] == ["a", "b", "c"]
    assert float(rows[0]["probability_9"]) == pytest.approx(0.1)
    assert (rows[0]["candidates"], rows[0]["text"]) == ("7 1", "")


def test_json_lines_have_the_columns_as_they_are(tmp_path: Path) -> None:
    rows = [json.loads(line) for line in joined(tmp_path / "out.jsonl").read_text().splitlines()]
    assert [row["key"] for row in rows] == ["a", "b", "c"]
    assert (list(rows[0]), rows[0]["candidates"], rows[0]["label"]) == (SCHEMA.names, [7, 1], None)


def test_a_run_goes_on_where_it_was(tmp_path: Path) -> None:
    finished(str(tmp_path / "out.csv")).add(1, answers("c"))
    assert finished(str(tmp_path / "out.csv"), resume=True).numbers == {1}


def test_a_part_that_was_half_written_counts_for_nothing(tmp_path: Path) -> None:
    finished(str(tmp_path / "out.csv")).add(1, answers("c"))
    (tmp_path / "out.csv.parts" / "00000000.parquet.part").write_bytes(b"PAR1")
    assert finished(str(tmp_path / "out.csv"), resume=True).numbers == {1}


def test_a_run_that_finished_nothing_is_begun_anew(tmp_path: Path) -> None:
    finished(str(tmp_path / "out.csv"))
    assert finished(str(tmp_path / "out.csv"), plan=replace(PLAN, model="another")).numbers == set()


def test_an_interrupted_run_is_not_replaced_by_accident(tmp_path: Path) -> None:
    finished(str(tmp_path / "out.csv")).add(1, answers("c"))
    with pytest.raises(RunError, match=r"Go on with it by --resume, or delete"):
        finished(str(tmp_path / "out.csv"))


@pytest.mark.parametrize("change", [{"source": "x"}, {"model": "x"}, {"page": True}, {"num_parts": 3}])
def test_a_run_does_not_go_on_with_something_else(tmp_path: Path, change: dict[str, str]) -> None:
    finished(str(tmp_path / "out.csv")).add(1, answers("c"))
    with pytest.raises(RunError, match=f"it differs in: {next(iter(change))}"):
        finished(str(tmp_path / "out.csv"), resume=True, plan=replace(PLAN, **change))  # type: ignore[arg-type]


def test_a_damaged_part_is_named(tmp_path: Path) -> None:
    parts = finished(str(tmp_path / "out.csv"))
    parts.add(0, answers("a"))
    parts.add(1, answers("b"))
    (tmp_path / "out.csv.parts" / "00000001.parquet").write_bytes(b"PAR1")
    with pytest.raises(DigitpadError, match=r"00000001\.parquet; they cannot be read.*Delete that file"):
        parts.join(lambda table: None)
    assert not (tmp_path / "out.csv").exists()


def test_a_table_can_be_on_another_file_system() -> None:
    files = fsspec.filesystem("memory")
    parts = finished("memory://far/out.parquet")
    parts.add(0, answers("a"))
    parts.add(1, answers("b"))
    parts.join(lambda table: None)
    parts.remove()
    with files.open("/far/out.parquet") as file:
        assert pq.read_table(file)["key"].to_pylist() == ["a", "b"]
    assert not files.exists(folder_of(parts.out).path)


def test_a_name_without_a_form_is_refused() -> None:
    with pytest.raises(InputError, match=r"ends in \.parquet, \.csv, \.jsonl; got /x/out\.xlsx"):
        check_name(Place.of("/x/out.xlsx"))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full disk to write to")
def test_a_full_disk_is_reported_in_a_sentence(tmp_path: Path) -> None:
    parts = finished(str(tmp_path / "out.csv"))
    (tmp_path / "out.csv.parts" / "00000000.parquet.part").symlink_to("/dev/full")
    with pytest.raises(DigitpadError, match=r"00000000\.parquet; No space left on device\. Check space"):
        parts.add(0, answers("a"))
