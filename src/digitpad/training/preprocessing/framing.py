"""Framing ink of any size as MNIST frames its digits. Part of the contract's graph.

Cropping, antialiased resizing and sub-pixel shifting are separable, so together they are `rows @ ink @ columns`, two
matrix products. Their parameters are computed for both axes at once: runtimes spend more time on launching a small
operation than on computing it, so half as many operations are nearly twice as fast.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from keras import ops

from digitpad.training.preprocessing.stroke_width import restroke, stroke_width

PICTURE_PX = 28
DIGIT_PX = 20
CENTRE_PX = 14.5
"""Where the centre of mass goes: the middle of pixel 14 (of 0 to 27), as in MNIST's own images."""

STROKE_PX = (2.0, 3.0)
"""Thinner and thicker strokes are brought into this range; most of MNIST's are within it and do not change."""

SPECK_ABOVE, SPECK_BESIDE = 0.03, 0.08
"""A separate part with at most this share of the ink is dirt. Signs have dots above and below, but not beside them."""

INK_LEVEL = 0.8
"""The least mean level of ink, weighted by itself; nearly all of MNIST's images are above it."""

_FINE = 2  # strokes are widened and thinned at this many times the resolution of the picture

Tensor = Any  # the array type of the Keras backend


@dataclass(frozen=True)
class Steps:
    """Which steps are taken: for each, float32 (), 1 if it is and 0 if not; None if it always is.

    Attributes:
        specks: ignore specks; otherwise they count as part of the digit.
        size: scale the digit's box to 20 px; otherwise the whole canvas to 28 px.
        centre: put the centre of mass where MNIST has it; otherwise the middle of the box in the middle.
        stroke: bring the stroke width into MNIST's range.
        levels: make the strongest ink 1, and pale ink darker.
    """

    specks: Tensor | None = None
    size: Tensor | None = None
    centre: Tensor | None = None
    stroke: Tensor | None = None
    levels: Tensor | None = None


ALL = Steps()


def frame(ink: Tensor, stroke_px: Tensor | None = None, steps: Steps = ALL) -> dict[str, Tensor]:
    """Frame ink like an MNIST digit.

    Args:
        ink: float32 (batch, height, width), 0 for paper to 1 for ink.
        stroke_px: float32 (batch,), the stroke width in the picture, px; None for the width as drawn, clipped to
            `STROKE_PX`.
        steps: which steps to take.

    Returns:
        `seen`, float32 (batch, 28, 28), and `box`, `centre`, `scale` and `stroke` as from `contract.Contract`.
    """
    first = _fit(ink, _FINE, steps)
    fine, drawn = first["picture"], stroke_width(first["picture"])
    wanted = ops.clip(drawn, *(_FINE * width for width in STROKE_PX)) if stroke_px is None else _FINE * stroke_px
    wanted = _choose(steps.stroke, wanted, drawn)
    # changing the strokes changes the size of the box, which is then scaled back
    long_px = float(_FINE * DIGIT_PX)
    target = wanted * ops.maximum(long_px - drawn, 0.0) / (long_px - wanted)
    second = _fit(restroke(fine, 0.5 * (target - drawn)), 1, steps)
    scale = first["scale"] * second["scale"]
    return {
        "seen": second["picture"],
        "box": first["box"],
        "centre": first["centre"] + (second["centre"] - _FINE * CENTRE_PX) / first["scale"],
        "scale": ops.squeeze(scale, 1),
        "stroke": ops.stack([drawn * ops.squeeze(second["scale"], 1), stroke_width(second["picture"])], axis=1),
    }


def _choose(is_taken: Tensor | None, taken: Tensor, left_out: Tensor) -> Tensor:
    """What a step makes of something, or what is there without it."""
    return taken if is_taken is None else left_out + (taken - left_out) * is_taken


def _fit(ink: Tensor, fine: int, steps: Steps) -> dict[str, Tensor]:
    """Scale, place and stretch ink to (batch, 28 * fine, 28 * fine), and return the parameters along with it.

    Values along the axes are (batch, 2, length), rows before columns.
    """
    height, width = ops.shape(ink)[1:]
    mass = _both(ops.sum(ink, axis=2), ops.sum(ink, axis=1))
    profiles = _both(ops.max(ink, axis=2), ops.max(ink, axis=1))
    lengths = ops.cast(ops.stack([height, width]), "float32")[None, :, None]
    low, high = _extents(profiles, mass, lengths, steps)
    low, high = _choose(steps.size, low, 0.0 * low), _choose(steps.size, high, lengths + 0.0 * high)
    scale = (
        fine * _choose(steps.size, DIGIT_PX, PICTURE_PX) / ops.maximum(ops.max(high - low, axis=1, keepdims=True), 1.0)
    )
    reach = 1.0 + 0.05 * (high - low)  # soft edges reach beyond the box; farther out there are only specks
    begin, end = low - reach, high + reach
    centre = _middle(mass * _covered(ops.shape(mass)[2], begin, end))
    centre = _choose(steps.centre, centre, 0.5 * (low + high) + fine * (CENTRE_PX - PICTURE_PX / 2) / scale)
    centre = ops.clip(centre, high - fine * (PICTURE_PX - CENTRE_PX) / scale, low + fine * CENTRE_PX / scale)
    centres, begins, ends = (ops.split(values, 2, axis=1) for values in (centre, begin, end))
    rows = _footprints(height, centres[0], begins[0], ends[0], scale, fine)
    columns = _footprints(width, centres[1], begins[1], ends[1], scale, fine)
    fitted = ops.matmul(ops.matmul(rows, ink), ops.transpose(columns, (0, 2, 1)))
    return {
        "picture": _choose(steps.levels, _stretch(fitted), fitted),
        "box": ops.squeeze(ops.concatenate([low, high], axis=1), 2),
        "centre": ops.squeeze(centre, 2),
        "scale": ops.squeeze(scale, 2),
    }


