"""Runs an experiment: case by case, so that it can be interrupted and goes on where it was, then judges and draws."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.progress import track

from digitpad.lab import results
from digitpad.lab.data import Data
from digitpad.lab.experiment import Case, Experiment, Finding, Scale
from digitpad.lab.results import Row
from digitpad.lab.table import Table
from digitpad.lab.workers import Here, Workers
from digitpad.training import runs
from digitpad.training.reporting import plots, record


def run(
    experiment: Experiment, data: Data, scale: Scale, out: Path, *, number: int = 0, workers: Workers | None = None
) -> list[Finding]:
    """Measure what is not measured yet, then write `NAME.json` and `NAME.svg` to a folder.

    Args:
        experiment: which.
        data: MNIST.
        scale: how much is done.
        out: the folder. Measurements are kept in its `NAME.jsonl` as soon as they are made.
        number: its place on the page.
        workers: who measures; None for this process.

    Returns:
        A verdict on each claim.
    """
    workers = workers or Here(data)
    is_new, table = _complete(experiment, workers, scale, out)
    findings = experiment.judge(table)
    path = out / f"{experiment.name}.json"
    told: dict[str, Any] = {
        "name": experiment.name,
        "number": number,
        "title": experiment.title,
        "question": experiment.question,
        "findings": [asdict(finding) for finding in findings],
        "num_measurements": len(table),
        "seconds": round(sum(table.column("seconds"))),
        "origin": _describe(data, scale, workers) if is_new or not path.exists() else runs.read_json(path)["origin"],
    }
    runs.write_json(path, told)
    runs.write(path.with_suffix(".svg"), plots.to_svg(experiment.draw(table)))
    return findings


def _describe(data: Data, scale: Scale, workers: Workers) -> dict[str, Any]:
    """Where measurements come from."""
    return {
        "quick": scale.quick,
        "num_held_out": len(data.held_out),
        "machine": workers.describe(),
        "versions": record.versions(),
    }


def measure(experiment: Experiment, data: Data, scale: Scale, out: Path) -> Table:
    """Measure what is not measured yet, without a progress bar; returns all measurements of this scale, a row each."""
    return _complete(experiment, Here(data), scale, out, is_quiet=True)[1]


def _complete(
    experiment: Experiment, workers: Workers, scale: Scale, out: Path, *, is_quiet: bool = False
) -> tuple[bool, Table]:
    """Whether anything had to be measured, and all measurements."""
    out.mkdir(parents=True, exist_ok=True)
    kept = out / f"{experiment.name}.jsonl"
    cases = [{**case, **({"quick": True} if scale.quick else {})} for case in experiment.cases(scale)]
    known = results.load_rows(kept)
    left = [case for case in cases if results.key(case) not in known]
    if left:
        lines = (results.to_line(json.loads(key), row) for key, row in known.items())
        runs.write(kept, "".join(lines))  # without a line that was cut short
        measured = workers.measure(experiment, left)
        _keep(measured if is_quiet else track(measured, f"{experiment.name:16}", len(left)), kept)
        known = results.load_rows(kept)
    return bool(left), Table({**case, **known[results.key(case)]} for case in cases)


def _keep(measured: Iterable[tuple[Case, Row]], kept: Path) -> None:
    with kept.open("a", encoding="utf-8") as file:
        for case, row in measured:
            file.write(results.to_line(case, row))
            file.flush()
