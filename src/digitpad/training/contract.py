"""The input contract: pixels of any size in, the 28x28 picture that MNIST would hold out.

The contract is one Keras layer without weights. The training pictures go through it, it is the first layer of every
saved model, and it is exported with the model, so there is no second implementation that could drift. Whoever changes
what it makes of the same pixels raises `digitpad.artifact.CONTRACT_VERSION`.
"""

from functools import cache
from typing import Any

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

from digitpad.training import chunks
from digitpad.training.stroke_width import restroke, stroke_width

PICTURE_PX = 28
DIGIT_PX = 20
CENTRE_PX = 14.5
"""Where the centre of mass goes: the middle of pixel 14 (of 0 to 27), where MNIST's own pictures have it."""

MIN_CONTRAST = 0.1
"""Ink differs from the paper by at least this share of the full range in one colour; anything less is paper grain."""

STROKE_PX = (2.0, 3.0)
"""Thinner and thicker strokes are brought to this width; most of MNIST's are between, and stay as they are."""

SPECK_BESIDE, SPECK_ABOVE = 0.08, 0.03
"""What stands apart with no more than this share of the ink is dirt. Signs have dots above and below, none beside."""

INK_LEVEL = 0.8
"""The mean level of ink, weighted by itself; nearly all of MNIST's pictures are above."""

_FINE = 2  # strokes are made wider or thinner on a picture that is this many times as fine

_CHUNK_PIXELS = 800_000  # of the pictures that go through the layer at once, about 200 MB of intermediate results

Tensor = Any  # whatever the Keras backend calls its arrays


@keras.saving.register_keras_serializable(package="digitpad")
class Contract(keras.layers.Layer):
    """Turns a drawing into the 28x28 picture that the network was trained on.

    In order: lay the drawing on opaque paper; read the paper's colour off the border; ink is the distance from it; find
    the box of the ink, without specks beside it; bring the strokes to the width of MNIST's; scale the box's longer side
    to 20 px with the aspect kept; put the centre of mass where MNIST has it, as far as nothing of the box is cut off;
    stretch the strongest ink to 1.

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
        `stroke`: float32 (batch, 2), the width of the strokes as drawn and as seen, both in px of the picture.
        `distance`: float32 (batch, height, width), how far every pixel is from the paper, 0 to 1: what counts as ink.

    Reference: LeCun, Cortes, Burges, The MNIST database of handwritten digits: size-normalised to 20x20 with the aspect
    kept, then centred in 28x28 by the centre of mass.
    """

    def call(self, pixels: Tensor) -> dict[str, Tensor]:
        distance = _distance_from_paper(pixels)
        mass, contrast = ops.sum(distance, axis=(1, 2)), ops.max(distance, axis=(1, 2))
        visible = _mask(contrast >= MIN_CONTRAST)
        area = ops.cast(ops.shape(distance)[1] * ops.shape(distance)[2], "float32")
        coverage = mass / (area * ops.maximum(contrast, MIN_CONTRAST))
        seen = picture(_flatten(distance, mass))
        seen["seen"] = (visible[:, None, None] * seen["seen"])[..., None]
        return {**seen, "ink": visible * ops.minimum(coverage, 1.0), "distance": distance}

    def compute_output_spec(self, pixels: Tensor) -> dict[str, Tensor]:
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


def picture(ink: Tensor, stroke_px: Tensor | None = None) -> dict[str, Tensor]:
    """The picture of MNIST's form that ink makes.

    Args:
        ink: float32 (batch, height, width), 0 for paper to 1 for ink.
        stroke_px: float32 (batch,), the width that strokes shall have in the picture, px; None for the nearest to their
            own within `STROKE_PX`.

    Returns:
        `seen`, float32 (batch, 28, 28), and `box`, `centre`, `scale` and `stroke` as from `Contract`.
    """
    first = _fit(ink, _FINE)
    fine, drawn = first["picture"], stroke_width(first["picture"])
    wanted = ops.clip(drawn, *(_FINE * width for width in STROKE_PX)) if stroke_px is None else _FINE * stroke_px
    # the box grows and shrinks with its strokes, and is then scaled back
    long_px = float(_FINE * DIGIT_PX)
    target = wanted * ops.maximum(long_px - drawn, 0.0) / (long_px - wanted)
    second = _fit(restroke(fine, 0.5 * (target - drawn)), 1)
    centre = first["centre"] + (second["centre"] - _FINE * CENTRE_PX) / first["scale"][:, None]
    scale = first["scale"] * second["scale"]
    return {
        "seen": second["picture"],
        "box": first["box"],
        "centre": centre,
        "scale": scale,
        "stroke": ops.stack([drawn * second["scale"], stroke_width(second["picture"])], axis=1),
    }


