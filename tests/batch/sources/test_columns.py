"""Columns hold pictures in many ways, and are found or asked for."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from digitpad.batch.source import Item, open_source, read_part
from digitpad.errors import DataError
from tests.batch.kinds import png

DRAWN = np.zeros((28, 28), np.uint8)
DRAWN[4:20, 10] = 255
ENCODED = png(DRAWN)


def items(path: Path, table: Any, **options: str) -> list[Item]:
    """What is read of a table that is written to a folder, as Parquet and as Arrow alike."""
    pq.write_table(table, path / "a.parquet")
    with pa.ipc.new_file(path / "a.arrow", table.schema) as file:
        file.write_table(table)
    both = [open_source(str(path / name), **options) for name in ("a.parquet", "a.arrow")]
    found, other = ([item for part in source.parts for item in read_part(part)] for source in both)
    assert [(i.label, i.error) for i in found] == [(i.label, i.error) for i in other]
    return found


@pytest.mark.parametrize(
    "column",
    [
        pa.array([ENCODED], pa.binary()),
        pa.array([ENCODED], pa.large_binary()),
        pa.array([ENCODED.ljust(784, b"\0")], pa.binary(784)),
        pa.array([ENCODED]).dictionary_encode(),
        pa.array([{"bytes": ENCODED, "path": "a.png"}]),
        pa.array([DRAWN.tobytes()], pa.binary(784)),
        pa.array([DRAWN.ravel()]),
        pa.array([DRAWN.ravel().tolist()], pa.list_(pa.int64(), 784)),
        pa.array([DRAWN.tolist()]),
        pa.array([(DRAWN / 255).ravel()]),
        pa.array([(DRAWN > 0).ravel()]),
        pa.FixedShapeTensorArray.from_numpy_ndarray(np.stack([DRAWN, DRAWN])).slice(1),
    ],
    ids=lambda column: str(column.type),
)
def test_a_picture_is_found_in_whatever_way_a_column_holds_it(column: Any, tmp_path: Path) -> None:
    (item,) = items(tmp_path, pa.table({"name": ["seven"], "whatever": column}))
    assert (item.label, item.error) == (None, None)
    if isinstance(item.picture, bytes):
        assert item.picture.startswith(ENCODED)
    else:
        np.testing.assert_array_equal(
            np.asarray(item.picture) * (255 if column.type == pa.list_(pa.bool_()) else 1), DRAWN
        )


def test_rows_without_a_picture_have_an_error(tmp_path: Path) -> None:
    column = pa.array([{"bytes": None, "path": "a.png"}, None, {"bytes": ENCODED, "path": None}])
    path_only, none, good = items(tmp_path, pa.table({"image": column, "label": [1, 2, None]}), labels="label")
    assert path_only.error == "Expected the bytes of a picture; the row has {'bytes': None, 'path': 'a.png'}."
    assert none.error == "Expected a picture; the row has none."
    assert [item.label for item in (path_only, none, good)] == [1, 2, None]
    assert good.picture == ENCODED
    short, gap = items(tmp_path, pa.table({"pixels": [[1, 2], [None] * 784]}))
    assert short.error == "Expected 784 values, 28 rows of 28; got 2."
    assert gap.error == "Expected pixels from 0 to 255; got nan to nan. Rescale them."


def test_a_column_is_found_by_its_type_then_by_its_name_or_asked_for(tmp_path: Path) -> None:
    table = pa.table({"mask": [b"mask"], "image": [b"image"], "box": [[1.0, 2.0]], "label": ["x"]})
    assert items(tmp_path, table)[0].picture == b"image"
    assert items(tmp_path, table, column="mask")[0].picture == b"mask"
    for columns, options, problem in (
        (table, {"column": "none"}, "a column 'none' in .*; its columns are mask, image, box, label"),
        (table, {"labels": "none"}, "a column 'none' in"),
        (table, {"column": "label"}, "encoded pictures or lists of 784 pixels in 'label' of .*; got string"),
        (table.rename_columns(list("abcd")), {}, "one column of pictures .*; these may be: a, b, c. Choose one"),
        (table.select(["label"]), {}, "of label none is"),
        (table.slice(0, 0), {}, "there are none"),
    ):
        with pytest.raises(DataError, match=problem):
            items(tmp_path, columns, **options)


@pytest.mark.parametrize("compression", ["snappy", "none"])
def test_a_damaged_row_group_costs_its_rows_and_no_others(compression: str, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    pictures = [rng.bytes(700_000) for _ in range(60)]
    path = tmp_path / "a.parquet"
    pq.write_table(
        pa.table({"image": pictures}), path, row_group_size=20, compression=compression, use_dictionary=False
    )
    source = open_source(str(path))
    group = pq.ParquetFile(path).metadata.row_group(1).column(0)
    with path.open("r+b") as file:
        file.seek(group.data_page_offset)
        file.write(b"\xff" * 100)
    found = [item for part in source.parts for item in read_part(part)]
    assert [item.key for item in found] == [f"a.parquet#{row}" for row in range(60)]
    assert [item.picture for item in (*found[:20], *found[40:])] == pictures[:20] + pictures[40:]
    assert all("to be intact; it is damaged" in (item.error or "") for item in found[20:40])
