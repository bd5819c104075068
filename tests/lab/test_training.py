"""Training in one graph: the same descent as by hand, for as many steps as asked."""

import keras
import numpy as np
import pytest
from keras import layers

from digitpad.lab import networks
from digitpad.lab.data import Data
from digitpad.lab.losses import binary_cross_entropy, cross_entropy, smoothed_cross_entropy, squared_error
from digitpad.lab.surface import Surface
from digitpad.lab.training import Training, train, watch


def test_steps_on_all_pictures_are_those_of_gradient_descent(data: Data) -> None:
    pictures = data.train.first(40)
    network = networks.dense(6, seed=0, activation="tanh")
    surface = Surface(network, pictures)
    start = surface.here
    for _ in range(3):
        surface.move(surface.here - 0.1 * surface.gradient())
    by_hand = surface.here
    surface.move(start)
    Training(network, pictures, keras.optimizers.SGD(0.1), seed=0, batch_size=40).take(3)
    np.testing.assert_allclose(surface.here, by_hand, atol=1e-5)


def test_the_same_seed_gives_the_same_weights(data: Data) -> None:
    ends = []
    for seed in (0, 0, 1):
        network = networks.dense(6, seed=0)
        train(network, data.train.first(100), keras.optimizers.SGD(0.1), num_epochs=2, seed=seed, batch_size=10)
        ends.append(network.get_weights()[0])
    np.testing.assert_allclose(ends[0], ends[1], atol=1e-6)
    assert np.abs(ends[0] - ends[2]).max() > 1e-3


def test_an_epoch_sees_every_picture_once(data: Data) -> None:
    network = networks.dense(seed=0)
    training = Training(network, data.train.first(64), keras.optimizers.SGD(0.0), seed=0, batch_size=16)
    expected = float(cross_entropy(networks.logits(network, data.train.first(64)), data.train.y[:64]))
    assert training.steps_per_epoch == 4
    assert training.run(2) == pytest.approx(expected, rel=1e-4)  # with a rate of 0 it is the mean over all pictures


def test_penalties_are_part_of_the_loss(data: Data) -> None:
    plain, penalised = networks.dense(seed=0), networks.dense(seed=0, kernel_regularizer=keras.regularizers.L2(0.5))
    losses = [
        Training(network, data.train.first(32), keras.optimizers.SGD(0.0), seed=0).run()
        for network in (plain, penalised)
    ]
    assert losses[1] - losses[0] == pytest.approx(0.5 * float(np.sum(plain.get_weights()[0] ** 2)), rel=1e-3)


def test_dropout_is_on_in_training_alone(data: Data) -> None:
    dense = networks.dense(50, seed=0)
    network = keras.Sequential([keras.Input((784,)), dense.layers[0], layers.Dropout(0.5, seed=0), dense.layers[1]])
    pictures = data.train.first(64)
    told = float(cross_entropy(networks.logits(network, pictures), pictures.y))
    assert told == pytest.approx(float(cross_entropy(networks.logits(network, pictures), pictures.y)))
    assert Training(network, pictures, keras.optimizers.SGD(0.0), seed=0).run() != pytest.approx(told, rel=1e-3)


def test_early_stopping_keeps_the_weights_with_the_lowest_loss(data: Data) -> None:
    network = networks.dense(64, seed=0)
    training = Training(network, data.train.first(100), keras.optimizers.Adam(0.01), seed=0)
    watched = data.held_out.first(300)
    history = watch(training, network, watched, 60, patience=4)
    least = int(np.argmin(history.loss))
    assert len(history.loss) == least + 5 < 60
    kept = float(cross_entropy(networks.logits(network, watched), watched.y))
    assert kept == pytest.approx(min(history.loss), rel=1e-4)


def test_losses_are_what_they_are_called() -> None:
    logits, labels = np.array([[1.0, 3.0, *[0.0] * 8]], np.float32), np.array([1])
    probabilities = np.exp(logits[0]) / np.exp(logits[0]).sum()
    assert float(cross_entropy(logits, labels)) == pytest.approx(-np.log(probabilities[1]), rel=1e-5)
    told = np.full(10, 0.01) + 0.9 * np.eye(10)[1]
    assert float(smoothed_cross_entropy(logits, labels)) == pytest.approx(-told @ np.log(probabilities), rel=1e-5)
    assert float(squared_error(logits, labels)) == pytest.approx(0.5 * (1 + 2**2), rel=1e-5)
    sigmoids = 1 / (1 + np.exp(-logits[0]))
    each = np.where(np.eye(10)[1] == 1, -np.log(sigmoids), -np.log(1 - sigmoids))
    assert float(binary_cross_entropy(logits, labels)) == pytest.approx(each.sum(), rel=1e-5)