def _fit(ink: Tensor, fine: int) -> dict[str, Tensor]:
    """Ink scaled, placed and stretched, (batch, 28 * fine, 28 * fine), with the numbers of the way there."""
    rows, columns = _Axis(ink, 1, SPECK_ABOVE), _Axis(ink, 2, SPECK_BESIDE)
    scale = fine * DIGIT_PX / ops.maximum(ops.maximum(rows.extent, columns.extent), 1.0)
    centre_row, centre_column = rows.centre(scale, fine), columns.centre(scale, fine)
    left = rows.footprints(centre_row, scale, fine)
    right = columns.footprints(centre_column, scale, fine)
    fitted = ops.matmul(ops.matmul(left, ink), ops.transpose(right, (0, 2, 1)))
    return {
        "picture": _stretch(fitted),
        "box": ops.stack([rows.low, columns.low, rows.high, columns.high], axis=1),
        "centre": ops.stack([centre_row, centre_column], axis=1),
        "scale": scale,
    }


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
    height, width = images.shape[1:]
    return chunks.predict(_seer(height, width), [images], max(1, _CHUNK_PIXELS // (height * width)))


@cache
def _seer(height: int, width: int) -> keras.Model:
    """The contract as a model for grey pictures of one size, compiled once."""
    grey = keras.Input((height, width), dtype="uint8")
    pixels = ops.stack([grey, grey, grey, ops.full_like(grey, 255)], axis=-1)
    return keras.Model([grey], Contract()(pixels)["seen"])


def _distance_from_paper(pixels: Tensor) -> Tensor:
    """How far every pixel is from the paper, float32 (batch, height, width), 0 to 1.

    The distance is the largest over the three colours, so red on green shows as well as black on white, and for one
    colour of ink it is proportional to coverage, which keeps antialiased edges true. Colours are worked on plane by
    plane, because runtimes are several times slower when they broadcast over an innermost axis of 3.
    """
    planes = ops.split(ops.transpose(pixels, (0, 3, 1, 2)), 4, axis=1)
    red, green, blue, alpha = (ops.cast(plane[:, 0], "float32") for plane in planes)
    paper = _paper([red, green, blue], alpha)
    away = [ops.abs(colour - paper[:, i, None, None]) for i, colour in enumerate((red, green, blue))]
    return ops.maximum(ops.maximum(away[0], away[1]), away[2]) * (alpha * (1.0 / 255.0**2))


def _paper(colours: list[Tensor], alpha: Tensor) -> Tensor:
    """The paper's colour, (batch, 3), 0 to 255, from planes (batch, height, width) of colours and of alpha, 0 to 255.

    An opaque border is paper. Around a drawing on nothing, paper is what shows the ink: white under dark, black under
    light ink.
    """
    total = ops.sum(alpha, axis=(1, 2))
    drawn = ops.sum((colours[0] + colours[1] + colours[2]) * alpha, axis=(1, 2)) / (3.0 * ops.maximum(total, 1.0))
    shown = ops.where(drawn > 127.5, 0.0, 255.0)[:, None]
    is_opaque = ops.mean(_border(alpha), axis=1, keepdims=True) > 127.5
    return ops.where(is_opaque, _median(ops.stack([_border(colour) for colour in colours], axis=1)), shown)


def _border(plane: Tensor) -> Tensor:
    """Every second pixel along the edges: enough to tell the paper by, and half as many to sort."""
    return ops.concatenate([plane[:, 0, ::2], plane[:, -1, ::2], plane[:, ::2, 0], plane[:, ::2, -1]], axis=1)


def _median(values: Tensor) -> Tensor:
    """Median over the last axis: one stroke across the border does not change the paper's colour."""
    return ops.sort(values, axis=2)[:, :, ops.shape(values)[2] // 2]


class _Axis:
    """One axis of ink (batch, height, width): where the ink begins and ends on it, and how it is sampled along it."""

    def __init__(self, ink: Tensor, axis: int, speck: float) -> None:
        self.length = ops.shape(ink)[axis]
        self.mass = ops.sum(ink, axis=3 - axis)
        self.low, self.high = _extent(ops.max(ink, axis=3 - axis), self.mass, speck)
        self.extent = self.high - self.low

    def centre(self, scale: Tensor, fine: int) -> Tensor:
        """Centre of mass, (batch,), moved as little as it takes to keep the ink inside the picture."""
        positions = ops.arange(self.length, dtype="float32") + 0.5
        mass = self.mass * self._inside(positions)
        centre = ops.sum(mass * positions, axis=1) / ops.maximum(ops.sum(mass, axis=1), 1e-6)
        low = self.high - fine * (PICTURE_PX - CENTRE_PX) / scale
        return ops.clip(centre, low, self.low + fine * CENTRE_PX / scale)

    def footprints(self, centre: Tensor, scale: Tensor, fine: int) -> Tensor:
        """Weights (batch, 28 * fine, length): the share of each picture pixel's footprint that each source pixel fills.

        Shrinking averages over the footprint; enlarging keeps it one source pixel wide, which is linear interpolation.
        The weights of a footprint inside the canvas add up to 1, and beyond the canvas there is paper.
        """
        width = ops.maximum(1.0 / scale, 1.0 / fine)[:, None, None]
        places = (ops.arange(fine * PICTURE_PX, dtype="float32") + 0.5 - fine * CENTRE_PX)[None, :, None]
        middle = centre[:, None, None] + places / scale[:, None, None]
        pixel = ops.arange(self.length, dtype="float32")[None, None]
        overlap = ops.minimum(middle + 0.5 * width, pixel + 1.0) - ops.maximum(middle - 0.5 * width, pixel)
        return ops.maximum(overlap, 0.0) / width * self._inside(pixel + 0.5)

    def _inside(self, positions: Tensor) -> Tensor:
        """1 where there may be ink of the digit and 0 where there are specks; soft edges reach beyond the box."""
        margin = 1.0 + 0.05 * self.extent
        low, high = self.low - margin, self.high + margin
        if len(positions.shape) == 3:
            low, high = low[:, None, None], high[:, None, None]
        else:
            low, high = low[:, None], high[:, None]
        return _mask((positions > low) & (positions < high))


def _extent(profile: Tensor, mass: Tensor, speck: float) -> tuple[Tensor, Tensor]:
    """First and last place, in px, where a profile (batch, length) crosses half of its maximum.

    Half the maximum is where the edge of an antialiased or blurred stroke really is, whatever the resolution; it is
    found between the pixels by linear interpolation. What a gap parts from the rest does not count if its share of the
    mass is at most `speck`.
    """
    length = ops.cast(ops.shape(profile)[1], "float32")
    edge = ops.arange(ops.shape(profile)[1] + 1, dtype="float32")
    gap = 0.25 * ops.max(profile, axis=1, keepdims=True)
    padded = ops.pad(profile, ((0, 0), (1, 1)))
    before, after = padded[:, :-1], padded[:, 1:]
    # masks are multiplied with, because the converter writes a choice between two tensors as seven operations
    passed = ops.cumsum(ops.pad(mass, ((0, 0), (1, 0))), axis=1)
    total = passed[:, -1:]
    begin = ops.max(edge * _mask((before < gap) & (passed <= speck * total)), axis=1, keepdims=True)
    ending = _mask((after < gap) & (passed >= (1.0 - speck) * total))
    end = ops.min(length + (edge - length) * ending, axis=1, keepdims=True)
    half = 2.0 * gap
    pale = _mask(padded < half)
    crossed = ops.abs(pale[:, 1:] - pale[:, :-1])
    place = edge - 0.5 + (half - before) / (after - before + (1.0 - crossed))
    first = ops.min(length + (place - length) * crossed * _mask(place > begin - 0.5), axis=1)
    last = ops.max(place * crossed * _mask(place < end + 0.5), axis=1)
    return ops.maximum(first, 0.0), ops.minimum(last, length)


def _mask(condition: Tensor) -> Tensor:
    return ops.cast(condition, "float32")


def _flatten(distance: Tensor, mass: Tensor) -> Tensor:
    """Ink at most a quarter above its mean level, weighted by itself, so that no dark speck outdoes a pale pencil."""
    level = ops.sum(distance * distance, axis=(1, 2)) / ops.maximum(mass, 1e-6)
    return ops.minimum(distance, 1.25 * level[:, None, None])


def _stretch(picture: Tensor) -> Tensor:
    """The same picture with its strongest ink at 1 and no paler than MNIST's, so that thin strokes do not fade."""
    full = picture / ops.maximum(ops.max(picture, axis=(1, 2), keepdims=True), 1e-6)
    mass, weighted = (ops.sum(ink, axis=(1, 2), keepdims=True) for ink in (full, full * full))
    return ops.minimum(full * ops.maximum(INK_LEVEL * mass / ops.maximum(weighted, 1e-6), 1.0), 1.0)
