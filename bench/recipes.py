"""How well every recipe learns, over several seeds, through all of `digitpad train`: `make bench-recipes`.

Runs are kept in `runs/bench/`. An unfinished run is resumed and a finished one is not repeated, so that hours of
training can be done in pieces.
"""

import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bench import record
from bench.record import Figures, spread
from digitpad.errors import DataError
from digitpad.training import recipe, runs
from digitpad.training.recipe import RECIPES
from digitpad.training.runs import RunFolder

FOLDER = Path("runs") / "bench"
PACKAGES = ("digitpad", "keras", "numpy", "tensorflow", "tensorflow-cpu")

NUM_SEEDS = {"fast": 5, "small": 3, "accurate": 3, "pad": 1, "cnn": 1, "dense": 1}
"""How often each recipe is trained, with the seeds 0, 1, ..."""

FIGURES: dict[str, Callable[[dict[str, Any]], float]] = {
    "test accuracy (%)": lambda run: 100 * run["test"]["accuracy"],
    "test NLL": lambda run: run["test"]["nll"],
    "test ECE (%)": lambda run: 100 * run["test"]["ece"],
    "2,000 pen digits, accuracy (%)": lambda run: 100 * run["drawings"]["pen"]["accuracy"],
    "training (s)": lambda run: run["fit_seconds"],
    "the whole run (s)": lambda run: run["seconds"],
    "peak memory (MB)": lambda run: run["peak_memory_bytes"] / 1e6,
    "parameters": lambda run: run["network"]["num_parameters"],
    "model file (bytes)": lambda run: run["files"]["digits.onnx"],
}


def main() -> None:
    """Train the runs that are missing, print and write."""
    try:
        record.data()
    except DataError as error:
        sys.exit(f"bench.recipes: {error}")
    results: dict[str, Figures] = {}
    for name, count in NUM_SEEDS.items():
        results |= describe(name, [train(name, seed) for seed in range(count)])
    record.finish("recipes", record.collect(record.versions(*PACKAGES), results, "recipes"))


def train(name: str, seed: int) -> dict[str, Any]:
    """The metrics of a run, which is trained first unless it is finished."""
    run, today = RunFolder(FOLDER / f"{name}-{seed}"), RECIPES[name].replace(seed=seed)
    if run.recipe.exists() and recipe.load(str(run.recipe)) != today:
        sys.exit(f"Expected {run.path} to be a run of today's recipe {name}; it has another recipe. Move it away.")
    if not run.is_finished():
        command = [sys.executable, "-m", "digitpad", "train", "--out", str(run.path)]
        command += ["--resume"] if run.recipe.exists() else ["--recipe", name, "--set", f"seed={seed}"]
        subprocess.run(command, check=True)
    metrics: dict[str, Any] = runs.read_json(run.metrics)
    return metrics


def describe(name: str, of_name: Sequence[dict[str, Any]]) -> dict[str, Figures]:
    """Mean and spread of the figures of a recipe's runs, and the accuracy of each run."""
    results = {f"{name}, {what}": spread([figure(run) for run in of_name]) for what, figure in FIGURES.items()}
    for run in of_name:
        seed = f"{name}, test accuracy (%), seed {run['recipe']['seed']}"
        results[seed] = {"accuracy": FIGURES["test accuracy (%)"](run)}
    return results


if __name__ == "__main__":
    main()
