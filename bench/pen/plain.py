"""A plain Keras CNN, trained on MNIST's pictures in the usual way: two convolutions, 15 epochs, no augmentation."""

import sys
from pathlib import Path

import keras
import numpy as np
from keras import layers
from numpy.typing import NDArray

from digitpad.training.datasets import mnist
from pen.rivals import Classifier, Pictures

EPOCHS = 15


def load(cache: Path, folder: Path, *, epochs: int = EPOCHS) -> Classifier:
    """The CNN from its cache, or else trained now; only one of all epochs is kept.

    Args:
        cache: the `.keras` file.
        folder: the one with MNIST.
        epochs: fewer for a quick look.
    """
    if cache.exists():
        network = keras.saving.load_model(cache, compile=False)
    else:
        keeping = f"kept in {cache}" if epochs == EPOCHS else f"not kept: {epochs} of {EPOCHS} epochs"
        print(f"Training the plain CNN, once, which takes minutes ({keeping}).", file=sys.stderr, flush=True)
        network = _train(folder, epochs)
        if epochs == EPOCHS:
            cache.parent.mkdir(parents=True, exist_ok=True)
            network.save(cache)

    def classify(pictures: Pictures) -> NDArray[np.float32]:
        return np.asarray(network.predict(_levels(pictures), batch_size=500, verbose=0), np.float32)

    return classify


def _train(folder: Path, epochs: int) -> keras.Model:
    keras.utils.set_random_seed(0)
    pool = mnist.load(folder).pool
    network = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(64, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dropout(0.5),
            layers.Dense(10, activation="softmax"),
        ]
    )
    network.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
    network.fit(_levels(pool.images), pool.labels, batch_size=128, epochs=epochs, validation_split=0.1, verbose=0)
    return network


def _levels(pictures: Pictures) -> NDArray[np.float32]:
    return np.asarray(pictures[..., None] / 255, np.float32)
