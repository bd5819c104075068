"""Rows are planned in parts that respect a limit, and what stands for white and for a digit is found out."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitpad.batch.sources import part, rows
from digitpad.batch.sources.place import Place
from digitpad.batch.sources.rows import Row, Rows

BLOCKS = st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 60_000_000)), max_size=8)


@given(BLOCKS, st.integers(1, 20))
def test_parts_hold_each_row_once_and_no_more_than_they_may(blocks: list[tuple[int, int]], most: int) -> None:
    starts = np.cumsum([0, *(num_rows for num_rows, _ in blocks)])
    reached = 0
    for some, skipped, start, stop in rows.pieces(blocks, most):
        assert starts[some.start] + skipped == start == reached
        assert start < stop <= starts[some.stop]
        reached = stop
        if len(some) > 1:
            assert stop - start <= part.PART_PICTURES
            assert sum(blocks[block][1] for block in some) <= part.PART_BYTES
    assert reached == starts[-1]


def test_a_block_that_is_read_from_its_beginning_is_not_read_more_often_than_it_may() -> None:
    assert len(list(rows.pieces([(1_000_000, 784_000_000)]))) == rows.MOST_PIECES
    assert len(list(rows.pieces([(1_000_000, 784_000_000)], 1_000_000))) == 977


@pytest.mark.parametrize(
    ("value", "label"),
    [(7, 7), (7.0, 7), ("7", 7), (b"7", 7), ("7.0", 7), (np.uint8(3), 3), (True, 1)]
    + [(value, None) for value in (10, -1, 7.5, "seven", "", None, np.nan, [7])],
)
def test_labels_are_digits_or_none(value: object, label: int | None) -> None:
    assert rows.to_label(value) == label


def test_what_stands_for_white_is_found_out() -> None:
    assert rows.white([0, 3, 255]) == 255
    assert rows.white([[0, 0.2], [np.nan, 1]]) == 1
    assert rows.white([0, 1]) == 1
    assert rows.white([]) == 255


def test_pixels_are_brought_to_bytes_or_refused() -> None:
    drawn = np.zeros((28, 28), np.uint8)
    drawn[3, 4] = 51
    for pixels, white in ((drawn, 255), (drawn.astype(np.int64), 255), (drawn / 255, 1), (drawn.ravel() / 255.0, 1)):
        picture, label, error = rows.to_square(pixels, white, 7)
        np.testing.assert_array_equal(picture, drawn)
        assert (label, error) == (7, None)
    for wrong, white, problem in (
        (drawn - 0.4, 255, "Expected pixels from 0 to 255; got -0.4 to 50.6. Rescale them."),
        (drawn / 1.0, 1, "Expected pixels from 0 to 1; got 0 to 51. Rescale them."),
        (np.full((28, 28), np.nan), 1, "Expected pixels from 0 to 1; got nan to nan. Rescale them."),
        (drawn[:14], 255, "Expected 784 values, 28 rows of 28; got 392."),
    ):
        assert rows.to_square(wrong, white, 7) == (None, 7, problem)


@dataclass(frozen=True)
class Some(Rows):
    """Three rows, of which the file gives fewer, and then an error."""

    error: Exception | None

    def _rows(self) -> Iterator[Row]:
        yield b"picture", 7, None
        if self.error:
            raise self.error


@pytest.mark.parametrize("error", [None, EOFError("cut short"), OSError("Corrupt snappy compressed data.")])
def test_rows_that_a_damaged_file_does_not_give_have_that_as_their_error(error: Exception | None) -> None:
    first, *lost = Some(Place.of("a.parquet"), "a.parquet", 5, 8, error).items()
    assert (first.key, first.picture, first.label, first.error) == ("a.parquet#5", b"picture", 7, None)
    assert [item.key for item in lost] == ["a.parquet#6", "a.parquet#7"]
    problem = f"it is damaged: {error}" if error else "it has fewer rows than before"
    assert all(item.error == f"Expected {Path.cwd()}/a.parquet to be intact; {problem}." for item in lost)


def test_a_machine_that_cannot_reach_the_file_is_no_damage() -> None:
    with pytest.raises(Exception, match=r"Expected to see .*; it cannot be read: Stale file handle"):
        list(Some(Place.of("a.parquet"), "a.parquet", 5, 8, OSError(116, "Stale file handle")).items())
