"""Synthetic handwriting: pen strokes from templates, deformed as if many people had written them."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from digitpad.strokes import Stroke, draw, place
from digitpad.training.augmentation import glyphs as templates
from digitpad.training.augmentation.glyphs import Array, Variant

_BRUSH = (0.03, 0.3)  # width as a share of the glyph's longer side
_FILLED = 1.0  # widest brush as a share of the room between the lines; a wider one turns an 8 into a blob
_SIDE = (0.45, 0.85)  # longer side as a share of the canvas


def write(glyphs: Sequence[str], rng: np.random.Generator) -> list[list[Stroke]]:
    """Write glyphs, each as a random variant in a random handwriting.

    Args:
        glyphs: their names, as in `glyphs.names`.
        rng: random generator.

    Returns:
        The strokes of each glyph, float64 (num_points, 2), about 100 units high, y down.
    """
    written: list[list[Stroke]] = [[] for _ in glyphs]
    groups: dict[tuple[str, int], list[int]] = {}
    for index, (name, chance) in enumerate(zip(glyphs, rng.random(len(written)), strict=True)):
        groups.setdefault((name, int(np.searchsorted(_chances(name), chance, side="right"))), []).append(index)
    for (name, number), indices in groups.items():
        variant = templates.variants(name)[number]
        samples = _deform(_curves(variant, len(indices), rng), rng)
        dice = rng.random((len(indices), 5))
        for index, sample, chances in zip(indices, samples, dice, strict=True):
            written[index] = _mishaps([sample[part] for part in variant.slices], chances, rng)
    return written


def choose(glyphs: Sequence[str], count: int, rng: np.random.Generator) -> list[str]:
    """Choose glyphs at random, in proportion to their numbers of variants."""
    if not count:  # preparing all variants takes a while
        return []
    ways = np.array([len(templates.variants(glyph)) for glyph in glyphs], np.float64)
    return [str(glyph) for glyph in rng.choice(glyphs, count, p=ways / ways.sum())]


def pictures(
    glyphs: Sequence[str],
    rng: np.random.Generator,
    canvas_px: int = 84,
    brush: tuple[float, float] = _BRUSH,
) -> NDArray[np.uint8]:
    """Write glyphs and draw each on a separate canvas, at a random size and position with a random brush.

    Args:
        glyphs: as for `write`.
        rng: random generator.
        canvas_px: side of the square canvas.
        brush: minimum and maximum width, as a share of the glyph's longer side; log-uniform in between, but narrower
            for glyphs with little room between their lines.

    Returns:
        uint8 (num_glyphs, canvas_px, canvas_px), black ink (0) on white paper (255); ink never reaches the edge.
    """
    drawn = np.empty((len(glyphs), canvas_px, canvas_px), np.uint8)
    shares = np.exp(rng.uniform(math.log(brush[0]), math.log(brush[1]), len(drawn)))
    sides = np.minimum(rng.uniform(*_SIDE, len(drawn)) * canvas_px, (canvas_px - 6) / (1 + shares))
    room = np.maximum(canvas_px - sides * (1 + shares) - 6, 0)
    middles = canvas_px / 2 + rng.uniform(-0.5, 0.5, (len(drawn), 2)) * room[:, None]
    for number, strokes in enumerate(write(glyphs, rng)):
        placed = place(strokes, sides[number], (middles[number, 0], middles[number, 1]))
        width = max(min(sides[number] * shares[number], _FILLED * _room(placed)), 1.5)
        drawn[number] = np.asarray(draw(placed, (canvas_px, canvas_px), width))
    return drawn


def _chances(glyph: str) -> Array:
    """The cumulative shares of the variants of a glyph."""
    weights = np.array([variant.weight for variant in templates.variants(glyph)])
    shares: Array = np.cumsum(weights) / weights.sum()
    return shares


def _room(strokes: list[Stroke]) -> float:
    """Mean distance between the lines of a glyph, px: its area divided by the length of its lines."""
    points = np.concatenate(strokes)
    length = float(np.linalg.norm(np.diff(points, axis=0), axis=1).sum())  # including pen movement between strokes
    wide, high = np.ptp(points, axis=0).tolist()
    return max(wide, 0.25 * high) * max(high, 0.25 * wide) / length if length > 1e-9 else np.inf


def _curves(variant: Variant, count: int, rng: np.random.Generator) -> Array:
    """Curves through displaced points, (count, num_samples, 2), with corners of random roundness."""
    wildness = np.exp(rng.normal(0, 0.35, (count, 1, 1))).clip(0.4, 1.8)
    noise = variant.correlated @ rng.normal(0, 3.4, (count, *variant.points.shape))
    noise += rng.normal(0, 1.4, (count, len(variant.slices), 2))[:, variant.owners]
    points = variant.points + noise * wildness
    as_marked, rounded, angular = variant.curves
    curves: Array = as_marked @ points
    roundness = rng.uniform(0, 1, (count, 1, 1)) ** 2 * (rng.random((count, 1, 1)) < 0.6)
    angularity = rng.uniform(0, 0.6, (count, 1, 1)) * (rng.random((count, 1, 1)) < 0.12)
    curves += roundness * ((rounded - as_marked) @ points) + angularity * ((angular - as_marked) @ points)
    for part in variant.slices:
        if part.stop - part.start > 1:
            _move_end(curves, part.start, part.start + 1, rng)
            _move_end(curves, part.stop - 1, part.stop - 2, rng)
    tremor = rng.uniform(0.3, 1.3, (count, 1, 1)) * (rng.random((count, 1, 1)) < 0.25)
    curves += tremor * rng.normal(size=curves.shape)
    return curves


def _move_end(curves: Array, end: int, neighbour: int, rng: np.random.Generator) -> None:
    """Lengthen or shorten the end of a stroke by a few units, in place, but never past the neighbouring sample."""
    steps = curves[:, end] - curves[:, neighbour]
    lengths = np.maximum(np.linalg.norm(steps, axis=1, keepdims=True), 1e-6)
    curves[:, end] += steps / lengths * np.maximum(rng.normal(0.5, 3.0, lengths.shape).clip(-6, 8), -0.8 * lengths)


def _deform(curves: Array, rng: np.random.Generator) -> Array:
    """Bend, stretch, slant and rotate every glyph as a whole, curves (count, num_samples, 2)."""
    count = len(curves)
    x, y = curves[..., 0] / 50, curves[..., 1] / 50
    bends = rng.normal(0, 2.2, (count, 2, 5, 1)).clip(-5, 5)
    monomials = np.stack([x * x, x * y, y * y, x * x * y, x * y * y], axis=1)
    curves = curves + (bends * monomials[:, None]).sum(axis=2).transpose(0, 2, 1)
    rotation = rng.normal(0, 5, count).clip(-12, 12)
    slant = rng.normal(7, 10, count).clip(-30, 30)
    slant = (slant + rotation).clip(-32, 34) - rotation  # a glyph that leans further looks like another
    stretch = rng.normal(0, 0.16, count).clip(-0.35, 0.35) / 2
    wide, high = np.exp(stretch), np.exp(-stretch)
    cos, sin = np.cos(np.deg2rad(rotation)), np.sin(np.deg2rad(rotation))
    lean = -np.tan(np.deg2rad(slant)) * high
    linear = np.stack([cos * wide, cos * lean - sin * high, sin * wide, sin * lean + cos * high], axis=1)
    deformed: Array = curves @ linear.reshape(count, 2, 2).transpose(0, 2, 1)
    return deformed


def _mishaps(strokes: list[Stroke], chances: Array, rng: np.random.Generator) -> list[Stroke]:
    """Occasional accidents of a pen: strokes that run together, are retraced or broken, or have hooks at their ends."""
    joined, doubled, broken, hook_before, hook_after = chances < (0.25, 0.04, 0.06, 0.07, 0.07)
    if joined and len(strokes) > 1:
        strokes = _join(strokes)
    if hook_before or hook_after:
        number = int(rng.integers(len(strokes)))
        strokes[number] = _hook(strokes[number], rng, at_start=bool(hook_before))
    if broken:
        number = int(rng.integers(len(strokes)))
        if len(strokes[number]) > 6:
            gap = int(rng.integers(3, len(strokes[number]) - 3))
            strokes += [strokes[number][gap:]]
            strokes[number] = strokes[number][:gap]
    if doubled:
        strokes += [stroke + rng.normal(0, 1.8, 2).clip(-4, 4) for stroke in strokes if len(stroke) > 1]
    return strokes


def _join(strokes: list[Stroke]) -> list[Stroke]:
    """Join the first two strokes if the gap between them is short; a long connection would make another glyph."""
    if len(strokes[0]) == 1 or len(strokes[1]) == 1 or np.hypot(*(strokes[1][0] - strokes[0][-1])) > 30:
        return strokes
    return [np.concatenate(strokes[:2]), *strokes[2:]]


def _hook(stroke: Stroke, rng: np.random.Generator, *, at_start: bool) -> Stroke:
    """Add a small hook, like that of a pen that lands or lifts while moving."""
    if len(stroke) < 3:
        return stroke
    stroke = stroke if at_start else stroke[::-1]
    direction = stroke[1] - stroke[0]
    angle = np.deg2rad(rng.uniform(45, 130) * rng.choice((-1, 1)))
    step = direction / max(float(np.hypot(*direction)), 1e-6) * rng.uniform(3, 9)
    cos, sin = np.cos(angle), np.sin(angle)
    stroke = np.concatenate([stroke[:1] + step @ np.array([[cos, sin], [-sin, cos]]), stroke])
    return stroke if at_start else stroke[::-1]
