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
from digitpad.lab.experiment import Case, Experiment, Finding, Row, Scale
from digitpad.lab.table import Table

DEPTH, WIDTH = 8, 128
ACTIVATIONS = ("sigmoid", "tanh", "relu", "silu")
INITIALIZERS = ("he", "glorot", "too small", "too large")
VARIANCES = {"he": 2.0, "glorot": 1.0, "too small": 0.2, "too large": 8.0}
"""Of the weights, times the number of inputs; between layers of one width Glorot's is 1."""

NUM_PROBES = 500


def cases(scale: Scale) -> list[Case]:
    """Activations, initialisations and seeds."""
    return [
        {
            "activation": activation,
            "initializer": initializer,
            "num_pictures": 1_000 if scale.quick else 20_000,
            "seed": seed,
        }
        for activation in ACTIVATIONS
        for initializer in INITIALIZERS
        for seed in scale.seeds
    ]


def measure(data: Data, case: Case) -> Row:
    """Build a deep network, look at it, train it for two epochs, and look again."""
    make = initializer(case["initializer"])
    network = networks.dense(*[WIDTH] * DEPTH, seed=case["seed"], activation=case["activation"], initializer=make)
    probes = data.held_out.first(NUM_PROBES)
    start = look(network, probes)
    history = networks.train(
        network,
        data.train.drawn(case["num_pictures"], case["seed"]),
        num_epochs=2,
        optimizer=keras.optimizers.SGD(0.02, momentum=0.9),
        seed=case["seed"],
        validation=data.held_out.first(1_000),
    )
    accuracy = [value if np.isfinite(value) else 0.0 for value in history["val_accuracy"]]
    return {"start": start, "end": look(network, probes), "accuracy": accuracy[-1]}


def initializer(name: str) -> Callable[[int], Any]:
    """What makes an initialisation of one of `VARIANCES` from a seed."""
    return lambda seed: keras.initializers.VarianceScaling(VARIANCES[name], "fan_in", "untruncated_normal", seed)


def look(network: keras.Model, probes: Pictures) -> dict[str, list[float]]:
    """By hidden layer: the root mean square of activations and of the loss's gradients, and the share of dead units."""
    values, tapes = [], tf.constant(probes.x)
    with tf.GradientTape() as tape:
        for layer in network.layers:
            tapes = layer(tapes)
            tape.watch(tapes)
            values.append(tapes)
        loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(probes.y, values[-1]))
    slopes = tape.gradient(loss, values[:-1])
    hidden = [value.numpy() for value in values[:-1]]
    return {
        "activations": [_size(value) for value in hidden],
        "gradients": [_size(slope.numpy()) for slope in slopes],
        "dead": [float(np.mean((value == 0).all(axis=0))) for value in hidden],
    }


def _size(values: Any) -> float:
    """The root mean square, as a number that JSON has."""
    size = float(np.sqrt(np.mean(np.square(values, dtype=np.float64))))
    return size if np.isfinite(size) else 1e30


