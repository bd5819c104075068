"""One training run from the data to the report: the pipeline, step by step."""

import csv
import io
import os
import platform
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from digitpad import artifact
from digitpad.errors import RunError
from digitpad.training import calibrate, contract, data, export, models, report, runs, splits, verify
from digitpad.training import evaluate as figures
from digitpad.training import recipe as recipes
from digitpad.training.fit import HISTORY_COLUMNS, PREDICT_BATCH_SIZE, Pictures, Progress, Watcher, fit
from digitpad.training.recipe import Recipe
from digitpad.training.runs import RunFolder

Say = Callable[[str], None]

_VERSIONS = ("digitpad", "keras", "numpy", "onnx", "onnxruntime", "scikit-learn", "scipy", "tf2onnx")


def train(run: RunFolder, dataset: data.Dataset, *, watcher: Watcher | None = None, say: Say = print) -> dict[str, Any]:
    """Train, calibrate, evaluate, save, verify and report, going on from where the run was broken off.

    Args:
        run: a run folder with its recipe, from `begin`, or from `RunFolder.open` to go on.
        dataset: from `data.load`; the same one that the run began with.
        watcher: is told how the fit goes.
        say: is told in words what happens.

    Returns:
        All figures, as in `metrics.json`.

    Raises:
        RunError: the run began with other data, or its checkpoint is damaged.
        VerificationError: a saved model does not answer like the trained one.
    """
    started = time.monotonic()
    recipe = recipes.load(str(run.recipe))
    network = models.build(recipe)
    _record_data(run, dataset)
    if dataset.notice:
        say(dataset.notice)
    training, validation = _split(dataset, recipe, run)
    say(f"Data: {len(training):,} pictures to train on, {len(validation):,} to validate on, from {dataset.source}.")
    say(f"Network: {recipe.network}, {network.count_params():,} parameters. Run folder: {run.path}")
    unseen = Pictures(contract.see(validation.images), validation.labels)
    progress = fit(
        network,
        Pictures(contract.see(training.images), training.labels),
        unseen,
        recipe,
        checkpoint=run.checkpoint,
        watcher=watcher or Watcher(),
    )
    runs.write(run.history, _to_csv(progress))
    temperature = calibrate.fit_temperature(_logits(network, unseen.seen), unseen.labels)
    reader = export.build_reader(network, temperature)
    export.save_keras(reader, run.keras_model)
    if not run.test.exists():
        look(run, dataset.test, network, temperature)
    metrics = _metrics(run, recipe, network, progress, temperature)
    card = _card(metrics)
    graph = export.export_graph(run.keras_model)
    runs.write(run.onnx_model, artifact.seal(graph, card, _probes(reader, validation)))
    say("Verifying: a fresh process reloads both models.")
    metrics["verification"] = verify.verify(reader, validation.images, run)
    metrics["seconds"] = time.monotonic() - started
    metrics["files"] = {path.name: path.stat().st_size for path in (run.keras_model, run.onnx_model)}
    runs.write_json(run.metrics, metrics)
    report.write(run)
    return metrics


def begin(out: str | Path, recipe: Recipe) -> RunFolder:
    """Make the folder of a new run; RunError if it has files already, RecipeError for an unknown network."""
    if recipe.network not in models.NETWORKS:
        models.build(recipe)
    run = RunFolder.create(out)
    runs.write(run.recipe, recipe.to_toml())
    return run


def look(run: RunFolder, test: splits.SealedSplit, network: keras.Model, temperature: float) -> None:
    """Open the sealed test split, and store what it shows."""
    opened = test.open(run.looks)
    seen = contract.see(opened.images)
    result = figures.evaluate(_logits(network, seen), opened.labels, seen, temperature=temperature)
    runs.write_json(run.test, result)


def look_again(run: RunFolder, dataset: data.Dataset) -> None:
    """Look at the test split of a finished run once more; the report then says how many looks there were."""
    metrics = runs.read_json(run.metrics)
    reader = export.load_keras(run.keras_model)
    _record_data(run, dataset)
    look(run, dataset.test, reader.get_layer(metrics["recipe"]["network"]), metrics["temperature"])
    runs.write_json(run.metrics, {**metrics, **_test_figures(run)})
    report.write(run)


