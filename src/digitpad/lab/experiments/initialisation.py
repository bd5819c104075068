"""Initialisation and activation: size of activations and gradients by layer, dead units, and how fast each learns."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from digitpad.lab import figures, networks
from digitpad.lab.data import Data, Pictures
from digitpad.lab.experiment import Case, Experiment, Finding, Scale
from digitpad.lab.losses import cross_entropy
from digitpad.lab.results import Row
from digitpad.lab.table import DIVERGED, Table, finite
from digitpad.lab.training import Training, watch

DEPTH, WIDTH = 8, 128
NUM_PROBES = 500
NUM_EPOCHS = 3
RATE, LARGE_RATE = 0.02, 0.1
VARIANCES = {"He": 2.0, "Glorot": 1.0, "too small": 0.2, "too large": 8.0}
"""Of the weights, times the number of inputs; between layers of one width Glorot's is 1."""

ACTIVATIONS = {"sigmoid": "Glorot", "tanh": "Glorot", "relu": "He", "silu": "He"}
"""With the usual initialisation of each."""


def cases(scale: Scale) -> list[Case]:
    """Activations, initialisations and seeds; ReLU at a large rate too."""
    pairs = [(activation, initializer) for activation in ACTIVATIONS for initializer in VARIANCES]
    if scale.quick:
        pairs = [pair for pair in pairs if pair[0] == "relu" or pair[1] == ACTIVATIONS[pair[0]]]
    settings = [*((*pair, RATE) for pair in pairs), ("relu", "He", LARGE_RATE)]
    return [
        {
            "activation": activation,
            "initializer": initializer,
            "rate": rate,
            "number": 2_000 if scale.quick else 20_000,
            "seed": seed,
        }
        for activation, initializer, rate in settings
        for seed in scale.seeds
    ]


def measure(data: Data, case: Case) -> Row:
    """Build a deep network, look at it, train it, and look again."""
    make = initialise(case["initializer"])
    network = networks.dense(*[WIDTH] * DEPTH, seed=case["seed"], activation=case["activation"], initializer=make)
    probes = data.held_out.first(NUM_PROBES)
    start = look(network, probes)
    optimizer = keras.optimizers.SGD(case["rate"], momentum=0.9)
    training = Training(network, data.train.drawn(case["number"], case["seed"]), optimizer, seed=case["seed"])
    history = watch(training, network, data.held_out.first(1_000), NUM_EPOCHS)
    return {"start": start, "end": look(network, probes), "accuracy": history.accuracy[-1], "epochs": history.accuracy}


def initialise(name: str) -> Callable[[int], Any]:
    """What makes an initialisation of one of `VARIANCES` from a seed."""
    return lambda seed: keras.initializers.VarianceScaling(VARIANCES[name], "fan_in", "untruncated_normal", seed)


def look(network: keras.Model, probes: Pictures) -> dict[str, list[float]]:
    """By hidden layer: the root mean square of activations and of the loss's gradients, and the share of dead units."""
    values, value = [], tf.constant(probes.x)
    with tf.GradientTape() as tape:
        for layer in network.layers:
            value = layer(value)
            tape.watch(value)
            values.append(value)
        loss = cross_entropy(value, probes.y)
    hidden = values[:-1]
    return {
        "activations": [_size(value) for value in hidden],
        "gradients": [_size(slope) for slope in tape.gradient(loss, hidden)],
        "dead": [float(np.mean(np.all(value.numpy() == 0, axis=0))) for value in hidden],
    }


def _size(values: Any) -> float:
    """The root mean square."""
    return finite(float(np.sqrt(np.mean(np.square(values.numpy(), dtype=np.float64)))))


