"""Levels of a picture: halved exactly, filled up to multiples of 32, enlarged where they are small."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitpad.pages import levels


def noise(height: int, width: int) -> levels.Picture:
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)


@given(st.integers(1, 40), st.integers(1, 40))
def test_halving_averages_squares(height: int, width: int) -> None:
    picture = noise(height, width)
    halved = levels.halve(picture)
    assert halved.shape == (-(-height // 2), -(-width // 2), 3)
    square = picture[:2, :2].reshape(-1, 3).astype(float)
    assert np.abs(halved[0, 0] - square.mean(axis=0)).max() <= 0.5 or min(height, width) == 1
    assert (levels.halve(np.full((height, width, 3), 77, np.uint8)) == 77).all()


@given(st.integers(1, 300), st.integers(1, 300))
def test_levels_halve_until_they_are_small(height: int, width: int) -> None:
    found = levels.pyramid(noise(height, width))
    assert [level.scale for level in found] == [found[0].scale / 2**number for number in range(len(found))]
    assert max(found[0].size) >= 96
    assert 48 <= max(found[-1].size) < 97
    for level in found:
        assert level.pixels.shape[0] % 32 == level.pixels.shape[1] % 32 == 0
        assert level.pixels.shape[0] - level.size[0] < 32
        assert level.size == pytest.approx((height * level.scale, width * level.scale), abs=1)


def test_what_is_filled_up_repeats_the_edge() -> None:
    picture = noise(100, 130)
    [first, *_] = levels.pyramid(picture)
    assert np.array_equal(first.pixels[:100, :130], picture)
    assert (first.pixels[100:, :130] == picture[-1]).all()
    assert (first.pixels[:100, 130:] == picture[:, -1:]).all()


@pytest.mark.parametrize("enlarged", [2, 4, 6])
def test_a_part_is_seen_enlarged(enlarged: int) -> None:
    picture = noise(100, 100)
    part = levels.closer(picture, enlarged, 20, 30, 60, 80)
    assert (part.scale, part.top, part.left, part.size) == (enlarged, 20, 30, (40 * enlarged, 50 * enlarged))
    size = part.size
    assert np.array_equal(part.pixels[: size[0] : enlarged, : size[1] : enlarged], picture[20:60, 30:80])
