"""Parquet files."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pyarrow.parquet as pq

from digitpad.batch.sources import columns, part, rows
from digitpad.batch.sources.columns import TableRows
from digitpad.batch.sources.place import Place
from digitpad.batch.sources.rows import SAMPLE_ROWS

_BUFFER_BYTES = 1_000_000


@dataclass(frozen=True)
class ParquetRows(TableRows):
    """Rows of a Parquet file; the blocks are row groups."""

    def _batches(self) -> Iterator[Any]:
        with self.file.opened() as source:
            table = _open(source)
            groups = list(self.blocks or range(table.num_row_groups))
            sizes = [_size(table, group, self.columns.pictures) for group in groups]
            num_rows, num_bytes = (sum(each) for each in zip(*sizes, strict=True))
            at_once = max(1, min(part.PART_PICTURES, _BUFFER_BYTES * num_rows // max(1, num_bytes)))
            yield from table.iter_batches(at_once, groups, self.columns.names)


def plan(file: Place, name: str, column: str | None, labels: str | None) -> list[ParquetRows]:
    """Plan the parts of a file: whole row groups, unless one is larger than a part."""
    with rows.planning(file, "Parquet"), file.opened() as source:
        table = _open(source)
        chosen = columns.choose(file, table.schema_arrow, column, labels)
        blocks = [_size(table, group, chosen.pictures) for group in range(table.num_row_groups)]
        for sample in rows.first(table.iter_batches(SAMPLE_ROWS, columns=[chosen.pictures]), 1):
            chosen = replace(chosen, white=columns.find_white(sample.column(0)))
    return [
        ParquetRows(file, name, piece.start, piece.stop, chosen, piece.blocks, piece.skipped)
        for piece in rows.pieces(blocks)
    ]


def _open(source: Any) -> Any:
    return pq.ParquetFile(source, buffer_size=_BUFFER_BYTES)  # so that no whole column of a row group is in memory


def _size(table: Any, group: int, column: str) -> tuple[int, int]:
    """Rows and bytes of a column in a row group."""
    found = table.metadata.row_group(group)
    chunks = (found.column(i) for i in range(found.num_columns))
    named = (chunk for chunk in chunks if chunk.path_in_schema.partition(".")[0] == column)
    return found.num_rows, sum(chunk.total_uncompressed_size for chunk in named)
