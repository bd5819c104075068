"""Arrow files and streams, also Feather, and what Hugging Face's `datasets` keeps."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

import pyarrow as pa

from digitpad.batch.sources import columns, rows
from digitpad.batch.sources.columns import TableRows
from digitpad.batch.sources.place import Place
from digitpad.batch.sources.rows import SAMPLE_ROWS

_FILE_MAGIC = b"ARROW1"


@dataclass(frozen=True)
class ArrowRows(TableRows):
    """Rows of an Arrow file or stream; the blocks are record batches."""

    def _batches(self) -> Iterator[Any]:
        with _opened(self.file) as (_, batches):
            yield from batches(self.blocks)


def plan(file: Place, name: str, column: str | None, labels: str | None) -> list[ArrowRows]:
    """Plan the parts of a file: whole record batches, unless one is larger than a part.

    A file that is not on this machine is one part, because its record batches can only be found by reading it.
    """
    with rows.planning(file, "Arrow (IPC or Feather)"), _opened(file) as (schema, batches):
        chosen = columns.choose(file, schema, column, labels)
        sample = next(batches(None), None)
    if sample is not None:
        found = columns.find_white(sample.slice(0, SAMPLE_ROWS).column(chosen.pictures))
        chosen = replace(chosen, white=found)
    if not file.is_local:
        return [ArrowRows(file, name, 0, None, chosen, None, 0)]
    with rows.planning(file, "Arrow (IPC or Feather)"), _opened(file) as (_, batches):
        blocks = [(len(batch), batch.column(chosen.pictures).nbytes) for batch in batches(None)]
    return [
        ArrowRows(file, name, piece.start, piece.stop, chosen, piece.blocks, piece.skipped)
        for piece in rows.pieces(blocks)
    ]


@contextlib.contextmanager
def _opened(file: Place) -> Iterator[tuple[Any, Callable[[range | None], Iterator[Any]]]]:
    """The schema, and what gives some or all record batches; on this machine they are mapped into memory."""
    with pa.memory_map(file.path) if file.is_local else file.opened() as source:
        is_file = source.read(len(_FILE_MAGIC)) == _FILE_MAGIC
        source.seek(0)
        if is_file:
            table = pa.ipc.open_file(source)
            yield table.schema, lambda some: map(table.get_batch, some or range(table.num_record_batches))
        else:
            stream = pa.ipc.open_stream(source)
            yield stream.schema, lambda some: islice(stream, some.start, some.stop) if some else iter(stream)