def judge(table: Table) -> list[Finding]:
    """The verdicts."""
    usual, num_seeds = table.where(rate=RATE), len(table.values("seed"))

    def grown(initializer: str) -> float:
        """The activations of the last hidden layer of ReLUs over those of the first, at the start."""
        rows = usual.where(activation="relu", initializer=initializer).column("start")
        return float(np.mean([row["activations"][-1] / row["activations"][0] for row in rows]))

    def faded(activation: str) -> float:
        """The gradients of the first hidden layer over those of the last, at the start."""
        rows = usual.where(activation=activation, initializer=ACTIVATIONS[activation]).column("start")
        return float(np.mean([row["gradients"][0] / row["gradients"][-1] for row in rows]))

    def dead(rows: Table, when: str) -> float:
        return float(np.mean([row["dead"] for row in rows.column(when)]))

    own = {name: usual.where(activation=name, initializer=made) for name, made in ACTIVATIONS.items()}
    relu = {initializer: usual.where(activation="relu", initializer=initializer) for initializer in VARIANCES}
    theory = {name: (VARIANCES[name] / 2) ** ((DEPTH - 1) / 2) for name in ("too small", "too large")}
    shares = {name: faded(name) for name in ACTIVATIONS}
    large = table.where(rate=LARGE_RATE)
    alive = Table(row for row in large if row["end"]["activations"][-1] < DIVERGED)
    killed = [dead(relu["He"], "start"), dead(relu["He"], "end"), dead(alive, "end")]
    return [
        Finding(
            f"He initialisation keeps the size of activations through {DEPTH} layers of ReLU.",
            "Weights of variance 2 / n do, so the last layer's are half to twice as large as the first's (He et al. "
            "2015).",
            f"The last layer's are {grown('He'):.2f} of the first's (n = {num_seeds}).",
            0.5 < grown("He") < 2,
        ),
        Finding(
            "Smaller weights let them fade and larger ones explode, by the same factor in every layer.",
            f"Each of {DEPTH - 1} layers multiplies them by the square root of n times the variance over 2: to "
            f"{theory['too small']:.1e} of the first's for a variance of {VARIANCES['too small']:g} / n, and to "
            f"{theory['too large']:.0f} times for {VARIANCES['too large']:g} / n.",
            f"To {grown('too small'):.1e} and {grown('too large'):.0f} (n = {num_seeds} each).",
            all(0.5 < grown(name) / expected < 2 for name, expected in theory.items()),
        ),
        Finding(
            "Gradients vanish through sigmoids, not through ReLU.",
            f"A sigmoid's slope is at most 1/4, so {DEPTH - 1} of them leave at most about {0.25 ** (DEPTH - 1):.0e} "
            "(Bengio et al. 1994).",
            "The first layer's gradient over the last's: "
            + ", ".join(f"{name} {share:.1e}" for name, share in shares.items())
            + f" (n = {num_seeds} each, each with its usual initialisation).",
            shares["sigmoid"] < 1e-3 < 0.1 < shares["relu"],
        ),
        Finding(
            "So a deep network of sigmoids does not learn where one of ReLU, tanh or SiLU does.",
            f"After the same {NUM_EPOCHS} epochs it is near chance, the others are above 60 %.",
            ", ".join(f"{name} {rows.percent('accuracy')}" for name, rows in own.items()) + f" (n = {num_seeds} each).",
            own["sigmoid"].mean("accuracy") < 0.3
            and min(own[name].mean("accuracy") for name in ("relu", "tanh", "silu")) > 0.6,
        ),
        Finding(
            "ReLU learns from weights of about the right size, not from ones that are far too small or too large.",
            f"With a variance of {VARIANCES['too small']:g} / n no signal is left; with {VARIANCES['too large']:g} / "
            "n training diverges.",
            ", ".join(f"{name} {rows.percent('accuracy')}" for name, rows in relu.items())
            + f" (n = {num_seeds} each).",
            min(relu[name].mean("accuracy") for name in ("He", "Glorot"))
            > 2 * max(relu[name].mean("accuracy") for name in ("too small", "too large")),
        ),
        Finding(
            "A rate that is too large kills ReLUs.",
            "A large step can leave a unit 0 for every picture, and then it gets no gradient any more.",
            f"Dead for all of {NUM_PROBES} pictures: {killed[0]:.1%} at the start, {killed[1]:.1%} after training at "
            f"rate {RATE}, {killed[2]:.1%} at {LARGE_RATE} (n = {num_seeds} each, but "
            f"{len(alive)} at {LARGE_RATE}, where the others diverged).",
            killed[2] > 1.5 * max(killed[:2]),
        ),
    ]


def draw(table: Table) -> Figure:
    """Activations and gradients by layer, before and after training, and accuracy."""
    usual = table.where(rate=RATE)
    depths = range(1, DEPTH + 1)

    def sizes(axes: Axes, rows: Table, what: str, place: int, name: str) -> None:
        for when, style in (("start", "o-"), ("end", ":")):
            means = np.exp(np.mean([np.log(np.add(row[what], 1e-30)) for row in rows.column(when)], axis=0))
            axes.semilogy(
                depths,
                means,
                style,
                color=figures.COLOURS[place],
                markersize=4,
                label=name if when == "start" else None,
            )

    def plot(left: Axes, middle: Axes, right: Axes) -> None:
        for place, initializer in enumerate(VARIANCES):
            sizes(left, usual.where(activation="relu", initializer=initializer), "activations", place, initializer)
        for place, (activation, initializer) in enumerate(ACTIVATIONS.items()):
            rows = usual.where(activation=activation, initializer=initializer)
            sizes(middle, rows, "gradients", place, f"{activation}, {initializer}")
            for row in rows.where(seed=0):
                right.plot(
                    range(1, NUM_EPOCHS + 1), row["epochs"], "o-", color=figures.COLOURS[place], label=activation
                )
        for axes in (left, middle, right):
            axes.legend(fontsize=7)
        left.set_ylim(1e-5, 1e4)  # without what has diverged
        right.set_ylim(0, 1)
        right.set_xticks(range(1, NUM_EPOCHS + 1))
        figures.label(left, "ReLU: activations; dotted: trained", "layer", "root mean square")
        figures.label(middle, "Gradients; dotted: trained", "layer", "root mean square")
        figures.label(right, "How fast each learns", "epoch", "accuracy")

    return figures.panels(3, plot, width=3.4)


EXPERIMENT = Experiment(
    "initialisation",
    "Initialisation and activation",
    "What do the first weights and the activation do to signals and gradients in a deep network?",
    cases,
    measure,
    judge,
    draw,
)
