"""A network opened up: what every layer computes, and the evidence at every place for each logit.

An activation is a gate times its input: ReLU's gate is 0 or 1, SiLU's is a sigmoid. With the gates held as they are,
all that follows the last maps is linear, so every logit is a bias and a sum over the places of these maps. Where no
activation follows, as in a network whose head is one dense layer, nothing is held, and the sum is the whole truth.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import keras
from keras import layers, ops

from digitpad.explanation.explanation import Layer
from digitpad.training.datasets.splits import NOT_A_DIGIT
from digitpad.training.networks.architectures import MOVES, MaxAndMean
from digitpad.training.preprocessing.framing import PICTURE_PX

Tensor = Any  # the array type of the Keras backend

_GATES = {"relu": lambda values: ops.cast(values > 0, "float32"), "silu": ops.sigmoid}


_PICTURE = Layer("picture", (PICTURE_PX, PICTURE_PX, 1), 1, 1, 0, None, None, 0, 1, 1)


class Inside(layers.Layer):
    """Calls a network and returns what happens inside. Its stages are what an explanation calls layers.

    Call arguments:
        seen: uint8 (1, 28, 28, 1), the picture, from 0 for paper to 255 for ink.
        off: int32 (num_off,), the maps that are switched off, counted through all stages; -1 for none,
            for there must be at least one number.

    Returns:
        A dictionary:
        `logits`: float32 (11,), of the digits and of "not a digit".
        `probabilities`: float32 (10,), calibrated, of the digits, given that it is one.
        `not_digit`: float32 (), the probability that it is no digit.
        `bias`: float32 (11,), what each logit would be without evidence.
        `evidence`: float32 (11, height, width), how much each place speaks for each logit; with `bias` the sum over
            the places is `logits`.
        For each stage, its `output`: float32 (height, width, channels), its maps after the activation, of the picture
        as it is; for one with weights also `OUTPUT_kernel`, float32 (channels, channels before, window, window), or
        (length, channels) for a dense layer, and `OUTPUT_bias`, (channels,).

    Attributes:
        stages: the layers but the last, which gives the logits.
        grid: the stage whose places are those of `evidence`; the picture for dense networks.
        is_exact: whether no activation follows the places, so that the sum is the whole truth.
        num_readings: how often the picture is read: five times with test-time augmentation, else once.
    """

    def __init__(self, network: keras.Sequential, temperature: float, *, test_time_augmentation: bool = False) -> None:
        """Open a network; see `open_up`."""
        super().__init__(name="inside")
        self._temperature = temperature
        self._maps: list[tuple[Layer, list[layers.Layer]]] = []
        self._hidden: list[tuple[Layer, layers.Dense]] = []
        *before, self._last = network.layers
        self._take_apart(before)
        self._moves = MOVES if test_time_augmentation else MOVES[:1]
        self.stages = [stage for stage, _ in [*self._maps, *self._hidden]]
        self.grid = self._maps[-1][0] if self._maps else _PICTURE
        self.is_exact, self.num_readings = not self._hidden, len(self._moves)

    def _take_apart(self, found: Sequence[layers.Layer]) -> None:
        """Sort the layers before the last into stages, and find how the maps become one vector."""
        self._pools, crop, calls = False, 0, []
        for layer in found:
            if isinstance(layer, layers.ReLU | layers.Activation):
                stage, made = self._maps[-1]
                self._maps[-1] = replace(stage, activation=_activation(layer)), [*made, layer]
            elif isinstance(layer, layers.Cropping2D):
                crop, calls = layer.cropping[0][0], [layer]
            elif isinstance(layer, layers.Dense):
                self._hidden.append((_dense(layer, len(self._hidden) + 1), layer))
            elif isinstance(layer, layers.Flatten | MaxAndMean):
                self._pools |= isinstance(layer, MaxAndMean)
            else:
                self._maps.append((self._place(layer, crop), [*calls, layer]))
                crop, calls = 0, []

    def _place(self, layer: layers.Layer, crop: int) -> Layer:
        """A convolution or pooling after the stages so far."""
        before = self._maps[-1][0] if self._maps else _PICTURE
        pooling = None if isinstance(layer, layers.Conv2D) else _pooling(layer)
        kind = "pooling" if pooling else "convolution"
        window = (layer.pool_size if pooling else layer.kernel_size)[0]
        stride, shape = layer.strides[0], tuple(layer.output.shape[1:])
        padding = max((shape[0] - 1) * stride + window - (before.shape[0] - 2 * crop), 0) // 2 - crop
        return Layer(
            name=f"{kind} {1 + sum(stage.name.startswith(kind) for stage, _ in self._maps)}",
            shape=shape,
            window=window,
            stride=stride,
            padding=padding,
            pooling=pooling,
            activation=None,
            start=before.start - padding * before.step,
            step=before.step * stride,
            field=before.field + (window - 1) * before.step,
        )

    def call(self, seen: Tensor, off: Tensor) -> dict[str, Tensor]:
        keep, picture = self._keep(off), ops.cast(seen, "float32") * (1.0 / 255.0)
        framed = ops.pad(picture, ((0, 0), (1, 1), (1, 1), (0, 0)))
        end = PICTURE_PX + 1
        readings = [self._read(framed[:, 1 + y : end + y, 1 + x : end + x], keep) for y, x in self._moves]
        sums = ("logits", "bias", "evidence")
        means = {name: sum(reading[name] for reading in readings) / len(readings) for name in sums}
        return {**readings[0], **means, **self._calibrated(means["logits"]), **self._weights()}

    def _calibrated(self, logits: Tensor) -> dict[str, Tensor]:
        return {
            "probabilities": ops.softmax(logits[:NOT_A_DIGIT] / self._temperature),
            "not_digit": ops.softmax(logits)[NOT_A_DIGIT],
        }

    def _keep(self, off: Tensor) -> dict[str, Tensor]:
        """For every stage by its name, 1 for each map, but 0 if it is switched off."""
        numbers = ops.arange(sum(stage.shape[2] for stage in self.stages), dtype="int32")
        keep = 1.0 - ops.max(ops.cast(ops.equal(numbers[None], off[:, None]), "float32"), axis=0)
        kept, first = {}, 0
        for stage in self.stages:
            kept[stage.name] = keep[first : first + stage.shape[2]]
            first += stage.shape[2]
        return kept

    def _read(self, maps: Tensor, keep: dict[str, Tensor]) -> dict[str, Tensor]:
        """What happens when the network reads a picture, float32 (1, 28, 28, 1)."""
        found: dict[str, Tensor] = {}
        for stage, calls in self._maps:
            for layer in calls:
                maps = layer(maps)
            maps = maps * keep[stage.name]
            found[stage.output] = maps[0]
        vector, gates = MaxAndMean()(maps) if self._pools else ops.reshape(maps, (1, -1)), []
        for stage, layer in self._hidden:
            product = ops.matmul(vector, layer.kernel) + (layer.bias if layer.use_bias else 0.0)
            gates.append(_GATES[stage.activation or ""](product) * keep[stage.name])
            vector = gates[-1] * product
            found[stage.output] = ops.reshape(vector, stage.shape)
        shares, bias = self._hold(gates)
        return {"logits": self._last(vector)[0], "bias": bias, "evidence": self._spread(maps, shares), **found}

    def _hold(self, gates: list[Tensor]) -> tuple[Tensor, Tensor]:
        """What each value of the vector adds to each logit, (num_values, 11), and the bias, with the gates held."""
        shares, bias = self._last.kernel, self._last.bias
        for (_, layer), gate in zip(self._hidden[::-1], gates[::-1], strict=True):
            gated = ops.transpose(gate) * shares
            bias = bias + (ops.matmul(layer.bias[None], gated)[0] if layer.use_bias else 0.0)
            shares = ops.matmul(layer.kernel, gated)
        return shares, bias + 0.0

    def _spread(self, maps: Tensor, shares: Tensor) -> Tensor:
        """Spread each logit over the places of the last maps, (11, height, width)."""
        height, width, channels = maps.shape[1:]
        if self._pools:
            of_max, of_mean = ops.split(shares, 2)
            is_max = ops.cast(ops.equal(maps, ops.max(maps, axis=(1, 2), keepdims=True)), "float32")
            won = maps * is_max / ops.sum(is_max, axis=(1, 2), keepdims=True)  # equals share what a maximum counts
            spread = (ops.matmul(won, of_max) + ops.matmul(maps, of_mean) / (height * width))[0]
        else:
            spread = ops.sum(maps[0, ..., None] * ops.reshape(shares, (height, width, channels, -1)), axis=2)
        return ops.transpose(spread, (2, 0, 1))

    def _weights(self) -> dict[str, Tensor]:
        found = {}
        for stage, layer in [*((stage, made[-1]) for stage, made in self._convolutions()), *self._hidden]:
            order = (3, 2, 0, 1) if stage.window else (0, 1)  # as ONNX has it, so that it is stored once
            found[f"{stage.output}_kernel"] = ops.transpose(layer.kernel, order)
            found[f"{stage.output}_bias"] = ops.copy(layer.bias) if layer.use_bias else ops.zeros(stage.shape[2])
        return found

    def _convolutions(self) -> list[tuple[Layer, list[layers.Layer]]]:
        with_weights = [(stage, [each for each in calls if each.weights]) for stage, calls in self._maps]
        return [(stage, calls) for stage, calls in with_weights if calls]


def open_up(network: keras.Sequential, temperature: float, *, test_time_augmentation: bool = False) -> keras.Model:
    """A model from `seen` and `off` to the outputs of `Inside`, which is its last layer.

    Args:
        network: from `architectures.keep`, for a recipe without test-time augmentation.
        temperature: that its logits are divided by.
        test_time_augmentation: whether it is to read every picture five times.
    """
    inside = Inside(network, temperature, test_time_augmentation=test_time_augmentation)
    seen = keras.Input(batch_shape=(1, PICTURE_PX, PICTURE_PX, 1), dtype="uint8", name="seen")
    off = keras.Input(batch_shape=(None,), dtype="int32", name="off")
    return keras.Model([seen, off], inside(seen, off), name="layers")


def _dense(layer: layers.Dense, number: int) -> Layer:
    return Layer(
        f"dense {number}", (1, 1, layer.units), 0, 1, 0, None, _activation(layer), start=0, step=0, field=PICTURE_PX
    )


def _activation(layer: layers.Layer) -> str:
    name = "relu" if isinstance(layer, layers.ReLU) else layer.activation.__name__
    if name not in _GATES:
        raise ValueError(f"Expected one of the activations {sorted(_GATES)}; got {name}.")
    return str(name)


def _pooling(layer: layers.Layer) -> str:
    return "max" if isinstance(layer, layers.MaxPooling2D) else "average"
