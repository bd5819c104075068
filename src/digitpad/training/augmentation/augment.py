"""Random changes to training images. They happen before the network and are never part of the saved model.

A changed image passes through the contract's framing like any other drawing, so the digit still fills its 20 px, and
only what the contract leaves open varies.
"""

import itertools
from functools import cache
from typing import Any

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

from digitpad.training import batches
from digitpad.training.preprocessing.framing import PICTURE_PX, STROKE_PX, frame
from digitpad.training.recipe import Recipe

_CANVAS_PX = 34  # leaves room for rotation and stretching
_GRID = 4  # random displacements along each axis, with smooth transitions between them
_CHUNK = 2500  # images per batch; limits the memory that the backend takes for copies


def augment(images: NDArray[np.uint8], recipe: Recipe, rng: np.random.Generator) -> NDArray[np.float32]:
    """Rotate, shear, stretch and bend every image at random, and redraw it with a random stroke width.

    Args:
        images: uint8 (num_images, 28, 28), 0 for paper to 255 for ink.
        recipe: how strong the changes are.
        rng: random generator.

    Returns:
        float32 (num_images, 28, 28, 1), 0 to 1, as framed by the contract.
    """
    if not len(images):  # building the model takes a while
        return np.empty((0, PICTURE_PX, PICTURE_PX, 1), np.float32)
    linear, bends, widths = (chance(len(images), recipe, rng) for chance in (_linear, _bends, _widths))
    return batches.predict(_warp(), [images, linear, bends, widths], _CHUNK)[..., None]


def move(images: NDArray[np.uint8], most: int) -> NDArray[np.uint8]:
    """Shift images by whole pixels, up to `most` along each axis, all shifts equally often; paper fills the gaps.

    Args:
        images: uint8 (num_images, 28, 28), 0 for paper, in random order, because the shifts are assigned in rotation.
        most: px, 0 to 27.

    Returns:
        uint8 (num_images, 28, 28).
    """
    moved = np.zeros_like(images)
    ways = list(itertools.product(range(-most, most + 1), repeat=2))
    for first, (down, across) in enumerate(ways):
        (from_rows, to_rows), (from_columns, to_columns) = _overlap(down), _overlap(across)
        moved[first :: len(ways), to_rows, to_columns] = images[first :: len(ways), from_rows, from_columns]
    return moved


@cache
def _warp() -> keras.Model:
    """A model without weights that warps images and frames them like the contract."""
    images = keras.Input((PICTURE_PX, PICTURE_PX), dtype="uint8")
    linear, bends, widths = keras.Input((2, 2)), keras.Input((2, _GRID, _GRID)), keras.Input(())
    return keras.Model([images, linear, bends, widths], Warp()(images, linear, bends, widths))


class Warp(keras.layers.Layer):
    """Samples every pixel of a canvas at the position given by a linear map and smooth bends.

    Call arguments:
        images: uint8 (batch, 28, 28), 0 to 255.
        linear: float32 (batch, 2, 2), from (y, x) relative to the canvas centre to (y, x) relative to the image centre.
        bends: float32 (batch, 2, 4, 4), displacements in px along y and x, on a grid over the canvas.
        widths: float32 (batch,), stroke width in the result, px.

    Returns:
        float32 (batch, 28, 28), 0 to 1.
    """

    def call(self, images: Any, linear: Any, bends: Any, widths: Any) -> Any:
        axis = np.arange(_CANVAS_PX, dtype=np.float32) - (_CANVAS_PX - 1) / 2
        flat = np.stack(np.meshgrid(axis, axis, indexing="ij")).reshape(2, -1)
        basis = _basis()
        bent = ops.matmul(ops.matmul(basis, bends), basis.T)
        places = ops.matmul(linear, flat) + ops.reshape(bent, (-1, 2, _CANVAS_PX**2)) + (PICTURE_PX - 1) / 2
        ink = _sample(ops.cast(images, "float32") / 255.0, places[:, 0], places[:, 1])
        return frame(ops.reshape(ink, (-1, _CANVAS_PX, _CANVAS_PX)), widths)["seen"]

    def compute_output_spec(self, images: Any, linear: Any, bends: Any, widths: Any) -> Any:
        return keras.KerasTensor((images.shape[0], PICTURE_PX, PICTURE_PX), "float32")


def _sample(ink: Any, row: Any, column: Any) -> Any:
    """Linear interpolation of ink (batch, 28, 28) at places (batch, num_places); outside the image there is paper."""
    side = PICTURE_PX + 2
    padded = ops.reshape(ops.pad(ink, ((0, 0), (1, 1), (1, 1))), (-1, side * side))
    row, column = (ops.clip(place + 1.0, 0.0, side - 1.001) for place in (row, column))
    top, left = ops.floor(row), ops.floor(column)
    index = ops.cast(top * side + left, "int32")
    down, across = row - top, column - left
    upper, upper_next, lower, lower_next = (
        ops.take_along_axis(padded, index + step, axis=1) for step in (0, 1, side, side + 1)
    )
    above = upper + across * (upper_next - upper)
    return above + down * (lower + across * (lower_next - lower) - above)


def _basis() -> NDArray[np.float32]:
    """The weight of each grid line for each pixel, (34, 4): cosine windows that add up to 1."""
    position = np.linspace(0, _GRID - 1, _CANVAS_PX)[:, None]
    distance = np.minimum(np.abs(position - np.arange(_GRID)), 1)
    return (0.5 + 0.5 * np.cos(np.pi * distance)).astype(np.float32)


def _overlap(move: int) -> tuple[slice, slice]:
    """The slices of an image that remain when it moves along an axis: before and after the move."""
    return slice(max(-move, 0), PICTURE_PX + min(-move, 0)), slice(max(move, 0), PICTURE_PX + min(move, 0))


def _linear(count: int, recipe: Recipe, rng: np.random.Generator) -> NDArray[np.float32]:
    """Random rotations, shears and stretches, float32 (count, 2, 2)."""

    def uniform(most: float, *shape: int) -> NDArray[np.float64]:
        return rng.uniform(-most, most, (count, *shape))

    angle = np.deg2rad(uniform(recipe.rotation_degrees))
    linear = np.stack([np.cos(angle), -np.sin(angle), np.sin(angle), np.cos(angle)], axis=1).reshape(-1, 2, 2)
    linear[:, 1, 0] += uniform(recipe.shear)  # people slant their digits
    return (linear * np.exp(uniform(recipe.zoom, 2))[:, :, None]).astype(np.float32)


def _bends(count: int, recipe: Recipe, rng: np.random.Generator) -> NDArray[np.float32]:
    return rng.normal(0, recipe.elastic_px, (count, 2, _GRID, _GRID)).astype(np.float32)


def _widths(count: int, recipe: Recipe, rng: np.random.Generator) -> NDArray[np.float32]:
    low, high = STROKE_PX
    return rng.uniform(low - recipe.stroke_px, high + recipe.stroke_px, count).astype(np.float32)
