"""The whole measurement: everything drawn and read, the results, and the files that they are written to."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from record import versions, write

from digitpad import Recognizer
from digitpad.training.datasets import pen as data
from pen import beside, figures, grid, pictures, tables
from pen.reading import Answers, Job, read_all
from pen.rivals import OURS
from pen.settings import REFERENCE

PACKAGES = ("digitpad", "keras", "numpy", "onnx", "onnxruntime", "pillow", "scikit-learn", "tensorflow-cpu")
NOTES = (
    "UNIPEN train_r01_v07 (doi 10.5281/zenodo.1195803, CC BY 4.0), never trained on; but the mistakes on them showed "
    "which styles of digits to generate, and they helped to choose the model that ships, so expect a little less of "
    "other writers. About 0.3 % of the digits are wrong or not one digit; they stay in.",
    "The grid reads a sample with nearly the same number of digits of every writer, the same in every cell, so its "
    "figures stand beside its own reference cell, not beside that of all digits.",
    "Accuracy is that of the most probable digit, whatever is refused. Means over writers or donors give each the same "
    "weight. Intervals are Wilson's, 95 %; they take drawings as independent, which those of one writer are not quite.",
    "The other ways to 28x28 take dark ink on light paper for granted, as is usual. Behind them stand digitpad's own "
    "network, and Keras' usual CNN after 15 epochs on MNIST without augmentation.",
)


@dataclass(frozen=True)
class Plan:
    """How much is read.

    Attributes:
        part: at the reference setting, one in so many characters is read.
        line: digits in a cell of the grid where one thing changes.
        square: digits in a cell where two things change.
        epochs: of the plain CNN, if it has yet to be trained.
    """

    part: int
    line: int
    square: int
    epochs: int


@dataclass(frozen=True, eq=False)
class Mistakes:
    """What the model saw of digits that it read wrongly, the worst first.

    Attributes:
        pictures: uint8 (num_mistakes, 28, 28), 0 for paper to 255 for ink.
        titles: what each was, and what it was read as.
    """

    pictures: NDArray[np.uint8]
    titles: list[str]


FULL = Plan(part=1, line=2000, square=1000, epochs=15)
QUICK = Plan(part=10, line=120, square=60, epochs=1)


def run(folder: Path, model: Path, out: Path | None) -> None:
    """Measure, print and write.

    Args:
        folder: of the pen data.
        model: the model file.
        out: the folder with `bench/` and `docs/` to write to; without one it is a quick look, printed only.
    """
    results, mistakes = measure(folder, model, FULL if out else QUICK)
    print(tables.document(results), *NOTES, sep="\n")
    if out:
        save(out, results, mistakes)
    else:
        write(None, versions(*PACKAGES), results)


def measure(folder: Path, model: Path, plan: Plan) -> tuple[dict[str, Any], Mistakes]:
    """Draw and read everything; the results as JSON values, and the worst mistakes."""
    pen, recognizer = data.load(folder), Recognizer.load(model)
    digits = Job("digits", REFERENCE, np.arange(0, len(pen.digits), plan.part), (OURS,))
    others = Job("others", REFERENCE, np.arange(0, len(pen.others), plan.part))
    jobs = grid.plan(pen.digits, line=plan.line, square=plan.square)
    read_digits, read_others, *rest = read_all([digits, others, *jobs.values()], pen=folder, model=model)
    answers = dict(zip(jobs, rest, strict=True))
    cells, labels = grid.cells(pen.digits, jobs, answers), pen.digits.labels[digits.indices]
    results = {
        "model": recognizer.model_id,
        "reference": figures.reference(read_digits, pen.digits, digits.indices),
        "refusals": figures.refusals(read_digits, read_others, labels, pen.others, others.indices),
        "beside": beside.compare(pen.digits, jobs, answers, model=model, mnist=folder.parent, epochs=plan.epochs),
        "worst_cells": grid.worst(cells),
        "cells": cells,
    }
    return results, find_mistakes(read_digits, labels)


def find_mistakes(answers: Answers, labels: NDArray[np.uint8]) -> Mistakes:
    """The worst mistakes among the answers to digits."""
    worst = figures.worst(answers, labels)
    sure = answers.probabilities[worst].max(axis=1)
    said = answers.probabilities[worst].argmax(axis=1)
    titles = [f"{true} → {digit}, {100 * p:.0f} %" for true, digit, p in zip(labels[worst], said, sure, strict=True)]
    return Mistakes(answers.pictures[OURS][worst], titles)


def save(folder: Path, results: dict[str, Any], mistakes: Mistakes) -> None:
    """Write the results as JSON, as Markdown and as pictures."""
    docs, path = folder / "docs", folder / "bench" / "drawings.json"
    for parent in (docs, path.parent):
        parent.mkdir(parents=True, exist_ok=True)
    write(path, versions(*PACKAGES), results, NOTES)
    (docs / "drawings.md").write_text(tables.page(json.loads(path.read_text())))
    pictures.draw_grid(results["cells"], docs / "drawings-grid.png")
    pictures.draw_worst(mistakes.pictures, mistakes.titles, docs / "drawings-worst.png")
