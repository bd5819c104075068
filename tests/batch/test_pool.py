"""A pool of processes: parts whose process is killed are read by another, and no process is left behind."""

import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from digitpad import artifact
from digitpad.batch import pool
from digitpad.batch.answers import Task
from digitpad.batch.source import Item, Part, open_source
from digitpad.errors import DataError, DigitpadError
from tests.golden import GOLDEN

PICTURE = GOLDEN / "7-medium-light.png"


@dataclass(frozen=True)
class Deadly:
    """Kills the process that reads it, as often as there are to be marks in a folder."""

    folder: Path
    num_times: int
    num_pictures: int = 1

    def items(self) -> Iterator[Item]:
        marks = len(list(self.folder.iterdir()))
        if marks < self.num_times:
            (self.folder / str(marks)).touch()
            os.kill(os.getpid(), signal.SIGKILL)
        yield Item("only", PICTURE.read_bytes())


@pytest.fixture(scope="module")
def task() -> Task:
    return Task(artifact.shipped().read_bytes(), page=False)


def test_a_part_whose_process_is_killed_is_read_by_another(task: Task, tmp_path: Path) -> None:
    parts = [Part(0, Deadly(tmp_path, 2)), Part(1, Deadly(tmp_path, 0))]
    found = {number: table["digit"].to_pylist() for number, table in pool.run(parts, task, 1)}
    assert found == {0: [7], 1: [7]}
    assert len(list(tmp_path.iterdir())) == 2


def test_a_part_that_kills_every_process_ends_the_run(task: Task, tmp_path: Path) -> None:
    with pytest.raises(DigitpadError, match=r"part 0; .* ended 3 times, with signal 9 .* fewer --workers"):
        list(pool.run([Part(0, Deadly(tmp_path, 99))], task, 1))


def test_an_error_of_the_source_ends_the_run(task: Task, tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    (gone / "7.png").write_bytes(PICTURE.read_bytes())
    source = open_source(str(gone))
    (gone / "7.png").unlink()
    gone.rmdir()
    with pytest.raises(DataError, match="Expected to see"):
        list(pool.run(source.parts, task, 1))
