"""Measuring and changing the stroke width of a picture. Part of the contract's graph."""

from typing import Any

import numpy as np
from keras import ops

MOST_THINNER, MOST_WIDER = 3, 2  # steps, each of which moves both edges of a stroke by one pixel

Tensor = Any


def stroke_width(ink: Tensor) -> Tensor:
    """Mean stroke width, (batch,), px, of ink, float32 (batch, height, width), 0 to 1.

    The area of a long stroke is its length times its width, and its outline is twice its length. The total variation
    along both axes is 4 / pi times the outline, if the outline runs in all directions equally.
    """
    padded = ops.pad(ink, ((0, 0), (1, 1), (1, 1)))
    down = ops.sum(ops.abs(padded[:, 1:] - padded[:, :-1]), axis=(1, 2))
    across = ops.sum(ops.abs(padded[:, :, 1:] - padded[:, :, :-1]), axis=(1, 2))
    return 2.0 * ops.sum(ink, axis=(1, 2)) / ops.maximum(np.pi / 4 * (down + across), 1e-6)


def restroke(ink: Tensor, steps: Tensor) -> Tensor:
    """Move the stroke edges of ink, float32 (batch, height, width), outwards by (batch,) px; inwards if negative.

    Thinning ink is widening paper, so the sign of the ink is flipped to thin it. A fractional step blends the pictures
    before and after it.
    """
    steps = ops.clip(steps, -MOST_THINNER, MOST_WIDER)
    side = 1.0 - 2.0 * ops.cast(steps < 0.0, "float32")[:, None, None, None]
    turned, left = side * ink[..., None], ops.abs(steps)[:, None, None, None]
    for step in range(max(MOST_THINNER, MOST_WIDER)):
        spread = _spread(turned, is_cross=step % 2 == 0)
        turned = turned + ops.clip(left - step, 0.0, 1.0) * (spread - turned)
    return (side * turned)[..., 0]


def _spread(pictures: Tensor, *, is_cross: bool) -> Tensor:
    """Set every pixel to the maximum of its neighbours; alternating four and eight of them approximates circles."""
    if is_cross:
        along = [ops.max_pool(pictures, size, strides=1, padding="same") for size in ((3, 1), (1, 3))]
        return ops.maximum(*along)
    return ops.max_pool(pictures, 3, strides=1, padding="same")
