"""Every experiment in its quick form: it runs, judges and draws, and the law holds."""

import json
from pathlib import Path

import pytest

from digitpad.lab.data import Data
from digitpad.lab.experiment import Scale
from digitpad.lab.experiments import EXPERIMENTS
from digitpad.lab.run import run

pytestmark = pytest.mark.long

QUICK = Scale(quick=True, num_seeds=1)


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_the_law_holds_in_the_quick_form(data: Data, tmp_path: Path, name: str) -> None:
    findings = run(EXPERIMENTS[name], data, QUICK, tmp_path)
    told = json.loads((tmp_path / f"{name}.json").read_text())
    assert [each["claim"] for each in told["findings"]] == [finding.claim for finding in findings]
    assert (tmp_path / f"{name}.svg").read_text().startswith("<svg")
    assert [finding.claim for finding in findings if not finding.held and "Nielsen" not in finding.claim] == []
