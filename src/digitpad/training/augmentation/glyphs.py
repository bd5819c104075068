"""Glyphs: the ways in which people write digits, letters and signs, from templates in `glyphs.toml`.

A template is a list of strokes on a grid of 100 by 100, with y down. A stroke is a list of points on a smooth curve,
where "!" marks a corner. The curve depends linearly on its points, so a variant of a glyph is prepared as a few
matrices, and all its samples are generated at once.
"""

import itertools
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_SPACING = 9.0  # between the samples of a curve, on the template grid; wider is visible, closer costs time


@dataclass(frozen=True, eq=False)
class Variant:
    """One way to write a glyph, prepared for deformation.

    Attributes:
        weight: relative frequency among the variants of the glyph.
        points: (num_points, 2), of all strokes, relative to the centre of the grid; 50 is half a glyph.
        owners: (num_points,), the stroke that each point belongs to.
        correlated: (num_points, num_points), correlates independent noise of the points with that of their neighbours.
        curves: three matrices (num_samples, num_points) from points to curves: as marked, rounded, angular.
        slices: the slice of the samples for each stroke.
    """

    weight: float
    points: Array
    owners: NDArray[np.int64]
    correlated: Array
    curves: tuple[Array, Array, Array]
    slices: tuple[slice, ...]


@cache
def names(kind: Literal["digits", "others"]) -> tuple[str, ...]:
    """The glyphs of a kind: the digits "0" to "9", or glyphs that cannot pass for a digit."""
    return tuple(_tables()[kind])


@cache
def variants(glyph: str) -> tuple[Variant, ...]:
    """The variants of a glyph; KeyError if there is no glyph of that name."""
    ways = {**_tables()["digits"], **_tables()["others"]}[glyph].values()
    full = [way if isinstance(way, dict) else {"strokes": way, "weight": 1.0} for way in ways]
    return tuple(_variant(way["strokes"], float(way["weight"])) for way in full)


@cache
def _tables() -> dict[str, dict[str, dict[str, Any]]]:
    with Path(__file__).with_name("glyphs.toml").open("rb") as file:
        return tomllib.load(file)


def _variant(strokes: list[str], weight: float) -> Variant:
    """Prepare a variant from its strokes as text."""
    marked = [[point.rstrip("!").split(",") for point in stroke.split()] for stroke in strokes]
    parts = [np.array(stroke, np.float64) - 50 for stroke in marked]
    corners = [[point.endswith("!") for point in stroke.split()] for stroke in strokes]
    points = np.concatenate(parts)
    owners = np.repeat(np.arange(len(parts)), [len(part) for part in parts])
    basis = np.split(np.eye(len(points)), np.cumsum([len(part) for part in parts])[:-1])
    as_marked = [_spline(*each) for each in zip(basis, parts, corners, strict=True)]
    rounded = [_spline(rows, part, [False] * len(part)) for rows, part in zip(basis, parts, strict=True)]
    angular = [_polyline(*each) for each in zip(basis, parts, corners, strict=True)]
    stops = np.cumsum([len(curve) for curve in as_marked]).tolist()
    slices = tuple(slice(start, stop) for start, stop in zip([0, *stops], stops, strict=False))
    curves = (np.concatenate(as_marked), np.concatenate(rounded), np.concatenate(angular))
    return Variant(weight, points, owners, _correlation(points), curves, slices)


def _correlation(points: Array) -> Array:
    """A factor of the noise covariance of the points: nearby points move together, even on different strokes."""
    squares = ((points[:, None] - points) ** 2).sum(axis=2)
    covariance = 0.5 * np.exp(-squares / (2 * 40**2)) + 0.44 * np.exp(-squares / (2 * 18**2))
    return np.linalg.cholesky(covariance + 0.06 * np.eye(len(points)))


def _counts(places: Array) -> list[int]:
    """The number of samples on each piece between two points of a stroke."""
    lengths = np.linalg.norm(np.diff(places, axis=0), axis=1)
    return [max(1, round(length / _SPACING)) for length in lengths.tolist()]


def _spline(basis: Array, places: Array, corners: list[bool]) -> Array:
    """A centripetal Catmull-Rom curve through the points of a stroke, as a matrix (num_samples, all points).

    Args:
        basis: (num_points, all points), one row of the unit matrix for each point of the stroke.
        places: (num_points, 2), their positions in the template.
        corners: which points are corners.
    """
    cuts = [0, *[i for i in range(1, len(places) - 1) if corners[i]], len(places) - 1]
    pieces = [
        piece
        for start, stop in itertools.pairwise(cuts)
        for piece in _section(basis[start : stop + 1], places[start : stop + 1])
    ]
    return np.concatenate([*pieces, basis[-1:]])


def _section(basis: Array, places: Array) -> Iterator[Array]:
    """The pieces of a smooth curve, each without its last point.

    Reference: Barry and Goldman 1988, A recursive evaluation algorithm for a class of Catmull-Rom splines.
    """
    both = np.concatenate([places, basis], axis=1)
    if len(both) > 3 and np.allclose(places[0], places[-1]):
        before, after = both[-2:-1], both[1:2]
    else:
        before, after = 2 * both[:1] - both[1:2], 2 * both[-1:] - both[-2:-1]
    both = np.concatenate([before, both, after])
    steps = np.maximum(np.linalg.norm(np.diff(both[:, :2], axis=0), axis=1), 1e-3) ** 0.5
    knots = np.concatenate([[0.0], np.cumsum(steps)])
    for i, count in enumerate(_counts(places)):
        t = np.linspace(knots[i + 1], knots[i + 2], count, endpoint=False)[:, None]
        rows: list[Array] = list(both[i : i + 4, 2:])
        for width in (1, 2, 3):
            wanted = [(knots[i + j], knots[i + j + width]) for j in range(4 - width)]
            wanted = wanted if width < 3 else [(knots[i + 1], knots[i + 2])]
            rows = [((b - t) * rows[j] + (t - a) * rows[j + 1]) / (b - a) for j, (a, b) in enumerate(wanted)]
        yield rows[0]


def _polyline(basis: Array, places: Array, corners: list[bool]) -> Array:
    """Straight lines through the corners and every second point, as a matrix like that of `_spline`."""
    if len(places) == 1:
        return basis
    along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(places, axis=0), axis=1))])
    samples = [np.linspace(a, b, n, endpoint=False) for a, b, n in zip(along, along[1:], _counts(places), strict=False)]
    kept = [i for i in range(len(places)) if i % 2 == 0 or corners[i] or i == len(places) - 1]
    weights = [np.interp([*np.concatenate(samples), along[-1]], along[kept], row) for row in np.eye(len(kept))]
    return np.stack(weights, axis=1) @ basis[kept]
