"""Every experiment in its quick form: it runs, judges and draws, and the law holds."""

import json
from pathlib import Path

import pytest

from digitpad.lab.experiment import Scale
from digitpad.lab.experiments import EXPERIMENTS
from digitpad.lab.results import load_rows

pytestmark = pytest.mark.long


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_the_law_holds_in_the_quick_form(quick_lab: Path, name: str) -> None:
    told = json.loads((quick_lab / f"{name}.json").read_text())
    failed = [each for each in told["findings"] if each["is_law"] and not each["held"]]
    assert failed == []
    assert told["num_measurements"] == len(load_rows(quick_lab / f"{name}.jsonl")) > 0
    assert (quick_lab / f"{name}.svg").read_text().startswith("<svg")


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_the_full_form_has_no_case_twice_and_repeats_by_seed(name: str) -> None:
    cases = EXPERIMENTS[name].cases(Scale(quick=False, num_seeds=3))
    told = [json.dumps(case, sort_keys=True) for case in cases]
    assert len(set(told)) == len(told)
    assert {case["seed"] for case in cases} == {0, 1, 2}
