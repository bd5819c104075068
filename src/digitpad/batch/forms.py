"""The forms that a table can have: Parquet, CSV and JSON lines."""

import csv
import io
import json
from pathlib import PurePath
from typing import IO, Any, Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from digitpad.errors import InputError

_GROUP_ROWS = 65_536


class Writer(Protocol):
    """Writes a table to an open file, some rows at a time."""

    def __init__(self, file: IO[bytes]) -> None: ...
    def write(self, table: pa.Table) -> None:
        """Append rows."""

    def close(self) -> None:
        """Write what is left; the file stays open."""


class Parquet:
    """Row groups of many parts, which are small."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self._held = file, list[pa.Table]()
        self._writer: pq.ParquetWriter | None = None

    def write(self, table: pa.Table) -> None:
        self._held.append(table)
        if sum(map(len, self._held)) >= _GROUP_ROWS:
            self._flush()

    def close(self) -> None:
        self._flush()
        if self._writer:
            self._writer.close()

    def _flush(self) -> None:
        if self._held:
            group = pa.concat_tables(self._held)
            self._writer = self._writer or pq.ParquetWriter(self._file, group.schema)
            self._writer.write_table(group)
            self._held = []


class Csv:
    """A column for the probability of each digit; candidates as "7 1"; the digits of a page as JSON."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self._is_new = file, True

    def write(self, table: pa.Table) -> None:
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        for row in map(_flat, table.to_pylist()):
            if self._is_new:
                writer.writerow(row)
                self._is_new = False
            writer.writerow(row.values())
        self._file.write(text.getvalue().encode())

    def close(self) -> None:
        self._file.flush()


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in row.items():
        match name:
            case "probabilities":
                flat |= {f"probability_{digit}": share for digit, share in enumerate(value or [None] * 10)}
            case "candidates":
                flat[name] = " ".join(map(str, value or []))
            case "digits":
                flat[name] = json.dumps(value)
            case _:
                flat[name] = value
    return flat


class JsonLines:
    """A JSON object a line, with the columns as they are."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def write(self, table: pa.Table) -> None:
        self._file.write("".join(json.dumps(row) + "\n" for row in table.to_pylist()).encode())

    def close(self) -> None:
        self._file.flush()


_WRITERS: dict[str, type[Writer]] = {".parquet": Parquet, ".csv": Csv, ".jsonl": JsonLines}


def writer(name: str) -> type[Writer]:
    """What writes a table of this name; InputError if the name does not say what form the table is to have."""
    try:
        return _WRITERS[PurePath(name).suffix.lower()]
    except KeyError:
        raise InputError(f"Expected --out with a name that ends in {', '.join(_WRITERS)}; got {name}.") from None
