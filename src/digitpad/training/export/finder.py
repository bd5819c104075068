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
from digitpad.pages.finder import MOST_GLYPHS, Run
from digitpad.training.networks.pages import NUM_LABELS
from digitpad.training.pages.targets import OFFSET_PX, SIZE_PX

LEAST_CHANCE = 0.15
"""Peaks below this are no glyphs."""

_LEAST_INK = 0.06
_FAR = 0.75  # of its size: ink that points further away from a centre is not that glyph's
_REACH = 1.0  # of its size: ink further away from a centre is not that glyph's
_NOWHERE = 1e9  # px, squared: where centres are that are none

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
    is_inked = (strongest > _LEAST_INK) | (ops.arange(height * width) == 0)  # browsers fail on none at all
    [cells] = ops.nonzero(is_inked)
    x, y = (2.0 * ops.cast(along, "float32") + 1.0 for along in (cells % width, cells // width))
    towards = OFFSET_PX * ops.take(offset, cells, axis=0)
    place, share = _nearest(x + towards[:, 0], y + towards[:, 1], glyphs)
    across, down, size, _ = ops.unstack(ops.take(glyphs[:, :4], place, axis=0), 4, axis=1)
    reach = _REACH * size + 4.0
    is_its = (share < _FAR**2) & ((x - across) ** 2 + (y - down) ** 2 < reach * reach)
    spread = ops.scatter(cells[:, None], ops.where(is_its, ops.cast(place, "int32") + 1, 0), (height * width,))
    return ops.cast(ops.reshape(spread, (height, width)), "uint8")


def _nearest(x: Tensor, y: Tensor, glyphs: Tensor) -> tuple[Tensor, Tensor]:
    """The centre nearest to each point, (n,), and the squared distance as a share of its size.

    Of the two nearest by a product of matrices, differences of places tell the nearer: the product is a difference of
    large squares, whose rounding is another in every runtime.
    """
    _, both = ops.top_k(_nearness(x, y, glyphs), 2)
    across, down, size, chance = ops.unstack(ops.take(glyphs[:, :4], both, axis=0), 4, axis=2)  # (n, 2) each
    squared = (x[:, None] - across) ** 2 + (y[:, None] - down) ** 2
    far = squared + ops.where(chance >= LEAST_CHANCE, 0.0, _NOWHERE)
    least, nearer = ops.top_k(-far / ops.maximum(size, 8.0) ** 2, 1)  # the converter cannot express argmin
    return ops.take_along_axis(both, nearer, axis=1)[:, 0], -least[:, 0]


def _nearness(x: Tensor, y: Tensor, glyphs: Tensor) -> Tensor:
    """Minus the squared distances of points, (n,) each, from centres, (m, 15), as shares of their sizes: (n, m).

    They are written as one product of matrices, because there are many of them.
    """
    across, down, size, chance = ops.unstack(glyphs[:, :4], 4, axis=1)
    share = 1.0 / ops.maximum(size, 8.0) ** 2
    square = across**2 + down**2 + ops.where(chance >= LEAST_CHANCE, 0.0, _NOWHERE)
    points = ops.stack([x, y, x * x + y * y, ops.ones_like(x)], axis=1)
    return points @ (ops.stack([2.0 * across, 2.0 * down, -ops.ones_like(across), -square]) * share)


def _to_pixels(shares: Tensor) -> Tensor:
    """Cells of four pixels, (height / 2, width / 2, 4), 0 to 1, as uint8 (height, width), 0 to 255."""
    height, width = ops.shape(shares)[0], ops.shape(shares)[1]
    rows = ops.transpose(ops.reshape(shares, (height, width, 2, 2)), (0, 2, 1, 3))
    return ops.cast(ops.round(255.0 * ops.reshape(rows, (2 * height, 2 * width))), "uint8")
