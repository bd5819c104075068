"""The input contract: from pixels of any size to a 28x28 picture like those in MNIST.

The contract is a single Keras layer without weights. Training applies it to drawn and augmented images, it is the first
layer of every saved model, and it is exported with the model, so there is no second implementation that could drift.
Any change to its output for the same pixels must increase `digitpad.artifact.CONTRACT_VERSION`.
"""

from dataclasses import fields
from functools import cache
from typing import Any

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

from digitpad.training import batches
from digitpad.training.preprocessing.framing import ALL, PICTURE_PX, Steps, frame, mask

MIN_CONTRAST = 0.1
"""Ink differs from paper by at least this share of the full range in some colour channel; less is paper grain."""

_CHUNK_PIXELS = 800_000  # pixels that go through the layer at once, for about 200 MB of intermediate results

Tensor = Any  # the array type of the Keras backend


@keras.saving.register_keras_serializable(package="digitpad")
class Contract(keras.layers.Layer):
    """Turns a drawing into a 28x28 picture like those that the network was trained on.

    In order: lay the drawing on opaque paper; read the paper's colour off the border and take the distance from it as
    ink; find the box of the ink, ignoring specks around it; bring the stroke width into MNIST's range; scale the longer
    side of the box to 20 px, keeping the aspect ratio; move the centre of mass to where MNIST has it, but not so far
    that the box is cut off; scale the levels so that the strongest ink is 1.

    Call arguments:
        pixels: uint8 (batch, height, width, 4), red, green, blue and straight (not premultiplied) alpha, 0 to 255.
        off: int32 (num_off,), indices of the `framing.Steps` that are left out, to see what they are for; -1 for none,
            for there must be at least one number. Without this argument all steps are taken, and the graph has no
            switches.

    Returns:
        A dictionary:
        `seen`: float32 (batch, 28, 28, 1), the picture, from 0 (paper) to 1 (ink); all 0 if there is no ink.
        `ink`: float32 (batch,), the amount of ink, as the share of the canvas that it covers, 0 to 1; exactly 0 if
            nothing stands out from the paper.
        `box`: float32 (batch, 4), top, left, bottom and right edge of the ink in source px.
        `centre`: float32 (batch, 2), the row and column in source px that became the centre of the picture.
        `scale`: float32 (batch,), picture px per source px.
        `stroke`: float32 (batch, 2), the stroke width as drawn and as seen, both in picture px.
        `distance`: float32 (batch, height, width), how far every pixel is from the paper, 0 to 1: what counts as ink.

    Reference: LeCun, Cortes, Burges, The MNIST database of handwritten digits: size-normalised to 20x20, keeping the
    aspect ratio, then centred in 28x28 by the centre of mass.
    """

    def call(self, pixels: Tensor, off: Tensor | None = None) -> dict[str, Tensor]:
        distance = _distance_from_paper(pixels)
        mass, contrast = (measure(distance, axis=(1, 2), keepdims=True) for measure in (ops.sum, ops.max))
        visible = mask(contrast >= MIN_CONTRAST)
        area = ops.cast(ops.shape(distance)[1] * ops.shape(distance)[2], "float32")
        coverage = mass / (area * ops.maximum(contrast, MIN_CONTRAST))
        answer = frame(_flatten(distance, mass), steps=ALL if off is None else _without(off))
        answer["seen"] = ops.expand_dims(visible * answer["seen"], 3)
        ink = ops.squeeze(visible * ops.minimum(coverage, 1.0), (1, 2))
        return {**answer, "ink": ink, "distance": distance}

    def compute_output_spec(self, pixels: Tensor, off: Tensor | None = None) -> dict[str, Tensor]:
        shapes = {
            "seen": (PICTURE_PX, PICTURE_PX, 1),
            "box": (4,),
            "centre": (2,),
            "scale": (),
            "stroke": (2,),
            "ink": (),
            "distance": pixels.shape[1:3],
        }
        return {name: keras.KerasTensor((pixels.shape[0], *shape), "float32") for name, shape in shapes.items()}


