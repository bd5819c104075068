"""One training run from the data to the report: the pipeline, step by step."""

import csv
import io
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np

from digitpad import artifact
from digitpad.errors import RunError
from digitpad.training import recipe as recipes
from digitpad.training import runs
from digitpad.training.augmentation.mixture import Mixture, Pictures
from digitpad.training.datasets import pen, splits
from digitpad.training.datasets.mnist import Dataset
from digitpad.training.datasets.pen import Pen
from digitpad.training.evaluation import calibration, drawings, metrics
from digitpad.training.evaluation.calibration import Calibrated
from digitpad.training.export import keras_file, onnx_file, verify
from digitpad.training.networks import architectures
from digitpad.training.networks.fit import HISTORY_COLUMNS, Progress, Watcher, fit, predict_logits
from digitpad.training.preprocessing import contract
from digitpad.training.recipe import Recipe
from digitpad.training.reporting import machine, record, report
from digitpad.training.runs import RunFolder

Say = Callable[[str], None]

_NEW_EPOCHS = 2
"""Generated pictures would do for so many epochs; each draws its own among them, and changes most of them anew."""

_TRAINING, _VALIDATION, _CALIBRATION, _REPORT = range(1_000_001, 1_000_005)
"""Where chance comes from, beside the seed; an epoch takes its number."""


def train(run: RunFolder, dataset: Dataset, *, watcher: Watcher | None = None, say: Say = print) -> dict[str, Any]:
    """Train, calibrate, evaluate, save, verify and report, going on from where the run was broken off.

    Args:
        run: a run folder with its recipe, from `begin`, or from `RunFolder.open` to go on.
        dataset: from `mnist.load`; the same one that the run began with.
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
    network = architectures.build(recipe)
    training, validation = _prepare(run, dataset, recipe, say)
    people = pen.load(Path(dataset.folder) / "pen") if dataset.folder and pen.is_in(dataset.folder) else None
    say(f"Network: {recipe.network}. Run folder: {run.path}")
    choosing, calibrating = validation[::2], validation[1::2]
    mixture, unseen = mix(training, choosing, recipe)
    progress = fit(network, mixture, unseen, recipe, checkpoint=run.checkpoint, watcher=watcher or Watcher())
    runs.write(run.history, _to_csv(progress))
    network = architectures.keep(network, recipe)
    calibrated = _calibrate(network, calibrating, recipe)
    reader = keras_file.build_reader(network, calibrated.temperature)
    keras_file.save(reader, run.keras_model)
    if not run.test.exists():
        look(run, dataset.test, network, calibrated)
    figures = record.collect(run, recipe, network, progress, calibrated)
    figures["drawings"] = _read_drawings(network, calibrated, calibrating, recipe.seed, people)
    graph, probes = onnx_file.export(run.keras_model), verify.probes(reader, validation)
    runs.write(run.onnx_model, artifact.seal(graph, record.card(figures), probes))
    say("Verifying: a fresh process reloads both models.")
    figures["verification"] = verify.verify(reader, validation.images, run)
    figures["peak_memory_bytes"] = machine.peak_memory_bytes()
    figures["files"] = {path.name: path.stat().st_size for path in (run.keras_model, run.onnx_model)}
    earlier = sum(row["seconds"] for row in progress.history[: progress.num_restored])
    figures["seconds"] = earlier + time.monotonic() - started
    runs.write_json(run.metrics, figures)
    report.write(run)
    return figures


def begin(out: str | Path, recipe: Recipe) -> RunFolder:
    """Make the folder of a new run; RunError if it has files already, RecipeError for an unknown network."""
    architectures.check(recipe)
    return RunFolder.create(out, recipe.to_toml())


def look(run: RunFolder, test: splits.SealedSplit, network: keras.Model, calibrated: Calibrated) -> None:
    """Open the sealed test split, and store what it shows."""
    opened = test.open(run.looks)
    seen = contract.see(opened.images)
    logits = predict_logits(network, seen)
    runs.write_json(run.test, metrics.evaluate(logits, opened.labels, seen, calibrated=calibrated))


def look_again(run: RunFolder, dataset: Dataset) -> None:
    """Look at the test split of a finished run once more; the report then says how many looks there were."""
    figures = runs.read_json(run.metrics)
    reader = keras_file.load(run.keras_model)
    calibrated = Calibrated(figures["temperature"], figures["thresholds"])
    _record_data(run, dataset)
    look(run, dataset.test, reader.get_layer(figures["recipe"]["network"]), calibrated)
    runs.write_json(run.metrics, {**figures, **record.test(run)})
    report.write(run)


def mix(training: splits.Split, choosing: splits.Split, recipe: Recipe) -> tuple[Mixture, Pictures]:
    """Gather what a fit needs.

    Args:
        training: pictures that train.
        choosing: pictures that choose the best epoch.
        recipe: how both are mixed and changed.

    Returns:
        What epochs are drawn from, and the drawings that choose one: alike in kind, generated apart.
    """
    mixture = Mixture.gather(training, recipe, np.random.default_rng([recipe.seed, _TRAINING]), epochs=_NEW_EPOCHS)
    rng = np.random.default_rng([recipe.seed, _VALIDATION])
    if recipe.unchanged < 1:  # who trains on nothing but published pictures is chosen by such, which is quick
        choosing = splits.Split(contract.levels(choosing.images), choosing.labels)  # what stays as it is, as it is read
    in_place = recipe.replace(shift_px=0)  # where all that is read stands
    return mixture, Pictures.of(Mixture.gather(choosing, recipe, rng, epochs=1).epoch(in_place, rng))


def recorded_folder(run: RunFolder) -> str | None:
    """The folder that the run's data was read from, or None if it came from elsewhere or was not read yet."""
    return runs.read_json(run.data)["folder"] if run.data.exists() else None


