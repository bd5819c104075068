"""One change a line: from the dense baseline to the recipe that ships, and what each change is worth."""

import tempfile
from itertools import pairwise
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from digitpad.lab import figures
from digitpad.lab.data import Data, draw_lots
from digitpad.lab.experiment import Case, Experiment, Finding, Scale
from digitpad.lab.results import Row
from digitpad.lab.table import Table, tell
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
    "affine changes": _PLAIN.replace(unchanged=0.3, shift_px=1, elastic_px=0.0, stroke_px=0.0),
    "elastic and stroke-width changes": _PLAIN.replace(unchanged=0.3, shift_px=1),
    "strokes redrawn": _PLAIN.replace(unchanged=0.3, shift_px=1, restroked=0.2),
    "rare styles generated": _PLAIN.replace(unchanged=0.3, shift_px=1, restroked=0.2, written=0.2),
    "non-digits": RECIPES["cnn"],
    "five convolutions": RECIPES["pad"],
}
"""What each line adds to the one before; the last also shifts no more and sees more generated digits."""

QUICK_STEPS = ("three convolutions", "non-digits")


def cases(scale: Scale) -> list[Case]:
    """The lines and seeds."""
    lines, number, batch, drawn = (QUICK_STEPS, 800, 32, 200) if scale.quick else (tuple(STEPS), 10_000, 128, 2_000)
    num_epochs = 6 if scale.quick else 10
    return [
        {"line": line, "number": number, "num_epochs": num_epochs, "batch": batch, "num_drawn": drawn, "seed": seed}
        for line in lines
        for seed in scale.seeds
    ]


def measure(data: Data, case: Case) -> Row:
    """Train by the recipe of a line, on few pictures, and read MNIST's held-out digits and generated drawings."""
    num_epochs = case["num_epochs"]
    recipe = STEPS[case["line"]].replace(
        epochs=num_epochs, patience=num_epochs, batch_size=case["batch"], seed=case["seed"]
    )
    network = architectures.build(recipe)
    chosen = data.digits[draw_lots(len(data.digits), case["number"], case["seed"])]
    seen = data.held_out_digits
    mixture, validation = mix(chosen, seen[:500], recipe)
    with tempfile.TemporaryDirectory() as folder:
        fit(network, mixture, validation, recipe, checkpoint=Path(folder) / "checkpoint.npz", watcher=Watcher())
    network = architectures.keep(network, recipe)
    drawn = drawings.generated(seen[500 : 500 + case["num_drawn"]], [23])
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
    plain, last = lines["three convolutions"], list(lines.values())[-1]
    strange = lines["non-digits"]
    num_seeds = len(table.values("seed"))
    errors = {what: (1 - plain.mean(what), 1 - last.mean(what)) for what in ("published", "drawn")}
    fewer = {what: end / start for what, (start, end) in errors.items()}
    return [
        Finding(
            "Accuracy on MNIST says little of accuracy on drawings.",
            "A CNN that has seen nothing but MNIST makes at least twice as many errors on other slants, widths "
            "and styles.",
            f"Three convolutions: {plain.percent('published')} on MNIST, {plain.percent('drawn')} on drawings "
            f"(n = {num_seeds}).",
            errors["drawn"][0] > 2 * errors["published"][0],
        ),
        Finding(
            "What is learned from changed and generated pictures helps on drawings, more than on MNIST.",
            "Errors on drawings fall by the larger factor. (They are drawn by the generator that the last lines learn "
            "from; bench/drawings has real ones.)",
            f"From three convolutions to the last line, errors fall to {fewer['drawn']:.2f} of their number on "
            f"drawings, and to {fewer['published']:.2f} on MNIST; the step to five convolutions is in it (n = "
            f"{num_seeds} each).",
            fewer["drawn"] < min(1, fewer["published"]),
        ),
        Finding(
            "Each change gains something on drawings.",
            "As nearly every one did when Karpathy (2022) took LeCun's network of 1989 to today's; but what refuses "
            "non-digits also refuses some digits.",
            f"Points gained on drawings: {_tell(lines, 'drawn')}. On MNIST: {_tell(lines, 'published')} "
            f"(n = {num_seeds} each).",
            all(np.mean(_gain(below, above, "drawn")) > 0 for below, above in pairwise(lines.values())),
            is_law=False,
        ),
        Finding(
            "A network refuses what is not a digit only if it was trained on non-digits.",
            "Without non-digits in training, the eleventh output is never the largest.",
            f"Refused of non-digits: {plain.percent('refused')} before they were among its pictures, "
            f"{strange.percent('refused')} after (n = {num_seeds} each).",
            strange.mean("refused") > 0.5 and plain.mean("refused") < 0.01,
        ),
    ]


def _gain(below: Table, above: Table, what: str) -> list[float]:
    """What a line adds to an accuracy, in points, for each seed."""
    return [100 * (more - less) for more, less in zip(above.column(what), below.column(what), strict=True)]


def _tell(lines: dict[str, Table], what: str) -> str:
    pairs = pairwise(lines.items())
    return ", ".join(f"{line} {tell(_gain(below, above, what), '+.1f')}" for (_, below), (line, above) in pairs)


def draw(table: Table) -> Figure:
    """Errors by line."""

    def plot(axes: Axes) -> None:
        lines = table.values("line")
        for place, (name, label) in enumerate((("published", "MNIST, held out"), ("drawn", "generated drawings"))):
            points = [(1 - rows.mean(name), rows.spread(name)) for _, rows in table.groups("line")]
            means, spreads = zip(*points, strict=True)
            colour, down = figures.COLOURS[place], range(len(lines))
            axes.errorbar(means, down, xerr=spreads, fmt="o-", color=colour, label=label, capsize=3)
        axes.set_yticks(range(len(lines)), [f"+ {line}" if place else line for place, line in enumerate(lines)])
        axes.invert_yaxis()
        figures.use_logs(axes, "x")
        axes.legend()
        figures.label(axes, "Errors, one change a line", "share", "")

    return figures.panels(1, plot, width=6.5, height=3.4)


EXPERIMENT = Experiment(
    "ablation",
    "One change a line",
    "From the dense baseline to the recipe that ships, on 10,000 pictures: what is each change worth, on MNIST and on "
    "generated drawings?",
    cases,
    measure,
    judge,
    draw,
)