def to_pixels(images: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Grey images, uint8 (num_images, height, width), as opaque RGBA, uint8 (num_images, height, width, 4)."""
    pixels = np.full((*images.shape, 4), 255, np.uint8)
    pixels[..., :3] = images[..., None]
    return pixels


def see(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """What the network sees of grey images.

    Args:
        images: uint8 (num_images, height, width), light on dark or dark on light.

    Returns:
        float32 (num_images, 28, 28, 1), 0 for paper to 1 for ink.
    """
    if not len(images):  # building the model takes a while
        return np.empty((0, PICTURE_PX, PICTURE_PX, 1), np.float32)
    height, width = images.shape[1:]
    return batches.predict(_seer(height, width), [images], max(1, _CHUNK_PIXELS // (height * width)))


def levels(images: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Like `see`, but as integer levels, uint8 (num_images, 28, 28), 0 for paper to 255 for ink."""
    return to_levels(see(images))


def to_levels(seen: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Pictures in [0, 1], float32 (num_images, 28, 28, 1), as integer levels, uint8 (num_images, 28, 28)."""
    return np.rint(seen[..., 0] * 255).astype(np.uint8)


@cache
def _seer(height: int, width: int) -> keras.Model:
    """The contract as a model for grey images of one size, compiled once."""
    grey = keras.Input((height, width), dtype="uint8")
    pixels = ops.stack([grey, grey, grey, ops.full_like(grey, 255)], axis=-1)
    return keras.Model(grey, Contract()(pixels)["seen"])


def _without(off: Tensor) -> Steps:
    """All steps but some."""
    indices = ops.arange(len(fields(Steps)), dtype="int32")
    is_taken = 1.0 - ops.max(mask(ops.equal(indices[None], off[:, None])), axis=0)
    return Steps(*(is_taken[index] for index in range(len(fields(Steps)))))


def _distance_from_paper(pixels: Tensor) -> Tensor:
    """How far every pixel is from the paper, float32 (batch, height, width), 0 to 1.

    The distance is the maximum over the three colour channels, so red on green is as visible as black on white. For ink
    of a single colour, it is proportional to coverage, which preserves antialiased edges. The channels are processed as
    separate planes, because runtimes are several times slower when they broadcast over an innermost axis of size 3.
    """
    planes = ops.split(ops.transpose(pixels, (0, 3, 1, 2)), 4, axis=1)
    *colours, alpha = (ops.cast(ops.squeeze(plane, 1), "float32") for plane in planes)
    papers = ops.split(_paper(pixels, colours[1], alpha), 3, axis=1)
    red, green, blue = (ops.abs(colour - paper) for colour, paper in zip(colours, papers, strict=True))
    return ops.maximum(ops.maximum(red, green), blue) * (alpha * (1.0 / 255.0**2))


def _paper(pixels: Tensor, green: Tensor, alpha: Tensor) -> Tensor:
    """The paper's colour, (batch, 3, 1), 0 to 255.

    An opaque border is paper. On a transparent background, the paper is whatever makes the ink visible: white for dark
    ink, black for light ink, judged by the green channel.
    """
    *colours, opacity = ops.split(_border(pixels), 4, axis=1)
    total = ops.maximum(ops.sum(alpha, axis=(1, 2), keepdims=True), 1.0)
    shown = 255.0 * mask(ops.sum(green * alpha, axis=(1, 2), keepdims=True) <= 127.5 * total)
    is_opaque = mask(ops.mean(opacity, axis=2, keepdims=True) > 127.5)
    return shown + (_median(ops.concatenate(colours, axis=1)) - shown) * is_opaque


def _border(pixels: Tensor) -> Tensor:
    """Every second pixel along the edges, (batch, 4, num_pixels): enough to find the paper's colour, fast to sort."""
    edges = [pixels[:, 0, ::2], pixels[:, -1, ::2], pixels[:, ::2, 0], pixels[:, ::2, -1]]
    return ops.transpose(ops.cast(ops.concatenate(edges, axis=1), "float32"), (0, 2, 1))


def _median(values: Tensor) -> Tensor:
    """Median over the last axis, which is kept. A stroke across the border does not change it."""
    middle = ops.shape(values)[2] // 2
    return ops.sort(values, axis=2)[:, :, middle : middle + 1]


def _flatten(distance: Tensor, mass: Tensor) -> Tensor:
    """Clip ink to 1.25 times its mean level, weighted by itself, so that a dark speck does not outweigh pale pencil."""
    level = ops.sum(distance * distance, axis=(1, 2), keepdims=True) / ops.maximum(mass, 1e-6)
    return ops.minimum(distance, 1.25 * level)
