"""Fitting a network: minibatches, early stopping, and a checkpoint after every epoch that a killed run goes on from."""

import json
import math
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray
from scipy.special import log_softmax

from digitpad.errors import DigitpadError, RunError
from digitpad.training import batches, runs
from digitpad.training.augmentation.mixture import NOT_A_DIGIT, Mixture, Pictures
from digitpad.training.datasets.splits import Split
from digitpad.training.recipe import Recipe

_STEPS_PER_EXECUTION = 50
_PREDICT_BATCH_SIZE = 1000


@dataclass
class Progress:
    """How far a fit has come: everything but the weights that a resumed fit needs.

    Attributes:
        history: one row of figures for each finished epoch, see `HISTORY_COLUMNS`.
        best_epoch: number of finished epochs at the weights that are kept so far.
        num_restored: how many of the epochs were finished by an earlier process.
    """

    history: list[dict[str, float]] = field(default_factory=list)
    best_epoch: int = 0
    num_restored: int = 0

    def is_over(self, recipe: Recipe) -> bool:
        """Whether all epochs are done, or the validation loss has not improved for `patience` epochs."""
        return len(self.history) >= min(recipe.epochs, self.best_epoch + recipe.patience)

    @property
    def best_loss(self) -> float:
        """The lowest validation loss so far; infinite before the first epoch."""
        return self.history[self.best_epoch - 1]["validation_loss"] if self.best_epoch else math.inf


class Watcher:
    """Is told how a fit goes. This one does nothing; others show it to people."""

    def begin(self, num_finished: int, num_epochs: int, num_steps: int) -> None:
        """Training begins, with `num_finished` epochs done before and `num_steps` steps in each."""

    def step(self, step: int) -> None:
        """The given number of steps of this epoch are done."""

    def epoch(self, row: dict[str, float]) -> None:
        """An epoch is done; `row` has `HISTORY_COLUMNS`."""

    def end(self) -> None:
        """Training is over, also when it was broken off."""


HISTORY_COLUMNS = ("epoch", "loss", "accuracy", "validation_loss", "validation_accuracy", "learning_rate", "seconds")
"""`loss` is what was minimised, with augmentation, dropout and penalties; `validation_loss` is the plain NLL."""


def fit(
    network: keras.Model,
    training: Mixture,
    validation: Pictures,
    recipe: Recipe,
    *,
    checkpoint: Path,
    watcher: Watcher,
) -> Progress:
    """Train until the recipe's end or early stopping, then put back the weights of the best validation loss.

    When no validation pictures are held out, nothing stops early and the last weights stay.

    Args:
        network: from `models.build`; it is changed in place.
        training: what gradients are taken on, an epoch of it at a time.
        validation: what early stopping goes by.
        recipe: how to train.
        checkpoint: a file that is rewritten after every epoch; if it is there, training goes on from it.
        watcher: is told how it goes.

    Returns:
        What happened, epoch by epoch.

    Raises:
        RunError: the checkpoint is damaged or belongs to another recipe.
    """
    num_steps = math.ceil(len(training.digits) / recipe.batch_size)
    _compile(network, recipe, num_steps * recipe.epochs)
    fitting = _Fit(network, recipe)
    if checkpoint.exists():
        fitting.restore(checkpoint)
    watcher.begin(len(fitting.progress.history), recipe.epochs, num_steps)
    try:
        while not fitting.progress.is_over(recipe):
            row = fitting.run_epoch(training, validation, watcher)
            fitting.save(checkpoint)
            watcher.epoch(row)
    finally:
        watcher.end()
    network.set_weights(fitting.best_weights)
    return fitting.progress


