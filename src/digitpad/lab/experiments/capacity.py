"""Capacity: labels learned by heart, labels corrupted in part, double descent, and the implicit bias of descent."""

from collections.abc import Callable

import keras
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray
from scipy.linalg import lstsq

from digitpad.lab import figures, networks
from digitpad.lab.data import Data, Pictures
from digitpad.lab.experiment import Case, Experiment, Finding, Scale
from digitpad.lab.results import Row
from digitpad.lab.table import Table
from digitpad.lab.training import train

SHARES = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
FEATURES = (0.1, 0.2, 0.4, 0.6, 0.8, 0.9, 0.95, 1.0, 1.05, 1.1, 1.3, 1.6, 2.0, 4.0, 8.0)
"""Random features per picture."""

BIAS_STEPS = (10, 100, 1_000, 10_000)
BIAS_RATIO = 4.0  # features per picture


def cases(scale: Scale) -> list[Case]:
    """Shares of labels that are drawn by lot, and numbers of random features."""
    number, num_epochs, num_pictures = (300, 100, 100) if scale.quick else (5_000, 150, 1_000)
    ratios = FEATURES[1::2] if scale.quick else FEATURES
    return [
        *(
            {"check": "corruption", "share": share, "number": number, "num_epochs": num_epochs, "seed": seed}
            for share in SHARES
            for seed in scale.seeds
        ),
        *(
            {"check": "features", "ratio": ratio, "number": num_pictures, "seed": seed}
            for ratio in ratios
            for seed in scale.seeds
        ),
        *(
            {"check": "bias", "start": start, "number": 50, "seed": seed}
            for start in (0.0, 1.0)
            for seed in scale.seeds
        ),
    ]


def measure(data: Data, case: Case) -> Row:
    """Measure one case."""
    return {"corruption": corrupt, "features": fit_features, "bias": follow}[case["check"]](data, case)


def corrupt(data: Data, case: Case) -> Row:
    """Learn labels of which a share is drawn by lot, to the end."""
    rng = np.random.default_rng([3, case["seed"]])
    pictures = data.train.drawn(case["number"], case["seed"])
    lots = rng.random(len(pictures)) < case["share"]
    labels = np.where(lots, rng.integers(0, 10, len(pictures)), pictures.y).astype(np.int32)
    network = networks.dense(512, seed=case["seed"])
    shown, optimizer = Pictures(pictures.x, labels), keras.optimizers.Adam(1e-3)
    train(network, shown, optimizer, num_epochs=case["num_epochs"], seed=case["seed"], batch_size=128)
    return {"train": networks.accuracy(network, shown), "held_out": networks.accuracy(network, data.held_out)}


def fit_features(data: Data, case: Case) -> Row:
    """The least-squares fit of smallest norm on random ReLU features, whose number passes that of the pictures."""
    pictures = data.train.drawn(case["number"], case["seed"])
    features = _features(case["ratio"], pictures, case["seed"])
    inside, outside, told = features(pictures), features(data.held_out), np.eye(10)
    weights, *_ = lstsq(inside, told[pictures.y], cond=1e-9)
    said = outside @ weights
    return {
        "train_error": float(np.mean((inside @ weights - told[pictures.y]) ** 2)),
        "error": float(np.mean((said - told[data.held_out.y]) ** 2)),
        "accuracy": float(np.mean(said.argmax(axis=1) == data.held_out.y)),
    }


def follow(data: Data, case: Case) -> Row:
    """How far gradient descent is from the fit of smallest norm, as a share of its norm, after some steps."""
    pictures = data.train.drawn(case["number"], case["seed"])
    inside, told = _features(BIAS_RATIO, pictures, case["seed"])(pictures), np.eye(10)[pictures.y]
    least, *_ = lstsq(inside, told, cond=1e-9)
    weights = case["start"] * np.random.default_rng(case["seed"]).normal(size=least.shape) / np.sqrt(len(least))
    rate = 1 / np.linalg.norm(inside, 2) ** 2
    far = []
    for step in range(1, BIAS_STEPS[-1] + 1):
        weights -= rate * inside.T @ (inside @ weights - told)
        if step in BIAS_STEPS:
            far.append(float(np.linalg.norm(weights - least) / np.linalg.norm(least)))
    return {"far": far, "last": far[-1], "train_error": float(np.mean((inside @ weights - told) ** 2))}


def _features(ratio: float, pictures: Pictures, seed: int) -> Callable[[Pictures], NDArray[np.float64]]:
    """Random ReLU features, so many per picture."""
    number = round(ratio * len(pictures))
    directions = np.random.default_rng([5, seed]).normal(size=(784, number)) / np.sqrt(784)
    return lambda shown: np.maximum(shown.x @ directions, 0)


