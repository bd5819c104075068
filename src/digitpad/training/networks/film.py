"""The film of a training: what the network makes of eight fixed pictures, before the first epoch and after each."""

from collections.abc import Mapping, Sequence
from typing import Any

import keras
import numpy as np
from keras import layers, ops
from numpy.typing import NDArray
from scipy.special import expit

from digitpad.training.augmentation.mixture import Pictures
from digitpad.training.networks import architectures
from digitpad.training.networks.architectures import MaxAndMean
from digitpad.training.networks.inside import Inside
from digitpad.training.preprocessing.framing import PICTURE_PX
from digitpad.training.recipe import Recipe

DIGITS = (2, 3, 4, 5, 6, 7, 8, 9)
"""The digits of the pictures: all but the two that are learned first."""

NUM_MAPS = 8
_MOST_PX = 18  # larger maps are halved, to keep the film small

Frame = dict[str, NDArray[Any]]


class Film:
    """Keeps a frame for every epoch. It only looks: training goes on as it would without.

    A frame has these arrays:
        epoch: int64 (), 0 before the first.
        filters: float16 (height, width, num_maps), the first filters of the first layer; of a dense network, the
            weights of its first units.
        first: uint8 (num_pictures, height, width, num_maps), what these filters find: from 0 for nothing, or less, to
            255 for the most that the filter finds in any of the pictures after this epoch.
        last: the same of the last maps, those that the evidence comes from. A dense network has neither.
        evidence: float16 (num_pictures, height, width), how much each place speaks for the true digit; see `Inside`.
        logits: float32 (num_pictures, 11), of one reading, also where test-time augmentation will read five times.

    Attributes:
        frames: the frames so far.
    """

    def __init__(self, network: keras.Sequential, pictures: Pictures, recipe: Recipe) -> None:
        """Choose the pictures: the first of each of eight digits.

        Args:
            network: from `architectures.build`.
            pictures: those that select the best epoch.
            recipe: of the run.
        """
        found = np.concatenate([np.flatnonzero(pictures.labels == digit)[:1] for digit in DIGITS])
        self._chosen = Pictures(pictures.seen[found], pictures.labels[found])
        inside = Inside(architectures.keep(network, recipe.replace(test_time_augmentation=False)), 1.0)
        self._grid, self._shown = inside.grid, (inside.stages[0], inside.grid)
        self.frames: list[Frame] = []

    def shoot(self, network: keras.Sequential, epoch: int) -> None:
        """Add a frame: what the network makes of the pictures after an epoch."""
        outputs = _outputs(network, self._chosen.seen)
        frame = {
            "epoch": np.array(epoch),
            "filters": _filters(network).astype(np.float16),
            "evidence": _evidence(network, outputs, self._chosen.labels).astype(np.float16),
            "logits": outputs[-1],
        }
        if self._shown[0].window:
            frame |= {"first": _levels(_first_maps(network, outputs)), "last": _levels(_last_maps(outputs))}
        self.frames.append(frame)

    def go_on(self, kept: Mapping[str, Sequence[NDArray[Any]]]) -> None:
        """Take the frames of an earlier process from what `keep` gave to its checkpoint."""
        names = [name for name in kept if name.startswith("film_")]
        rows = zip(*(kept[name] for name in names), strict=True)
        self.frames = [dict(zip((name.removeprefix("film_") for name in names), row, strict=True)) for row in rows]

    def keep(self) -> dict[str, list[NDArray[Any]]]:
        """The frames as lists of arrays, for a checkpoint."""
        return {f"film_{name}": [frame[name] for frame in self.frames] for name in self.frames[0]}

    def arrays(self) -> dict[str, NDArray[Any]]:
        """The whole film.

        Returns:
            The arrays of the frames, stacked, and
            `pictures`: uint8 (num_pictures, 28, 28), 0 for paper to 255 for ink.
            `labels`: uint8 (num_pictures,), the true digits.
            `layers`: str (2,), the names of the layers of `first` and `last`.
            `counts`: int64 (2,), how many maps they have.
            `place`: float64 (2,), where the places of the evidence lie, as shares of the picture's side: from, to.
        """
        from_px = self._grid.start + (self._grid.field - self._grid.step) / 2
        to_px = from_px + self._grid.shape[0] * self._grid.step
        return {
            **{name: np.stack([frame[name] for frame in self.frames]) for name in self.frames[0]},
            "pictures": np.rint(self._chosen.seen[..., 0] * 255).astype(np.uint8),
            "labels": self._chosen.labels,
            "layers": np.array([stage.name for stage in self._shown]),
            "counts": np.array([stage.shape[2] for stage in self._shown]),
            "place": np.array([from_px, to_px]) / PICTURE_PX,
        }


