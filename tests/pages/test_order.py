"""Reading order: lines on level and tilted pages, numbers by their gaps, columns, tables."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitpad.pages import order
from digitpad.pages.boxes import Box


def row(x: float, y: float, count: int, step: float = 30, size: float = 24) -> list[Box]:
    """Boxes side by side, from x on, around y."""
    return [(y - size / 2, x + i * step, y + size / 2, x + i * step + 0.7 * size) for i in range(count)]


def turn(boxes: list[Box], degrees: float) -> list[Box]:
    """Turn the middles of boxes around the origin, clockwise."""
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    turned = []
    for top, left, bottom, right in boxes:
        x, y = (left + right) / 2, (top + bottom) / 2
        x, y = x * cos - y * sin, x * sin + y * cos
        turned.append((y - (bottom - top) / 2, x - (right - left) / 2, y + (bottom - top) / 2, x + (right - left) / 2))
    return turned


def read(boxes: list[Box]) -> list[list[list[int]]]:
    return order.lines(boxes)


def test_nothing_is_in_no_line() -> None:
    assert read([]) == []


def test_one_box_is_one_number() -> None:
    assert read(row(5, 5, 1)) == [[[0]]]


@pytest.mark.parametrize("degrees", [-15, -7, 0, 4, 15])
@given(seed=st.integers(0, 2**32 - 1))
def test_lines_are_found_on_tilted_pages_whatever_the_order_of_the_boxes(degrees: float, seed: int) -> None:
    boxes = turn(row(40, 40, 4) + row(40, 90, 6) + row(40, 140, 2), degrees)
    shuffled = np.random.default_rng(seed).permutation(len(boxes))
    found = read([boxes[number] for number in shuffled])
    assert [[[int(shuffled[i]) for i in number] for number in line] for line in found] == [
        [[0, 1, 2, 3]],
        [[4, 5, 6, 7, 8, 9]],
        [[10, 11]],
    ]


def test_wide_gaps_part_numbers() -> None:
    boxes = row(0, 20, 2, step=20) + row(100, 20, 2, step=20) + row(200, 20, 3, step=20)
    assert read(boxes) == [[[0, 1], [2, 3], [4, 5, 6]]]


def test_numbers_at_uneven_distances_are_parted() -> None:
    gaps = [step for wide in (14, 18, 20, 22, 24, 40) for step in (wide, 1, 0, 3)]
    edges = np.cumsum([0, *(20 + gap for gap in gaps)])
    boxes = [(0.0, float(left), 24.0, float(left) + 20) for left in edges]
    assert read(boxes) == [[[0], *([4 * i + 1, 4 * i + 2, 4 * i + 3, 4 * i + 4] for i in range(6))]]


def test_digits_that_stand_evenly_are_one_number() -> None:
    sudoku = [box for line in range(9) for box in row(10, 30 + 60 * line, 9, step=60)]
    assert read(sudoku) == [[list(range(9 * line, 9 * line + 9))] for line in range(9)]


def test_columns_are_read_across() -> None:
    left, right = row(0, 20, 2) + row(0, 80, 2), row(400, 20, 2) + row(400, 80, 2)
    assert read(left + right) == [[[0, 1]], [[4, 5]], [[2, 3]], [[6, 7]]]


def test_digits_of_different_heights_are_in_one_line() -> None:
    boxes = [(10.0, 0.0, 40.0, 15.0), (16.0, 20.0, 38.0, 35.0), (12.0, 40.0, 44.0, 50.0)]
    assert read(boxes) == [[[0, 1, 2]]]


@given(st.lists(st.tuples(*[st.floats(0, 1000)] * 2, *[st.floats(1, 200)] * 2), max_size=30))
def test_every_box_is_read_once(corners: list[tuple[float, float, float, float]]) -> None:
    boxes = [(top, left, top + height, left + width) for top, left, height, width in corners]
    found = [index for line in read(boxes) for number in line for index in number]
    assert sorted(found) == list(range(len(boxes)))


@given(st.floats(-20, 20))
def test_the_tilt_is_measured(degrees: float) -> None:
    boxes = turn(row(40, 40, 8) + row(40, 100, 8), degrees)
    assert math.degrees(order.tilt(boxes)) == pytest.approx(degrees, abs=0.5)