def judge(table: Table) -> list[Finding]:
    """The verdicts."""
    corrupted, features = table.where(check="corruption"), table.where(check="features")
    lots, num_seeds = corrupted.where(share=1.0), len(table.values("seed"))
    held_out = {share: rows.mean("held_out") for share, rows in corrupted.groups("share")}
    errors = {ratio: rows.mean("error") for ratio, rows in features.groups("ratio")}
    peak, most = max(errors, key=lambda ratio: errors[ratio]), max(errors)
    below = min(error for ratio, error in errors.items() if ratio < 0.9)
    zero, elsewhere = (table.where(check="bias", start=start) for start in (0.0, 1.0))
    return [
        Finding(
            "A network memorises random labels.",
            "All of them, although there is nothing to learn; on others it is at chance (Zhang et al. 2017).",
            f"{lots.percent('train')} of its {lots[0]['number']:,} pictures, {lots.percent('held_out')} of others "
            f"(n = {num_seeds}).",
            lots.mean("train") > 0.95 and abs(lots.mean("held_out") - 0.1) < 0.05,
        ),
        Finding(
            "The more labels are wrong, the less it reads, step by step.",
            "It learns the wrong ones by heart too, and reads others the worse for it.",
            ", ".join(f"{share:.0%} random: {rows.percent('held_out')}" for share, rows in corrupted.groups("share"))
            + f" (n = {num_seeds} each).",
            bool(np.all(np.diff(list(held_out.values())) < 0)),
        ),
        Finding(
            "The error peaks where there are as many features as pictures, and falls again beyond.",
            "Double descent: there is only one fit there, and it is wild; with more there are smoother ones (Belkin et "
            "al. 2019).",
            f"The peak is at {peak:g} features a picture, {errors[peak] / below:.0f} times the least error before it "
            f"(n = {num_seeds} each).",
            0.9 <= peak <= 1.1 and errors[peak] > 3 * below,
        ),
        Finding(
            "Far beyond the peak, the error is lower than anywhere before it.",
            "The fit of smallest norm improves with the number of features that it chooses from.",
            f"Squared error {errors[most]:.4f} with {most:g} features a picture, {below:.4f} at best before the peak "
            f"(n = {num_seeds} each).",
            errors[most] < below,
        ),
        Finding(
            "Of all perfect fits, gradient descent from zero finds the one of smallest norm by itself.",
            "Its implicit bias, within 5 % here: it never leaves the span of the pictures' features. From elsewhere "
            "it ends elsewhere.",
            f"After {BIAS_STEPS[-1]:,} steps {zero.mean('last'):.1e} of that fit's norm away from it, and "
            f"{elsewhere.mean('last'):.2g} if it begins at random weights (n = {num_seeds} each).",
            max(zero.column("train_error") + elsewhere.column("train_error")) < 1e-3
            and zero.mean("last") < 0.05
            and elsewhere.mean("last") > 10 * zero.mean("last"),
        ),
    ]


def draw(table: Table) -> Figure:
    """Accuracy by corruption, error by the number of features, and the way of descent."""
    corrupted, features = table.where(check="corruption"), table.where(check="features")

    def plot(left: Axes, middle: Axes, right: Axes) -> None:
        for place, (name, label) in enumerate((("held_out", "other pictures"), ("train", "its own pictures"))):
            figures.series(left, corrupted, "share", name, place, label)
        left.set_ylim(0, 1.05)
        figures.label(left, "Random labels", "share of labels", "accuracy in the end")
        for place, (name, label) in enumerate((("error", "other pictures"), ("train_error", "its own pictures"))):
            figures.series(middle, features, "ratio", name, place, label)
        middle.axvline(1, linestyle=":", linewidth=0.8)
        figures.use_logs(middle, "xy")
        middle.set_ylim(1e-3, None)
        figures.label(middle, "Random ReLU features", "features per picture", "squared error")
        for place, (start, rows) in enumerate(table.where(check="bias").groups("start")):
            label = "from random weights" if start else "from zero"
            right.loglog(
                BIAS_STEPS, np.mean(rows.column("far"), axis=0), "o-", color=figures.COLOURS[place], label=label
            )
        figures.label(right, "Descent on 4 features a picture", "step", "distance to the least fit")
        for axes in (left, middle, right):
            axes.legend(fontsize=8)

    return figures.panels(3, plot, width=3.4)


EXPERIMENT = Experiment(
    "capacity",
    "Capacity",
    "What can a network learn by heart, and why does a larger one not read worse?",
    cases,
    measure,
    judge,
    draw,
)
