"""Rows are chosen, grouped and summed up."""

import pytest

from digitpad.lab.table import Table

ROWS = Table(
    [
        {"model": "a", "number": 1, "accuracy": 0.5},
        {"model": "a", "number": 2, "accuracy": 0.7},
        {"model": "b", "number": 1, "accuracy": 0.9, "more": True},
    ]
)


def test_rows_are_chosen_by_their_values() -> None:
    assert len(ROWS.where(model="a")) == 2
    assert ROWS.where(model="a", number=2)[0]["accuracy"] == 0.7
    assert len(ROWS.where(more=True)) == 1
    assert ROWS.values("model") == ["a", "b"]
    assert [(value, len(rows)) for value, rows in ROWS.groups("model")] == [("a", 2), ("b", 1)]


def test_a_column_is_summed_up_with_its_spread() -> None:
    of_a = ROWS.where(model="a")
    assert of_a.mean("accuracy") == pytest.approx(0.6)
    assert of_a.spread("accuracy") == pytest.approx(0.1414, abs=1e-4)
    assert of_a.percent("accuracy") == "60.0 ± 14.1 %"
    assert ROWS.where(model="b").spread("accuracy") == 0
    assert ROWS.where(model="b").percent("accuracy") == "90.0 %"
