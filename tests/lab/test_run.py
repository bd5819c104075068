"""An experiment goes on where it was interrupted."""

from pathlib import Path

import pytest
from matplotlib.figure import Figure

from digitpad.lab.data import Data
from digitpad.lab.experiment import Case, Experiment, Finding, Row, Scale
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
            return [Finding("It adds up.", "30", str(sum(table.column("value"))), sum(table.column("value")) == 30)]

        return Experiment("sum", "A sum", "Does it add up?", cases, self.measure, judge, lambda table: Figure())


def test_what_was_measured_is_not_measured_again(data: Data, tmp_path: Path) -> None:
    stand_in = Interrupted()
    with pytest.raises(KeyboardInterrupt):
        run(stand_in.experiment(), data, SCALE, tmp_path)
    rows = tmp_path / "sum.rows.jsonl"
    rows.write_text(rows.read_text() + '{"case": {"se')  # a line that was cut short
    stand_in.is_broken = False
    assert [finding.held for finding in run(stand_in.experiment(), data, SCALE, tmp_path)] == [True]
    assert stand_in.measured == [0, 1, 2]
