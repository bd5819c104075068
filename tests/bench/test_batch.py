"""What the benchmark of batches counts, kills and watches."""

import os
import select
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from bench.batch import pictures, processes, tables
from bench.batch.processes import Memory
from digitpad.batch.source import open_source, read_part
from digitpad.training.datasets.splits import Split

PARENT = "import subprocess, sys; print(subprocess.Popen(['sleep', '60']).pid, flush=True); sys.stdin.read()"


def test_rows_that_are_missing_or_doubled_are_counted(tmp_path: Path) -> None:
    out = tmp_path / "out.parquet"
    pq.write_table(pa.table({"key": ["a", "b", "b", "c"], "error": [None, "no", None, None]}), out)
    assert tables.count(out, 5) == {"rows": 4, "missing": 2, "doubled": 1, "errors": 1}
    assert not out.exists()


def test_a_process_is_killed_with_all_that_it_started() -> None:
    with subprocess.Popen([sys.executable, "-c", PARENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout
        child = int(process.stdout.readline())
        assert processes.family(process.pid) == [process.pid, child]
        ended = os.pidfd_open(child)  # readable as soon as the process has ended
        processes.kill(process.pid)
        assert process.wait(10) == -9
    assert select.select([ended], [], [], 10)[0] == [ended]
    os.close(ended)


def test_memory_is_watched_to_the_end() -> None:
    memory = Memory()
    with subprocess.Popen(["sleep", "0.1"], text=True) as process:
        memory.watch(process)
    assert memory.held[0] > 0
    assert Memory([float(number) for number in range(40)]).tenth(1) == 7
    assert Memory([float(number) for number in range(40)]).tenth(9) == 39


@pytest.mark.parametrize(("write", "size"), [(pictures.write_small, (28, 28)), (pictures.write_drawings, (280, 280))])
def test_pictures_come_again_when_there_are_more_than_differ(
    write: object, size: tuple[int, int], tmp_path: Path
) -> None:
    digits = Split(np.full((3, 28, 28), 7, np.uint8), np.arange(3, dtype=np.uint8))
    assert callable(write)
    write(tmp_path / "pictures", digits, 7)
    paths = sorted((tmp_path / "pictures").iterdir())
    assert len(paths) == 7
    assert paths[0].read_bytes() == paths[3].read_bytes() == paths[6].read_bytes()
    with Image.open(paths[6]) as image:
        assert image.size == size


def test_the_large_table_is_a_source_with_labels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "_GROUP_ROWS", 10)
    images = np.zeros((10, 28, 28), np.uint8)
    images[:, 14, 14] = np.arange(10) + 100
    tables.write(tmp_path / "a.parquet", Split(images, np.arange(10, dtype=np.uint8)), 25)
    items = [
        item for part in open_source(str(tmp_path / "a.parquet"), labels="label").parts for item in read_part(part)
    ]
    assert len(items) == 25
    for item in items:
        assert item.label is not None
        assert isinstance(item.picture, np.ndarray)
        assert 0.6 * (100 + item.label) - 1 <= item.picture.max() <= 100 + item.label