def judge(table: Table) -> list[Finding]:
    """The verdicts."""

    def ratio(activation: str, initializer: str, what: str) -> float:
        """The last hidden layer's size over the first's, or for gradients the first's over the last's, at the start."""
        rows = table.where(activation=activation, initializer=initializer).column("start")
        pairs = [(row[what][0], row[what][-1]) for row in rows]
        return float(np.mean([last / first if what == "activations" else first / last for first, last in pairs]))

    def read(activation: str, initializer: str) -> str:
        return table.where(activation=activation, initializer=initializer).percent("accuracy")

    he, small, large = (ratio("relu", initializer, "activations") for initializer in ("he", "too small", "too large"))
    fade = {activation: ratio(activation, "glorot", "gradients") for activation in ACTIVATIONS}
    accuracies = {pair: table.where(activation=pair[0], initializer=pair[1]).mean("accuracy") for pair in _pairs()}
    dead = {
        initializer: float(
            np.mean(
                [np.mean(row["dead"]) for row in table.where(activation="relu", initializer=initializer).column("end")]
            )
        )
        for initializer in INITIALIZERS
    }
    theory = {"too small": 0.1 ** ((DEPTH - 1) / 2), "too large": 4.0 ** ((DEPTH - 1) / 2)}
    return [
        Finding(
            f"He initialisation keeps the size of activations through {DEPTH} layers of ReLU.",
            "Weights of variance 2 / n keep it, so the last layer's is about the first's (He et al. 2015).",
            f"The last layer's is {he:.2f} of the first's.",
            0.5 < he < 2,
        ),
        Finding(
            "Smaller weights let it fade, larger ones explode, by the same factor in every layer.",
            "By the square root of half the variance times n: "
            f"to {theory['too small']:.1e} and {theory['too large']:.0f}.",
            f"To {small:.1e} and {large:.0f}.",
            0.5 < small / theory["too small"] < 2 and 0.5 < large / theory["too large"] < 2,
        ),
        Finding(
            "Gradients vanish through sigmoids, not through ReLU.",
            "A sigmoid's slope is at most 1/4, so eight of them leave little (Glorot and Bengio 2010).",
            "The first layer's gradient as a share of the last's: "
            + ", ".join(f"{activation} {share:.1e}" for activation, share in fade.items()),
            fade["sigmoid"] < 1e-3 < fade["relu"],
        ),
        Finding(
            "So a deep network of sigmoids does not learn where one of ReLU does.",
            "After the same two epochs, at chance against above 90 %.",
            f"sigmoid, Glorot: {read('sigmoid', 'glorot')}; ReLU, He: {read('relu', 'he')}; "
            f"SiLU, He: {read('silu', 'he')}; tanh, Glorot: {read('tanh', 'glorot')}.",
            accuracies["sigmoid", "glorot"] < 0.3 and accuracies["relu", "he"] > 2 * accuracies["sigmoid", "glorot"],
        ),
        Finding(
            "Some ReLUs are dead, and more of them where weights are too large.",
            "A unit that is 0 for every picture gets no gradient any more.",
            "After training: " + ", ".join(f"{initializer} {share:.1%}" for initializer, share in dead.items()),
            dead["too large"] >= dead["he"],
        ),
    ]


def _pairs() -> list[tuple[str, str]]:
    return [(activation, initializer) for activation in ACTIVATIONS for initializer in INITIALIZERS]


def draw(table: Table) -> Figure:
    """Activations and gradients by layer at the start, and accuracy after two epochs."""

    def plot(left: Axes, middle: Axes, right: Axes) -> None:
        for place, initializer in enumerate(INITIALIZERS):
            rows = table.where(activation="relu", initializer=initializer).column("start")
            left.semilogy(
                range(1, DEPTH + 1),
                np.mean([row["activations"] for row in rows], axis=0),
                "o-",
                color=figures.COLOURS[place],
                label=initializer,
            )
        left.legend(fontsize=8)
        figures.label(left, "ReLU: activations at the start", "layer", "root mean square")
        for place, activation in enumerate(ACTIVATIONS):
            rows = table.where(activation=activation, initializer="glorot").column("start")
            middle.semilogy(
                range(1, DEPTH + 1),
                np.mean([row["gradients"] for row in rows], axis=0),
                "o-",
                color=figures.COLOURS[place],
                label=activation,
            )
        middle.legend(fontsize=8)
        figures.label(middle, "Glorot: gradients at the start", "layer", "root mean square")
        grid = [[table.where(activation=a, initializer=i).mean("accuracy") for i in INITIALIZERS] for a in ACTIVATIONS]
        right.imshow(grid, vmin=0, vmax=1, cmap="Blues", aspect="auto")
        for row, values in enumerate(grid):
            for column, value in enumerate(values):
                right.text(
                    column,
                    row,
                    f"{100 * value:.0f}",
                    ha="center",
                    va="center",
                    color="white" if value > 0.6 else "black",
                )
        right.set_xticks(range(len(INITIALIZERS)), INITIALIZERS, fontsize=8)
        right.set_yticks(range(len(ACTIVATIONS)), ACTIVATIONS)
        figures.label(right, "Accuracy after two epochs, %", "", "")

    return figures.panels(3, plot, width=3.2)


EXPERIMENT = Experiment(
    "initialisation",
    "Initialisation and activation",
    "What do the first weights and the activation do to signals and gradients in a deep network?",
    cases,
    measure,
    judge,
    draw,
)
