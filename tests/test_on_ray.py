"""Runs and measurements of the lab as tasks of Ray: what dies is tried again, what fails does not end the others."""

import contextlib
import json
import os
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure

from digitpad import artifact, cluster
from digitpad.batch import nodes
from digitpad.batch.answers import Task
from digitpad.batch.source import Item, Part
from digitpad.errors import DataError, DigitpadError
from digitpad.lab.data import Data
from digitpad.lab.experiment import Case, Experiment
from digitpad.lab.results import Row
from digitpad.lab.workers import Here, Nodes
from digitpad.training import command, tasks
from digitpad.training.datasets.splits import Split
from digitpad.training.tasks import Files, Material, News
from tests.batch.test_pool import Deadly

OUT = "DIGITPAD_TESTS_OUT"
"""The variable of the environment that tells tasks the folder of the runs."""

COMES_HOME_S = 60

IMAGES, LABELS = np.zeros((20, 28, 28), np.uint8), np.arange(20, dtype=np.uint8) % 10
RESULTS = {"test": {"accuracy": 0.5, "nll": 0.1, "ece": 0.01}, "seconds": 60}


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory, quick_ray: None) -> Iterator[Path]:
    """A folder for runs, of which the tasks of the one Ray of these tests know."""
    folder = tmp_path_factory.mktemp("ray") / "out"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(OUT, str(folder))
        with cluster.connected("local"):
            patch.setattr(cluster, "connected", lambda address: contextlib.nullcontext())
            yield folder


@dataclass(frozen=True)
class Unseen(Deadly):
    """What no node sees."""

    folder: Path = Path()
    num_times: int = 0

    def items(self) -> Iterator[Item]:
        raise DataError("Expected a disk; there is none.")


def read(*contents: Deadly) -> dict[int, list[int]]:
    """The digits of each part, which Ray reads."""
    parts = [Part(number, content) for number, content in enumerate(contents)]
    read = nodes.run(parts, Task(artifact.shipped().read_bytes(), page=False), None, address="local")
    return {number: table["digit"].to_pylist() for number, table in read}


@pytest.mark.usefixtures("out")
def test_a_part_whose_process_dies_is_read_by_another(tmp_path: Path) -> None:
    assert read(Deadly(tmp_path, 2), Deadly(tmp_path, 0)) == {0: [7], 1: [7]}
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.usefixtures("out")
def test_a_part_that_ends_every_process_ends_the_batch(tmp_path: Path) -> None:
    with pytest.raises(
        DigitpadError, match=r"part 0; the process or node that read it died 3 times\. If memory is short"
    ):
        read(Deadly(tmp_path, 99))


@pytest.mark.usefixtures("out")
def test_a_source_that_a_node_does_not_see_is_needed_there(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"Expected a disk; .* Every node needs it at the same place\."):
        read(Unseen())


def train(name: str, files: Files, material: Material) -> Iterator[News]:
    """What stands for training: a run fails, dies after an epoch and finishes when tried again, or always dies."""
    yield News([f"knows {len(files)} files."])
    if name == "fast-0":
        yield News(error="Expected a 7; got a 1.")
    elif name == "fast-1" and "checkpoint.npz" in files:
        yield News(files={"metrics.json": json.dumps(RESULTS).encode()})
    else:
        if name == "fast-1":
            yield News(files={"checkpoint.npz": b"after an epoch"})
            give_up = time.monotonic() + COMES_HOME_S
            while not (Path(os.environ[OUT]) / name / "checkpoint.npz").exists() and time.monotonic() < give_up:
                time.sleep(0.01)
        os.kill(os.getpid(), signal.SIGKILL)


def test_runs_that_die_are_tried_again_and_one_that_fails_does_not_end_the_others(
    out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    np.savez(tmp_path / "mnist.npz", x_train=IMAGES, y_train=LABELS, x_test=IMAGES, y_test=LABELS)
    monkeypatch.setattr(tasks, "train", train)
    monkeypatch.setattr(tasks, "NUM_TRIES", 2)
    with pytest.raises(DigitpadError, match=r"^2 of 3 runs failed\. .* train --out .* --resume --ray local$"):
        command.train(None, tmp_path, out, [], {}, resume=False, several="0-2", address="local")
    rows = json.loads((out / "seeds.json").read_text())["runs"]
    assert rows[0]["error"] == "Expected a 7; got a 1."
    assert rows[1]["accuracy"] == 0.5
    assert rows[2]["error"].startswith(
        "Its process or its node died 2 times, the last time: The worker died unexpectedly"
    )
    said = capsys.readouterr().out
    assert "fast-1: knows 2 files." in said
    assert "fast-1: its process or its node died, so it goes on in another. The worker died unexpectedly" in said
    assert "fast-1: knows 3 files." in said
    assert said.count("fast-2: its process or its node died") == 1
    assert f"0  failed: {rows[0]['error']}" in said


def measure(data: Data, case: Case) -> Row:
    """What stands for a measurement."""
    if case["seed"] < 0:
        raise DataError("Expected a seed that is a number; got a minus.")
    return {"value": case["seed"] * len(data.train), "process": os.getpid(), "cores": os.environ["OMP_NUM_THREADS"]}


def test_nodes_measure_every_case_once_on_a_core_each(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    experiment = Experiment("sum", "", "", lambda scale: [], measure, lambda table: [], lambda table: Figure())
    data, cases = Data.split(Split(IMAGES, LABELS), 5), [{"seed": seed} for seed in range(8)]
    here, nodes = Here(data), Nodes(data)
    rows = {case["seed"]: row for case, row in nodes.measure(experiment, cases)}
    assert [rows[seed]["value"] for seed in range(8)] == [row["value"] for _, row in here.measure(experiment, cases)]
    assert os.getpid() not in {row["process"] for row in rows.values()}
    assert {row["cores"] for row in rows.values()} == {"1"}
    assert all(row["seconds"] >= 0 for row in rows.values())
    assert nodes.describe() == {**here.describe(), "num_cores": 1}
    with pytest.raises(DigitpadError, match=r"sum to be measured with {'seed': -1}; .*DataError: Expected a seed"):
        list(nodes.measure(experiment, [{"seed": -1}]))
