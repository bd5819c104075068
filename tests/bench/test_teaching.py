"""The benchmark of teaching chooses its writers and digits as it says, and sums up lessons."""

import json
from pathlib import Path

import numpy as np
import pytest

from bench import record
from bench.teaching import __main__ as teaching
from bench.teaching.writers import FEWEST, Writers
from digitpad.training.datasets.splits import Split

COUNTS = {1: FEWEST, 2: 2 * FEWEST, 3: 2 * FEWEST, 4: FEWEST - 1}
"""How many digits some writers wrote."""


@pytest.fixture
def pens() -> Writers:
    writers = np.repeat(list(COUNTS), list(COUNTS.values())).astype(np.int16)
    nothing = Split(np.zeros((len(writers), 28, 28), np.uint8), np.zeros(len(writers), np.uint8))
    return Writers(nothing, writers, nothing)


def test_the_worst_writers_are_those_with_the_largest_share_of_errors(pens: Writers) -> None:
    is_wrong = np.zeros(len(pens.writers), bool)
    for writer, count in {1: 1, 2: 4, 3: 2, 4: 30}.items():
        is_wrong[np.flatnonzero(pens.writers == writer)[:count]] = True
    assert pens.worst(is_wrong, 3) == [2, 3, 1]  # 5 %; then 2.5 % twice, the writer with more digits first
    assert pens.worst(is_wrong, 1) == [2]


def test_what_is_taught_is_by_the_writer_and_part_of_what_is_taught_at_greater_length(pens: Writers) -> None:
    few, many = pens.choose(2, 10), pens.choose(2, 40)
    assert set(few) < set(many)
    assert (pens.writers[many] == 2).all()
    assert len(set(many)) == 40


def test_errors_are_summed_up_over_writers() -> None:
    lessons = [{"rest, pen": [0.9, 0.95]}, {"rest, pen": [0.8, 0.9]}, {"others, pen": [1.0, 1.0]}]
    found = teaching.summarise(lessons, "rest, pen")
    assert found["n"] == 2
    assert (found["before"], found["after"]) == pytest.approx((0.15, 0.075))
    assert found["left"] == pytest.approx(0.5)
    assert found["left_interval"] == pytest.approx([0.5, 0.5])
    assert found["most"] == pytest.approx(-0.05)


def test_the_page_is_that_of_the_record() -> None:
    measured = json.loads((record.FOLDER / "teaching.json").read_text())
    assert (Path(record.FOLDER).parent / "docs" / "teaching.md").read_text() == teaching.page(measured)
