"""The training pipeline: one run, step by step from the data to the report."""

import functools
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np

from digitpad import artifact
from digitpad.errors import MissingPartError
from digitpad.training import backend, runs
from digitpad.training import recipe as recipes
from digitpad.training.augmentation.mixture import Mixture, Pictures
from digitpad.training.datasets import mnist, pen, splits
from digitpad.training.datasets.mnist import Dataset
from digitpad.training.datasets.pen import Pen
from digitpad.training.evaluation import calibration, drawings, metrics
from digitpad.training.evaluation.calibration import Calibrated
from digitpad.training.export import keras_file, layers_file, onnx_file, verify
from digitpad.training.networks import architectures, distillation
from digitpad.training.networks.film import Film
from digitpad.training.networks.fit import HISTORY_COLUMNS, Progress, Watcher, fit, is_trained, predict_logits
from digitpad.training.preprocessing import contract
from digitpad.training.recipe import Recipe
from digitpad.training.reporting import machine, record, report
from digitpad.training.runs import RunFolder

Say = Callable[[str], None]

_NEW_EPOCHS = 2
"""Enough images are generated for this many epochs, or for every twelfth of a long training. Each epoch samples from
them and changes most of them again."""

_TRAINING, _VALIDATION, _CALIBRATION, _REPORT = range(1_000_001, 1_000_005)
"""Second seeds of the random generators, used with the recipe's seed; training epochs use their index."""


def train(run: RunFolder, dataset: Dataset, *, watcher: Watcher | None = None, say: Say = print) -> dict[str, Any]:
    """Train, calibrate, evaluate, save, verify and report; an interrupted run resumes where it stopped.

    Args:
        run: a run folder with its recipe, from `RunFolder.create`, or from `RunFolder.open` to resume.
        dataset: from `mnist.load`; the same one that the run began with.
        watcher: receives the training progress.
        say: called with messages for the user.

    Returns:
        All results, as in `metrics.json`.

    Raises:
        RunError: the run began with other data, or its checkpoint is damaged.
        VerificationError: a saved model does not give the same answers as the trained one.
    """
    started = time.monotonic()
    recipe = recipes.load(str(run.recipe))
    assert isinstance(recipe, Recipe), "pages have a pipeline of their own"
    network = architectures.build(recipe)
    training, validation = prepare(run, dataset, seed=recipe.seed, held_out=recipe.held_out, say=say)
    _announce(recipe, len(training), say)
    people = pen.load(Path(dataset.folder) / "pen") if dataset.folder and pen.is_in(dataset.folder) else None
    say(f"Network: {recipe.network}. Run folder: {run.path}")
    choosing, calibrating = validation[::2], validation[1::2]
    mixture, unseen = mix(training, choosing, recipe)
    film, watcher = Film(network, unseen, recipe), watcher or Watcher()
    lessons = None
    if recipe.teachers and not is_trained(run.checkpoint, recipe, len(training)):
        gather = functools.partial(mix, training, choosing)
        lessons = distillation.prepare(run.teaching, mixture, recipe, gather=gather, watcher=watcher, say=say)
        say(f"Student: {recipe.network}, {recipe.epochs} epochs.")
    progress = fit(
        network, mixture, unseen, recipe, checkpoint=run.checkpoint, watcher=watcher, film=film, lessons=lessons
    )
    _require_export(run)
    runs.write_arrays(run.film, film.arrays())
    runs.write(run.history, record.to_csv(progress.history, HISTORY_COLUMNS))
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
    layers_file.write(run.onnx_model)
    say("Verifying both models in a fresh process.")
    figures["verification"] = verify.verify(reader, validation.images, run)
    return finish(run, figures, progress, started)


def finish(run: RunFolder, figures: dict[str, Any], progress: Progress, started: float) -> dict[str, Any]:
    """Add what the run took to its results, and write them and the report.

    Args:
        run: with its models.
        figures: all other results, which are added to.
        progress: of the training.
        started: when this process began with it, as `time.monotonic` tells.
    """
    models = (run.keras_model, run.onnx_model, run.layers, run.page_model)
    figures["peak_memory_bytes"] = machine.peak_memory_bytes()
    figures["files"] = {path.name: path.stat().st_size for path in models if path.is_file()}
    earlier = sum(row["seconds"] for row in progress.history[: progress.num_restored])
    figures["seconds"] = earlier + time.monotonic() - started
    runs.write_json(run.metrics, figures)
    report.write(run)
    return figures


