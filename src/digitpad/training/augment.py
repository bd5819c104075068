"""Random changes to training pictures. They happen before the network and never enter the saved model."""

import numpy as np
from keras import ops
from numpy.typing import NDArray

from digitpad.training.recipe import Recipe

_CHUNK = 5000  # pictures transformed at once; keeps the copies that the backend makes small


def augment(pictures: NDArray[np.float32], recipe: Recipe, rng: np.random.Generator) -> NDArray[np.float32]:
    """Turn, shear, scale and move every picture at random, around its middle.

    Args:
        pictures: float32 (num_images, 28, 28, 1), 0 to 1; changed in place.
        recipe: how far the changes go.
        rng: where the chance comes from.

    Returns:
        The same array, 0 to 1, with paper where a picture was moved away.
    """
    if not (recipe.rotation_degrees or recipe.shear or recipe.zoom or recipe.shift_px):
        return pictures
    for start in range(0, len(pictures), _CHUNK):
        chunk = slice(start, start + _CHUNK)
        transforms = _transforms(len(pictures[chunk]), pictures.shape[1], recipe, rng)
        pictures[chunk] = ops.convert_to_numpy(
            ops.image.affine_transform(
                pictures[chunk], transforms, interpolation="bilinear", fill_mode="constant", data_format="channels_last"
            )
        )
    return pictures


def _transforms(count: int, side: int, recipe: Recipe, rng: np.random.Generator) -> NDArray[np.float32]:
    """Affine maps from places in the new picture to places in the old, float32 (count, 8), as Keras wants them."""

    def uniform(most: float, *shape: int) -> NDArray[np.float64]:
        return rng.uniform(-most, most, (count, *shape))

    angle = np.deg2rad(uniform(recipe.rotation_degrees))
    rotation = np.stack([np.cos(angle), -np.sin(angle), np.sin(angle), np.cos(angle)], axis=1).reshape(-1, 2, 2)
    rotation[:, 0, 1] += uniform(recipe.shear)
    linear = rotation * np.exp(uniform(recipe.zoom, 2))[:, :, None]
    middle = np.full(2, (side - 1) / 2)
    offset = middle - linear @ middle + uniform(recipe.shift_px, 2)
    rows = np.concatenate([linear, offset[:, :, None]], axis=2).reshape(count, 6)
    return np.pad(rows, ((0, 0), (0, 2))).astype(np.float32)
