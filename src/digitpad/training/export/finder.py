"""The finder: the page network with pixels before it, and glyphs with their ink after it, as one graph.

Peaks of the heat map are the glyphs. Every cell of ink points to a centre, and belongs to the glyph whose centre is
nearest to where it points, so that glyphs that touch are parted.
"""

from typing import Any

import keras
import numpy as np
import onnxruntime
from keras import ops
from numpy.typing import NDArray

from digitpad import artifact
from digitpad.pages.finder import Run
from digitpad.training.networks.pages import NUM_LABELS
from digitpad.training.pages.targets import OFFSET_PX, SIZE_PX

MOST_GLYPHS = 200

LEAST_CHANCE = 0.15
"""Peaks below this are no glyphs."""

_LEAST_INK = 0.06
_FAR = 0.75  # of its size: ink that points further away from a centre is not that glyph's
_REACH = 1.0  # of its size: ink further away from a centre is not that glyph's

Tensor = Any


def build(network: keras.Model) -> keras.Model:
    """Put a page network into a graph that finds glyphs.

    Returns:
        A model from uint8 (1, height, width, 3), RGB, multiples of 32, to `ink`, uint8 (height, width), 0 to 255;
        `owner`, uint8 (height / 2, width / 2), which glyph the ink of a cell belongs to, 0 for none, otherwise its
        place in `glyphs` plus 1; and `glyphs`, float32 (`MOST_GLYPHS`, 15), the most certain first: column and row of
        the centre and the size, px, the chance that there is a glyph, and the logits of its label. Those with a chance
        below `LEAST_CHANCE` are none.
    """
    picture = keras.Input((None, None, 3), batch_size=1, dtype="uint8", name=artifact.PAGES.input)
    outputs = network(Scale(name="scale")(picture))
    return keras.Model(picture, Find(name="find")(outputs["fine"], outputs["coarse"]), name="finder")


def run(model: keras.Model, picture: NDArray[np.uint8]) -> dict[str, NDArray[Any]]:
    """The outputs of a finder for a picture, uint8 (height, width, 3), as arrays by name."""
    return {name: ops.convert_to_numpy(value) for name, value in model(picture[None], training=False).items()}


def runner(graph: bytes) -> Run:
    """Run a graph that is not a model file yet."""
    session = onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"])
    names = list(artifact.PAGES.outputs)
    return lambda level: dict(zip(names, session.run(names, {artifact.PAGES.input: level[None]}), strict=True))


@keras.saving.register_keras_serializable(package="digitpad")
class Scale(keras.layers.Layer):
    """uint8, 0 to 255, as float32, 0 to 1."""

    def call(self, picture: Tensor) -> Tensor:
        """The same shape."""
        return ops.cast(picture, "float32") / 255.0


@keras.saving.register_keras_serializable(package="digitpad")
class Find(keras.layers.Layer):
    """Glyphs and their ink from the outputs of the network."""

    def call(self, fine: Tensor, coarse: Tensor) -> dict[str, Tensor]:
        """The outputs of the finder; see `build`."""
        glyphs = _glyphs(coarse)
        height, width = ops.shape(fine)[1], ops.shape(fine)[2]
        ink, offset = ops.split(fine, [4], axis=-1)  # the converter is slow with slices here
        shares = ops.reshape(ops.sigmoid(ink), (height, width, 4))  # there is one picture
        offset = ops.reshape(offset, (height * width, 2))
        return {"ink": _to_pixels(shares), "owner": _owners(shares, offset, glyphs), "glyphs": glyphs}


def _glyphs(coarse: Tensor) -> Tensor:
    """The highest peaks of the heat map."""
    peak, _ = ops.split(coarse, [1], axis=-1)
    chance = ops.sigmoid(peak)
    highest = ops.max_pool(chance, 3, 1, "same")
    peaks = ops.reshape(ops.where(chance >= highest, chance, 0.0), (-1,))
    peaks = ops.concatenate([peaks, ops.zeros((MOST_GLYPHS,))])  # small pictures have fewer cells
    best, place = ops.top_k(peaks, MOST_GLYPHS)
    width = ops.shape(coarse)[2]
    place = ops.minimum(place, ops.shape(coarse)[1] * width - 1)
    cells = ops.take(ops.reshape(coarse, (-1, 2 + NUM_LABELS)), place, axis=0)
    x = ops.cast(place % width, "float32") * 4.0 + 2.0
    y = ops.cast(place // width, "float32") * 4.0 + 2.0
    size = SIZE_PX * ops.exp(0.6931472 * ops.clip(cells[:, 1], -3.0, 4.0))
    return ops.concatenate([ops.stack([x, y, size, best], axis=1), cells[:, 2:]], axis=1)


def _owners(shares: Tensor, offset: Tensor, glyphs: Tensor) -> Tensor:
    """Which glyph each inked cell belongs to."""
    height, width = ops.shape(shares)[0], ops.shape(shares)[1]
    strongest = ops.reshape(ops.max(shares, axis=-1), (height * width,))
    [cells] = ops.nonzero(strongest > _LEAST_INK)
    x, y = (2.0 * ops.cast(along, "float32") + 1.0 for along in (cells % width, cells // width))
    towards = OFFSET_PX * ops.take(offset, cells, axis=0)
    size, chance = glyphs[:, 2], glyphs[:, 3]
    away = _distances(x + towards[:, 0], y + towards[:, 1], glyphs) / ops.maximum(size, 8.0)
    is_its = (away < _FAR) & (_distances(x, y, glyphs) < _REACH * size + 4.0) & (chance >= LEAST_CHANCE)
    nearest, place = ops.top_k(ops.where(is_its, -away, -1e9), 1)  # the converter cannot express argmin
    owner = ops.cast(ops.where(nearest > -1e9, place + 1, 0)[:, 0], "int32")
    spread = ops.scatter(cells[:, None], owner, (height * width,))
    return ops.cast(ops.reshape(spread, (height, width)), "uint8")


def _distances(x: Tensor, y: Tensor, glyphs: Tensor) -> Tensor:
    """Distances between points, (n,) each, and the centres of glyphs, (m, 15): (n, m), px."""
    across, down = x[:, None] - glyphs[None, :, 0], y[:, None] - glyphs[None, :, 1]
    return ops.sqrt(across * across + down * down)


def _to_pixels(shares: Tensor) -> Tensor:
    """Cells of four pixels, (height / 2, width / 2, 4), 0 to 1, as uint8 (height, width), 0 to 255."""
    height, width = ops.shape(shares)[0], ops.shape(shares)[1]
    rows = ops.transpose(ops.reshape(shares, (height, width, 2, 2)), (0, 2, 1, 3))
    return ops.cast(ops.round(255.0 * ops.reshape(rows, (2 * height, 2 * width))), "uint8")
