"""The record of a run: all its results, and the card in its model file."""

import platform
from dataclasses import asdict
from importlib.metadata import packages_distributions, version
from typing import Any

import keras

from digitpad.training import runs
from digitpad.training.datasets import splits
from digitpad.training.evaluation.calibration import Calibrated
from digitpad.training.networks.fit import Progress
from digitpad.training.recipe import Recipe
from digitpad.training.reporting import machine
from digitpad.training.runs import RunFolder

_PACKAGES = ("digitpad", "keras", "numpy", "onnx", "onnxruntime", "scikit-learn", "scipy", "tf2onnx")
_CARD = ("recipe", "network", "data", "epochs", "temperature", "thresholds", "validation", "versions")
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
        "recipe": asdict(recipe),
        "network": {"name": recipe.network, "num_parameters": network.count_params()},
        "data": _data(run),
        "epochs": {"finished": len(progress.history), "best": progress.best_epoch},
        "history": progress.history,
        "fit_seconds": sum(row["seconds"] for row in progress.history),
        **asdict(calibrated),
        "validation": {name: best[f"validation_{name}"] for name in ("loss", "accuracy")},
        **test(run),
        "versions": _versions(),
        "machine": machine.describe(),
    }


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
    return {**record, **sizes, "num_test": runs.read_json(run.test)["num_images"]}


def _versions() -> dict[str, str]:
    backend = keras.backend.backend()
    backend_version = version(packages_distributions()[backend][0])
    packages = {package: version(package) for package in _PACKAGES}
    return {"python": platform.python_version(), "backend": f"{backend} {backend_version}", **packages}
