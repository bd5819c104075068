"""What the knobs of the notebook turn: trainings that take a second, and what they show."""

import keras
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from digitpad.lab import figures, networks
from digitpad.lab.data import Data
from digitpad.lab.experiments import initialisation
from digitpad.lab.losses import squared_error
from digitpad.lab.surface import Surface
from digitpad.lab.training import Training, watch

_NUM_PICTURES, _NUM_STEPS, _STEPS_A_LOOK = 200, 500, 20
_TOO_FAR = 1e4  # a loss from which descent does not come back
_NUM_LEARNED, _NUM_EPOCHS = 2_000, 5


def descend(data: Data, rate: float) -> Figure:
    """Full-batch gradient descent at a rate: the loss, and the sharpness beside 2 / rate.

    Args:
        data: MNIST.
        rate: the learning rate.
    """
    network, pictures = networks.dense(32, seed=0, activation="tanh"), data.train.first(_NUM_PICTURES)
    surface = Surface(network, pictures, squared_error)
    optimizer = keras.optimizers.SGD(rate)
    descent = Training(network, pictures, optimizer, seed=0, batch_size=_NUM_PICTURES, loss=squared_error)
    steps, losses, sharpness = [0], [surface.value()], [surface.sharpness(1e-2)]
    while steps[-1] < _NUM_STEPS and losses[-1] < _TOO_FAR:
        descent.take(_STEPS_A_LOOK)
        steps.append(steps[-1] + _STEPS_A_LOOK)
        losses.append(surface.value())
        sharpness.append(surface.sharpness(1e-2) if losses[-1] < _TOO_FAR else np.nan)

    def plot(left: Axes, right: Axes) -> None:
        left.semilogy(steps, losses, "o-", color=figures.COLOURS[0], markersize=4)
        figures.label(left, f"Loss at a rate of {rate:.3g}", "step", "squared error")
        right.plot(steps, sharpness, "o-", color=figures.COLOURS[0], markersize=4, label="sharpness")
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
    make = initialisation.initialise(initializer)
    network = networks.dense(*[width] * depth, seed=0, activation=activation, initializer=make)
    start = initialisation.look(network, data.held_out.first(200))
    optimizer = keras.optimizers.SGD(0.02, momentum=0.9)
    training = Training(network, data.train.first(_NUM_LEARNED), optimizer, seed=0)
    history = watch(training, network, data.held_out.first(1_000), _NUM_EPOCHS)

    def plot(left: Axes, right: Axes) -> None:
        left.plot(range(1, _NUM_EPOCHS + 1), history.accuracy, "o-", color=figures.COLOURS[0])
        left.set_ylim(0, 1)
        figures.label(left, f"{network.count_params():,} parameters", "epoch", "accuracy on held-out pictures")
        for place, name in enumerate(("activations", "gradients")):
            right.semilogy(range(1, depth + 1), start[name], "o-", color=figures.COLOURS[place], label=name)
        right.legend()
        figures.label(right, "At the start, by layer", "layer", "root mean square")

    return figures.panels(2, plot)