def recorded_folder(run: RunFolder) -> str | None:
    """The folder that the run's data was read from, or None if it came from elsewhere or was not read yet."""
    return runs.read_json(run.data)["folder"] if run.data.exists() else None


def _record_data(run: RunFolder, dataset: data.Dataset) -> None:
    """Write down what data the run uses, or make sure that it is the same as when the run began."""
    if not run.data.exists():
        record = {
            "source": dataset.source,
            "folder": dataset.folder,
            "verified": dataset.verified,
            "notice": dataset.notice,
            "sha256": dataset.sha256,
        }
        runs.write_json(run.data, record)
    elif runs.read_json(run.data)["sha256"] != dataset.sha256:
        raise RunError(f"Expected the data that {run.path} began with; {dataset.source} holds other pictures.")


def _split(dataset: data.Dataset, recipe: Recipe, run: RunFolder) -> tuple[splits.Split, splits.Split]:
    training, validation = splits.choose_validation(dataset.pool, seed=recipe.seed)
    runs.write_arrays(run.splits, {"training": training, "validation": validation})
    return dataset.pool[training], dataset.pool[validation]


def _logits(network: keras.Model, seen: NDArray[np.float32]) -> NDArray[np.float32]:
    logits: NDArray[np.float32] = network.predict(seen, batch_size=PREDICT_BATCH_SIZE, verbose=0)
    return logits


def _to_csv(progress: Progress) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, HISTORY_COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(progress.history)
    return text.getvalue()


def _probes(reader: keras.Model, validation: splits.Split) -> list[artifact.Probe]:
    """One picture of each digit, one of them on a larger canvas, and blank paper, with the reader's answers."""
    images = [validation.images[np.flatnonzero(validation.labels == digit)[0]] for digit in range(10)]
    drawings = [*contract.to_pixels(np.stack(images)), verify.place(images[2], 200, 160)]
    drawings.append(np.full((40, 40, 4), 255, np.uint8))
    return [artifact.Probe(pixels, export.answer(reader, pixels[None])["probabilities"][0]) for pixels in drawings]


def _test_figures(run: RunFolder) -> dict[str, Any]:
    return {"test": runs.read_json(run.test), "looks": splits.looks(run.looks)}


def _metrics(
    run: RunFolder, recipe: Recipe, network: keras.Model, progress: Progress, temperature: float
) -> dict[str, Any]:
    best = progress.history[progress.best_epoch - 1]
    return {
        "recipe": asdict(recipe),
        "network": {"name": recipe.network, "num_parameters": network.count_params()},
        "data": _data_figures(run),
        "epochs": {"finished": len(progress.history), "best": progress.best_epoch},
        "history": progress.history,
        "fit_seconds": sum(row["seconds"] for row in progress.history),
        "temperature": temperature,
        "validation": {name: best[f"validation_{name}"] for name in ("loss", "accuracy")},
        **_test_figures(run),
        "versions": {
            "python": platform.python_version(),
            "backend": f"{keras.backend.backend()} {version(_backend_package())}",
            **{package: version(package) for package in _VERSIONS},
        },
        "machine": {
            "system": f"{platform.system()} {platform.machine()}",
            "num_cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
            "peak_memory_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _RSS_UNIT_BYTES,
        },
    }


_RSS_UNIT_BYTES = 1 if sys.platform == "darwin" else 1024


def _backend_package() -> str:
    from importlib.metadata import packages_distributions

    return packages_distributions()[keras.backend.backend()][0]


def _data_figures(run: RunFolder) -> dict[str, Any]:
    """What is known of the data; where it lay on this machine is nobody's business but the run's."""
    record = {key: value for key, value in runs.read_json(run.data).items() if key != "folder"}
    sizes = {f"num_{name}": len(indices) for name, indices in runs.read_arrays(run.splits).items()}
    return {**record, **sizes, "num_test": runs.read_json(run.test)["num_images"]}


def _card(metrics: dict[str, Any]) -> dict[str, Any]:
    """What the model file says of itself."""
    test = metrics["test"]
    names = ("num_images", "accuracy", "accuracy_interval", "top2", "nll", "brier", "ece")
    keys = ("recipe", "network", "data", "epochs", "temperature", "validation", "versions")
    return {
        "task": "handwritten digits, 0 to 9",
        **{key: metrics[key] for key in keys},
        "test": {**{name: test[name] for name in names}, "looks": len(metrics["looks"])},
    }