def _outputs(network: keras.Sequential, seen: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    """Pictures, and what every layer makes of them."""
    found, values = [seen], ops.convert_to_tensor(seen)
    for layer in network.layers:
        values = layer(values, training=False)
        found.append(ops.convert_to_numpy(values))
    return found


def _first_maps(network: keras.Sequential, outputs: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
    """What the first convolution finds, after its activation unless pooling comes before."""
    kinds = [type(layer) for layer in network.layers]
    number = kinds.index(layers.Conv2D)
    while kinds[number + 1] in (layers.BatchNormalization, layers.ReLU):
        number += 1
    return outputs[number + 1]


def _last_maps(outputs: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
    """The maps that the evidence comes from, or the pictures if there are none."""
    return [values for values in outputs if values.ndim == 4][-1]


def _filters(network: keras.Sequential) -> NDArray[np.float32]:
    kernel: NDArray[np.float32] = next(layer for layer in network.layers if layer.weights).get_weights()[0]
    side = PICTURE_PX if kernel.ndim == 2 else kernel.shape[0]
    return kernel.reshape(side, side, -1)[..., :NUM_MAPS]


def _levels(maps: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Some maps of every picture as levels of grey."""
    num_pictures, side, _, _ = maps.shape
    shown = np.maximum(maps[..., :NUM_MAPS], 0)
    if side > _MOST_PX:
        shown = shown.reshape(num_pictures, side // 2, 2, side // 2, 2, -1).mean(axis=(2, 4))
    most = shown.max(axis=(0, 1, 2))
    return np.rint(shown / np.where(most, most, 1) * 255).astype(np.uint8)


def _evidence(
    network: keras.Sequential, outputs: Sequence[NDArray[np.float32]], labels: NDArray[np.uint8]
) -> NDArray[np.float32]:
    """The evidence for the true digits, as in `Inside`, but for all pictures at once, without building a model."""
    dense = [number for number, layer in enumerate(network.layers) if isinstance(layer, layers.Dense)]
    *hidden, last = [network.layers[number].get_weights()[:2] for number in dense]
    vector, gates = outputs[dense[0]], []
    for number, (kernel, *bias) in zip(dense, hidden, strict=False):
        product = vector @ kernel + sum(bias)
        is_relu = network.layers[number].activation is keras.activations.relu
        gates.append(product > 0 if is_relu else expit(product))
        vector = gates[-1] * product
    shares = last[0].T[labels]
    for (kernel, *_), gate in zip(hidden[::-1], gates[::-1], strict=True):
        shares = (gate * shares) @ kernel.T
    return _spread(network, _last_maps(outputs), shares)


def _spread(network: keras.Sequential, maps: NDArray[np.float32], shares: NDArray[np.float32]) -> NDArray[np.float32]:
    """Spread what the values of the vector add over the places of the maps that they come from."""
    num_pictures, height, width, _ = maps.shape
    if any(isinstance(layer, MaxAndMean) for layer in network.layers):
        of_max, of_mean = np.split(shares.reshape(num_pictures, 1, 1, -1), 2, axis=-1)
        is_max = maps == maps.max(axis=(1, 2), keepdims=True)
        shares = is_max / is_max.sum(axis=(1, 2), keepdims=True) * of_max + of_mean / (height * width)
    spread: NDArray[np.float32] = (maps * shares.reshape(maps.shape)).sum(axis=-1)
    return spread
