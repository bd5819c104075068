"""How well every recipe learns, over several seeds, through all of `digitpad train`: `make bench-recipes [RAY=auto]`.

Runs are kept in `runs/bench/`. An unfinished run is resumed and a finished one is not repeated, so that hours of
training can be done in pieces.
"""

import itertools
import sys
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated, Any

import typer

from bench import record
from bench.record import Figures
from digitpad import cluster
from digitpad.errors import DigitpadError, RunError
from digitpad.training import recipe, runs, spread
from digitpad.training.datasets import mnist
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
    "cores": lambda run: run["machine"]["num_cores"],
    "training (s)": lambda run: run["fit_seconds"],
    "the whole run (s)": lambda run: run["seconds"],
    "peak memory (MB)": lambda run: run["peak_memory_bytes"] / 1e6,
    "parameters": lambda run: run["network"]["num_parameters"],
    "model file (bytes)": lambda run: run["files"]["digits.onnx"],
}


def main(
    ray: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS", help="Train on Ray, as `digitpad train --ray` does; by default one run after another."
        ),
    ] = None,
) -> None:
    """Train the runs that are missing, print and write."""
    try:
        dataset = mnist.load(record.data())
        with cluster.connected(ray) if ray is not None else nullcontext():
            trained = {name: [begin(name, seed) for seed in range(count)] for name, count in NUM_SEEDS.items()}
            failed = spread.train_all(itertools.chain(*trained.values()), dataset, on_cluster=ray is not None)
    except DigitpadError as error:
        sys.exit(f"bench.recipes: {error}")
    if failed:
        sys.exit("\n".join(f"bench.recipes: {path} failed: {why}" for path, why in failed.items()))
    results: dict[str, Figures] = {}
    for name, of_name in trained.items():
        results |= describe(name, [runs.read_json(run.metrics) for run in of_name])
    record.finish("recipes", record.collect(record.versions(*PACKAGES), results, "recipes"))


def begin(name: str, seed: int) -> RunFolder:
    """The folder of a run, which is created if it is not there."""
    run, today = RunFolder(FOLDER / f"{name}-{seed}"), RECIPES[name].replace(seed=seed)
    if not run.recipe.exists():
        return RunFolder.create(run.path, today.to_toml())
    if recipe.load(str(run.recipe)) != today:
        raise RunError(
            f"Expected {run.path} to be a run of today's recipe {name}; it has another recipe. Move it away."
        )
    return run


def describe(name: str, of_name: Sequence[dict[str, Any]]) -> dict[str, Figures]:
    """Mean and spread of the figures of a recipe's runs, and the accuracy of each run."""
    results = {f"{name}, {what}": record.spread([figure(run) for run in of_name]) for what, figure in FIGURES.items()}
    for run in of_name:
        seed = f"{name}, test accuracy (%), seed {run['recipe']['seed']}"
        results[seed] = {"accuracy": FIGURES["test accuracy (%)"](run)}
    return results


if __name__ == "__main__":
    typer.run(main)
