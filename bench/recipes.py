"""How well the recipes learn, over several seeds, through the whole of `digitpad train`: `make bench-recipes`.

Runs stay in `runs/bench/`. One that was broken off goes on, and one that is finished is not trained again, so hours of
training can be done in pieces.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from record import Figures, show, spread, versions, write

from digitpad.training import recipe, runs
from digitpad.training.datasets import pen
from digitpad.training.recipe import RECIPES
from digitpad.training.runs import RunFolder

RESULTS = Path(__file__).with_suffix(".json")
FOLDER = Path("runs") / "bench"

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

NOTES = [
    "A run is the whole of `digitpad train --recipe NAME --set seed=N`, with one look at MNIST's test set at its end. "
    "No recipe, epoch or seed was chosen by its figures; docs/LOG.md says by which, and of one earlier `fast` that "
    "the test set showed to have too little margin.",
    "`accurate` holds nothing out: all 60,000 pictures train and the last weights stay. The others train on 55,000.",
    "The model that ships is the run of `pad`.",
    "Runs that shared the machine with other work took up to 1.6 times as long as those that did not.",
    "The pen digits trained nothing, but mistakes on them told which styles are written, and all of them, not these "
    "2,000, were among the figures by which `pad` was preferred to others.",
]


def main() -> None:
    """Train what is not trained yet, print and write."""
    folder = os.environ.get("DIGITPAD_DATA")
    if not folder or not pen.is_in(folder):
        sys.exit(f"Expected DIGITPAD_DATA to name the folder with MNIST and the pen strokes; it is {folder!r}.")
    results: dict[str, Figures] = {}
    for name, count in NUM_SEEDS.items():
        results |= describe(name, [train(name, seed) for seed in range(count)])
    for name, figures in results.items():
        show(name, figures)
    write(RESULTS, versions("digitpad", "keras", "numpy", "tensorflow", "tensorflow-cpu"), results, NOTES)


def train(name: str, seed: int) -> dict[str, Any]:
    """The figures of one run, which is trained first if it is not there."""
    run, today = RunFolder(FOLDER / f"{name}-{seed}"), RECIPES[name].replace(seed=seed)
    if run.recipe.exists() and recipe.load(str(run.recipe)) != today:
        sys.exit(f"Expected {run.path} to be of the recipe {name} as it is today; it is of another. Move it away.")
    if not run.is_finished():
        command = [sys.executable, "-m", "digitpad", "train", "--out", str(run.path)]
        command += ["--resume"] if run.recipe.exists() else ["--recipe", name, "--set", f"seed={seed}"]
        subprocess.run(command, check=True)
    figures: dict[str, Any] = runs.read_json(run.metrics)
    return figures


def describe(name: str, of_name: Sequence[dict[str, Any]]) -> dict[str, Figures]:
    """The figures of a recipe's runs, as mean and spread, and the accuracy of each."""
    results = {f"{name}, {what}": spread([figure(run) for run in of_name]) for what, figure in FIGURES.items()}
    for run in of_name:
        seed = f"{name}, test accuracy (%), seed {run['recipe']['seed']}"
        results[seed] = {"accuracy": FIGURES["test accuracy (%)"](run)}
    return results


if __name__ == "__main__":
    main()
