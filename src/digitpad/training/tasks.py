"""Runs as tasks of a Ray cluster, whose files come home while they are made.

A task trains in a temporary folder of its node and tells what is new there, the checkpoint of each epoch among it; that
is written to the run's folder here at once. So nodes share no disk, a run whose node dies goes on elsewhere from the
last epoch that came home, and `--resume` does so when everything died.
"""

import os
import re
import socket
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from digitpad.errors import DigitpadError
from digitpad.training import backend, runs
from digitpad.training.datasets import pen
from digitpad.training.datasets.mnist import Dataset
from digitpad.training.runs import RunFolder

NUM_CORES = 1
"""Cores of a run. With a second, it takes more of their time in all, so a core each is soonest done with many runs."""

NUM_TRIES = 3
"""How often the process of a run may die with no epoch in between."""

_EVERY_S = 0.5

Files = dict[str, bytes]
"""Contents by name, in the order in which they were written."""


@dataclass(frozen=True)
class News:
    """What a task tells.

    Attributes:
        lines: for the user.
        files: those of the run that are new or have changed.
        error: why the run failed, or "".
    """

    lines: list[str] = field(default_factory=list)
    files: Files = field(default_factory=dict)
    error: str = ""


@dataclass(frozen=True)
class Material:
    """What tasks need of this machine.

    Attributes:
        dataset: what is learned.
        pen: the files of the pen data beside it, if there are any.
        keras_backend: as in KERAS_BACKEND.
    """

    dataset: Dataset
    pen: Files
    keras_backend: str

    @classmethod
    def gather(cls, dataset: Dataset) -> "Material":
        """A data set with what is beside it."""
        paths = pen.files(dataset.folder) if dataset.folder and pen.is_in(dataset.folder) else []
        beside = {path.name: path.read_bytes() for path in paths}
        return cls(dataset, beside, os.environ.get("KERAS_BACKEND", "tensorflow"))

    def unpack(self, folder: Path) -> Dataset:
        """The data set as if it had been found in a folder, which gets the pen data."""
        _write(folder / "pen", self.pen)
        return replace(self.dataset, folder=str(folder))


class _Told:
    """The files of a run, as far as they are known elsewhere."""

    def __init__(self, run: RunFolder) -> None:
        self._run = run
        self._stamps: dict[str, int] = {}

    def read_new(self) -> Files:
        """What is new or has changed since the last call."""
        new: Files = {}
        for path in self._run.files():
            stamp = path.stat().st_mtime_ns
            if self._stamps.get(path.name) != stamp:
                new[path.name] = path.read_bytes()  # may be newer than its stamp; then it is read again
                self._stamps[path.name] = stamp
        return new


def _write(folder: Path, files: Files) -> None:
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        runs.write(folder / name, content)


def train_all(left: Sequence[RunFolder], dataset: Dataset) -> dict[Path, str]:
    """Train runs at the same time on the nodes of the cluster that this process is connected to.

    Args:
        left: unfinished runs, with their recipes and data records.
        dataset: what they learn.

    Returns:
        Why runs failed, by their folders.
    """
    tasks = _Tasks(dataset)
    for run in left:
        tasks.begin(run)
    while tasks.running:
        tasks.follow()
    return tasks.failed


class _Tasks:
    """The tasks that train runs.

    Attributes:
        running: the run of each task, by the news that it sends.
        failed: why runs failed, by their folders.
    """

    def __init__(self, dataset: Dataset) -> None:
        import ray

        self.running: dict[Any, RunFolder] = {}
        self.failed: dict[Path, str] = {}
        self._tries: Counter[Path] = Counter()
        # what another try begins with is what came home, so it is another task
        self._train = ray.remote(num_cpus=NUM_CORES, max_calls=1, max_retries=0)(train)
        self._material = ray.put(Material.gather(dataset))

    def begin(self, run: RunFolder) -> None:
        """Begin with a run, or go on with it."""
        self._tries[run.path] += 1
        self.running[self._train.remote(run.path.name, _Told(run).read_new(), self._material)] = run

    def follow(self) -> None:
        """Wait for news of any run."""
        import ray
        from ray.exceptions import RayError

        ready, _ = ray.wait(list(self.running))
        stream: Any = ready[0]
        run = self.running.pop(stream)
        try:
            news = ray.get(next(stream))
        except StopIteration:
            return
        except RayError as error:
            self._try_again(run, re.split(r"(?<=\.)\s", str(error).strip())[0])
            return
        self._take(run, news)
        self.running[stream] = run

    def _take(self, run: RunFolder, news: News) -> None:
        for line in news.lines:
            _say(run, line)
        _write(run.path, news.files)
        if run.checkpoint.name in news.files:
            self._tries[run.path] = 1
        if news.error:
            self.failed[run.path] = news.error

    def _try_again(self, run: RunFolder, why: str) -> None:
        if self._tries[run.path] == NUM_TRIES:
            self.failed[run.path] = f"Its process or its node died {NUM_TRIES} times, the last time: {why}"
        else:
            _say(run, f"its process or its node died, so it goes on in another. {why}")
            self.begin(run)


def _say(run: RunFolder, line: str) -> None:
    print(f"{run.path.name}: {line}", flush=True)


def train(name: str, files: Files, material: Material) -> Iterator[News]:
    """Train a run in a process that has not imported Keras yet.

    Args:
        name: of the run.
        files: of its folder.
        material: what it needs.

    Yields:
        What is new, from time to time.
    """
    backend.limit(NUM_CORES)
    os.environ["KERAS_BACKEND"] = material.keras_backend
    lines = [f"trains on {socket.gethostname()}."]
    with tempfile.TemporaryDirectory(prefix="digitpad-") as temporary, ThreadPoolExecutor(1) as thread:
        run = RunFolder(Path(temporary) / name)
        _write(run.path, files)
        told = _Told(run)
        told.read_new()  # they came from there
        training = thread.submit(_train, run, material.unpack(Path(temporary)), lines.append)
        is_over = False
        while not is_over:
            is_over = not wait([training], _EVERY_S).not_done
            new_lines = [lines.pop(0) for _ in range(len(lines))]  # while there may come more
            news = News(new_lines, told.read_new(), _explain(training) if is_over else "")
            if news != News():
                yield news


def _train(run: RunFolder, dataset: Dataset, say: Callable[[str], None]) -> None:
    backend.prepare()
    from digitpad.training import pipelines
    from digitpad.training.reporting import progress

    pipelines.train(run, dataset, watcher=progress.Lines(say), say=lambda text: None)


def _explain(training: Future[None]) -> str:
    """Why training failed, or ""."""
    error = training.exception()
    if error is None or isinstance(error, DigitpadError):
        return str(error or "")
    return f"{type(error).__name__}: {error}"
