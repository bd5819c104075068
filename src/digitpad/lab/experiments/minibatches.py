"""Minibatches: gradient noise by batch size, what a step and a picture are worth, and how sharp the end is."""

import keras
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from digitpad.lab import figures, networks
from digitpad.lab.data import Data
from digitpad.lab.experiment import Case, Experiment, Finding, Scale
from digitpad.lab.results import Row
from digitpad.lab.surface import Surface
from digitpad.lab.table import Table, finite
from digitpad.lab.training import Training

NOISE_BATCHES = (8, 16, 32, 64, 128, 256)
NUM_DRAWS = 200
OPTIMIZERS = {"SGD": keras.optimizers.SGD, "Adam": keras.optimizers.Adam}
RATES = {"SGD": (0.03, 0.1, 0.3, 1.0, 3.0), "Adam": (3e-4, 1e-3, 3e-3, 1e-2, 3e-2)}
USUAL = 0.1


def cases(scale: Scale) -> list[Case]:
    """Batches of which the noise is measured; training with as many steps, or pictures; SGD and Adam at some rates."""
    number, num_steps, num_epochs, batches = (
        (1_000, 300, 8, (16, 1_000)) if scale.quick else (8_000, 2_000, 15, (16, 64, 256, 1_024, 8_000))
    )
    length = {"steps": [num_steps] * len(batches), "pictures": [num_epochs * (number // batch) for batch in batches]}
    base = {"check": "training", "number": number}
    ends = batches[0], batches[-1]
    return [
        *({"check": "noise", "batch": batch, "seed": seed} for batch in NOISE_BATCHES for seed in scale.seeds),
        *(
            {**base, "same": same, "optimizer": "SGD", "rate": USUAL, "batch": batch, "num_steps": steps, "seed": seed}
            for same, each in length.items()
            for batch, steps in zip(batches, each, strict=True)
            for seed in scale.seeds
        ),
        *(
            {
                **base,
                "same": "race",
                "optimizer": name,
                "rate": rate,
                "batch": batch,
                "num_steps": num_steps // 5,
                "seed": seed,
            }
            for name, rates in RATES.items()
            for rate in (rates[1:4] if scale.quick else rates)
            for batch in ends
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
    draws = rng.integers(0, len(pictures), (NUM_DRAWS, case["batch"]))
    squared = [float(np.sum((surface.gradient(chosen) - mean) ** 2)) for chosen in draws]
    return {"variance": float(np.mean(squared)), "times_batch": float(np.mean(squared)) * case["batch"]}


def train(data: Data, case: Case) -> Row:
    """Train, then measure loss, accuracy and sharpness."""
    pictures = data.train.drawn(case["number"], case["seed"])
    network = networks.dense(64, 32, seed=case["seed"])
    optimizer = OPTIMIZERS[case["optimizer"]](case["rate"])
    Training(network, pictures, optimizer, seed=case["seed"], batch_size=case["batch"]).take(case["num_steps"])
    surface = Surface(network, pictures)
    return {
        "loss": finite(surface.value()),
        "accuracy": networks.accuracy(network, data.held_out),
        "sharpness": surface.sharpness(1e-2) if case["same"] != "race" else None,
    }


def judge(table: Table) -> list[Finding]:
    """The verdicts."""
    noises, training = table.where(check="noise"), table.where(check="training")
    num_seeds = len(table.values("seed"))
    products = [rows.mean("times_batch") for _, rows in noises.groups("batch")]
    spread = max(products) / min(products)
    same = {what: dict(training.where(same=what).groups("batch")) for what in ("steps", "pictures")}
    small, large = min(same["steps"]), max(same["steps"])
    race = {name: training.where(same="race", optimizer=name) for name in OPTIMIZERS}
    best = {
        (name, batch): min((some.mean("loss"), rate) for rate, some in rows.where(batch=batch).groups("rate"))
        for name, rows in race.items()
        for batch in (small, large)
    }

    def tell(what: str, column: str) -> str:
        return ", ".join(f"{rows.mean(column):.3g} with {batch:,}" for batch, rows in same[what].items())

    def compare(what: str, column: str) -> float:
        return float(same[what][small].mean(column) / same[what][large].mean(column))

    return [
        Finding(
            "The variance of a batch's gradient goes with one over its size.",
            "Variance times size is constant, because a batch is a mean of independent pictures.",
            f"From {NOISE_BATCHES[0]} to {NOISE_BATCHES[-1]} pictures it is constant within {spread - 1:.0%} "
            f"({NUM_DRAWS} batches of each size, n = {num_seeds}).",
            spread < 1.15,
        ),
        Finding(
            "A step on a larger batch is worth more.",
            "After the same number of steps, the largest batch has a lower loss than the smallest: less noise in each.",
            f"Training loss after {same['steps'][small][0]['num_steps']:,} steps: {tell('steps', 'loss')} (n = "
            f"{num_seeds} each).",
            compare("steps", "loss") > 1,
        ),
        Finding(
            "A picture is worth more in a small batch.",
            "After the same number of pictures, the smallest batch has made most steps, and has a lower loss than the "
            "largest.",
            f"Training loss after {small * same['pictures'][small][0]['num_steps']:,} pictures: "
            f"{tell('pictures', 'loss')} (n = {num_seeds} each).",
            compare("pictures", "loss") < 1,
        ),
        Finding(
            "Small batches end in flatter regions than large ones.",
            "The largest eigenvalue of the Hessian is smaller with the smallest batch than with the largest, after the "
            "same steps and after the same pictures (Keskar et al. 2017, by another measure, after training to the "
            "end).",
            f"Sharpness after the same steps: {tell('steps', 'sharpness')}; after the same pictures: "
            f"{tell('pictures', 'sharpness')} (n = {num_seeds} each).",
            compare("steps", "sharpness") < 1 and compare("pictures", "sharpness") < 1,
        ),
        Finding(
            "With its rate tuned, Adam does not do worse than SGD, with small batches or large.",
            "A more general optimizer, tuned, is at least as good (Choi et al. 2019, who tune more than the rate). "
            "Held if its loss is at most 5 % above.",
            f"Least loss of {len(race['SGD'].values('rate'))} rates each, after {race['SGD'][0]['num_steps']} steps: "
            + ", ".join(f"{name} {loss:.3g} with {n:,} (rate {rate:g})" for (name, n), (loss, rate) in best.items())
            + f" (n = {num_seeds} each).",
            all(best["Adam", batch][0] <= 1.05 * best["SGD", batch][0] for batch in (small, large)),
        ),
    ]


def draw(table: Table) -> Figure:
    """Noise, loss and sharpness by batch size."""
    training = table.where(check="training")

    def plot(left: Axes, middle: Axes, right: Axes) -> None:
        noises = table.where(check="noise")
        figures.series(left, noises, "batch", "variance", 0, "measured", style="o")
        at, first = noises.values("batch"), noises.where(batch=NOISE_BATCHES[0]).mean("variance")
        left.plot(at, [first * at[0] / batch for batch in at], ":", color=figures.COLOURS[5], label="one over size")
        figures.label(left, "Variance of the gradient", "batch size", "sum over parameters")
        for axes, name in ((middle, "loss"), (right, "sharpness")):
            for place, what in enumerate(("steps", "pictures")):
                figures.series(axes, training.where(same=what), "batch", name, place, f"same {what}")
            figures.label(axes, f"{name.capitalize()} in the end, SGD", "batch size", name)
        for axes in (left, middle, right):
            figures.use_logs(axes, "xy")
            axes.legend(fontsize=8)

    return figures.panels(3, plot, width=3.4)


EXPERIMENT = Experiment(
    "minibatches",
    "Minibatches",
    "How noisy is the gradient of a batch, what does a large batch buy, and where does training end?",
    cases,
    measure,
    judge,
    draw,
)
