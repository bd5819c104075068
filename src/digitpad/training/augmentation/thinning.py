"""Skeletons: the path of the pen, without its width."""

import itertools

import numpy as np
from numpy.typing import NDArray

_INK = 96  # threshold of 255; a lower one joins strokes that only touch, a higher one breaks thin strokes


def skeleton(images: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Thin strokes to lines one pixel wide. A square of two by two pixels vanishes, and so does a round dot.

    Args:
        images: uint8 (num_images, height, width), 0 for paper to 255 for ink.

    Returns:
        The same shape, 0 or 255.

    Reference: Zhang and Suen 1984, A Fast Parallel Algorithm for Thinning Digital Patterns.
    """
    ink = np.pad(images > _INK, ((0, 0), (1, 1), (1, 1)))
    changing = np.arange(len(images))
    while len(changing):
        thinner = ink[changing]
        for is_second in (False, True):
            thinner[:, 1:-1, 1:-1] &= ~_removable(thinner, is_second=is_second)
        changed = (thinner != ink[changing]).any(axis=(1, 2))
        ink[changing] = thinner
        changing = changing[changed]
    return ink[:, 1:-1, 1:-1].astype(np.uint8) * np.uint8(255)


def trace(skeletons: NDArray[np.uint8]) -> list[list[NDArray[np.float32]]]:
    """Turn skeletons into lines.

    Args:
        skeletons: uint8 (num_images, height, width), from `skeleton`.

    Returns:
        For each image, short lines that together are its skeleton, smoothed: float32 (2, 2), points with x to the right
        and y down, in px. Empty for a skeleton of fewer than two pixels.
    """
    image, row, column = np.nonzero(skeletons)
    number = np.full(np.pad(skeletons, ((0, 0), (0, 1), (1, 1))).shape, -1)
    number[image, row, column + 1] = np.arange(len(image))
    edges = []
    for down, right in ((0, 1), (1, 0), (1, 1), (1, -1)):
        neighbour = number[image, row + down, column + 1 + right]
        if down and right:  # no diagonal where there is a way round
            way_round = (number[image, row + down, column + 1] >= 0) | (number[image, row, column + 1 + right] >= 0)
            neighbour = np.where(way_round, -1, neighbour)
        found = np.flatnonzero(neighbour >= 0)
        edges.append(np.stack([found, neighbour[found]], axis=1))
    edge = np.concatenate(edges)
    edge = edge[np.argsort(edge[:, 0], kind="stable")]
    points = _smooth(np.stack([column, row], axis=1).astype(np.float32), edge)
    ends = np.searchsorted(image[edge[:, 0]], np.arange(len(skeletons) + 1))
    return [list(points[edge[begin:end]]) for begin, end in itertools.pairwise(ends)]


def _smooth(points: NDArray[np.float32], edges: NDArray[np.int64]) -> NDArray[np.float32]:
    """Move points with neighbours on both sides half way to their mean, twice: a path of pixels has steps."""
    degree = np.bincount(edges.ravel(), minlength=len(points))
    for _ in range(2):
        mean = np.zeros_like(points)
        np.add.at(mean, edges[:, 0], points[edges[:, 1]])
        np.add.at(mean, edges[:, 1], points[edges[:, 0]])
        mean /= np.maximum(degree, 1)[:, None]
        points = np.where(degree[:, None] >= 2, 0.5 * points + 0.5 * mean, points)
    return points


def _removable(ink: NDArray[np.bool_], *, is_second: bool) -> NDArray[np.bool_]:
    """Outline pixels that neither end nor connect lines, on the sides that this half of a step examines."""
    height, width = ink.shape[1] - 2, ink.shape[2] - 2
    around = [(0, 1), (0, 2), (1, 2), (2, 2), (2, 1), (2, 0), (1, 0), (0, 0)]  # clockwise from the north
    ring = [ink[:, row : row + height, column : column + width] for row, column in around]
    count = sum(neighbour.astype(np.uint8) for neighbour in ring)
    begins = sum((~a & b).astype(np.uint8) for a, b in zip(ring, [*ring[1:], ring[0]], strict=True))
    north, east, south, west = ring[0::2]
    if is_second:
        corners, sides = ~(north & east & west), ~(north & south & west)
    else:
        corners, sides = ~(north & east & south), ~(east & south & west)
    removable: NDArray[np.bool_] = ink[:, 1:-1, 1:-1] & (count >= 2) & (count <= 6) & (begins == 1) & corners & sides
    return removable
