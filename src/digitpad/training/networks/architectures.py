"""The network architectures: from the 28x28 picture to a logit for each digit and one for "not a digit".

Pixels and paper are handled by the contract, and the temperature by the calibration.
"""

from typing import Any

import keras
import numpy as np
from keras import layers, ops
from numpy.typing import NDArray

from digitpad.training.preprocessing.framing import PICTURE_PX
from digitpad.training.recipe import Recipe

NUM_CLASSES = 11  # the digits, and "not a digit"

MOVES = ((0, 0), (-1, 0), (1, 0), (0, -1), (0, 1))
"""Where test-time augmentation moves the window on a picture, down and to the right, px."""


def dense(recipe: Recipe) -> list[layers.Layer]:
    """The dense baseline, 784 -> 512 -> 256 -> 11, with He initialisation, ReLU, L2 and dropout."""
    hidden = []
    for units in (512, 256):
        hidden += [_dense(units, recipe, activation="relu"), layers.Dropout(recipe.dropout, seed=recipe.seed)]
    return [layers.Flatten(), *hidden, _dense(NUM_CLASSES, recipe)]


def fast(recipe: Recipe) -> list[layers.Layer]:
    """Two convolutions, pooled before activation, and 128 units: as little computation as 99 % accuracy allows."""
    return [
        layers.Cropping2D(3),  # digits rarely reach the edge
        *_pooled(16, kernel_size=5, pool_size=3),
        *_pooled(64, kernel_size=3, pool_size=2),
        layers.Flatten(),
        _dense(128, recipe, activation="silu", use_bias=False),
        *_head(recipe),
    ]


def small(recipe: Recipe) -> list[layers.Layer]:
    """Five narrow convolutions, two of them pooled; the head sees the maximum and mean of the last feature maps."""
    return [
        *_same(8),
        layers.MaxPooling2D(2),
        *_same(14),
        *_same(16),
        layers.MaxPooling2D(2),
        *_same(20),
        *_same(24),
        MaxAndMean(),
        *_head(recipe),
    ]


def cnn(recipe: Recipe) -> list[layers.Layer]:
    """Three batch-normalised convolutions, two of them strided, so that most of the work is on 10x10 maps."""
    return [
        *_convolution(32, kernel_size=5, strides=2),
        *_convolution(64, kernel_size=3),
        *_convolution(96, kernel_size=3, strides=2),
        *_head(recipe),
    ]


def wide(recipe: Recipe) -> list[layers.Layer]:
    """Like `small`, with six to eight times the filters, and at half the resolution from the start."""
    return [
        *_convolution(48, kernel_size=5, strides=2),
        *_same(96),
        *_same(96),
        layers.AveragePooling2D(2),
        *_same(128),
        *_same(192),
        MaxAndMean(),
        *_head(recipe),
    ]


def narrow(recipe: Recipe) -> list[layers.Layer]:
    """Like `wide`, with half of the filters or fewer, and a quarter of its multiplications."""
    return [
        *_convolution(32, kernel_size=5, strides=2),
        *_same(48),
        *_same(48),
        layers.AveragePooling2D(2),
        *_same(64),
        *_same(96),
        MaxAndMean(),
        *_head(recipe),
    ]


BUILDERS = {"dense": dense, "fast": fast, "small": small, "cnn": cnn, "narrow": narrow, "wide": wide}


def build(recipe: Recipe) -> keras.Sequential:
    """Build the network that a recipe names, with weights initialised from the recipe's seed.

    Returns:
        A model from float32 (batch, 28, 28, 1), 0 to 1, to float32 (batch, 11), logits.
    """
    keras.utils.set_random_seed(recipe.seed)
    picture = keras.Input((PICTURE_PX, PICTURE_PX, 1), name="seen")
    return keras.Sequential([picture, *BUILDERS[recipe.network](recipe)], name=recipe.network)


def keep(network: keras.Sequential, recipe: Recipe) -> keras.Model:
    """Prepare a trained network for export: batch normalisation folded into the convolutions, weights of 16 bits.

    For inference, 16 bits are more than enough, and they halve the size of the file. If the recipe asks for test-time
    augmentation, it becomes part of the network.

    Args:
        network: from `build`, after training.
        recipe: the recipe that it was trained with.

    Returns:
        A new network of the same name, for inference only. Its weights are float32, but rounded to values that float16
        can represent, so storing them as float16 does not change the answers.
    """
    kept: list[layers.Layer] = []
    weights: list[NDArray[np.float32]] = []
    for layer in network.layers:
        if isinstance(layer, layers.BatchNormalization):
            gamma, beta, mean, variance = layer.get_weights()
            scale = gamma / np.sqrt(variance + layer.epsilon)
            kept[-1] = layers.Conv2D.from_config({**kept[-1].get_config(), "use_bias": True})
            weights[-1:] = [weights[-1] * scale, beta - mean * scale]
        elif not isinstance(layer, layers.Dropout):
            kept.append(type(layer).from_config(layer.get_config()))
            weights += layer.get_weights()
    folded = keras.Sequential([keras.Input(network.input_shape[1:], name="seen"), *kept], name=network.name)
    folded.set_weights([array.astype(np.float16) for array in weights])
    return _augmented(folded) if recipe.test_time_augmentation else folded


def _augmented(network: keras.Sequential) -> keras.Model:
    """A network that reads every picture in place and shifted by one pixel in each direction, and averages."""
    name, network.name = network.name, f"{network.name}_once"
    picture = keras.Input(network.input_shape[1:], name="seen")
    framed = layers.ZeroPadding2D(1)(picture)
    readings = [network(layers.Cropping2D(((1 + y, 1 - y), (1 + x, 1 - x)))(framed)) for y, x in MOVES]
    return keras.Model(picture, layers.Average()(readings), name=name)


@keras.saving.register_keras_serializable(package="digitpad")
class MaxAndMean(layers.Layer):
    """Global maximum and mean of every feature map: (batch, y, x, c) becomes (batch, 2 * c)."""

    def call(self, maps: Any) -> Any:
        return ops.concatenate([ops.max(maps, axis=(1, 2)), ops.mean(maps, axis=(1, 2))], axis=1)


def _dense(units: int, recipe: Recipe, activation: str | None = None, *, use_bias: bool = True) -> layers.Layer:
    penalty = keras.regularizers.L2(recipe.l2) if recipe.l2 else None
    return layers.Dense(
        units, activation, use_bias=use_bias, kernel_initializer="he_normal", kernel_regularizer=penalty
    )


def _convolution(filters: int, *, kernel_size: int, strides: int = 1, padding: str = "valid") -> list[layers.Layer]:
    # no bias: the batch normalisation that follows has one
    return [
        layers.Conv2D(filters, kernel_size, strides, padding, use_bias=False, kernel_initializer="he_normal"),
        layers.BatchNormalization(),
        layers.ReLU(),
    ]


def _same(filters: int) -> list[layers.Layer]:
    return _convolution(filters, kernel_size=3, padding="same")


def _pooled(filters: int, *, kernel_size: int, pool_size: int) -> list[layers.Layer]:
    # after pooling, the activation costs a fraction of what it would cost before; a bias takes longer to compile than
    # it is worth
    return [
        layers.Conv2D(filters, kernel_size, use_bias=False, kernel_initializer="he_normal"),
        layers.MaxPooling2D(pool_size),
        layers.Activation("silu"),
    ]


def _head(recipe: Recipe) -> list[layers.Layer]:
    return [layers.Flatten(), layers.Dropout(recipe.dropout, seed=recipe.seed), _dense(NUM_CLASSES, recipe)]
