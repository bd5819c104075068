"""Training the page network on a stream of pages, with a checkpoint from which a killed run can resume."""

import math
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import keras

from digitpad.errors import DigitpadError
from digitpad.training.datasets.splits import Split
from digitpad.training.networks import checkpoints
from digitpad.training.networks.fit import Progress, Watcher, schedule
from digitpad.training.networks.page_objective import WEIGHTS, PageModel
from digitpad.training.pages import stream
from digitpad.training.pages.targets import Batch
from digitpad.training.recipe import PageRecipe

HISTORY_COLUMNS = ("epoch", "loss", "validation_loss", *(f"validation_{name}" for name in WEIGHTS), "learning_rate")
HISTORY_COLUMNS += ("seconds",)
"""An epoch is a number of steps. `validation_loss` is the sum of the losses that follow it, with their weights."""

_CLIP = 5.0  # norm of the gradient: pages differ more than single digits, and so do their gradients
_AVERAGE = 0.998  # the weights that are kept are a moving average of those in training


def fit(
    network: keras.Model,
    digits: Split,
    validation: Sequence[Batch],
    recipe: PageRecipe,
    *,
    checkpoint: Path,
    watcher: Watcher,
) -> Progress:
    """Train to the last step, and leave the averaged weights in the network.

    Args:
        network: from `pages.build`; it is changed in place.
        digits: what is written on the pages.
        validation: pages that are watched but choose nothing: the last weights are kept.
        recipe: how to train.
        checkpoint: a file that is rewritten after every epoch; if it exists, training resumes from it.
        watcher: receives the training progress.

    Returns:
        The history; its best epoch is the last.

    Raises:
        RunError: the checkpoint is damaged or belongs to another recipe.
        DigitpadError: training diverged.
    """
    fitting = _Fit(network, recipe)
    if checkpoint.exists():
        fitting.restore(checkpoint)
    done = len(fitting.progress.history)
    watcher.begin(done, recipe.epochs, recipe.steps_per_epoch)
    begin, end = done * recipe.steps_per_epoch, recipe.epochs * recipe.steps_per_epoch
    pages = stream.batches(digits, recipe.seed, begin, end, recipe.batch_pixels)
    try:
        for _ in range(done, recipe.epochs):
            row = fitting.run_epoch(pages, validation, watcher)
            fitting.save(checkpoint)
            watcher.epoch(row)
    finally:
        pages.close()
        watcher.end()
    fitting.average()
    return fitting.progress


class _Fit:
    """A page network in training, with its progress."""

    def __init__(self, network: keras.Model, recipe: PageRecipe) -> None:
        self.recipe = recipe
        self.progress = Progress()
        self.model = PageModel(network)
        self.model.compile(optimizer=_optimizer(recipe), jit_compile=False)  # TensorFlow's JIT is slow on the CPU
        self.model.optimizer.build(network.trainable_variables)

    def run_epoch(self, pages: Iterator[Batch], validation: Sequence[Batch], watcher: Watcher) -> dict[str, float]:
        started, epoch = time.monotonic(), len(self.progress.history) + 1
        for step in range(self.recipe.steps_per_epoch):
            self._run(next(pages), self.model.train_on_batch)
            watcher.step(step + 1)
        loss = self._losses()["loss"]
        for batch in validation:
            self._run(batch, self.model.test_on_batch)
        unseen = {f"validation_{name}": value for name, value in self._losses().items()}
        if not math.isfinite(loss + unseen["validation_loss"]):
            raise DigitpadError(
                f"Expected a finite loss; epoch {epoch} ended with {loss} (validation {unseen['validation_loss']}): "
                "training diverged. Start again with a lower learning_rate."
            )
        row = {
            "epoch": epoch,
            "loss": loss,
            **unseen,
            "learning_rate": float(self.model.optimizer.learning_rate),
            "seconds": time.monotonic() - started,
        }
        self.progress.history.append(row)
        self.progress.best_epoch = epoch
        return row

    def average(self) -> None:
        """Replace the weights by their moving average."""
        self.model.optimizer.finalize_variable_values(self.model.network.trainable_variables)

    def save(self, path: Path) -> None:
        checkpoints.save(path, self.recipe, self._variables(), {"history": self.progress.history})

    def restore(self, path: Path) -> None:
        state, _ = checkpoints.restore(path, self.recipe, self._variables())
        self.progress = Progress(state["history"], len(state["history"]), len(state["history"]))

    def _run(self, batch: Batch, run: Any) -> None:
        targets = {name: value for name, value in batch.items() if name != "pixels"}
        run(batch["pixels"], targets)

    def _losses(self) -> dict[str, float]:
        """The mean losses since the last call."""
        means = {name: float(mean.result()) for name, mean in self.model.means.items()}
        for mean in self.model.means.values():
            mean.reset_state()
        return means

    def _variables(self) -> list[Any]:
        return [*self.model.network.variables, *self.model.optimizer.variables]


def _optimizer(recipe: PageRecipe) -> keras.optimizers.Optimizer:
    optimizer = keras.optimizers.AdamW(
        schedule(recipe, recipe.epochs * recipe.steps_per_epoch, last=0.005),
        beta_2=0.99,
        weight_decay=recipe.weight_decay,
        global_clipnorm=_CLIP,
        use_ema=True,
        ema_momentum=_AVERAGE,
    )
    optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    return optimizer
