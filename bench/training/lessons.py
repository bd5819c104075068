"""The networks that are trained: digitpad's `fast` recipe, and the examples of Keras and PyTorch.

The examples follow their published descriptions (keras.io, "Simple MNIST convnet"; pytorch/examples, "mnist"), with
nothing tuned. Each lesson begins with MNIST's images in memory and ends with a trained network. Frameworks are imported
inside the lessons, because a run's process imports only its own.
"""

import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitpad.training import backend
from digitpad.training.datasets import mnist
from digitpad.training.datasets.splits import Split
from digitpad.training.reporting import machine


class Clock:
    """Wall and processor time of a lesson; it stands still while the accuracy of an epoch is measured.

    Attributes:
        laps: for each epoch, the seconds from the beginning to its end and the accuracy on the test set then.
    """

    def __init__(self) -> None:
        self.laps: list[tuple[float, float]] = []
        self._started = self._now()

    def seconds(self) -> tuple[float, float]:
        """Wall and processor seconds so far."""
        wall, processor = self._now() - self._started
        return float(wall), float(processor)

    def lap(self, accuracy: Callable[[], float]) -> None:
        """Note the end of an epoch, and its accuracy."""
        stopped = self._now()
        self.laps.append((self.seconds()[0], accuracy()))
        self._started += self._now() - stopped

    def _now(self) -> NDArray[np.float64]:
        return np.array([time.perf_counter(), time.process_time()])


def digitpad(pool: Split, test: Split, seed: int) -> Clock:
    """The recipe `fast`, with everything that `digitpad train` does up to the trained network."""
    import sklearn.model_selection  # noqa: F401  # choosing the validation split imports it, and imports are not timed

    from digitpad.training import pipeline
    from digitpad.training.datasets import splits
    from digitpad.training.networks import architectures, fit
    from digitpad.training.preprocessing import contract
    from digitpad.training.recipe import RECIPES

    clock, recipe = Clock(), RECIPES["fast"].replace(seed=seed)
    training, validation = splits.choose_validation(pool, seed=seed)
    mixture, choosing = pipeline.mix(pool[training], pool[validation][::2], recipe)
    network = architectures.build(recipe)

    def accuracy() -> float:
        kept = architectures.keep(network, recipe)  # the network that is exported in the end
        return _accuracy(fit.predict_logits(kept, contract.see(test.images))[:, :10], test)

    class Laps(fit.Watcher):
        def epoch(self, row: dict[str, float]) -> None:
            clock.lap(accuracy)

    with tempfile.TemporaryDirectory() as folder:
        fit.fit(network, mixture, choosing, recipe, checkpoint=Path(folder) / "checkpoint.npz", watcher=Laps())
    architectures.keep(network, recipe)
    return clock


def keras_example(pool: Split, test: Split, seed: int) -> Clock:
    """Keras' example: Adam, batch size 128, 15 epochs, a tenth for validation."""
    import keras

    keras.utils.set_random_seed(seed)
    unseen = test.images.astype("float32")[..., None] / 255
    clock = Clock()
    images = pool.images.astype("float32")[..., None] / 255
    network = keras_network()
    network.compile(loss="categorical_crossentropy", optimizer="adam", metrics=["accuracy"])

    def accuracy() -> float:
        return _accuracy(network.predict(unseen, batch_size=1000, verbose=0), test)

    laps = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: clock.lap(accuracy))
    labels = keras.utils.to_categorical(pool.labels, 10)
    network.fit(images, labels, batch_size=128, epochs=15, validation_split=0.1, verbose=0, callbacks=[laps])
    return clock


def keras_network() -> Any:
    """The network of Keras' example: two convolutions of 32 and 64 filters, pooling, dropout 0.5."""
    import keras
    from keras import layers

    return keras.Sequential(
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


def pytorch_example(pool: Split, test: Split, seed: int) -> Clock:
    """PyTorch's example: Adadelta, batch size 64, 14 epochs.

    The images are scaled once and stay in memory; the example reads and scales them one by one in every epoch.
    """
    import torch
    from torch.utils.data import DataLoader

    torch.manual_seed(seed)
    unseen = DataLoader(_tensors(test), batch_size=1000)
    clock, network = Clock(), pytorch_network()
    batches = DataLoader(_tensors(pool), batch_size=64, shuffle=True)
    optimizer = torch.optim.Adadelta(network.parameters(), lr=1.0)
    schedule = torch.optim.lr_scheduler.StepLR(optimizer, step_size=1, gamma=0.7)

    def accuracy() -> float:
        network.eval()
        with torch.no_grad():
            return _accuracy(torch.cat([network(images) for images, _ in unseen]).numpy(), test)

    for _ in range(14):
        network.train()
        for images, labels in batches:
            optimizer.zero_grad()
            torch.nn.functional.nll_loss(network(images), labels).backward()
            optimizer.step()
        schedule.step()
        clock.lap(accuracy)
    return clock


def pytorch_network() -> Any:
    """The network of PyTorch's example: two convolutions of 32 and 64 filters, dropout, 128 units."""
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


def measure(name: str, seed: int) -> dict[str, Any]:
    """One run, in this process: its times, peak memory and accuracy, and the clock's laps."""
    dataset = mnist.load()
    if not dataset.verified:
        sys.exit(f"Expected MNIST to train on; found {dataset.source}. Set DIGITPAD_DATA to the folder with MNIST.")
    with tempfile.TemporaryDirectory() as folder:
        test = dataset.test.open(Path(folder) / "looks.json")
    if name != "PyTorch":  # which is spared the memory of Keras
        backend.prepare()
    clock = LESSONS[name](dataset.pool, test, seed)
    seconds, processor_seconds = clock.seconds()
    return {
        "seconds": seconds,
        "epoch_seconds": float(np.diff([lap for lap, _ in clock.laps]).mean()),
        "processor_seconds": processor_seconds,
        "peak_mb": (machine.peak_memory_bytes() or 0) / 1e6,
        "accuracy": 100 * clock.laps[-1][1],
        "laps": clock.laps,
    }


def _tensors(split: Split) -> Any:
    import torch
    from torch.utils.data import TensorDataset

    images = torch.tensor(split.images)[:, None].float().div(255).sub(0.1307).div(0.3081)
    return TensorDataset(images, torch.tensor(split.labels, dtype=torch.int64))


def _accuracy(answers: NDArray[Any], test: Split) -> float:
    return float((answers.argmax(axis=1) == test.labels).mean())


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1], int(sys.argv[2]))))
