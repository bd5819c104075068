"""Networks of the experiments."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from keras import layers

from digitpad.lab.data import Pictures


def dense(
    *widths: int,
    seed: int,
    activation: str = "relu",
    initializer: Callable[[int], Any] | None = None,
    num_inputs: int = 784,
    **options: Any,
) -> keras.Sequential:
    """Inputs -> widths -> 10 logits; He initialisation unless `initializer` makes another from a seed.

    Args:
        widths: units of the hidden layers; none for a linear model.
        seed: of the weights.
        activation: of the hidden layers.
        initializer: makes the initialisation of a layer from its own seed.
        num_inputs: how many values a picture has.
        options: further ones for all dense layers, such as `kernel_regularizer`.
    """
    make = initializer or (lambda own: keras.initializers.HeNormal(own))
    hidden = [
        layers.Dense(width, activation, kernel_initializer=make(100 * seed + depth), **options)
        for depth, width in enumerate(widths)
    ]
    last = layers.Dense(10, kernel_initializer=make(100 * seed + 99), **options)
    return keras.Sequential([keras.Input((num_inputs,)), *hidden, last])


def cnn(*, seed: int) -> keras.Sequential:
    """Two strided convolutions and a dense layer, 57,000 parameters."""
    make = [keras.initializers.HeNormal(100 * seed + depth) for depth in range(4)]
    return keras.Sequential(
        [
            keras.Input((784,)),
            layers.Reshape((28, 28, 1)),
            layers.Conv2D(16, 5, strides=2, activation="relu", kernel_initializer=make[0]),
            layers.Conv2D(32, 3, strides=2, activation="relu", kernel_initializer=make[1]),
            layers.Flatten(),
            layers.Dense(64, "relu", kernel_initializer=make[2]),
            layers.Dense(10, kernel_initializer=make[3]),
        ]
    )


def logits(network: keras.Model, pictures: Pictures) -> Any:
    """What a network makes of pictures: logits, float32 (num_pictures, 10), if it is whole."""
    parts = np.array_split(pictures.x, -(-len(pictures) // 1_000))
    return np.concatenate([network(part, training=False).numpy() for part in parts])


def accuracy(network: keras.Model, pictures: Pictures) -> float:
    """The share of pictures that are read right."""
    return float(np.mean(logits(network, pictures).argmax(axis=1) == pictures.y))
