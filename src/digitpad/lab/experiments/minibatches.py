"""Minibatches: gradient noise by batch size, what a step and a picture are worth, and how sharp the end is."""

import keras
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from digitpad.lab import figures, networks
from digitpad.lab.data import Data
from digitpad.lab.experiment import Case, Experiment, Finding, Row, Scale
from digitpad.lab.surface import Surface
from digitpad.lab.table import Table

NOISE_BATCHES = (8, 16, 32, 64, 128, 256)
BATCHES = (16, 64, 256, 1_024)
NUM_DRAWS = 200
RATES = {"sgd": 0.1, "adam": 1e-3}


def cases(scale: Scale) -> list[Case]:
    """Batches of which the noise is measured, and training with the same number of steps, or of pictures."""
    number, num_steps, num_epochs = (1_000, 200, 4) if scale.quick else (10_000, 1_500, 10)
    batches = (16, 256) if scale.quick else BATCHES
    return [
        *({"check": "noise", "batch": batch, "seed": seed} for batch in NOISE_BATCHES for seed in scale.seeds),
        *(
            {
                "check": "training",
                "same": same,
                "batch": batch,
                "optimizer": optimizer,
                "seed": seed,
                "number": number,
                "num_epochs": max(1, num_steps * batch // number) if same == "steps" else num_epochs,
            }
            for same, optimizer in (("steps", "sgd"), ("pictures", "sgd"), ("pictures", "adam"))
            for batch in batches
            for seed in scale.seeds
        ),
    ]


def measure(data: Data, case: Case) -> Row:
    """Measure one case."""
    return noise(data, case) if case["check"] == "noise" else train(data, case)


def noise(data: Data, case: Case) -> Row:
    """The variance of the gradient of batches, summed over all parameters, and of it times the size of a batch."""
    rng = np.random.default_rng([case["seed"], case["batch"]])
    pictures = data.train.drawn(2_000, case["seed"])
    surface = Surface(networks.dense(32, seed=case["seed"]), pictures)
    mean = surface.gradient()
    squared = [
        float(np.sum((surface.gradient(rng.integers(0, len(pictures), case["batch"])) - mean) ** 2))
        for _ in range(NUM_DRAWS)
    ]
    return {"variance": float(np.mean(squared)), "times_batch": float(np.mean(squared)) * case["batch"]}


def train(data: Data, case: Case) -> Row:
    """Train, then measure accuracy and sharpness."""
    pictures = data.train.drawn(case["number"], case["seed"])
    network = networks.dense(64, 32, seed=case["seed"])
    make = keras.optimizers.SGD if case["optimizer"] == "sgd" else keras.optimizers.Adam
    history = networks.train(
        network,
        pictures,
        num_epochs=case["num_epochs"],
        optimizer=make(RATES[case["optimizer"]]),
        seed=case["seed"],
        batch_size=case["batch"],
    )
    surface = Surface(network, pictures.first(2_000))
    return {
        "loss": history["loss"][-1],
        "accuracy": networks.accuracy(network, data.held_out),
        "sharpness": surface.sharpness(1e-2),
        "num_steps": case["num_epochs"] * -(-case["number"] // case["batch"]),
    }


def judge(table: Table) -> list[Finding]:
    """The verdicts."""
    noises, training = table.where(check="noise"), table.where(check="training")
    products = [rows.mean("times_batch") for _, rows in noises.groups("batch")]
    spread = max(products) / min(products)
    sgd = {same: training.where(same=same, optimizer="sgd") for same in ("steps", "pictures")}
    batches = training.values("batch")
    small, large = batches[0], batches[-1]

    def loss(same: str, batch: int) -> float:
        return sgd[same].where(batch=batch).mean("loss")

    sharp = {batch: sgd["pictures"].where(batch=batch).mean("sharpness") for batch in batches}
    adam = training.where(optimizer="adam")
    return [
        Finding(
            "The variance of a batch's gradient goes with one over its size.",
            "Variance times size is constant, because a batch is a mean of independent pictures.",
            f"From {NOISE_BATCHES[0]} to {NOISE_BATCHES[-1]} pictures variance times size changes by {spread - 1:.0%} "
            f"({NUM_DRAWS} batches each, n = {len(noises)}).",
            spread < 1.15,
        ),
        Finding(
            "A step on a larger batch is worth more.",
            "After the same number of steps, larger batches have the lower loss.",
            f"Loss after the same steps: {loss('steps', small):.3f} with {small}, "
            f"{loss('steps', large):.3f} with {large}.",
            loss("steps", large) < loss("steps", small),
        ),
        Finding(
            "A picture is worth more in a small batch.",
            "After the same number of pictures, small batches have made more steps and have the lower loss.",
            f"Loss after the same pictures: {loss('pictures', small):.3f} with {small}, "
            f"{loss('pictures', large):.3f} with {large}.",
            loss("pictures", small) < loss("pictures", large),
        ),
        Finding(
            "Small batches end in flatter places than large ones.",
            "Keskar et al. 2017; at the same rate and the same number of steps, where both have come equally far.",
            "Sharpness after the same steps: "
            + ", ".join(f"{sgd['steps'].where(batch=batch).mean('sharpness'):.1f} with {batch}" for batch in batches)
            + "; after the same pictures: "
            + ", ".join(f"{value:.1f} with {batch}" for batch, value in sharp.items()),
            sgd["steps"].where(batch=small).mean("sharpness") < sgd["steps"].where(batch=large).mean("sharpness"),
        ),
        Finding(
            "Adam needs fewer pictures than SGD with large batches.",
            "Its steps do not shrink with the gradient, so few of them go further (Kingma and Ba 2015).",
            f"With {large}: accuracy {adam.where(batch=large).percent('accuracy')} by Adam, "
            f"{sgd['pictures'].where(batch=large).percent('accuracy')} by SGD.",
            adam.where(batch=large).mean("accuracy") > sgd["pictures"].where(batch=large).mean("accuracy"),
        ),
    ]


def draw(table: Table) -> Figure:
    """Noise, loss and sharpness by batch size."""
    training = table.where(check="training")
    kinds = (
        ("steps", "sgd", "SGD, same steps"),
        ("pictures", "sgd", "SGD, same pictures"),
        ("pictures", "adam", "Adam, same pictures"),
    )

    def plot(left: Axes, middle: Axes, right: Axes) -> None:
        points = [(batch, rows.mean("variance")) for batch, rows in table.where(check="noise").groups("batch")]
        at, values = zip(*points, strict=True)
        left.loglog(at, values, "o", color=figures.COLOURS[0], label="measured")
        left.loglog(
            at, [values[0] * at[0] / batch for batch in at], ":", color=figures.COLOURS[5], label="one over size"
        )
        left.legend(fontsize=8)
        figures.label(left, "Variance of the gradient", "batch size", "sum over parameters")
        for axes, name, title in ((middle, "loss", "Loss in the end"), (right, "sharpness", "Sharpness in the end")):
            for place, (same, optimizer, label) in enumerate(kinds):
                rows = training.where(same=same, optimizer=optimizer)
                found = [(batch, some.mean(name)) for batch, some in rows.groups("batch")]
                axes.loglog(*zip(*found, strict=True), "o-", color=figures.COLOURS[place], label=label)
            figures.label(axes, title, "batch size", name)
        middle.legend(fontsize=8)

    return figures.panels(3, plot, width=3.2)


EXPERIMENT = Experiment(
    "minibatches",
    "Minibatches",
    "How noisy is the gradient of a batch, what does a large batch buy, and where does training end?",
    cases,
    measure,
    judge,
    draw,
)
