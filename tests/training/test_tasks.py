"""What a task tells of its run, which is all that another machine knows of it."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bench.batch.processes import family
from digitpad.errors import RunError
from digitpad.training import backend, pipeline, runs, tasks
from digitpad.training.datasets import mnist, pen
from digitpad.training.networks.fit import Watcher
from digitpad.training.runs import RunFolder
from digitpad.training.tasks import News
from tests.conftest import soak
from tests.training.conftest import SMALL
from tests.training.test_pipeline import figures

ROW = {"epoch": 1, "loss": 0.5, "validation_loss": 0.25, "validation_accuracy": 0.95, "seconds": 12.0}


def tell(run: RunFolder, dataset: mnist.Dataset, why: Exception | None, monkeypatch: pytest.MonkeyPatch) -> list[News]:
    """What a task tells whose pipeline has an epoch, looks for the pen data, and then fails or ends."""

    def pretend(run: RunFolder, dataset: mnist.Dataset, *, watcher: Watcher, say: object) -> None:
        watcher.begin(2, 4, 100)
        runs.write(run.checkpoint, b"after an epoch")
        watcher.epoch(ROW)
        if why:
            raise why
        runs.write_json(run.metrics, pen.is_in(dataset.folder or ""))

    monkeypatch.setattr(backend, "limit", lambda num_cores: None)
    monkeypatch.setattr(pipeline, "train", pretend)
    known = {path.name: path.read_bytes() for path in run.files()}
    return list(tasks.train("run", known, tasks.Material.gather(dataset)))


@pytest.fixture
def begun(drawn: Path, pen_data: Path) -> tuple[RunFolder, mnist.Dataset]:
    """A run with its recipe and its data, pen data among it."""
    for path in drawn.iterdir():
        shutil.copy(path, pen_data)
    run, dataset = RunFolder.create(pen_data / "run", SMALL.to_toml()), mnist.load(pen_data)
    mnist.record(run, dataset)
    return run, dataset


def test_a_task_tells_what_is_new(begun: tuple[RunFolder, mnist.Dataset], monkeypatch: pytest.MonkeyPatch) -> None:
    told = tell(*begun, None, monkeypatch)
    lines = [line for news in told for line in news.lines]
    assert lines[0].startswith("trains on ")
    assert lines[1] == "Resuming after epoch 2 of 4."
    assert lines[2].startswith("Epoch 1/4: loss 0.5000, ")
    files = [item for news in told for item in news.files.items()]
    assert files == [("checkpoint.npz", b"after an epoch"), ("metrics.json", b"true\n")]  # not what came from here
    assert {news.error for news in told} == {""}


@pytest.mark.parametrize(
    ("why", "error"), [(RunError("Expected this."), "Expected this."), (KeyError("that"), "KeyError: 'that'")]
)
def test_a_task_tells_why_it_failed(
    why: Exception, error: str, begun: tuple[RunFolder, mnist.Dataset], monkeypatch: pytest.MonkeyPatch
) -> None:
    told = tell(*begun, why, monkeypatch)
    assert told[-1].error == error
    assert [name for news in told for name in news.files] == ["checkpoint.npz"]


@soak
def test_killed_and_resumed_runs_end_with_the_figures_of_others_left_alone(drawn: Path, tmp_path: Path) -> None:
    def start(out: Path, options: str) -> "subprocess.Popen[str]":
        line = [sys.executable, "-u", "-m", "digitpad", "train", "--out", str(out), "--ray", "local"]
        return subprocess.Popen([*line, *options.split()], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    begin = f"--recipe cnn --seeds 0-1 --epochs 6 --set batch_size=8 --data {drawn}"
    with start(tmp_path / "alone", begin) as alone:
        assert alone.communicate()[1] == ""
    with start(tmp_path / "killed", begin) as killed:
        assert killed.stdout
        for line in killed.stdout:
            if "Epoch 2/" in line:
                break
        workers = [process for process in family(killed.pid) if name(process) == "ray::train"]
        os.kill(workers[0], signal.SIGKILL)
        for line in killed.stdout:
            if "Epoch 5/" in line:
                break
        killed.kill()
    with start(tmp_path / "killed", "--resume") as resumed:
        assert resumed.communicate()[1] == ""
    for run in ("cnn-0", "cnn-1"):
        assert figures(RunFolder(tmp_path / "killed" / run)) == figures(RunFolder(tmp_path / "alone" / run))


def name(process: int) -> str:
    return Path(f"/proc/{process}/comm").read_text().strip()
