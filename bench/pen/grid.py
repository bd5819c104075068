"""The grid of settings: what is read in each cell, and the figures of each."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from digitpad.training.datasets import pen as data
from digitpad.training.datasets.pen import Characters
from pen import figures, rivals
from pen.reading import Answers, Job
from pen.settings import BESIDE, LINES, MAPS, Setting

AXES = LINES | MAPS


def plan(digits: Characters, *, line: int, square: int) -> dict[Setting, Job]:
    """A job for every setting of the grid; one that is in several axes is read once.

    Args:
        digits: all of them.
        line: how many are read in a cell where one thing changes.
        square: how many in a cell where two things change.
    """
    counts = {setting: square for settings in MAPS.values() for setting in settings.values()}
    counts |= {setting: line for settings in (*LINES.values(), BESIDE) for setting in settings.values()}
    chosen = data.sample(digits.writers, max(line, square))
    ways = dict.fromkeys(BESIDE.values(), (*rivals.WAYS, rivals.OURS))
    return {setting: Job("digits", setting, chosen[:count], ways.get(setting, ())) for setting, count in counts.items()}


def cells(digits: Characters, jobs: Mapping[Setting, Job], answers: Mapping[Setting, Answers]) -> list[dict[str, Any]]:
    """The figures of every cell, as JSON values.

    Returns:
        For each its `axis`, `label` and `setting`, what is odd about it, and what `figures.read` gives.
    """
    square = min(len(job.indices) for job in jobs.values())  # all cells of a map have the same digits, and no more
    found = []
    for axis, settings in AXES.items():
        for label, setting in settings.items():
            indices = jobs[setting].indices[: square if axis in MAPS else None]
            cell: dict[str, Any] = {"axis": axis, "label": label, "setting": dataclasses.asdict(setting)}
            cell |= {"is_tiny": setting.is_tiny, "is_blot": setting.is_blot, "is_cut": setting.is_cut}
            found.append(cell | figures.read(answers[setting].first(len(indices)), digits, indices))
    return found


def worst(cells: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The cell with the lowest accuracy, with and without blots; tiny drawings are left out of both."""
    kinds = {
        "without_blots": [cell for cell in cells if not cell["is_tiny"] and not cell["is_blot"]],
        "with_blots": [cell for cell in cells if not cell["is_tiny"]],
    }
    lowest = {kind: min(some, key=lambda cell: float(cell["accuracy"]["share"])) for kind, some in kinds.items()}
    return {kind: {key: cell[key] for key in ("axis", "label", "accuracy")} for kind, cell in lowest.items()}
