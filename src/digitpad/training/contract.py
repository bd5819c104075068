"""The input contract: pixels of any size in, the 28x28 picture that MNIST would hold out.

The contract is one Keras layer without weights. The training pictures go through it, it is the first layer of every
saved model, and it is exported with the model, so there is no second implementation that could drift. Whoever changes
what it makes of the same pixels raises `digitpad.artifact.CONTRACT_VERSION`.
"""

from typing import Any

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

PICTURE_PX = 28
DIGIT_PX = 20
CENTRE_PX = 14.5
"""Where the centre of mass goes: the middle of pixel 14 (of 0 to 27), where MNIST's own pictures have it."""

MIN_CONTRAST = 0.1
"""Ink differs from the paper by at least this share of the full range in one colour; anything less is paper grain."""

_CHUNK_PIXELS = 1_600_000  # of the pictures that go through the layer at once, about 100 MB of intermediate results

Tensor = Any  # whatever the Keras backend calls its arrays


@keras.saving.register_keras_serializable(package="digitpad")
class Contract(keras.layers.Layer):
    """Turns a drawing into the 28x28 picture that the network was trained on.

    In order: lay the drawing on opaque paper; read the paper's colour off the border; ink is the distance from it; find
    the box of the ink; scale its longer side to 20 px with the aspect kept; put the centre of mass where MNIST has it,
    as far as nothing of the box is cut off; stretch the strongest ink to 1.

    Crop, antialiased resize and sub-pixel shift run along the axes, so together they are `rows @ ink @ columns`, two
    matrix products.

    Call arguments:
        pixels: uint8 (batch, height, width, 4), red, green, blue and straight (not premultiplied) alpha, 0 to 255.

    Returns:
        A dictionary:
        `seen`: float32 (batch, 28, 28, 1), the picture, from 0 (paper) to 1 (ink); all 0 when there is no ink.
        `ink`: float32 (batch,), how much ink there was, as the share of the canvas that it covers, 0 to 1; exactly 0
            when nothing stands out from the paper.
        `box`: float32 (batch, 4), top, left, bottom and right edge of the ink in source px.
        `centre`: float32 (batch, 2), the row and column in source px that became the middle of the picture.
        `scale`: float32 (batch,), picture px per source px.
        `distance`: float32 (batch, height, width), how far every pixel is from the paper, 0 to 1: what counts as ink.

    Reference: LeCun, Cortes, Burges, The MNIST database of handwritten digits: size-normalised to 20x20 with the aspect
    kept, then centred in 28x28 by the centre of mass.
    """

    def call(self, pixels: Tensor) -> dict[str, Tensor]:
        distance = _distance_from_paper(pixels)
        row_peaks, column_peaks = ops.max(distance, axis=2), ops.max(distance, axis=1)
        row_mass, column_mass = ops.sum(distance, axis=2), ops.sum(distance, axis=1)
        top, bottom = _extent(row_peaks)
        left, right = _extent(column_peaks)
        scale = DIGIT_PX / ops.maximum(ops.maximum(bottom - top, right - left), 1.0)
        centre_row, centre_column = _centre(row_mass, top, bottom, scale), _centre(column_mass, left, right, scale)
        rows = _footprints(centre_row, scale, ops.shape(distance)[1])
        columns = _footprints(centre_column, scale, ops.shape(distance)[2])
        picture = ops.matmul(ops.matmul(rows, distance), ops.transpose(columns, (0, 2, 1)))
        contrast = ops.max(row_peaks, axis=1)
        visible = ops.cast(contrast >= MIN_CONTRAST, "float32")
        coverage = ops.mean(row_mass, axis=1) / ops.cast(ops.shape(distance)[2], "float32")
        return {
            "seen": (visible[:, None, None] * _stretch(picture))[..., None],
            "ink": visible * ops.minimum(coverage / ops.maximum(contrast, MIN_CONTRAST), 1.0),
            "box": ops.stack([top, left, bottom, right], axis=1),
            "centre": ops.stack([centre_row, centre_column], axis=1),
            "scale": scale,
            "distance": distance,
        }

    def compute_output_spec(self, pixels: Tensor) -> dict[str, Tensor]:
        shapes = {
            "seen": (PICTURE_PX, PICTURE_PX, 1),
            "ink": (),
            "box": (4,),
            "centre": (2,),
            "scale": (),
            "distance": pixels.shape[1:3],
        }
        return {name: keras.KerasTensor((pixels.shape[0], *shape), "float32") for name, shape in shapes.items()}


