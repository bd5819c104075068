"""Strokes are drawn as a canvas with a round brush would show them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from digitpad.strokes import Stroke, draw, place


def ink(strokes: list[Stroke], brush_px: float, size: tuple[int, int] = (100, 60)) -> NDArray[np.float64]:
    """How much of each pixel is covered, (height, width), 0 to 1."""
    return 1 - np.asarray(draw(strokes, size, brush_px)) / 255


def line(*points: tuple[float, float]) -> Stroke:
    return np.array(points, np.float64)


@given(
    st.lists(arrays.arrays(np.float64, (3, 2), elements=st.floats(-1e6, 1e6)), min_size=1, max_size=3),
    st.floats(1, 1000),
    st.tuples(st.floats(-100, 100), st.floats(-100, 100)),
)
def test_strokes_are_scaled_and_moved_and_keep_their_shape(
    strokes: list[Stroke], side: float, middle: tuple[float, float]
) -> None:
    placed = place(strokes, side, middle)
    assert [stroke.shape for stroke in placed] == [stroke.shape for stroke in strokes]
    points, before = np.concatenate(placed), np.concatenate(strokes)
    extent = np.ptp(before, axis=0).max()
    assert (points.min(axis=0) + points.max(axis=0)) / 2 == pytest.approx(middle, abs=1e-3)
    if extent > 1e-3:
        assert np.ptp(points, axis=0) == pytest.approx(np.ptp(before, axis=0) * side / extent, abs=1e-3)


def test_a_dot_is_moved_and_not_scaled() -> None:
    assert place([line((7, 7))], 50, (20, 30))[0] == pytest.approx(line((20, 30)))
    assert place([line((7, 7), (7, 7))], 50, (20, 30))[0] == pytest.approx(line((20, 30), (20, 30)))


def test_strokes_that_are_placed_and_drawn_stay_as_they_are() -> None:
    stroke = line((0, 0), (10, 20))
    place([stroke], 100, (50, 50))
    draw([stroke], (30, 30), 3)
    assert stroke.tolist() == [[0, 0], [10, 20]]


@pytest.mark.parametrize("brush_px", [3, 8, 17.5])
def test_a_line_is_as_wide_as_the_brush_with_round_ends(brush_px: float) -> None:
    covered = ink([line((20, 30), (80, 30))], brush_px)
    assert covered[:, 50].sum() == pytest.approx(brush_px, abs=0.6)
    assert covered[30, :].sum() == pytest.approx(60 + brush_px, abs=1.2)
    assert covered.sum() == pytest.approx(60 * brush_px + np.pi * brush_px**2 / 4, rel=0.1)


def test_a_point_is_a_disc() -> None:
    covered = ink([line((50, 30))], 20)
    assert covered.sum() == pytest.approx(100 * np.pi, rel=0.06)
    rows, columns = np.nonzero(covered > 0.5)
    assert np.hypot(rows + 0.5 - 30, columns + 0.5 - 50).max() < 11


def test_joins_are_round() -> None:
    corner = ink([line((20, 50), (50, 12), (80, 50))], 16)
    assert corner[5, 50] > 0.5  # where a join that is cut off is open
    assert corner[:3].max() == 0


def test_pictures_are_black_on_white_with_soft_edges() -> None:
    image = draw([line((10, 10), (80, 45))], (100, 60), 5)
    levels = np.asarray(image)
    assert (image.mode, image.size, levels.shape) == ("L", (100, 60), (60, 100))
    assert (levels.min(), levels.max()) == (0, 255)
    assert len(np.unique(levels)) > 3
    assert np.asarray(draw([], (5, 4), 3)).tolist() == [[255] * 5] * 4


def test_strokes_beyond_the_edge_are_cut_off() -> None:
    covered = ink([line((-50, 30), (150, 30)), line((500, 500))], 6)
    assert covered[30].min() == 1
    assert covered[[0, -1]].max() == 0


@settings(max_examples=30, deadline=None)
@given(arrays.arrays(np.float64, (4, 2), elements=st.floats(8, 52)), st.floats(1, 10))
def test_ink_is_where_the_pen_was_and_nowhere_else(stroke: Stroke, brush_px: float) -> None:
    covered = ink([stroke], brush_px, (60, 60))
    places = np.argwhere(covered)[:, ::-1] + 0.5
    reach = brush_px / 2 + 1.5
    assert (places >= stroke.min(axis=0) - reach).all()
    assert (places <= stroke.max(axis=0) + reach).all()
    for x, y in stroke.astype(int):
        assert covered[y - 1 : y + 2, x - 1 : x + 2].max() > 0.2
