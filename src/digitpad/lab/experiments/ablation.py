"""One change a line: from the dense baseline to the recipe that ships, and what each change is worth."""

import tempfile
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from digitpad.lab import figures
from digitpad.lab.data import Data
from digitpad.lab.experiment import Case, Experiment, Finding, Row, Scale
from digitpad.lab.table import Table
from digitpad.training.augmentation.mixture import Pictures
from digitpad.training.datasets.splits import NOT_A_DIGIT
from digitpad.training.evaluation import drawings
from digitpad.training.networks import architectures
from digitpad.training.networks.fit import Watcher, fit, predict_logits
from digitpad.training.pipeline import mix
from digitpad.training.recipe import RECIPES, Recipe

_PLAIN = RECIPES["cnn"].replace(unchanged=1.0, shift_px=0, restroked=0.0, written=0.0, strange=0.0)
STEPS: dict[str, Recipe] = {
    "dense baseline": RECIPES["dense"].replace(strange=0.0),
    "three convolutions": _PLAIN,
    "shifted, turned, slanted": _PLAIN.replace(unchanged=0.3, shift_px=1, elastic_px=0.0, stroke_px=0.0),
    "bent, other strokes": _PLAIN.replace(unchanged=0.3, shift_px=1),
    "redrawn from skeletons": _PLAIN.replace(unchanged=0.3, shift_px=1, restroked=0.2),
    "rare styles written": _PLAIN.replace(unchanged=0.3, shift_px=1, restroked=0.2, written=0.2),
    "non-digits among them": RECIPES["cnn"],
    "five convolutions": RECIPES["pad"],
}
"""What each line adds to the one before."""


def cases(scale: Scale) -> list[Case]:
    """The lines and seeds."""
    number, num_epochs = (500, 2) if scale.quick else (10_000, 10)
    return [
        {"line": line, "number": number, "num_epochs": num_epochs, "seed": seed}
        for line in STEPS
        for seed in scale.seeds
    ]


def measure(data: Data, case: Case) -> Row:
    """Train by the recipe of a line, on few pictures, and read MNIST's held-out digits and generated drawings."""
    recipe = STEPS[case["line"]].replace(epochs=case["num_epochs"], seed=case["seed"], patience=case["num_epochs"])
    network = architectures.build(recipe)
    chosen = data.digits[np.random.default_rng([17, case["seed"]]).permutation(len(data.digits))[: case["number"]]]
    seen = data.held_out_digits
    mixture, validation = mix(chosen, seen[:500], recipe)
    with tempfile.TemporaryDirectory() as folder:
        fit(network, mixture, validation, recipe, checkpoint=Path(folder) / "checkpoint.npz", watcher=Watcher())
    network = architectures.keep(network, recipe)
    drawn = drawings.generated(seen[500:2_500], [23])
    is_digit = drawn.labels < NOT_A_DIGIT
    logits = predict_logits(network, drawn.seen)
    published = Pictures.of(seen[500:])
    return {
        "published": _accuracy(predict_logits(network, published.seen), published.labels),
        "drawn": _accuracy(logits[is_digit], drawn.labels[is_digit]),
        "refused": float(np.mean(logits[~is_digit].argmax(axis=1) == NOT_A_DIGIT)),
    }


def _accuracy(logits: np.ndarray, labels: np.ndarray) -> float:
    return float(np.mean(logits[:, :NOT_A_DIGIT].argmax(axis=1) == labels))


def judge(table: Table) -> list[Finding]:
    """The verdicts."""
    lines = dict(table.groups("line"))
    first, last = (lines[line] for line in (next(iter(STEPS)), list(STEPS)[-1]))
    gains = [
        f"{line} {100 * (rows.mean('drawn') - before.mean('drawn')):+.1f}"
        for before, (line, rows) in zip(lines.values(), list(lines.items())[1:], strict=False)
    ]
    refused = lines["non-digits among them"].mean("refused")
    return [
        Finding(
            "Accuracy on MNIST says little of accuracy on drawings.",
            "All lines are close on MNIST as published, but far apart on drawings of other slants and styles.",
            f"MNIST: {first.percent('published')} to {last.percent('published')}; "
            f"drawings: {first.percent('drawn')} to {last.percent('drawn')}.",
            last.mean("drawn") - first.mean("drawn") > last.mean("published") - first.mean("published"),
        ),
        Finding(
            "What was learned from other pictures helps where those are met.",
            "Augmentation and generated styles gain more on drawings than on MNIST.",
            "Points on drawings, line by line: " + ", ".join(gains) + f" (n = {len(first)} each).",
            lines["rare styles written"].mean("drawn") > lines["three convolutions"].mean("drawn"),
        ),
        Finding(
            "A network says that something is not a digit only if it has seen what is none.",
            "Without non-digits in training, the eleventh output is never the largest.",
            f"Refused: {lines['rare styles written'].mean('refused'):.1%} before, {refused:.1%} after.",
            refused > 0.5 > lines["rare styles written"].mean("refused"),
        ),
    ]


def draw(table: Table) -> Figure:
    """Errors by line."""

    def plot(axes: Axes) -> None:
        for place, (name, label) in enumerate((("published", "MNIST, held out"), ("drawn", "generated drawings"))):
            points = [(1 - rows.mean(name), rows.spread(name)) for _, rows in table.groups("line")]
            means, spreads = zip(*points, strict=True)
            axes.errorbar(
                means, range(len(points)), xerr=spreads, fmt="o-", color=figures.COLOURS[place], label=label, capsize=3
            )
        axes.set_yticks(range(len(STEPS)), [f"+ {line}" if place else line for place, line in enumerate(STEPS)])
        axes.invert_yaxis()
        axes.set_xscale("log")
        axes.legend()
        figures.label(axes, "Errors, one change a line", "share", "")

    return figures.panels(1, plot, width=6.5, height=3.4)


EXPERIMENT = Experiment(
    "ablation",
    "One change a line",
    "From the dense baseline to the recipe that ships: what is each change worth, on MNIST and on drawings?",
    cases,
    measure,
    judge,
    draw,
)
