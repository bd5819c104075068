"""An experiment goes on where it was interrupted."""

import json
from pathlib import Path

import pytest
from matplotlib.figure import Figure

from digitpad.lab.data import Data
from digitpad.lab.experiment import Case, Experiment, Finding, Scale
from digitpad.lab.results import Row
from digitpad.lab.run import run
from digitpad.lab.table import Table

SCALE = Scale(quick=True, num_seeds=3)


class Interrupted:
    """An experiment that is interrupted at its third measurement."""

    def __init__(self) -> None:
        self.measured: list[int] = []
        self.is_broken = True

    def measure(self, data: Data, case: Case) -> Row:
        if self.is_broken and len(self.measured) == 2:
            raise KeyboardInterrupt
        self.measured.append(case["seed"])
        return {"value": 10 * case["seed"]}

    def experiment(self) -> Experiment:
        def cases(scale: Scale) -> list[Case]:
            return [{"seed": seed} for seed in scale.seeds]

        def judge(table: Table) -> list[Finding]:
            total = sum(table.column("value"))
            return [Finding("It adds up.", "30", str(total), total == 30)]

        return Experiment("sum", "A sum", "Does it add up?", cases, self.measure, judge, lambda table: Figure())


def test_what_was_measured_is_not_measured_again(data: Data, tmp_path: Path) -> None:
    stand_in = Interrupted()
    with pytest.raises(KeyboardInterrupt):
        run(stand_in.experiment(), data, SCALE, tmp_path)
    rows = tmp_path / "sum.jsonl"
    rows.write_text(rows.read_text() + '{"case": {"se')  # a line that was cut short
    stand_in.is_broken = False
    assert [finding.held for finding in run(stand_in.experiment(), data, SCALE, tmp_path)] == [True]
    assert stand_in.measured == [0, 1, 2]


def test_results_say_where_they_were_measured_even_if_judged_elsewhere(data: Data, tmp_path: Path) -> None:
    stand_in = Interrupted()
    stand_in.is_broken = False
    run(stand_in.experiment(), data, SCALE, tmp_path)
    path = tmp_path / "sum.json"
    told = json.loads(path.read_text())
    assert told["origin"]["machine"]["processor"]
    assert told["origin"]["versions"]["keras"]
    told["origin"]["machine"]["processor"] = "another one"
    path.write_text(json.dumps(told))
    run(stand_in.experiment(), data, SCALE, tmp_path)
    assert json.loads(path.read_text())["origin"]["machine"]["processor"] == "another one"


def test_more_seeds_are_measured_in_addition(data: Data, tmp_path: Path) -> None:
    stand_in = Interrupted()
    stand_in.is_broken = False
    run(stand_in.experiment(), data, Scale(quick=True, num_seeds=1), tmp_path)
    run(stand_in.experiment(), data, SCALE, tmp_path)
    assert stand_in.measured == [0, 1, 2]
