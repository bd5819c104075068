"""The networks: from the 28x28 picture to a logit for each digit and one for what is none.

A network knows nothing of pixels, paper or temperature.
"""

import keras
from keras import layers

from digitpad.errors import RecipeError
from digitpad.training.framing import PICTURE_PX
from digitpad.training.recipe import Recipe

NUM_CLASSES = 11  # the digits, and what is none


def dense(recipe: Recipe) -> list[layers.Layer]:
    """The baseline, 784 -> 512 -> 256 -> 11, with He initialisation, ReLU, L2 and dropout."""
    hidden = []
    for units in (512, 256):
        hidden += [_dense(units, recipe, activation="relu"), layers.Dropout(recipe.dropout, seed=recipe.seed)]
    return [layers.Flatten(), *hidden, _dense(NUM_CLASSES, recipe)]


def fast(recipe: Recipe) -> list[layers.Layer]:
    """Two convolutions, each pooled before its activation, so that little is left to compute; the rim is cropped."""
    return [
        layers.Cropping2D(2),
        *_pooled(12, kernel_size=5, pool_size=3),
        *_pooled(48, kernel_size=3, pool_size=2),
        *_head(recipe),
    ]


def small(recipe: Recipe) -> list[layers.Layer]:
    """Five narrow batch-normalised convolutions and one pixel's worth of means."""
    return [
        *_convolution(12, kernel_size=5, strides=2),
        *_convolution(16, kernel_size=3, strides=1),
        *_convolution(24, kernel_size=3, strides=1),
        layers.GlobalAveragePooling2D(),
        *_head(recipe),
    ]


def cnn(recipe: Recipe) -> list[layers.Layer]:
    """Three batch-normalised convolutions, two of them strided, so that most of the work is done on 10x10 maps."""
    return [
        *_convolution(32, kernel_size=5, strides=2),
        *_convolution(64, kernel_size=3, strides=1),
        *_convolution(96, kernel_size=3, strides=2),
        *_head(recipe),
    ]


def deep(recipe: Recipe) -> list[layers.Layer]:
    """The same with one convolution more, and wider at the end."""
    return [
        *_convolution(32, kernel_size=5, strides=2),
        *_convolution(64, kernel_size=3, strides=1),
        *_convolution(96, kernel_size=3, strides=1),
        *_convolution(128, kernel_size=3, strides=2),
        *_head(recipe),
    ]


NETWORKS = {"dense": dense, "fast": fast, "small": small, "cnn": cnn, "deep": deep}


def check(recipe: Recipe) -> None:
    """RecipeError if there is no network of the name that a recipe gives."""
    if recipe.network not in NETWORKS:
        raise RecipeError(f"Expected network to be one of {', '.join(NETWORKS)}; got {recipe.network!r}.")


def build(recipe: Recipe) -> keras.Sequential:
    """The network that a recipe names, with fresh weights from the recipe's seed.

    Returns:
        A model from float32 (batch, 28, 28, 1), 0 to 1, to float32 (batch, 11), logits.

    Raises:
        RecipeError: there is no network of that name.
    """
    check(recipe)
    keras.utils.set_random_seed(recipe.seed)
    picture = keras.Input((PICTURE_PX, PICTURE_PX, 1), name="seen")
    return keras.Sequential([picture, *NETWORKS[recipe.network](recipe)], name=recipe.network)


def _dense(units: int, recipe: Recipe, activation: str | None = None) -> layers.Layer:
    penalty = keras.regularizers.L2(recipe.l2) if recipe.l2 else None
    return layers.Dense(units, activation=activation, kernel_initializer="he_normal", kernel_regularizer=penalty)


def _convolution(filters: int, *, kernel_size: int, strides: int) -> list[layers.Layer]:
    # no bias: the batch normalisation behind it has one
    return [
        layers.Conv2D(filters, kernel_size, strides, use_bias=False, kernel_initializer="he_normal"),
        layers.BatchNormalization(),
        layers.ReLU(),
    ]


def _pooled(filters: int, *, kernel_size: int, pool_size: int) -> list[layers.Layer]:
    # an activation that rises gives the same before the pooling and behind it, but behind it there is less to compute
    return [
        layers.Conv2D(filters, kernel_size, kernel_initializer="he_normal"),
        layers.MaxPooling2D(pool_size, padding="same"),
        layers.Activation("silu"),
    ]


def _head(recipe: Recipe) -> list[layers.Layer]:
    return [layers.Flatten(), layers.Dropout(recipe.dropout, seed=recipe.seed), _dense(NUM_CLASSES, recipe)]
