"""Images of non-digits, which a reader must learn to reject."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from digitpad import strokes
from digitpad.training.datasets.splits import Split
from digitpad.training.preprocessing.framing import PICTURE_PX

CANVAS_PX = 2 * PICTURE_PX

_TURNED = (2, 3, 4, 5, 6, 8, 9)  # these are not digits after a quarter turn
_MIRRORED = (3, 4, 6, 7, 9)
_STACKED = (2, 3, 4, 5, 7)  # two loops on top of each other would be an 8
_OVERLAID = (2, 3, 4, 5, 7, 9)  # a bar over an oval would be a slashed zero

Images = NDArray[np.uint8]


def make(digits: Split, count: int, rng: np.random.Generator) -> Images:
    """Make non-digits from digits, lines and noise.

    Args:
        digits: the digits to make them from.
        count: number of images to make.
        rng: random generator.

    Returns:
        uint8 (count, 56, 56), 0 for paper to 255 for ink.
    """
    kinds: list[tuple[float, Callable[[Split, int, np.random.Generator], Images]]] = [
        (0.25, _side_by_side),
        (0.10, _seams),
        (0.08, _stacked),
        (0.12, _overlaid),
        (0.13, _turned),
        (0.10, _mirrored),
        (0.16, _scribbles),
        (0.06, _blots),
    ]
    shares = np.array([share for share, _ in kinds])
    counts = rng.multinomial(count, shares / shares.sum())
    return np.concatenate([make(digits, int(n), rng) for (_, make), n in zip(kinds, counts, strict=True)])


def _pick(digits: Split, count: int, rng: np.random.Generator, among: tuple[int, ...] = tuple(range(10))) -> Images:
    picked: Images = digits.images[rng.choice(np.flatnonzero(np.isin(digits.labels, among)), count)]
    return picked


def _on_canvas(images: Images) -> Images:
    height, width = (CANVAS_PX - side for side in images.shape[1:])
    return np.pad(images, ((0, 0), (height // 2, height - height // 2), (width // 2, width - width // 2)))


def _side_by_side(digits: Split, count: int, rng: np.random.Generator) -> Images:
    """Two digits side by side, as close as in a number or slightly overlapping."""
    pair = np.zeros((count, CANVAS_PX, CANVAS_PX), np.uint8)
    for begin in (0, PICTURE_PX):
        drop = rng.integers(0, PICTURE_PX, count)
        shift = rng.integers(-2, 7, count) if begin == 0 else np.zeros(count, int)
        for index, image in enumerate(_pick(digits, count, rng)):
            top, left = 7 + drop[index] // 2, begin + max(0, shift[index])
            target = pair[index, top : top + PICTURE_PX, left : left + PICTURE_PX]
            np.maximum(target, image[:, : target.shape[1]], out=target)
    return pair


def _seams(digits: Split, count: int, rng: np.random.Generator) -> Images:
    """The right half of one digit next to the left half of another."""
    halves = np.concatenate([_pick(digits, count, rng)[:, :, 12:], _pick(digits, count, rng)[:, :, :16]], axis=2)
    return _on_canvas(halves)


def _stacked(digits: Split, count: int, rng: np.random.Generator) -> Images:
    upper, lower = (_pick(digits, count, rng, _STACKED) for _ in range(2))
    return _on_canvas(np.concatenate([upper[:, :26], lower[:, 3:]], axis=1))


def _overlaid(digits: Split, count: int, rng: np.random.Generator) -> Images:
    """Two digits drawn on top of each other, the second one shifted and often transposed."""
    over = _pick(digits, count, rng, _OVERLAID)
    half = rng.random(count) < 0.5
    over[half] = over[half].transpose(0, 2, 1)
    both = _on_canvas(_pick(digits, count, rng, _OVERLAID))
    for canvas, image, (top, left) in zip(both, over, rng.integers(10, 19, (count, 2)), strict=True):
        target = canvas[top : top + PICTURE_PX, left : left + PICTURE_PX]
        np.maximum(target, image, out=target)
    return both


def _turned(digits: Split, count: int, rng: np.random.Generator) -> Images:
    images = _pick(digits, count, rng, _TURNED)
    left = rng.random(count) < 0.5
    return _on_canvas(np.where(left[:, None, None], np.rot90(images, 1, (1, 2)), np.rot90(images, 3, (1, 2))))


def _mirrored(digits: Split, count: int, rng: np.random.Generator) -> Images:
    return _on_canvas(_pick(digits, count, rng, _MIRRORED)[:, :, ::-1])


def _scribbles(digits: Split, count: int, rng: np.random.Generator) -> Images:
    """A pen that moves at random, from loose loops to dense hatching."""
    images = np.empty((count, CANVAS_PX, CANVAS_PX), np.uint8)
    for image in images:
        num_points = int(rng.integers(7, 30))
        step = rng.normal(0, 1, (num_points, 2)) * rng.uniform(0.3, 1, 2)
        walk = np.cumsum(step, axis=0) if rng.random() < 0.5 else step
        line = _smoothed(walk) if rng.random() < 0.7 else walk
        placed = strokes.place([line], rng.uniform(28, 48), (CANVAS_PX / 2, CANVAS_PX / 2))
        image[:] = 255 - np.asarray(strokes.draw(placed, (CANVAS_PX, CANVAS_PX), rng.uniform(1.5, 6)))
    return images


def _smoothed(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Cut the corners of a polyline three times, which makes it smooth (Chaikin 1974)."""
    for _ in range(3):
        near, far = 0.75 * points[:-1] + 0.25 * points[1:], 0.25 * points[:-1] + 0.75 * points[1:]
        points = np.stack([near, far], axis=1).reshape(-1, 2)
    return points


def _blots(digits: Split, count: int, rng: np.random.Generator) -> Images:
    """Spots, patches and noise at random scales."""
    images = np.empty((count, CANVAS_PX, CANVAS_PX), np.uint8)
    for image in images:
        coarse = int(rng.integers(3, 15))
        axis = np.linspace(0, coarse - 1, CANVAS_PX)
        weights = np.maximum(1 - np.abs(axis[:, None] - np.arange(coarse)), 0)
        field = weights @ rng.normal(0, 1, (coarse, coarse)) @ weights.T
        image[:] = 255 * (field > rng.uniform(0.2, 1.2))
        image[0] = image[-1] = image[:, 0] = image[:, -1] = 0
    return images