def look(run: RunFolder, test: splits.SealedSplit, network: keras.Model, calibrated: Calibrated) -> None:
    """Open the sealed test split, evaluate the network on it, and store the results."""
    opened = test.open(run.looks)
    seen = contract.see(opened.images)
    logits = predict_logits(network, seen)
    runs.write_json(run.test, metrics.evaluate(logits, opened.labels, seen, calibrated=calibrated))


def look_again(run: RunFolder, dataset: Dataset) -> None:
    """Look at the test split of a finished run again. The report then states the number of looks."""
    figures = runs.read_json(run.metrics)
    reader = keras_file.load(run.keras_model)
    calibrated = Calibrated(figures["temperature"], figures["thresholds"])
    mnist.record(run, dataset)
    look(run, dataset.test, reader.get_layer(figures["recipe"]["network"]), calibrated)
    runs.write_json(run.metrics, {**figures, **record.test(run)})
    report.write(run)


def mix(training: splits.Split, choosing: splits.Split, recipe: Recipe) -> tuple[Mixture, Pictures]:
    """Prepare the training and validation data for `fit`.

    Args:
        training: images to train on.
        choosing: images that select the best epoch.
        recipe: how both are mixed and changed.

    Returns:
        The mixture that epochs are drawn from, and the pictures that select the best epoch. They are mixed in the same
        way but generated separately.
    """
    mixture = Mixture.gather(
        training, recipe, np.random.default_rng([recipe.seed, _TRAINING]), epochs=max(_NEW_EPOCHS, recipe.epochs / 12)
    )
    rng = np.random.default_rng([recipe.seed, _VALIDATION])
    if recipe.unchanged < 1:  # otherwise validation uses the published images, which is fast
        choosing = splits.Split(contract.levels(choosing.images), choosing.labels)  # frames the unchanged ones too
    in_place = recipe.replace(shift_px=0)  # the contract centres whatever is read
    return mixture, Pictures.of(Mixture.gather(choosing, recipe, rng, epochs=1).epoch(in_place, rng))


def prepare(
    run: RunFolder, dataset: Dataset, *, seed: int, held_out: bool, say: Say
) -> tuple[splits.Split, splits.Split]:
    """Record, split and announce the data: images for training, and for validation and calibration.

    Raises:
        RunError: the run began with other data.
    """
    mnist.record(run, dataset)
    training, validation = splits.choose_validation(dataset.pool, seed=seed, held_out=held_out)
    runs.write_arrays(run.splits, {"training": training, "validation": validation})
    if dataset.notice:
        say(dataset.notice)
    say(f"Data: {len(training):,} training images and {len(validation):,} validation images from {dataset.source}.")
    return dataset.pool[training], dataset.pool[validation]


def _require_export(run: RunFolder) -> None:
    """Raise MissingPartError where a network can be trained, but neither evaluated nor exported."""
    if not backend.can_export():
        raise MissingPartError(
            "The network is trained. Expected TensorFlow to evaluate and export it; it is not installed here. Copy "
            f"{run.path} to a machine that has it, and go on there with: {runs.resume_command(run.path)}"
        )


def _announce(recipe: Recipe, num_images: int, say: Say) -> None:
    """Say what a recipe means for this data set and the model."""
    if (num_epochs := recipe.lasting(num_images).epochs) > recipe.epochs:
        say(f"That is less than MNIST, so there will be {num_epochs} epochs instead of {recipe.epochs}.")
    if not recipe.strange:
        say("This recipe trains on digits only, so the model will read any drawing as a digit.")
    if not recipe.held_out:
        say("Nothing is held out: validation uses training images, and calibration uses altered copies of them.")


def _calibrate(network: keras.Model, digits: splits.Split, recipe: Recipe) -> Calibrated:
    """Fit temperature and thresholds on drawings of the half of the validation split that selected no epoch."""
    drawn = drawings.generated(digits, [recipe.seed, _CALIBRATION])
    return calibration.fit(predict_logits(network, drawn.seen), drawn.labels, refuses=recipe.strange > 0)


def _read_drawings(
    network: keras.Model, calibrated: Calibrated, digits: splits.Split, seed: int, people: Pen | None
) -> dict[str, Any]:
    """Evaluate on new drawings of the digits used for calibration and, if available, on the pen data."""
    made = {"generated": drawings.generated(digits, [seed, _REPORT]), "pen": people and drawings.written(people)}
    return {kind: made and drawings.figures(network, made, calibrated) for kind, made in made.items()}
