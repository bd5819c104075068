"""Tuning a trained network on a few new pictures without it forgetting what it knew.

Three things keep what is known. Most pictures of every step are old ones, for which the network is asked to answer as
it did before (Li, Hoiem 2016, Learning without Forgetting). The layers that see strokes and curves stay as they are:
only the last two convolutions and the layers behind them learn, which also takes half the time. And in the end the
weights go a part of the way back to where they were (Wortsman et al. 2022, Robust Fine-Tuning of Zero-Shot Models).
"""

import keras
import numpy as np
from keras import layers
from numpy.typing import NDArray
from scipy.special import softmax

from digitpad.training.augmentation.augment import augment
from digitpad.training.augmentation.mixture import Pictures
from digitpad.training.datasets.splits import NOT_A_DIGIT, Split
from digitpad.training.networks.fit import JIT_COMPILE, predict_logits, schedule
from digitpad.training.preprocessing import contract
from digitpad.training.recipe import Recipe

STEPS = 200
NEW, OLD = 16, 112
"""Pictures of each kind in a step."""

LEARNING_RATE = 3e-4
SHARE_LEARNED = 0.6
"""How much of the way from the old weights to the tuned ones is gone."""

_WARMUP = 0.1  # share of the steps
_LEARNING_CONVOLUTIONS = 2
_CHANGES = Recipe(shift_px=0)  # the new pictures are bent, stretched and redrawn as MNIST's are in training


def tune(network: keras.Model, new: Split, old: Split, rng: np.random.Generator) -> None:
    """Train a network on new pictures, in place.

    Args:
        network: from float32 (batch, 28, 28, 1), 0 to 1, to float32 (batch, 11), logits.
        new: what it is to learn, labelled 0 to 9 or `NOT_A_DIGIT`.
        old: what it has learned from; its labels are not used.
        rng: random generator.
    """
    chosen = rng.permutation(len(old))[: STEPS * OLD]
    known = Pictures.of(old[np.resize(chosen, STEPS * OLD)])
    taught = Pictures.of(_vary(new, STEPS * NEW, rng))
    answers = softmax(predict_logits(network, known.seen), axis=1)
    targets = keras.utils.to_categorical(taught.labels, NOT_A_DIGIT + 1)
    before = network.get_weights()
    _choose_layers(network)
    network.compile(
        optimizer=keras.optimizers.Adam(schedule(_CHANGES.replace(learning_rate=LEARNING_RATE, warmup=_WARMUP), STEPS)),
        loss=keras.losses.CategoricalCrossentropy(from_logits=True),
        steps_per_execution=STEPS // 10,
        jit_compile=JIT_COMPILE,
    )
    pictures, wanted = _interleave(taught.seen, known.seen), _interleave(targets, answers)
    network.fit(pictures, wanted, batch_size=NEW + OLD, shuffle=False, verbose=0)
    pairs = zip(before, network.get_weights(), strict=True)
    network.set_weights([first + SHARE_LEARNED * (last - first) for first, last in pairs])


def _vary(new: Split, count: int, rng: np.random.Generator) -> Split:
    """Draw pictures equally often, and change most of them at random."""
    drawn = new[np.resize(rng.permutation(len(new)), count)]
    is_changed = rng.random(count) >= _CHANGES.unchanged
    images = drawn.images.copy()
    images[is_changed] = contract.to_levels(augment(images[is_changed], _CHANGES, rng))
    order = rng.permutation(count)
    return Split(images[order], drawn.labels[order])


def _choose_layers(network: keras.Model) -> None:
    convolutions = [layer for layer in network.layers if isinstance(layer, layers.Conv2D)]
    for layer in convolutions[:-_LEARNING_CONVOLUTIONS]:
        layer.trainable = False


def _interleave(new: NDArray[np.float32], old: NDArray[np.float32]) -> NDArray[np.float32]:
    """Steps of `NEW` and `OLD` rows each."""
    parts = [rows.reshape(STEPS, -1, *rows.shape[1:]) for rows in (new, old)]
    return np.concatenate(parts, axis=1).reshape(-1, *new.shape[1:])
