"""Capacity: labels learned by heart, labels corrupted in part, and double descent."""

import keras
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy.linalg import lstsq

from digitpad.lab import figures, networks
from digitpad.lab.data import Data, Pictures
from digitpad.lab.experiment import Case, Experiment, Finding, Row, Scale
from digitpad.lab.table import Table

SHARES = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
FEATURES = (0.1, 0.2, 0.4, 0.6, 0.8, 0.9, 0.95, 1.0, 1.05, 1.1, 1.3, 1.6, 2.0, 4.0, 8.0)
"""Random features per picture."""


def cases(scale: Scale) -> list[Case]:
    """Shares of labels that are drawn by lot, and numbers of random features."""
    number, num_epochs, num_pictures = (300, 150, 200) if scale.quick else (5_000, 150, 1_000)
    return [
        *(
            {"check": "corruption", "share": share, "number": number, "num_epochs": num_epochs, "seed": seed}
            for share in SHARES
            for seed in scale.seeds
        ),
        *(
            {"check": "descent", "ratio": ratio, "number": num_pictures, "seed": seed}
            for ratio in FEATURES
            for seed in scale.seeds
        ),
    ]


def measure(data: Data, case: Case) -> Row:
    """Measure one case."""
    return corrupt(data, case) if case["check"] == "corruption" else descend(data, case)


def corrupt(data: Data, case: Case) -> Row:
    """Learn labels of which a share is drawn by lot, to the end."""
    rng = np.random.default_rng([3, case["seed"]])
    pictures = data.train.drawn(case["number"], case["seed"])
    lots = rng.random(len(pictures)) < case["share"]
    labels = np.where(lots, rng.integers(0, 10, len(pictures)), pictures.y).astype(np.int32)
    network = networks.dense(512, seed=case["seed"])
    history = networks.train(
        network,
        Pictures(pictures.x, labels),
        num_epochs=case["num_epochs"],
        optimizer=keras.optimizers.Adam(1e-3),
        seed=case["seed"],
        batch_size=128,
    )
    return {"train": history["accuracy"][-1], "held_out": networks.accuracy(network, data.held_out)}


def descend(data: Data, case: Case) -> Row:
    """The least-squares fit of smallest norm on random ReLU features, whose number passes that of the pictures."""
    pictures = data.train.drawn(case["number"], case["seed"])
    rng = np.random.default_rng([5, case["seed"]])
    number = round(case["ratio"] * len(pictures))
    directions = rng.normal(size=(784, number)) / np.sqrt(784)
    inside, outside = (np.maximum(each.x @ directions, 0) for each in (pictures, data.held_out))
    weights, *_ = lstsq(inside, np.eye(10)[pictures.y], lapack_driver="gelsd", check_finite=False)
    held_out = outside @ weights
    return {
        "train_error": float(np.mean((inside @ weights - np.eye(10)[pictures.y]) ** 2)),
        "error": float(np.mean((held_out - np.eye(10)[data.held_out.y]) ** 2)),
        "accuracy": float(np.mean(held_out.argmax(axis=1) == data.held_out.y)),
        "norm": float(np.linalg.norm(weights)),
    }


def judge(table: Table) -> list[Finding]:
    """The verdicts."""
    corrupted, descent = table.where(check="corruption"), table.where(check="descent")
    lots = corrupted.where(share=1.0)
    held_out = {share: rows.mean("held_out") for share, rows in corrupted.groups("share")}
    errors = {ratio: rows.mean("error") for ratio, rows in descent.groups("ratio")}
    peak = max(errors, key=lambda ratio: errors[ratio])
    below = min(value for ratio, value in errors.items() if ratio < 0.9)
    return [
        Finding(
            "A network learns labels by heart that were drawn by lot.",
            "All of them, although there is nothing to learn; on others it is at chance (Zhang et al. 2017).",
            f"{lots.percent('train')} of its {lots[0]['number']:,} pictures; {lots.percent('held_out')} of others.",
            lots.mean("train") > 0.95 and abs(lots.mean("held_out") - 0.1) < 0.05,
        ),
        Finding(
            "The more labels are wrong, the less it reads, step by step.",
            "It learns the wrong ones by heart too, and reads others the worse for it.",
            ", ".join(f"{share:.0%} by lot: {value:.1%}" for share, value in held_out.items()),
            bool(np.all(np.diff(list(held_out.values())) < 0)),
        ),
        Finding(
            "The error peaks where there are as many features as pictures, and falls again beyond.",
            "Double descent: the only fit is wild there; with more there are smoother ones (Belkin et al. 2019).",
            f"The peak is at {peak:g} features a picture, {errors[peak] / below:.0f} times the least error before it.",
            0.9 <= peak <= 1.1 and errors[peak] > 3 * below,
        ),
        Finding(
            "Far beyond, the error is lower than anywhere before the peak.",
            "The fit of smallest norm is the better the more features it chooses from.",
            f"{errors[max(errors)]:.3f} with {max(errors):g} features a picture, {below:.3f} at best before the peak.",
            errors[max(errors)] < below,
        ),
    ]


def draw(table: Table) -> Figure:
    """Accuracy by corruption, and error by the number of features."""
    corrupted, descent = table.where(check="corruption"), table.where(check="descent")

    def plot(left: Axes, right: Axes) -> None:
        for place, (name, label) in enumerate((("train", "its own pictures"), ("held_out", "held-out pictures"))):
            points = [(share, rows.mean(name), rows.spread(name)) for share, rows in corrupted.groups("share")]
            at, means, spreads = zip(*points, strict=True)
            left.errorbar(at, means, spreads, fmt="o-", color=figures.COLOURS[1 - place], label=label, capsize=3)
        left.legend()
        figures.label(left, "Labels drawn by lot", "share of labels", "accuracy in the end")
        for place, (name, label) in enumerate((("error", "held out"), ("train_error", "its own"))):
            points = [(ratio, rows.mean(name) + 1e-12) for ratio, rows in descent.groups("ratio")]
            right.loglog(*zip(*points, strict=True), "o-", color=figures.COLOURS[place], label=label)
        right.axvline(1, linestyle=":", linewidth=0.8)
        right.set_ylim(1e-3, None)
        right.legend()
        figures.label(right, "Random ReLU features", "features per picture", "squared error")

    return figures.panels(2, plot)


EXPERIMENT = Experiment(
    "capacity",
    "Capacity",
    "What can a network learn by heart, and why does a larger one not read worse?",
    cases,
    measure,
    judge,
    draw,
)
