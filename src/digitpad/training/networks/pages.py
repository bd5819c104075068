"""The page network: fully convolutional, from pixels to the ink of pens, the centres of glyphs and their labels.

It halves the picture five times and doubles it again (as in U-Net, Ronneberger et al. 2015, with sums instead of
concatenations), reads centres off a heat map at a quarter of the resolution (as in CenterNet, Zhou et al. 2019), and
gives every pixel of ink the offset to the centre of its glyph.
"""

from typing import Any

import keras
import numpy as np
from keras import layers

from digitpad.training.datasets.splits import NOT_A_DIGIT

NUM_LABELS = NOT_A_DIGIT + 1
FINE, COARSE = 6, 2 + NUM_LABELS
"""Channels of the two outputs."""

_WIDTHS = (16, 32, 48, 80, 96)

Tensor = Any


def build(seed: int) -> keras.Model:
    """Build the network with random weights.

    Returns:
        A model from float32 (batch, height, width, 3), RGB from 0 to 1, to two outputs: `fine`, (batch, height / 2,
        width / 2, 6), the logits of ink in the four pixels of a cell (row by row) and the offset to the centre, see
        `targets.OFFSET_PX`; and `coarse`, (batch, height / 4, width / 4, 13), the logit of a centre, the size of the
        glyph, see `targets.SIZE_PX`, and the logits of its label.
    """
    keras.utils.set_random_seed(seed)
    return _assemble(_Blocks(is_normalised=True))


def fold(network: keras.Model) -> keras.Model:
    """Prepare a trained network for export: batch normalisation folded into the convolutions, weights of 16 bits.

    Args:
        network: from `build`, after training.

    Returns:
        A new network for inference only, whose weights are float32, but rounded to values of float16.
    """
    folded = _assemble(_Blocks(is_normalised=False))
    known = {layer.name: layer for layer in network.layers}
    for layer in folded.layers:
        if not layer.weights:
            continue
        weights = known[layer.name].get_weights()
        if norm := known.get(f"norm_of_{layer.name}"):
            gamma, beta, mean, variance = norm.get_weights()
            scale = gamma / np.sqrt(variance + norm.epsilon)
            per_filter = scale[:, None] if isinstance(layer, layers.DepthwiseConv2D) else scale
            weights = [weights[0] * per_filter, beta - mean * scale]
        layer.set_weights([array.astype(np.float16) for array in weights])
    return folded


def _assemble(blocks: "_Blocks") -> keras.Model:
    pixels = keras.Input((None, None, 3), name="pixels")
    half, quarter, eighth, sixteenth, last = _WIDTHS
    at2 = blocks.convolve(layers.Rescaling(1.0, -0.5, name="centred")(pixels), half, 5, 2)
    at4 = blocks.separable(blocks.convolve(at2, quarter, 3, 2))
    at8 = blocks.separable(blocks.separable(blocks.convolve(at4, eighth, 3, 2)))
    at16 = blocks.separable(blocks.separable(blocks.halve(at8, sixteenth)))
    at32 = blocks.separable(blocks.separable(blocks.halve(at16, last), 5), 5)
    at16 = blocks.separable(blocks.join(at16, at32))
    at8 = blocks.separable(blocks.join(at8, at16))
    at4 = blocks.convolve(blocks.join(at4, at8), quarter)
    coarse = layers.Conv2D(COARSE, 1, bias_initializer=_initially(-4.0, 1, COARSE), name="coarse")
    fine = layers.Conv2D(FINE, 1, bias_initializer=_initially(-3.0, 4, FINE), name="fine")
    outputs = {"coarse": coarse(blocks.separable(at4)), "fine": fine(blocks.convolve(blocks.join(at2, at4), half))}
    return keras.Model(pixels, outputs, name="pages")


def _initially(value: float, count: int, channels: int) -> keras.initializers.Initializer:
    """Biases that make ink and centres rare at first, in the first channels."""
    return keras.initializers.Constant([value] * count + [0.0] * (channels - count))


class _Blocks:
    """The blocks of the network, with a batch normalisation after each convolution or with a bias instead."""

    def __init__(self, *, is_normalised: bool) -> None:
        self._is_normalised = is_normalised
        self._count = 0

    def convolve(
        self, maps: Tensor, filters: int, kernel_size: int = 3, strides: int = 1, *, is_active: bool = True
    ) -> Tensor:
        """A convolution."""
        kernel = {"kernel_initializer": "he_normal"}
        maps = self._normalise(layers.Conv2D, maps, filters, kernel_size, strides, "same", **kernel)
        return layers.ReLU()(maps) if is_active else maps

    def depthwise(self, maps: Tensor, kernel_size: int, strides: int = 1) -> Tensor:
        """A convolution of each channel on its own."""
        kernel = {"depthwise_initializer": "he_normal"}
        return layers.ReLU()(self._normalise(layers.DepthwiseConv2D, maps, kernel_size, strides, "same", **kernel))

    def separable(self, maps: Tensor, kernel_size: int = 3) -> Tensor:
        """A residual block of a depthwise and a pointwise convolution."""
        inner = self.convolve(self.depthwise(maps, kernel_size), maps.shape[-1], 1, is_active=False)
        return layers.ReLU()(layers.Add()([maps, inner]))

    def halve(self, maps: Tensor, filters: int) -> Tensor:
        """Half the resolution."""
        return self.convolve(self.depthwise(maps, 5, 2), filters, 1)

    def join(self, fine: Tensor, coarse: Tensor) -> Tensor:
        """Add coarse features to finer ones."""
        coarse = layers.UpSampling2D(2)(self.convolve(coarse, fine.shape[-1], 1, is_active=False))
        return layers.ReLU()(layers.Add()([fine, coarse]))

    def _normalise(self, kind: type[layers.Layer], maps: Tensor, *values: Any, **options: Any) -> Tensor:
        name = f"convolution{self._count}"
        self._count += 1
        maps = kind(*values, use_bias=not self._is_normalised, name=name, **options)(maps)
        return layers.BatchNormalization(momentum=0.98, name=f"norm_of_{name}")(maps) if self._is_normalised else maps