def _record_data(run: RunFolder, dataset: Dataset) -> None:
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
        raise RunError(
            f"Expected the data that {run.path} began with; {dataset.source} holds other pictures. Name the folder "
            "that it began with by --data, or begin a new run."
        )


def _prepare(run: RunFolder, dataset: Dataset, recipe: Recipe, say: Say) -> tuple[splits.Split, splits.Split]:
    """Write down the data, split it, and say what it is."""
    _record_data(run, dataset)
    training, validation = splits.choose_validation(dataset.pool, seed=recipe.seed, held_out=recipe.held_out)
    runs.write_arrays(run.splits, {"training": training, "validation": validation})
    if dataset.notice:
        say(dataset.notice)
    say(f"Data: {len(training):,} pictures to train on, {len(validation):,} to validate on, from {dataset.source}.")
    if not recipe.strange:
        say("This recipe shows the network nothing but digits, so it will take whatever is drawn for one.")
    if not recipe.held_out:
        say("Nothing is held out: what validates and calibrates is drawn anew from pictures that train.")
    return dataset.pool[training], dataset.pool[validation]


def _calibrate(network: keras.Model, digits: splits.Split, recipe: Recipe) -> Calibrated:
    """Temperature and thresholds, from drawings of that half of the validation split which chose no epoch."""
    drawn = drawings.generated(digits, [recipe.seed, _CALIBRATION])
    return calibration.fit(predict_logits(network, drawn.seen), drawn.labels, refuses=recipe.strange > 0)


def _read_drawings(
    network: keras.Model, calibrated: Calibrated, digits: splits.Split, seed: int, people: Pen | None
) -> dict[str, Any]:
    """How the run does on new drawings of the digits that it was calibrated by, and on what people wrote."""
    made = {"generated": drawings.generated(digits, [seed, _REPORT]), "pen": people and drawings.written(people)}
    return {kind: made and drawings.figures(network, made, calibrated) for kind, made in made.items()}


def _to_csv(progress: Progress) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, HISTORY_COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(progress.history)
    return text.getvalue()
