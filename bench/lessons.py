"""What is compared in `bench/training.py`: digitpad's `fast` recipe, and the examples of Keras and of PyTorch.

The examples are written from their published descriptions (keras.io, "Simple MNIST convnet"; pytorch/examples,
"mnist"), with nothing tuned. Each begins with MNIST's pictures in memory and ends with a trained network.
"""

import contextlib
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from digitpad.training.datasets.splits import Split

Accuracy = Callable[[], float]


class Clock:
    """Wall and processor time of a lesson; it stands still while accuracy is looked up for the curve.

    Attributes:
        laps: for each epoch, the seconds from the beginning to its end and the share of the test set then read right.
    """

    def __init__(self) -> None:
        self.laps: list[tuple[float, float]] = []
        self._started = np.array([time.perf_counter(), time.process_time()])

    def seconds(self) -> tuple[float, float]:
        """Wall and processor seconds so far."""
        wall, processor = np.array([time.perf_counter(), time.process_time()]) - self._started
        return float(wall), float(processor)

    def lap(self, accuracy: Accuracy) -> None:
        """An epoch is done."""
        wall, _ = self.seconds()
        with self._standing_still():
            self.laps.append((wall, accuracy()))

    @contextlib.contextmanager
    def _standing_still(self) -> Iterator[None]:
        before = np.array([time.perf_counter(), time.process_time()])
        yield
        self._started += np.array([time.perf_counter(), time.process_time()]) - before


def digitpad(pool: Split, test: Split, seed: int) -> Clock:
    """The recipe `fast`, with everything that `digitpad train` does up to the trained network."""
    from digitpad.training import backend

    backend.prepare()
    import sklearn.model_selection  # noqa: F401  # what splits imports when it splits, for imports are not timed

    from digitpad.training import pipeline
    from digitpad.training.datasets import splits
    from digitpad.training.networks import architectures
    from digitpad.training.networks.fit import Watcher, fit, predict_logits
    from digitpad.training.preprocessing import contract
    from digitpad.training.recipe import RECIPES

    clock, recipe = Clock(), RECIPES["fast"].replace(seed=seed)
    training, validation = splits.choose_validation(pool, seed=seed)
    mixture, choosing = pipeline.mix(pool[training], pool[validation][::2], recipe)
    network = architectures.build(recipe)

    def accuracy() -> float:
        kept = architectures.keep(network, recipe)  # what reads in the end
        return _share(predict_logits(kept, contract.see(test.images))[:, :10], test)

    class Laps(Watcher):
        def epoch(self, row: dict[str, float]) -> None:
            clock.lap(accuracy)

    with tempfile.TemporaryDirectory() as folder:
        fit(network, mixture, choosing, recipe, checkpoint=Path(folder) / "checkpoint.npz", watcher=Laps())
    architectures.keep(network, recipe)
    return clock


def keras_example(pool: Split, test: Split, seed: int) -> Clock:
    """Two convolutions of 32 and 64 filters, pooling, dropout 0.5; Adam, batch 128, 15 epochs, a tenth to validate."""
    from digitpad.training import backend

    backend.prepare()
    import keras
    from keras import layers

    keras.utils.set_random_seed(seed)
    unseen = test.images.astype("float32")[..., None] / 255
    clock = Clock()
    pictures = pool.images.astype("float32")[..., None] / 255
    network = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(64, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dropout(0.5),
            layers.Dense(10, activation="softmax"),
        ]
    )
    network.compile(loss="categorical_crossentropy", optimizer="adam", metrics=["accuracy"])

    class Laps(keras.callbacks.Callback):
        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            clock.lap(lambda: _share(np.asarray(network.predict(unseen, batch_size=1000, verbose=0)), test))

    labels = keras.utils.to_categorical(pool.labels, 10)
    network.fit(pictures, labels, batch_size=128, epochs=15, validation_split=0.1, verbose=0, callbacks=[Laps()])
    return clock


def pytorch_example(pool: Split, test: Split, seed: int) -> Clock:
    """Two convolutions of 32 and 64 filters, dropout, 128 units; Adadelta, batch 64, 14 epochs.

    The pictures are scaled once and lie in memory, where the example reads and scales them one by one in every epoch.
    """
    import torch
    from torch.nn.functional import nll_loss
    from torch.utils.data import DataLoader, TensorDataset

    torch.manual_seed(seed)

    def tensors(split: Split) -> TensorDataset:
        pictures = torch.tensor(split.images)[:, None].float().div(255).sub(0.1307).div(0.3081)
        return TensorDataset(pictures, torch.tensor(split.labels, dtype=torch.int64))

    unseen = DataLoader(tensors(test), batch_size=1000)
    clock = Clock()
    network = _pytorch_network()
    optimizer = torch.optim.Adadelta(network.parameters(), lr=1.0)
    schedule = torch.optim.lr_scheduler.StepLR(optimizer, step_size=1, gamma=0.7)

    batches = DataLoader(tensors(pool), batch_size=64, shuffle=True)

    def accuracy() -> float:
        network.eval()
        with torch.no_grad():
            return _share(torch.cat([network(pictures) for pictures, _ in unseen]).numpy(), test)

    for _ in range(14):
        network.train()
        for pictures, labels in batches:
            optimizer.zero_grad()
            nll_loss(network(pictures), labels).backward()
            optimizer.step()
        schedule.step()
        clock.lap(accuracy)
    return clock


def _pytorch_network() -> Any:
    from torch import nn

    return nn.Sequential(
        nn.Conv2d(1, 32, 3),
        nn.ReLU(),
        nn.Conv2d(32, 64, 3),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Dropout(0.25),
        nn.Flatten(),
        nn.Linear(9216, 128),
        nn.ReLU(),
        nn.Dropout(0.5),
        nn.Linear(128, 10),
        nn.LogSoftmax(dim=1),
    )


LESSONS = {"digitpad": digitpad, "Keras": keras_example, "PyTorch": pytorch_example}


def _share(answers: np.ndarray[Any, Any], test: Split) -> float:
    return float((answers.argmax(axis=1) == test.labels).mean())