def to_pixels(images: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Grey pictures, uint8 (num_images, height, width), as opaque RGBA, uint8 (num_images, height, width, 4)."""
    pixels = np.full((*images.shape, 4), 255, np.uint8)
    pixels[..., :3] = images[..., None]
    return pixels


def see(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """What the network sees of grey pictures.

    Args:
        images: uint8 (num_images, height, width), light on dark or dark on light.

    Returns:
        float32 (num_images, 28, 28, 1), 0 for paper to 1 for ink.
    """
    pixels = keras.Input((None, None, 4), dtype="uint8")
    contract = keras.Model(pixels, Contract()(pixels)["seen"])
    seen = np.empty((len(images), PICTURE_PX, PICTURE_PX, 1), np.float32)
    step = max(1, _CHUNK_PIXELS // images[0].size) if len(images) else 1
    for start in range(0, len(images), step):
        chunk = slice(start, start + step)
        seen[chunk] = contract.predict_on_batch(to_pixels(images[chunk]))
    return seen


def _distance_from_paper(pixels: Tensor) -> Tensor:
    """How far every pixel is from the paper, float32 (batch, height, width), 0 to 1.

    The distance is the largest over the three colours, so red on green shows as well as black on white, and for one
    colour of ink it is proportional to coverage, which keeps antialiased edges true. Colours are worked on plane by
    plane, because runtimes are several times slower when they broadcast over an innermost axis of 3.
    """
    planes = ops.split(ops.transpose(pixels, (0, 3, 1, 2)), 4, axis=1)
    red, green, blue, alpha = (ops.cast(plane[:, 0], "float32") for plane in planes)
    opacity = alpha / 255.0
    paper = _paper([red, green, blue], opacity)
    away = [ops.abs(colour - paper[:, i, None, None]) for i, colour in enumerate((red, green, blue))]
    return ops.maximum(ops.maximum(away[0], away[1]), away[2]) * (opacity / 255.0)


def _paper(colours: list[Tensor], opacity: Tensor) -> Tensor:
    """The paper's colour, (batch, 3), 0 to 255, from planes (batch, height, width) of colours and of opacity, 0 to 1.

    An opaque border is paper. Around a drawing on nothing, paper is what shows the ink: white under dark, black under
    light ink.
    """
    total = ops.sum(opacity, axis=(1, 2))
    drawn = ops.sum(sum(colours) * opacity, axis=(1, 2)) / (3.0 * ops.maximum(total, 1.0))
    shown = ops.where(drawn > 127.5, 0.0, 255.0)[:, None]
    is_opaque = ops.mean(_border(opacity), axis=1, keepdims=True) > 0.5
    return ops.where(is_opaque, _median(ops.stack([_border(colour) for colour in colours], axis=1)), shown)


def _border(plane: Tensor) -> Tensor:
    return ops.concatenate([plane[:, 0], plane[:, -1], plane[:, :, 0], plane[:, :, -1]], axis=1)


def _median(values: Tensor) -> Tensor:
    """Median over the last axis: one stroke across the border does not change the paper's colour."""
    return ops.sort(values, axis=2)[:, :, ops.shape(values)[2] // 2]


def _extent(profile: Tensor) -> tuple[Tensor, Tensor]:
    """First and last place, in px, where a profile (batch, length) crosses half of its maximum.

    Half the maximum is where the edge of an antialiased or blurred stroke really is, whatever the resolution; it is
    found between the pixels by linear interpolation.
    """
    half = 0.5 * ops.max(profile, axis=1, keepdims=True)
    length = ops.cast(ops.shape(profile)[1], "float32")
    padded = ops.pad(profile, ((0, 0), (1, 1)))
    before, after = padded[:, :-1], padded[:, 1:]
    crossed = (before < half) != (after < half)
    step = ops.where(crossed, after - before, 1.0)
    place = ops.arange(ops.shape(profile)[1] + 1, dtype="float32") - 0.5 + (half - before) / step
    first = ops.min(ops.where(crossed, place, length), axis=1)
    last = ops.max(ops.where(crossed, place, 0.0), axis=1)
    return ops.maximum(first, 0.0), ops.minimum(last, length)


def _centre(mass: Tensor, low: Tensor, high: Tensor, scale: Tensor) -> Tensor:
    """Centre of mass in px of (batch, length), moved as little as it takes to keep low..high inside the picture."""
    positions = ops.arange(ops.shape(mass)[1], dtype="float32") + 0.5
    centre = ops.sum(mass * positions, axis=1) / ops.maximum(ops.sum(mass, axis=1), 1e-6)
    return ops.clip(centre, high - (PICTURE_PX - CENTRE_PX) / scale, low + CENTRE_PX / scale)


def _footprints(centre: Tensor, scale: Tensor, length: Tensor) -> Tensor:
    """Weights (batch, 28, length): the share of each picture pixel's footprint that each source pixel fills.

    Shrinking averages over the footprint; enlarging keeps it one source pixel wide, which is linear interpolation. The
    weights of a footprint inside the canvas add up to 1, and beyond the canvas there is paper.
    """
    width = ops.maximum(1.0 / scale, 1.0)[:, None, None]
    places = (ops.arange(PICTURE_PX, dtype="float32") + 0.5 - CENTRE_PX)[None, :, None]
    middle = centre[:, None, None] + places / scale[:, None, None]
    pixel = ops.arange(length, dtype="float32")[None, None]
    overlap = ops.minimum(middle + 0.5 * width, pixel + 1.0) - ops.maximum(middle - 0.5 * width, pixel)
    return ops.maximum(overlap, 0.0) / width


def _stretch(picture: Tensor) -> Tensor:
    """The same picture with its strongest ink at 1, so that thin strokes do not fade when they are shrunk."""
    return picture / ops.maximum(ops.max(picture, axis=(1, 2), keepdims=True), 1e-6)
