"""Many runs: one after another on this machine, each in a fresh process, or all at once on a cluster."""

import signal
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from digitpad.training import backend, tasks
from digitpad.training.datasets import mnist
from digitpad.training.datasets.mnist import Dataset
from digitpad.training.runs import RunFolder


def train_all(trained: Iterable[RunFolder], dataset: Dataset, *, on_cluster: bool) -> dict[Path, str]:
    """Train runs that are not finished; one that fails does not end the others.

    Args:
        trained: runs, with their recipes at least; of what else they have they make use.
        dataset: what they learn.
        on_cluster: whether they are trained as tasks of Ray, to which this process is connected.

    Returns:
        Why runs failed, by their folders.

    Raises:
        RunError: a run began with other data.
    """
    left = [run for run in trained if not run.is_finished()]
    for run in left:
        mnist.record(run, dataset)
    if dataset.notice and left:
        print(dataset.notice)
    return tasks.train_all(left, dataset) if on_cluster else _train_in_turn(left, dataset.folder)


def _train_in_turn(left: Sequence[RunFolder], data: str | None) -> dict[Path, str]:
    backend.check()
    failed: dict[Path, str] = {}
    for number, run in enumerate(left, 1):
        print(f"\n{run.path.name}, {number} of {len(left)}:", flush=True)
        command = [sys.executable, "-m", "digitpad", "train", "--out", str(run.path), "--resume"]
        command += ["--data", data] if data else []
        process = subprocess.run(command, stderr=subprocess.PIPE, text=True, errors="replace", check=False)
        print(process.stderr, end="", file=sys.stderr, flush=True)
        if process.returncode:
            failed[run.path] = _explain(process)
    return failed


def _explain(process: "subprocess.CompletedProcess[str]") -> str:
    """Why a process failed."""
    if process.returncode < 0:
        return f"Its process was ended by a signal: {signal.strsignal(-process.returncode)}."
    lines = process.stderr.strip().splitlines() or [f"Its process ended with exit code {process.returncode}."]
    return lines[-1].removeprefix("digitpad: ")
