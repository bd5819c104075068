"""How wide the strokes of a picture are, and strokes made wider or thinner: part of the contract's graph."""

from typing import Any

import numpy as np
from keras import ops

MOST_THINNER, MOST_WIDER = 3, 2  # steps, each of which moves both edges of a stroke by a pixel

Tensor = Any


def stroke_width(ink: Tensor) -> Tensor:
    """Mean width of the strokes of ink, float32 (batch, height, width), 0 to 1: (batch,), px.

    The area of a long stroke is its length times its width, and its outline is twice its length. All that the levels
    change by along both axes is 4 / pi of the outline, if it runs in all directions alike.
    """
    padded = ops.pad(ink, ((0, 0), (1, 1), (1, 1)))
    down = ops.sum(ops.abs(padded[:, 1:] - padded[:, :-1]), axis=(1, 2))
    across = ops.sum(ops.abs(padded[:, :, 1:] - padded[:, :, :-1]), axis=(1, 2))
    return 2.0 * ops.sum(ink, axis=(1, 2)) / ops.maximum(np.pi / 4 * (down + across), 1e-6)


def restroke(ink: Tensor, steps: Tensor) -> Tensor:
    """Ink, float32 (batch, height, width), with the edges of its strokes moved outwards by (batch,) px, or inwards.

    Thinner ink is wider paper, so ink is turned over to be thinned. Part of a step mixes the pictures around it.
    """
    steps = ops.clip(steps, -MOST_THINNER, MOST_WIDER)
    side = 1.0 - 2.0 * ops.cast(steps < 0.0, "float32")[:, None, None, None]
    turned, left = side * ink[..., None], ops.abs(steps)[:, None, None, None]
    for step in range(max(MOST_THINNER, MOST_WIDER)):
        spread = _spread(turned, is_cross=step % 2 == 0)
        turned = turned + ops.clip(left - step, 0.0, 1.0) * (spread - turned)
    return (side * turned)[..., 0]


def _spread(pictures: Tensor, *, is_cross: bool) -> Tensor:
    """Every pixel becomes the largest of its neighbours; four and eight of them in turn make circles of a sort."""
    if is_cross:
        along = [ops.max_pool(pictures, size, strides=1, padding="same") for size in ((3, 1), (1, 3))]
        return ops.maximum(*along)
    return ops.max_pool(pictures, 3, strides=1, padding="same")
