"""Entry point: `python -m bench.training`, or `make bench-training`."""

import json
import os
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from bench import record
from bench.record import Figures, alternate, ratios, spread
from digitpad.training import backend

NUM_SEEDS = {"digitpad": 5, "Keras": 3, "PyTorch": 1}
"""Runs of each, with the seeds 0, 1, ...; PyTorch's takes longest."""

COLOURS = {"digitpad": "#2563eb", "Keras": "#f59e0b", "PyTorch": "#dc2626"}
PACKAGES = ("digitpad", "keras", "numpy", "tensorflow", "tensorflow-cpu", "torch")
MEASURED = {
    "to the end (s)": "seconds",
    "an epoch (s)": "epoch_seconds",
    "processor time (s)": "processor_seconds",
    "peak memory (MB)": "peak_mb",
    "test accuracy (%)": "accuracy",
}
"""The name of each figure in `lessons.measure`."""

Runs = dict[str, list[dict[str, Any]]]


def main() -> None:
    """Train everything, print and write."""
    os.environ["CUDA_VISIBLE_DEVICES"] = "-1"  # the comparison is on the CPU
    runs: Runs = {name: [] for name in NUM_SEEDS}
    for name, seed in alternate(NUM_SEEDS):
        runs[name].append(train(name, seed))
    draw(runs).savefig(record.FOLDER / "training.png", dpi=144)
    record.finish("training", record.collect(record.versions(*PACKAGES), compare(runs), "training"))


def train(name: str, seed: int) -> dict[str, Any]:
    """What `lessons.measure` returns in a process of its own."""
    figures: dict[str, Any] = json.loads(backend.run_module("bench.training.lessons", name, str(seed)).splitlines()[-1])
    print(name, seed, {key: value for key, value in figures.items() if key != "laps"}, flush=True)
    return figures


def compare(runs: Runs) -> dict[str, Figures]:
    """All figures, from what `train` returned."""
    results = {
        f"{name}, {what}": spread([run[key] for run in of_name])
        for name, of_name in runs.items()
        for what, key in MEASURED.items()
    }
    for name, of_name in runs.items():
        for seed, run in enumerate(of_name):
            results[f"{name}, test accuracy (%), seed {seed}"] = {"accuracy": run["accuracy"]}
    seconds = {name: [run["seconds"] for run in of_name] for name, of_name in runs.items()}
    for name in [name for name in runs if name != "digitpad"]:
        results[f"{name} : digitpad, to the end (ratio)"] = ratios(seconds[name], seconds["digitpad"])
    return results


def draw(runs: Runs) -> Figure:
    """Plot test accuracy against time, a line for each run."""
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


if __name__ == "__main__":
    main()