def _both(rows: Tensor, columns: Tensor) -> Tensor:
    """Profiles (batch, height) and (batch, width) as (batch, 2, height + width), padded with paper at the end."""
    return ops.stack(
        [ops.concatenate([rows, 0.0 * columns], axis=1), ops.concatenate([columns, 0.0 * rows], axis=1)], axis=1
    )


def _extents(profiles: Tensor, mass: Tensor, lengths: Tensor, steps: Steps) -> tuple[Tensor, Tensor]:
    """First and last position, in px, where a profile crosses half of its maximum, each (batch, 2, 1).

    Half the maximum is the true edge of an antialiased or blurred stroke at any resolution; it is located between the
    pixels by linear interpolation. Parts that a gap separates from the rest are ignored if their share of the mass is
    at most that of a speck.
    """
    edge = ops.arange(ops.shape(profiles)[2] + 1, dtype="float32")
    gap = 0.25 * ops.max(profiles, axis=2, keepdims=True)
    padded = ops.pad(profiles, ((0, 0), (0, 0), (1, 1)))
    before, after = padded[:, :, :-1], padded[:, :, 1:]
    # multiply by masks, because the converter turns a choice between two tensors into seven operations
    passed = ops.cumsum(ops.pad(mass, ((0, 0), (0, 0), (1, 0))), axis=2)
    total = ops.max(passed, axis=2, keepdims=True)
    speck = ops.convert_to_tensor([[[SPECK_ABOVE], [SPECK_BESIDE]]], "float32")
    speck = _choose(steps.specks, speck, 0.0 * speck)
    begin = ops.max(edge * mask((before < gap) & (passed <= speck * total)), axis=2, keepdims=True)
    ending = mask((after < gap) & (passed >= (1.0 - speck) * total))
    end = ops.min(lengths + (edge - lengths) * ending, axis=2, keepdims=True)
    half = 2.0 * gap
    pale = mask(padded < half)
    crossed = ops.abs(pale[:, :, 1:] - pale[:, :, :-1])
    place = edge - 0.5 + (half - before) / ((after - before) * crossed + (1.0 - crossed))
    first = ops.min(lengths + (place - lengths) * crossed * mask(place > begin - 0.5), axis=2, keepdims=True)
    last = ops.max(place * crossed * mask(place < end + 0.5), axis=2, keepdims=True)
    return ops.maximum(first, 0.0), ops.minimum(last, lengths)


def _covered(length: Tensor, begin: Tensor, end: Tensor) -> Tensor:
    """The share of each of `length` pixels that lies between two positions: 1 inside, 0 outside."""
    pixel = ops.arange(length, dtype="float32")
    return ops.maximum(ops.minimum(end, pixel + 1.0) - ops.maximum(begin, pixel), 0.0)


def _middle(mass: Tensor) -> Tensor:
    """Centre of mass along the last axis, which is kept, in px."""
    position = ops.arange(ops.shape(mass)[2], dtype="float32") + 0.5
    moment, total = (ops.sum(values, axis=2, keepdims=True) for values in (mass * position, mass))
    return moment / ops.maximum(total, 1e-6)


def _footprints(length: Tensor, centre: Tensor, begin: Tensor, end: Tensor, scale: Tensor, fine: int) -> Tensor:
    """Weights (batch, 28 * fine, length): the share of each picture pixel's footprint that each source pixel covers.

    Shrinking averages over the footprint; enlarging keeps the footprint `1 / fine` of a source pixel wide, which for
    `fine` = 1 is linear interpolation. The weights of a footprint that lies on the canvas and between `begin` and `end`
    add up to 1; everything else is paper.
    """
    width = ops.maximum(1.0 / scale, 1.0 / fine)
    places = (np.arange(fine * PICTURE_PX, dtype=np.float32) + np.float32(0.5 - fine * CENTRE_PX))[None, :, None]
    middle = centre + places / scale
    return _covered(length, ops.maximum(middle - 0.5 * width, begin), ops.minimum(middle + 0.5 * width, end)) / width


def _stretch(picture: Tensor) -> Tensor:
    """Scale the strongest ink to 1 and pale ink to the level of MNIST's, so that thin strokes do not fade."""
    full = picture / ops.maximum(ops.max(picture, axis=(1, 2), keepdims=True), 1e-6)
    mass, weighted = (ops.sum(ink, axis=(1, 2), keepdims=True) for ink in (full, full * full))
    return ops.minimum(full * ops.maximum(INK_LEVEL * mass / ops.maximum(weighted, 1e-6), 1.0), 1.0)


def mask(condition: Tensor) -> Tensor:
    """1 where a condition holds and 0 elsewhere, as float32, for multiplication."""
    return ops.cast(condition, "float32")
