"""Runs an experiment: case by case, so that it can be interrupted and goes on where it was, then judges and draws."""

import json
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.progress import track

from digitpad.lab.data import Data
from digitpad.lab.experiment import Case, Experiment, Finding, Row, Scale
from digitpad.lab.table import Table
from digitpad.training import runs
from digitpad.training.reporting import machine, plots


def run(experiment: Experiment, data: Data, scale: Scale, out: Path) -> list[Finding]:
    """Measure what is not measured yet, then write `NAME.json` and `NAME.svg` to a folder.

    Args:
        experiment: which.
        data: MNIST.
        scale: how much is done.
        out: the folder. Rows are kept in its `NAME.rows.jsonl` as soon as they are measured.

    Returns:
        A verdict on each claim.
    """
    out.mkdir(parents=True, exist_ok=True)
    kept = out / f"{experiment.name}.rows.jsonl"
    cases = experiment.cases(scale)
    known = _load(kept)
    left = [case for case in cases if _key(case) not in known]
    runs.write(kept, "".join(_line(json.loads(key), row) for key, row in known.items()))  # without a line cut short
    with kept.open("a", encoding="utf-8") as file:
        for case in track(left, description=f"{experiment.name:16}", disable=not left):
            started = time.perf_counter()
            row = {**experiment.measure(data, case), "seconds": round(time.perf_counter() - started, 3)}
            known[_key(case)] = row
            file.write(_line(case, row))
            file.flush()
    table = Table({**case, **known[_key(case)]} for case in cases)
    findings = experiment.judge(table)
    _write(experiment, table, findings, out)
    return findings


def _write(experiment: Experiment, table: Table, findings: Sequence[Finding], out: Path) -> None:
    told: dict[str, Any] = {
        "name": experiment.name,
        "title": experiment.title,
        "question": experiment.question,
        "findings": [asdict(finding) for finding in findings],
        "seconds": round(sum(table.column("seconds"))),
        "machine": machine.describe(),
        "rows": list(table),
    }
    runs.write_json(out / f"{experiment.name}.json", told)
    runs.write(out / f"{experiment.name}.svg", plots.to_svg(experiment.draw(table)))


def _load(path: Path) -> dict[str, Row]:
    """The rows that were measured before; a last line that was cut short is left out."""
    rows: dict[str, Row] = {}
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else []:
        try:
            told = json.loads(line)
        except ValueError:
            continue
        rows[_key(told["case"])] = told["row"]
    return rows


def _line(case: Case, row: Row) -> str:
    return json.dumps({"case": case, "row": row}) + "\n"


def _key(case: Case) -> str:
    return json.dumps(case, sort_keys=True)
