"""How long learning MNIST takes, beside the examples of Keras and PyTorch: `make bench-training`.

Every run is a process of its own, and they take turns, so that a slow moment of the machine meets them all.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import lessons
import numpy as np
from matplotlib.figure import Figure
from record import Figures, show, spread, versions, write

from digitpad.training.datasets import mnist
from digitpad.training.reporting import machine

os.environ["CUDA_VISIBLE_DEVICES"] = "-1"  # processors are compared here

RESULTS = Path(__file__).with_suffix(".json")
PICTURE = RESULTS.with_suffix(".png")

NUM_SEEDS = {"digitpad": 5, "Keras": 3, "PyTorch": 1}
"""Runs of each, with the seeds 0, 1, ...; PyTorch's takes longest."""

COLOURS = {"digitpad": "#2563eb", "Keras": "#f59e0b", "PyTorch": "#dc2626"}

NOTES = [
    "A run is a process of its own, from MNIST's pictures in memory to the trained network: preprocessing, compilation "
    "and validation are in it, imports are not. The processes take turns: digitpad, Keras, PyTorch, and again.",
    "digitpad is the recipe `fast` on 55,000 pictures; what `digitpad train` does besides (calibration, the report, "
    "the export, and a fresh process that verifies both models) is not in it.",
    "Keras' example trains on 54,000 and validates on 6,000, PyTorch's trains on 60,000. Both are written from their "
    "published descriptions. PyTorch's pictures are scaled once and lie in memory here, which is faster than the "
    "example reads them.",
    "Accuracy is that of MNIST's test set after every epoch. The clock stands still while it is looked up, and nothing "
    "was chosen by it. What the looking up holds counts as memory: digitpad's contract on 10,000 pictures, for one.",
]


def main() -> None:
    """Run all, print and write."""
    runs: dict[str, list[dict[str, Any]]] = {name: [] for name in NUM_SEEDS}
    for seed in range(max(NUM_SEEDS.values())):
        for name in [name for name, count in NUM_SEEDS.items() if seed < count]:
            runs[name].append(_in_a_process(name, seed))
            print(name, seed, {key: value for key, value in runs[name][-1].items() if key != "laps"}, flush=True)
    results = compare(runs)
    for name, figures in results.items():
        show(name, figures)
    draw(runs).savefig(PICTURE, dpi=144)
    write(RESULTS, versions("digitpad", "keras", "numpy", "tensorflow", "tensorflow-cpu", "torch"), results, NOTES)


def compare(runs: dict[str, list[dict[str, Any]]]) -> dict[str, Figures]:
    """All figures, from what `_measure` gave for each run."""
    kinds = {
        "to the end (s)": "seconds",
        "an epoch (s)": "epoch_seconds",
        "processor time (s)": "processor_seconds",
        "peak memory (MB)": "peak_mb",
        "test accuracy (%)": "accuracy",
    }
    results = {
        f"{name}, {what}": spread([run[key] for run in of_name])
        for name, of_name in runs.items()
        for what, key in kinds.items()
    }
    for name, of_name in runs.items():
        for seed, run in enumerate(of_name):
            results[f"{name}, test accuracy (%), seed {seed}"] = {"accuracy": run["accuracy"]}
    for name in [name for name in runs if name != "digitpad"]:
        pairs = zip(runs[name], runs["digitpad"], strict=False)  # those of one round
        ratios = [slow["seconds"] / ours["seconds"] for slow, ours in pairs]
        results[f"{name} : digitpad, to the end (ratio)"] = spread(ratios)
    return results


def draw(runs: dict[str, list[dict[str, Any]]]) -> Figure:
    """Test accuracy against time, a line for each run."""
    figure = Figure(figsize=(8, 4.5), layout="constrained")
    axes = figure.subplots()
    for name, of_name in runs.items():
        for number, run in enumerate(of_name):
            seconds, accuracy = np.array(run["laps"]).T
            label = name if number == 0 else None
            axes.plot(seconds, 100 * accuracy, "o-", color=COLOURS[name], markersize=3, linewidth=1, label=label)
    axes.set(xscale="log", xlabel="seconds", ylabel="test accuracy, %", title="Learning MNIST on the processor")
    axes.xaxis.set_major_formatter("{x:g}")
    axes.grid(alpha=0.3)
    axes.legend()
    return figure


def _in_a_process(name: str, seed: int) -> dict[str, Any]:
    command = [sys.executable, __file__, name, str(seed)]
    finished = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    figures: dict[str, Any] = json.loads(finished.stdout.splitlines()[-1])
    return figures


def _measure(name: str, seed: int) -> dict[str, Any]:
    """One run, in this process."""
    dataset = mnist.load()
    if not dataset.verified:
        sys.exit(f"Expected MNIST to train on; found {dataset.source}. Name its folder by DIGITPAD_DATA.")
    with tempfile.TemporaryDirectory() as folder:
        test = dataset.test.open(Path(folder) / "looks.json")
    clock = lessons.LESSONS[name](dataset.pool, test, seed)
    seconds, processor_seconds = clock.seconds()
    return {
        "seconds": seconds,
        "epoch_seconds": float(np.diff([lap for lap, _ in clock.laps]).mean()),
        "processor_seconds": processor_seconds,
        "peak_mb": (machine.peak_memory_bytes() or 0) / 1e6,
        "accuracy": 100 * clock.laps[-1][1],
        "laps": clock.laps,
    }


if __name__ == "__main__":
    if len(sys.argv) == 3:
        print(json.dumps(_measure(sys.argv[1], int(sys.argv[2]))))
    else:
        main()
