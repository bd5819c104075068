"""A table comes out as it went in, in every form."""

import csv
import io
import json
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from digitpad.batch import forms
from digitpad.batch.answers import SCHEMA
from digitpad.errors import InputError

ROW = {"digit": 7, "status": "digit", "probabilities": [0.1] * 10, "candidates": [7, 1], "model": "model"}
TABLES = [pa.Table.from_pylist([{"key": key, **ROW} for key in keys], SCHEMA) for keys in ("ab", "c")]


def written(name: str, tables: list[pa.Table] = TABLES) -> bytes:
    file = io.BytesIO()
    writer = forms.writer(name)(file)
    for table in tables:
        writer.write(table)
    writer.close()
    return file.getvalue()


def test_parquet_is_the_same_table_in_few_row_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    file = pq.ParquetFile(io.BytesIO(written("out.parquet")))
    assert file.read().equals(pa.concat_tables(TABLES))
    assert file.num_row_groups == 1
    monkeypatch.setattr(forms, "_GROUP_ROWS", 2)
    assert pq.ParquetFile(io.BytesIO(written("s3://bucket/OUT.PARQUET"))).num_row_groups == 2


def test_csv_has_a_column_for_each_probability() -> None:
    rows = list(csv.DictReader(io.StringIO(written("out.csv").decode(), newline="")))
    assert [row["key"] for row in rows] == ["a", "b", "c"]
    assert float(rows[0]["probability_9"]) == pytest.approx(0.1)
    assert (rows[0]["candidates"], rows[0]["text"]) == ("7 1", "")


def test_json_lines_have_the_columns_as_they_are() -> None:
    rows: list[dict[str, Any]] = [json.loads(line) for line in written("out.jsonl").splitlines()]
    assert [row["key"] for row in rows] == ["a", "b", "c"]
    assert (list(rows[0]), rows[0]["candidates"], rows[0]["label"]) == (SCHEMA.names, [7, 1], None)


@pytest.mark.parametrize("name", ["out", "out.txt", "out.csv.gz"])
def test_a_name_without_a_form_is_refused(name: str) -> None:
    with pytest.raises(InputError, match=r"a name that ends in \.parquet, \.csv, \.jsonl; got out"):
        forms.writer(name)
