"""The record of a run: all its results, and the card in its model file."""

import csv
import io
import platform
from collections.abc import Sequence
from dataclasses import asdict
from importlib.metadata import packages_distributions, version
from typing import Any

import keras

from digitpad.pages.weights import Weights
from digitpad.training import runs
from digitpad.training.datasets import splits
from digitpad.training.evaluation.calibration import Calibrated
from digitpad.training.networks.fit import Progress
from digitpad.training.recipe import PageRecipe, Recipe
from digitpad.training.reporting import machine
from digitpad.training.runs import RunFolder

_PACKAGES = ("digitpad", "keras", "numpy", "onnx", "onnxruntime", "scikit-learn", "scipy", "tf2onnx")
_CARD = ("recipe", "network", "data", "epochs", "temperature", "thresholds", "validation", "versions")
_PAGE_CARD = ("recipe", "network", "data", "epochs", "weights", "thresholds", "digit_model", "validation", "versions")
_CARD_FIGURES = ("num_images", "accuracy", "accuracy_interval", "top2", "nll", "brier", "ece", "refusals")


def collect(
    run: RunFolder, recipe: Recipe, network: keras.Model, progress: Progress, calibrated: Calibrated
) -> dict[str, Any]:
    """Collect the results of a run whose test split has been looked at, as JSON values.

    Returns:
        `recipe`, `network`, `data`, `epochs`, `history`, `fit_seconds`, `temperature`, `thresholds`, `validation`,
        `test`, `looks`, `versions` and `machine`.
    """
    best = progress.history[progress.best_epoch - 1]
    return {
        **_of_run(run, recipe, network, progress),
        **asdict(calibrated),
        "validation": {name: best[f"validation_{name}"] for name in ("loss", "accuracy")},
    }


def collect_pages(
    run: RunFolder,
    recipe: PageRecipe,
    network: keras.Model,
    progress: Progress,
    fitted: tuple[Weights, dict[str, float]],
    digit_model: str,
) -> dict[str, Any]:
    """Collect the results of a run for pages, as JSON values.

    Returns:
        As `collect`, but with `weights` and `digit_model`, the id of the digit model that they were fitted with, in
        place of `temperature`.
    """
    weights, thresholds = fitted
    last = progress.history[-1]
    return {
        **_of_run(run, recipe, network, progress),
        "weights": asdict(weights),
        "thresholds": thresholds,
        "digit_model": digit_model,
        "validation": {name: value for name, value in last.items() if name.startswith("validation_")},
    }


def _of_run(run: RunFolder, recipe: Recipe | PageRecipe, network: keras.Model, progress: Progress) -> dict[str, Any]:
    """What all runs have in common."""
    return {
        "recipe": asdict(recipe),
        "network": {"name": recipe.network, "num_parameters": network.count_params()},
        "data": _data(run),
        "epochs": {"finished": len(progress.history), "best": progress.best_epoch},
        "history": progress.history,
        "fit_seconds": sum(row["seconds"] for row in progress.history),
        **test(run),
        "versions": versions(),
        "machine": machine.describe(),
    }


def page_card(metrics: dict[str, Any]) -> dict[str, Any]:
    """The card of a page model, selected from all results."""
    return {
        "task": "handwritten digits on a page",
        **{name: metrics[name] for name in _PAGE_CARD},
        "test": {**metrics["test"], "looks": len(metrics["looks"])},
    }


def to_csv(history: Sequence[dict[str, float]], columns: Sequence[str]) -> str:
    """The training curves as CSV, one line per epoch."""
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(history)
    return text.getvalue()


def test(run: RunFolder) -> dict[str, Any]:
    """The results of the latest look at the test split, as `test`, and the times of all `looks`."""
    return {"test": runs.read_json(run.test), "looks": splits.looks(run.looks)}


def card(metrics: dict[str, Any]) -> dict[str, Any]:
    """The model card, selected from all results."""
    drawings = {kind: _shown(figures) for kind, figures in metrics["drawings"].items() if figures}
    return {
        "task": "handwritten digits, 0 to 9",
        **{name: metrics[name] for name in _CARD},
        "test": {**_shown(metrics["test"]), "looks": len(metrics["looks"])},
        "drawings": drawings,
    }


def _shown(figures: dict[str, Any]) -> dict[str, Any]:
    return {name: figures[name] for name in _CARD_FIGURES}


def _data(run: RunFolder) -> dict[str, Any]:
    """The data record with the sizes of the splits, but without the local folder, which may be private."""
    record = {key: value for key, value in runs.read_json(run.data).items() if key != "folder"}
    sizes = {f"num_{name}": len(indices) for name, indices in runs.read_arrays(run.splits).items()}
    return {**record, **sizes, "num_test": runs.read_json(run.test).get("num_images")}


def versions() -> dict[str, str]:
    """The versions of Python, of the backend, and of the packages that make a model."""
    backend = keras.backend.backend()
    backend_version = version(packages_distributions()[backend][0])
    packages = {package: version(package) for package in _PACKAGES}
    return {"python": platform.python_version(), "backend": f"{backend} {backend_version}", **packages}
