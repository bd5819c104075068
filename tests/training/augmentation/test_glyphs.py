"""The templates of glyphs are complete, and their curves go through the points."""

import numpy as np
import pytest

from digitpad.training.augmentation import glyphs
from digitpad.training.augmentation.glyphs import names, variants

EVERY = names("digits") + names("others")


def test_digits_and_others_are_apart() -> None:
    assert names("digits") == tuple("0123456789")
    assert not set(names("digits")) & set(names("others"))


@pytest.mark.parametrize("glyph", EVERY)
def test_every_variant_is_whole(glyph: str) -> None:
    assert variants(glyph)
    for variant in variants(glyph):
        assert variant.weight > 0
        assert variant.slices[-1].stop == len(variant.curves[0])
        for curves in variant.curves:
            assert curves.shape == (variant.slices[-1].stop, len(variant.points))
            assert curves.sum(axis=1) == pytest.approx(1)  # so that moving a glyph keeps its shape
            assert np.isfinite(curves @ variant.points).all()


@pytest.mark.parametrize("glyph", EVERY)
def test_curves_begin_and_end_where_strokes_do(glyph: str) -> None:
    for variant in variants(glyph):
        for number, part in enumerate(variant.slices):
            points, curve = variant.points[variant.owners == number], (variant.curves[0] @ variant.points)[part]
            assert curve[0] == pytest.approx(points[0])
            assert curve[-1] == pytest.approx(points[-1])


def test_noise_of_near_points_agrees() -> None:
    variant = variants("0")[0]
    covariance = variant.correlated @ variant.correlated.T
    apart = np.linalg.norm(variant.points[:, None] - variant.points, axis=2)
    near, far = (apart > 0) & (apart < 30), apart > 70
    assert covariance[near].mean() > covariance[far].mean() + 0.2


def test_an_unknown_glyph_is_refused() -> None:
    with pytest.raises(KeyError):
        glyphs.variants("no such glyph")
