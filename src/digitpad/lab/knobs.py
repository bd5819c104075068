"""What the knobs of the notebook turn: small trainings that take a second, and what they show."""

import keras
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from digitpad.lab import figures, networks
from digitpad.lab.data import Data
from digitpad.lab.experiments import initialisation
from digitpad.lab.surface import Surface, squared_error

_NUM_PICTURES, _NUM_STEPS, _EVERY = 300, 160, 8
_LEARNED, _NUM_EPOCHS = 2_000, 5


def descend(data: Data, rate: float) -> Figure:
    """Full-batch gradient descent at a rate: the loss, and the sharpness beside 2 / rate.

    Args:
        data: MNIST.
        rate: the learning rate.
    """
    network = networks.dense(32, seed=0, activation="tanh")
    surface = Surface(network, data.train.first(_NUM_PICTURES), squared_error)
    losses, sharpness = [], []
    for step in range(_NUM_STEPS + 1):
        losses.append(surface.value())
        if step % _EVERY == 0:
            sharpness.append(surface.sharpness(1e-2) if np.isfinite(losses[-1]) and losses[-1] < 1e6 else np.nan)
        surface.move(surface.here - rate * surface.gradient())

    def plot(left: Axes, right: Axes) -> None:
        left.semilogy(losses, color=figures.COLOURS[0])
        figures.label(left, f"Loss at a rate of {rate:.3g}", "step", "squared error")
        right.plot(range(0, _NUM_STEPS + 1, _EVERY), sharpness, "o-", color=figures.COLOURS[0], label="sharpness")
        right.axhline(2 / rate, linestyle=":", color=figures.COLOURS[3], label="2 / rate")
        right.legend()
        figures.label(right, "The largest eigenvalue of the Hessian", "step", "")

    return figures.panels(2, plot)


def learn(data: Data, width: int, depth: int, activation: str, initializer: str) -> Figure:
    """Train a dense network for five short epochs: its accuracy, and the size of activations and gradients by layer.

    Args:
        data: MNIST.
        width: units of each hidden layer.
        depth: hidden layers, 1 or more.
        activation: of the hidden layers.
        initializer: one of `experiments.initialisation.VARIANCES`.
    """
    make = initialisation.initializer(initializer)
    network = networks.dense(*[width] * depth, seed=0, activation=activation, initializer=make)
    start = initialisation.look(network, data.held_out.first(200))
    history = networks.train(
        network,
        data.train.first(_LEARNED),
        num_epochs=_NUM_EPOCHS,
        optimizer=keras.optimizers.SGD(0.02, momentum=0.9),
        validation=data.held_out.first(500),
    )

    def plot(left: Axes, right: Axes) -> None:
        epochs = range(1, _NUM_EPOCHS + 1)
        left.plot(epochs, history["accuracy"], "o-", color=figures.COLOURS[1], label="its own pictures")
        left.plot(epochs, history["val_accuracy"], "o-", color=figures.COLOURS[0], label="held out")
        left.set_ylim(0, 1)
        left.legend()
        figures.label(left, f"{network.count_params():,} parameters", "epoch", "accuracy")
        for place, name in enumerate(("activations", "gradients")):
            right.semilogy(range(1, depth + 1), start[name], "o-", color=figures.COLOURS[place], label=name)
        right.legend()
        figures.label(right, "At the start, by layer", "layer", "root mean square")

    return figures.panels(2, plot)
