"""The network of Nielsen's book, which the literature gives figures for: 784-30-10 of sigmoids, by cross-entropy.

Reference: Nielsen 2015, Neural Networks and Deep Learning, chapter 3. Its figures of overfitting and of more data start
from weights of a standard normal distribution ("large_weight_initializer").
"""

import keras
from keras import layers

from digitpad.lab.data import Pictures
from digitpad.lab.losses import binary_cross_entropy
from digitpad.lab.training import Training

RATE = 0.5
BATCH = 10


def prepare(pictures: Pictures, *, shrinkage: float, seed: int) -> tuple[keras.Model, Training]:
    """The network, and its training as in the book: batches of ten, rate 0.5, no momentum.

    Args:
        pictures: to learn from.
        shrinkage: his lambda over the number of pictures: each step shrinks the weights by this times the rate.
        seed: of weights and batches.
    """
    network = keras.Sequential(
        [keras.Input((784,)), _dense(30, "sigmoid", shrinkage, seed), _dense(10, None, shrinkage, seed)]
    )
    optimizer = keras.optimizers.SGD(RATE)
    return network, Training(network, pictures, optimizer, seed=seed, batch_size=BATCH, loss=binary_cross_entropy)


def _dense(units: int, activation: str | None, shrinkage: float, seed: int) -> layers.Dense:
    return layers.Dense(
        units,
        activation,
        kernel_initializer=keras.initializers.RandomNormal(0, 1, seed=100 * seed + units),
        bias_initializer=keras.initializers.RandomNormal(0, 1, seed=100 * seed + units + 1),
        kernel_regularizer=keras.regularizers.L2(shrinkage / 2),
    )
