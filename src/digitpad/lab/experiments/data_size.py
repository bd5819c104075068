"""How much data: accuracy by the number of pictures, for networks that know more or less of pictures beforehand."""

import keras
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from digitpad.lab import figures, networks, nielsen
from digitpad.lab.data import Data
from digitpad.lab.experiment import Case, Experiment, Finding, Row, Scale
from digitpad.lab.table import Table

NUMBERS = (100, 1_000, 10_000, 50_000)
MODELS = ("linear", "nielsen", "dense", "cnn")
BOOK = {100: 0.691, 1_000: 0.889, 10_000: 0.949, 50_000: 0.960}
"""What Nielsen's network reads right, by the number of pictures: chapter 3."""

NEAR = 0.02
NUM_STEPS = 6_000
BOOK_STEPS = 150_000


def cases(scale: Scale) -> list[Case]:
    """Models, numbers of pictures and seeds."""
    numbers, share = (NUMBERS[:2], 30) if scale.quick else (NUMBERS, 1)
    return [
        {
            "model": model,
            "number": number,
            "num_steps": (BOOK_STEPS if model == "nielsen" else NUM_STEPS) // share,
            "seed": seed,
        }
        for model in MODELS
        for number in numbers
        for seed in scale.seeds
    ]


def measure(data: Data, case: Case) -> Row:
    """Train on some pictures for a number of steps that is the same for all, and read the held-out ones."""
    pictures = data.train.drawn(case["number"], case["seed"])
    if case["model"] == "nielsen":
        num_epochs = max(1, case["num_steps"] * nielsen.BATCH // len(pictures))
        network, _ = nielsen.train(pictures, num_epochs=num_epochs, shrinkage=1e-4, seed=case["seed"])
        return {"accuracy": networks.accuracy(network, data.held_out)}
    widths = {"linear": (), "dense": (256, 128)}
    network = (
        networks.cnn(seed=case["seed"])
        if case["model"] == "cnn"
        else networks.dense(*widths[case["model"]], seed=case["seed"])
    )
    batch_size = min(64, len(pictures))
    networks.train(
        network,
        pictures,
        num_epochs=max(1, case["num_steps"] * batch_size // len(pictures)),
        optimizer=keras.optimizers.Adam(1e-3),
        seed=case["seed"],
        batch_size=batch_size,
    )
    return {"accuracy": networks.accuracy(network, data.held_out)}


def judge(table: Table) -> list[Finding]:
    """The verdicts."""
    found = {model: dict(rows.groups("number")) for model, rows in table.groups("model")}
    numbers = table.values("number")
    book = {number: rows.mean("accuracy") for number, rows in found["nielsen"].items()}
    grows = all(np.all(np.diff([rows[number].mean("accuracy") for number in numbers]) > 0) for rows in found.values())
    gains = {
        number: found["cnn"][number].mean("accuracy") - found["dense"][number].mean("accuracy") for number in numbers
    }
    errors = {
        number: (1 - found["cnn"][number].mean("accuracy")) / (1 - found["dense"][number].mean("accuracy"))
        for number in numbers
    }
    return [
        Finding(
            "More data helps every model.",
            "Accuracy rises with every tenfold number of pictures.",
            "; ".join(
                f"{model}: " + ", ".join(f"{number:,} {rows[number].percent('accuracy')}" for number in numbers)
                for model, rows in found.items()
            ),
            grows,
        ),
        Finding(
            "Nielsen's network reads as well here as in his book.",
            "Within 2 points of "
            + ", ".join(f"{BOOK[number]:.1%} after {number:,}" for number in numbers)
            + " (Nielsen 2015).",
            ", ".join(f"{book[number]:.1%} after {number:,}" for number in numbers),
            all(abs(book[number] - BOOK[number]) < NEAR for number in numbers),
        ),
        Finding(
            "Convolution needs less data than a dense network.",
            "Locality and shared weights fit pictures, so the CNN makes fewer errors from the same pictures.",
            ", ".join(
                f"after {number:,}: {100 * gains[number]:+.1f} points, {errors[number]:.2f} times the errors"
                for number in numbers
            ),
            all(gain > 0 for gain in gains.values()),
        ),
    ]


def draw(table: Table) -> Figure:
    """Errors by number of pictures."""

    def plot(axes: Axes) -> None:
        for place, (model, rows) in enumerate(table.groups("model")):
            points = [
                (number, 1 - some.mean("accuracy"), some.spread("accuracy")) for number, some in rows.groups("number")
            ]
            at, errors, spreads = zip(*points, strict=True)
            axes.errorbar(at, errors, spreads, fmt="o-", color=figures.COLOURS[place], label=model, capsize=3)
        known = [number for number in table.values("number") if number in BOOK]
        axes.plot(known, [1 - BOOK[number] for number in known], "x", color=figures.COLOURS[5], label="Nielsen's book")
        axes.set(xscale="log", yscale="log")
        axes.legend()
        figures.label(axes, "Errors on held-out pictures", "pictures to learn from", "share")

    return figures.panels(1, plot, width=5)


EXPERIMENT = Experiment(
    "data-size",
    "How much data",
    "How many pictures does it take, and does it take fewer for a network that is made for pictures?",
    cases,
    measure,
    judge,
    draw,
)
