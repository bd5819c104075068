"""Training a network: minibatches, early stopping, and a checkpoint per epoch from which a killed run can resume."""

import math
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import keras
import numpy as np
from numpy.typing import NDArray
from scipy.special import log_softmax

from digitpad.errors import DigitpadError
from digitpad.training import batches
from digitpad.training.augmentation.mixture import Mixture, Pictures
from digitpad.training.datasets.splits import NOT_A_DIGIT, Split
from digitpad.training.networks import checkpoints
from digitpad.training.networks.film import Film
from digitpad.training.recipe import PageRecipe, Recipe

_STEPS_PER_EXECUTION = 50
_PREDICT_BATCH_SIZE = 1000

JIT_COMPILE = False if keras.backend.backend() == "tensorflow" else "auto"
"""For `keras.Model.compile`: TensorFlow's JIT is slow on the CPU."""


@dataclass
class Progress:
    """The progress of training: everything that a resumed run needs, except the weights.

    Attributes:
        history: one row of metrics per finished epoch, see `HISTORY_COLUMNS`.
        best_epoch: the epoch with the best weights so far, counted from 1; 0 before the first.
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
        """The validation loss of the best epoch so far; infinite before the first epoch."""
        return self.history[self.best_epoch - 1]["validation_loss"] if self.best_epoch else math.inf


class Lessons(Protocol):
    """Epochs of images with probabilities to learn; see `distillation.Lessons`."""

    def __getitem__(self, epoch: int, /) -> tuple[Split, NDArray[np.float32]]:
        """The images of an epoch, counted from 0, and the probabilities, float32 (num_images, 11)."""


class Watcher:
    """Receives the training progress. This base class ignores it; subclasses show it to people."""

    def begin(self, num_finished: int, num_epochs: int, num_steps: int) -> None:
        """Training begins: `num_finished` of `num_epochs` epochs are done already; each has `num_steps` steps."""

    def step(self, step: int) -> None:
        """The given number of steps of this epoch are done."""

    def epoch(self, row: dict[str, float]) -> None:
        """An epoch is done; `row` has the columns in `HISTORY_COLUMNS`."""

    def end(self) -> None:
        """Training is over, whether it finished or was interrupted."""


HISTORY_COLUMNS = ("epoch", "loss", "accuracy", "validation_loss", "validation_accuracy", "learning_rate", "seconds")
"""`loss` is what training minimises, with augmentation, dropout and penalties; `validation_loss` is the plain NLL."""


def fit(
    network: keras.Model,
    training: Mixture,
    validation: Pictures,
    recipe: Recipe,
    *,
    checkpoint: Path,
    watcher: Watcher,
    film: Film | None = None,
    lessons: Lessons | None = None,
) -> Progress:
    """Train until the last epoch or early stopping, then restore the weights with the best validation loss.

    If no validation images are held out, training does not stop early and keeps the last weights.

    Args:
        network: from `architectures.build`; it is changed in place.
        training: the mixture from which each epoch is drawn.
        validation: the pictures that early stopping is based on.
        recipe: how to train.
        checkpoint: a file that is rewritten after every epoch; if it exists, training resumes from it.
        watcher: receives the training progress.
        film: gets a frame before the first epoch and after each, which the checkpoint keeps too.
        lessons: images with probabilities to learn, instead of images from the mixture with their labels.

    Returns:
        The history and the best epoch.

    Raises:
        RunError: the checkpoint is damaged or belongs to another recipe.
        DigitpadError: training diverged.
    """
    num_steps = math.ceil(len(training.digits) / recipe.batch_size)
    recipe = recipe.lasting(len(training.digits))
    _compile(network, recipe, num_steps * recipe.epochs)
    fitting = _Fit(network, recipe, film, lessons)
    if checkpoint.exists():
        fitting.restore(checkpoint)
    if film and not film.frames:
        film.shoot(network, len(fitting.progress.history))
    watcher.begin(len(fitting.progress.history), recipe.epochs, num_steps)
    try:
        while not fitting.progress.is_over(recipe):
            row = fitting.run_epoch(training, validation, watcher)
            if film:
                film.shoot(network, len(fitting.progress.history))
            fitting.save(checkpoint)
            watcher.epoch(row)
    finally:
        watcher.end()
    network.set_weights(fitting.best_weights)
    return fitting.progress


def is_trained(checkpoint: Path, recipe: Recipe, num_images: int) -> bool:
    """Whether a checkpoint is that of a network whose training on a number of images is over."""
    if not checkpoint.exists():
        return False
    state = checkpoints.state(checkpoint)
    return Progress(state["history"], state["best"]).is_over(recipe.lasting(num_images))


class _Fit:
    """A network in training, with its progress and its best weights."""

    def __init__(self, network: keras.Model, recipe: Recipe, film: Film | None, lessons: Lessons | None) -> None:
        self.network = network
        self.recipe = recipe
        self.film = film
        self.lessons = lessons
        self.progress = Progress()
        self.best_weights = network.get_weights()

    def run_epoch(self, training: Mixture, validation: Pictures, watcher: Watcher) -> dict[str, float]:
        started, epoch = time.monotonic(), len(self.progress.history) + 1
        loss, accuracy = self._train(training, watcher)
        validation_loss, validation_accuracy = validation_figures(self.network, validation)
        if not math.isfinite(loss + validation_loss):
            raise DigitpadError(
                f"Expected a finite loss; epoch {epoch} ended with {loss} (validation {validation_loss}): training "
                "diverged. Start again with a lower learning_rate."
            )
        learning_rate, seconds = float(self.network.optimizer.learning_rate), time.monotonic() - started
        figures = (epoch, loss, accuracy, validation_loss, validation_accuracy, learning_rate, seconds)
        row = dict(zip(HISTORY_COLUMNS, figures, strict=True))
        # without held-out images there is nothing to select an epoch by, so the last weights count as the best
        improved = not self.recipe.held_out or validation_loss < self.progress.best_loss
        self.progress.history.append(row)
        if improved:
            self.progress.best_epoch = epoch
            self.best_weights = self.network.get_weights()
        return row

    def _train(self, training: Mixture, watcher: Watcher) -> tuple[float, float]:
        """Train for one epoch and return its mean loss and accuracy."""
        images, labels = self._epoch(training, len(self.progress.history))
        batches = _batches(images, labels, self.recipe.batch_size)
        log = self.network.fit(**batches, shuffle=False, verbose=0, callbacks=[_Steps(watcher)]).history
        return log["loss"][0], log["accuracy"][0]

    def _epoch(self, training: Mixture, number: int) -> tuple[Split, NDArray[Any]]:
        """The images of an epoch, counted from 0, and what to learn: one-hot labels or probabilities, (n, 11)."""
        if self.lessons:
            return self.lessons[number]
        # order and augmentation depend only on seed and epoch, so a resumed run sees the same as an uninterrupted one
        images = training.epoch(self.recipe, np.random.default_rng([self.recipe.seed, number]))
        return images, keras.utils.to_categorical(images.labels, NOT_A_DIGIT + 1)

    def save(self, path: Path) -> None:
        state = {"history": self.progress.history, "best": self.progress.best_epoch}
        frames = self.film.keep() if self.film else {}
        checkpoints.save(path, self.recipe, self._variables(), state, best=self.best_weights, **frames)

    def restore(self, path: Path) -> None:
        state, kept = checkpoints.restore(path, self.recipe, self._variables())
        self.best_weights = kept.pop("best")
        if self.film:
            self.film.go_on(kept)
        self.progress = Progress(state["history"], state["best"], len(state["history"]))

    def _variables(self) -> list[Any]:
        return [*self.network.variables, *self.network.optimizer.variables]


class _Steps(keras.callbacks.Callback):
    """Reports finished steps to a watcher."""

    def __init__(self, watcher: Watcher) -> None:
        super().__init__()
        self._watcher = watcher

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        # one execution covers several steps, and the last one may cover fewer
        self._watcher.step(min(batch + 1, self.params["steps"]))


def _batches(split: Split, labels: NDArray[Any], batch_size: int) -> dict[str, Any]:
    """Pictures scaled to [0, 1] and what to learn, as arguments of `keras.Model.fit`."""
    if keras.backend.backend() != "tensorflow":
        return {"x": Pictures.of(split).seen, "y": labels, "batch_size": batch_size}
    import tensorflow as tf

    options = tf.data.Options()
    options.autotune.enabled = False  # it delays the end of an epoch by up to a second
    levels = tf.data.Dataset.from_tensor_slices((split.images[..., None], labels)).batch(batch_size)
    return {"x": levels.map(lambda images, labels: (tf.cast(images, tf.float32) / 255, labels)).with_options(options)}


def predict_logits(network: keras.Model, seen: NDArray[np.float32]) -> NDArray[np.float32]:
    """Logits, float32 (num_images, 11), for pictures as in `Pictures.seen`."""
    return batches.predict(network, [seen], _PREDICT_BATCH_SIZE)


def validation_figures(network: keras.Model, pictures: Pictures) -> tuple[float, float]:
    """Mean negative log likelihood and accuracy (0 to 1) on some pictures."""
    logits = predict_logits(network, pictures.seen)
    log_likelihood = log_softmax(logits, axis=1)[np.arange(len(logits)), pictures.labels]
    return -float(log_likelihood.mean()), float((logits.argmax(axis=1) == pictures.labels).mean())


def schedule(
    recipe: Recipe | PageRecipe, num_steps: int, *, last: float = 0.0
) -> keras.optimizers.schedules.LearningRateSchedule:
    """The learning rate: it rises from 0 to its peak, and falls along a cosine to `last`, a share of the peak."""
    warmup_steps = max(1, round(recipe.warmup * num_steps))
    return keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=0.0,
        decay_steps=max(1, num_steps - warmup_steps),
        alpha=last,
        warmup_target=recipe.learning_rate,
        warmup_steps=warmup_steps,
    )


def _compile(network: keras.Model, recipe: Recipe, num_steps: int) -> None:
    network.compile(
        # with weight decay this is AdamW; without it, there is less to compile
        optimizer=keras.optimizers.Adam(schedule(recipe, num_steps), weight_decay=recipe.weight_decay or None),
        loss=keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=recipe.label_smoothing),
        metrics=["accuracy"],
        steps_per_execution=_STEPS_PER_EXECUTION,
        jit_compile=JIT_COMPILE,
    )
    network.optimizer.build(network.trainable_variables)