class _Fit:
    """A network in training, with its progress and its best weights."""

    def __init__(self, network: keras.Model, recipe: Recipe) -> None:
        self.network = network
        self.recipe = recipe
        self.progress = Progress()
        self.best_weights = network.get_weights()

    def run_epoch(self, training: Mixture, validation: Pictures, watcher: Watcher) -> dict[str, float]:
        started, epoch = time.monotonic(), len(self.progress.history) + 1
        loss, accuracy = self._train(training, watcher)
        validation_loss, validation_accuracy = validation_figures(self.network, validation)
        if not math.isfinite(loss + validation_loss):
            raise DigitpadError(
                f"Expected a finite loss; epoch {epoch} ended with {loss} (validation {validation_loss}): training "
                "diverged. Begin again with a lower learning_rate."
            )
        learning_rate, seconds = float(self.network.optimizer.learning_rate), time.monotonic() - started
        figures = (epoch, loss, accuracy, validation_loss, validation_accuracy, learning_rate, seconds)
        row = dict(zip(HISTORY_COLUMNS, figures, strict=True))
        # pictures that trained choose nothing: then the last weights are the best
        improved = not self.recipe.held_out or validation_loss < self.progress.best_loss
        self.progress.history.append(row)
        if improved:
            self.progress.best_epoch = epoch
            self.best_weights = self.network.get_weights()
        return row

    def _train(self, training: Mixture, watcher: Watcher) -> tuple[float, float]:
        """One epoch of gradient steps; its mean loss and accuracy."""
        # order and augmentation depend on seed and epoch alone, so a resumed run sees what one left alone sees
        rng = np.random.default_rng([self.recipe.seed, len(self.progress.history)])
        batches = _batches(training.epoch(self.recipe, rng), self.recipe.batch_size)
        log = self.network.fit(**batches, shuffle=False, verbose=0, callbacks=[_Steps(watcher)]).history
        return log["loss"][0], log["accuracy"][0]

    def save(self, checkpoint: Path) -> None:
        arrays = {f"variable_{i}": np.asarray(v) for i, v in enumerate(self._variables())}
        arrays |= {f"best_{i}": weights for i, weights in enumerate(self.best_weights)}
        state = {"recipe": self.recipe.to_toml(), "history": self.progress.history, "best": self.progress.best_epoch}
        runs.write_arrays(checkpoint, {"state": json.dumps(state), **arrays})

    def restore(self, checkpoint: Path) -> None:
        arrays = runs.read_arrays(checkpoint)
        try:
            state = json.loads(str(arrays["state"]))
            if state["recipe"] != self.recipe.to_toml():
                raise RunError(f"Expected {checkpoint} to come from this recipe; it comes from another one.")
            for i, variable in enumerate(self._variables()):
                variable.assign(arrays[f"variable_{i}"])
            self.best_weights = [arrays[f"best_{i}"] for i in range(len(self.best_weights))]
            self.progress = Progress(state["history"], state["best"], len(state["history"]))
        except (KeyError, TypeError, ValueError) as error:
            raise RunError(f"Expected a checkpoint of this network in {checkpoint}; it is another: {error}.") from None

    def _variables(self) -> list[Any]:
        return [*self.network.variables, *self.network.optimizer.variables]


class _Steps(keras.callbacks.Callback):
    """Passes the ends of steps on to a watcher."""

    def __init__(self, watcher: Watcher) -> None:
        super().__init__()
        self._watcher = watcher

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        # several steps are one execution, and the last execution may come to its end early
        self._watcher.step(min(batch + 1, self.params["steps"]))


def _batches(split: Split, batch_size: int) -> dict[str, Any]:
    """Pictures of 0 to 1 and one-hot labels, as `fit` takes them."""
    labels = keras.utils.to_categorical(split.labels, NOT_A_DIGIT + 1)
    if keras.backend.backend() != "tensorflow":
        return {"x": Pictures.of(split).seen, "y": labels, "batch_size": batch_size}
    import tensorflow as tf

    options = tf.data.Options()
    options.autotune.enabled = False  # it ends an epoch up to a second late
    levels = tf.data.Dataset.from_tensor_slices((split.images[..., None], labels)).batch(batch_size)
    return {"x": levels.map(lambda images, labels: (tf.cast(images, tf.float32) / 255, labels)).with_options(options)}


def predict_logits(network: keras.Model, seen: NDArray[np.float32]) -> NDArray[np.float32]:
    """Logits, float32 (num_images, 11), of pictures as in `Pictures.seen`."""
    return batches.predict(network, [seen], _PREDICT_BATCH_SIZE)


def validation_figures(network: keras.Model, pictures: Pictures) -> tuple[float, float]:
    """Mean negative log likelihood and accuracy, 0 to 1."""
    logits = predict_logits(network, pictures.seen)
    log_likelihood = log_softmax(logits, axis=1)[np.arange(len(logits)), pictures.labels]
    return -float(log_likelihood.mean()), float((logits.argmax(axis=1) == pictures.labels).mean())


def _compile(network: keras.Model, recipe: Recipe, num_steps: int) -> None:
    warmup_steps = max(1, round(recipe.warmup * num_steps))
    schedule = keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=0.0,
        decay_steps=max(1, num_steps - warmup_steps),
        warmup_target=recipe.learning_rate,
        warmup_steps=warmup_steps,
    )
    network.compile(
        # with weight decay this is AdamW; without, there is less to compile
        optimizer=keras.optimizers.Adam(schedule, weight_decay=recipe.weight_decay or None),
        loss=keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=recipe.label_smoothing),
        metrics=["accuracy"],
        steps_per_execution=_STEPS_PER_EXECUTION,
        jit_compile=False if keras.backend.backend() == "tensorflow" else "auto",  # TensorFlow's is slow on the CPU
    )
    network.optimizer.build(network.trainable_variables)
