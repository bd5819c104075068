"""Pen data is read as documented, errors name bad files, and samples are balanced over the writers."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitpad.errors import DataError
from digitpad.training.datasets import pen
from tests.golden import STROKES
from tests.training.conftest import write_pen_data

DOT = [[np.array([[3.0, 4.0]])]]


def test_the_data_is_read_as_it_is_described(pen_data: Path) -> None:
    known = pen.load(pen_data / "pen")
    assert (len(known.digits), len(known.others)) == (30, 8)
    assert known.digits.labels.tolist() == list(range(10)) * 3
    assert known.digits.writers.tolist() == [0] * 10 + [1] * 10 + [2] * 10
    assert set(known.digits.donors) == {"abc", "de"}
    assert set(known.digits.categories) == {"1a"}
    assert known.others.labels.tolist() == ["+", "o"] * 4
    assert set(known.others.categories) == {"1d"}
    for index, character in enumerate(known.digits.strokes):
        original = STROKES[str(index % 10)]
        for stroke, points in zip(character, original, strict=True):
            assert stroke.dtype == np.float64
            assert stroke == pytest.approx(np.array(points), abs=1)  # the file holds whole numbers
    assert [len(character) for character in known.others.strokes] == [2, 1] * 4


def test_the_clear_characters_are_no_digits_for_anyone() -> None:
    assert len(pen.CLEAR) == 31
    assert not pen.CLEAR & set("0123456789oOlIiIzZsSqgbBDQG")


def test_a_folder_has_both_files_or_none_of_the_data(pen_data: Path) -> None:
    assert pen.is_in(pen_data)
    assert pen.is_in(str(pen_data))
    assert not pen.is_in(pen_data / "pen")
    (pen_data / "pen" / "other.npz").unlink()
    assert not pen.is_in(pen_data)


def test_a_damaged_or_missing_file_is_named(pen_data: Path) -> None:
    digits = pen_data / "pen" / "digits.npz"
    whole = digits.read_bytes()
    for damaged in (b"", b"nonsense", whole[: len(whole) // 2], whole[:100] + bytes(50) + whole[150:]):
        digits.write_bytes(damaged)
        with pytest.raises(DataError, match=r"^Expected the pen data in .*digits\.npz; it cannot be read: .* it again"):
            pen.load(pen_data / "pen")
    digits.unlink()
    with pytest.raises(DataError, match=r"digits\.npz; it cannot be read"):
        pen.load(pen_data / "pen")


@pytest.mark.parametrize("field", ["label", "donor", "writer", "points", "stroke_offset", "sample_offset"])
def test_a_file_without_a_field_is_refused(pen_data: Path, field: str) -> None:
    path = pen_data / "pen" / "other.npz"
    with np.load(path) as file:
        fields = {name: file[name] for name in file.files if name != field}
    np.savez(path, **fields)
    with pytest.raises(DataError, match=rf"other\.npz; it cannot be read: .*{field}"):
        pen.load(pen_data / "pen")


def test_others_that_may_all_be_digits_are_refused(pen_data: Path) -> None:
    path = pen_data / "pen" / "other.npz"
    with np.load(path) as file:
        fields = dict(file)
    np.savez(path, **{**fields, "label": np.full(len(fields["label"]), "o")})
    with pytest.raises(DataError, match=r"some of #\$.*, which are clearly not digits, in .*other\.npz; it has none"):
        pen.load(pen_data / "pen")


def test_objects_in_a_file_are_not_run(tmp_path: Path) -> None:
    write_pen_data(tmp_path / "digits.npz", np.array([{}], object), np.zeros(1, np.int64), DOT)
    with pytest.raises(DataError, match="pickle"):
        pen.load(tmp_path)


@given(st.lists(st.integers(0, 6), min_size=1, max_size=60), st.integers(0, 70))
def test_a_sample_has_as_many_of_every_writer(numbers: list[int], count: int) -> None:
    writers = np.array(numbers, np.int16)
    chosen = pen.sample(writers, count)
    assert len(chosen) == len(set(chosen.tolist())) == min(count, len(writers))
    assert np.array_equal(chosen, pen.sample(writers, 70)[:count])
    taken, there = (np.bincount(of, minlength=7) for of in (writers[chosen], writers))
    assert (taken >= np.minimum(there, taken.max() - 1)).all()  # a writer has fewer only if there are no more
