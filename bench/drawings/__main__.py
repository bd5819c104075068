"""Entry point: `python -m bench.drawings`, or `make bench-drawings`."""

import dataclasses
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import typer

from bench import record
from bench.drawings import settings
from bench.drawings.reading import Indices, Table, read_all
from bench.drawings.settings import BESIDE, LINES, MAPS, REFERENCE, Setting
from bench.drawings.ways import OURS, WAYS
from digitpad import Recognizer, artifact
from digitpad.errors import DigitpadError
from digitpad.training import backend
from digitpad.training.datasets import pen

backend.prepare()

from bench.drawings import classifiers, figures, pictures  # noqa: E402

SHIPPED = artifact.shipped()
PACKAGES = ("digitpad", "keras", "numpy", "onnx", "onnxruntime", "pillow", "scikit-learn", "tensorflow-cpu")


@dataclasses.dataclass(frozen=True)
class Plan:
    """How much is read.

    Attributes:
        step: every `step`-th character is read at the reference setting.
        line: digits in a cell of the grid where one thing changes.
        square: digits in a cell where two things change.
        epochs: of the plain CNN, if it has yet to be trained.
    """

    step: int
    line: int
    square: int
    epochs: int


FULL = Plan(step=1, line=2000, square=1000, epochs=15)
QUICK = Plan(step=10, line=120, square=60, epochs=1)


def main(quick: bool = False, model: Path = SHIPPED, out: Path = record.FOLDER.parent) -> None:
    """How well real pen strokes are read by a model, however they are drawn.

    The results go to bench/ and docs/ in the folder OUT; with --quick a tenth is read, and nothing is written.
    """
    try:
        results, mistakes = measure(record.data(), model, QUICK if quick else FULL)
    except DigitpadError as error:
        sys.exit(f"bench.drawings: {error}")
    measured = record.collect(record.versions(*PACKAGES), results, "drawings")
    print(page(measured))
    if not quick:
        save(out, measured, mistakes)


def save(out: Path, measured: dict[str, Any], mistakes: Table) -> None:
    """Write the record, its page and its pictures."""
    for folder in (out / "bench", out / "docs"):
        folder.mkdir(parents=True, exist_ok=True)
    record.write(out / "bench" / "drawings.json", measured)
    (out / "docs" / "drawings.md").write_text(page(measured))
    pictures.draw_grid(measured["results"]["cells"], out / "docs" / "drawings-grid.png")
    pictures.draw_worst(mistakes, out / "docs" / "drawings-worst.png")


def page(measured: dict[str, Any]) -> str:
    """`docs/drawings.md`, from the record."""
    places = [f"{place:+g}" for place in settings.PLACES]
    values = {"record": measured, "settings": settings, "places": places, **measured["results"]}
    return record.render("drawings/drawings.md.j2", values)


def measure(data: Path, model: Path, plan: Plan) -> tuple[dict[str, Any], Table]:
    """Draw and read everything; the results as JSON values, and the worst mistakes.

    Args:
        data: the folder with `pen/` and `mnist/`.
        model: the model file.
        plan: how much to read.
    """
    known = pen.load(data / "pen")
    digits, others = (
        read_all(some, {REFERENCE: np.arange(0, len(some), plan.step)}, model)[REFERENCE]
        for some in (known.digits, known.others)
    )
    answers = read_all(known.digits, grid(known.digits, plan), model)
    cells = describe(answers, plan)
    results = {
        "model": Recognizer.load(model).model_id,
        "reference": figures.reference(digits),
        "refusals": figures.refusals(digits, others),
        "beside": compare(answers, model, data, plan),
        "worst_cells": worst_cells(cells),
        "cells": cells,
    }
    return results, figures.worst(digits)


def grid(digits: pen.Characters, plan: Plan) -> dict[Setting, Indices]:
    """The digits to read at every setting of the grid: the most, where a setting is on several axes."""
    counts = {setting: plan.square for cells in MAPS.values() for setting in cells.values()}
    counts |= {setting: plan.line for cells in (*LINES.values(), BESIDE) for setting in cells.values()}
    sample = pen.sample(digits.writers, max(plan.line, plan.square))
    return {setting: sample[:count] for setting, count in counts.items()}


def describe(answers: Mapping[Setting, Table], plan: Plan) -> list[dict[str, Any]]:
    """The figures of every cell of the grid: its `axis`, `label`, `setting` and oddities, and those of `read`."""
    return [
        {"axis": axis, "label": label, "setting": dataclasses.asdict(setting), **setting.oddities}
        | figures.read(answers[setting][: plan.square if axis in MAPS else None])  # all cells of a map alike
        for axis, cells in (LINES | MAPS).items()
        for label, setting in cells.items()
    ]


def compare(answers: Mapping[Setting, Table], model: Path, data: Path, plan: Plan) -> dict[str, Any]:
    """The figures of two classifiers behind the contract and behind each other way, by classifier, way and setting."""
    found = {"digitpad": classifiers.cut(model), "plain CNN": classifiers.plain_cnn(data, epochs=plan.epochs)}
    return {
        name: {
            way: {
                label: figures.classified(classify(np.stack(answers[setting][way])), answers[setting])
                for label, setting in BESIDE.items()
            }
            for way in (*WAYS, OURS)
        }
        for name, classify in found.items()
    }


def worst_cells(cells: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The cell with the lowest accuracy, with and without blots; tiny drawings are left out of both."""
    large = [cell for cell in cells if not cell["is_tiny"]]
    kinds = {"without_blots": [cell for cell in large if not cell["is_blot"]], "with_blots": large}
    lowest = {kind: min(some, key=lambda cell: float(cell["accuracy"]["share"])) for kind, some in kinds.items()}
    return {kind: {key: cell[key] for key in ("axis", "label", "accuracy")} for kind, cell in lowest.items()}


if __name__ == "__main__":
    typer.run(main)
