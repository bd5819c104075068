"""The network of Nielsen's book, which the literature gives figures for: 784-30-10 of sigmoids, by cross-entropy.

Reference: Nielsen 2015, Neural Networks and Deep Learning, chapter 3.
"""

from typing import Any

import keras
from keras import layers, ops

from digitpad.lab import networks
from digitpad.lab.data import Pictures

RATE = 0.5
BATCH = 10


def train(
    pictures: Pictures, *, num_epochs: int, shrinkage: float, seed: int, validation: Pictures | None = None
) -> tuple[keras.Model, dict[str, list[float]]]:
    """Train as the book does: batches of ten, rate 0.5, no momentum.

    Args:
        pictures: to learn from.
        num_epochs: how often all pictures are seen.
        shrinkage: his lambda over the number of pictures: each step shrinks the weights by this times the rate.
        seed: of weights and batches.
        validation: to measure accuracy on, after every epoch.

    Returns:
        The network, and Keras' history.
    """
    network = _build(shrinkage, seed)
    history = networks.train(
        network,
        pictures,
        num_epochs=num_epochs,
        optimizer=keras.optimizers.SGD(RATE),
        seed=seed,
        batch_size=BATCH,
        loss=_cross_entropy,
        validation=validation,
    )
    return network, history


def _build(shrinkage: float, seed: int) -> keras.Sequential:
    def dense(units: int, num_inputs: int, depth: int, activation: str | None) -> layers.Dense:
        return layers.Dense(
            units,
            activation,
            kernel_initializer=keras.initializers.RandomNormal(0, num_inputs**-0.5, seed=100 * seed + depth),
            bias_initializer=keras.initializers.RandomNormal(0, 1, seed=100 * seed + depth + 50),
            kernel_regularizer=keras.regularizers.L2(shrinkage / 2),
        )

    return keras.Sequential([keras.Input((784,)), dense(30, 784, 0, "sigmoid"), dense(10, 30, 1, None)])


def _cross_entropy(labels: Any, logits: Any) -> Any:
    """Of ten sigmoids, summed, as the book has it."""
    one_hot = ops.one_hot(ops.reshape(ops.cast(labels, "int32"), (-1,)), 10)
    return ops.sum(ops.maximum(logits, 0) - logits * one_hot + ops.log1p(ops.exp(-ops.abs(logits))), axis=-1)
