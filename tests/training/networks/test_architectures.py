"""The networks are what the README says: their shapes, sizes and initial weights."""

import keras
import numpy as np
import pytest

from digitpad.training.networks import architectures
from digitpad.training.recipe import NETWORKS, RECIPES, Recipe

NUM_PARAMETERS = {
    "dense": 784 * 512 + 512 + 512 * 256 + 256 + 256 * 11 + 11,
    "fast": 43_803,
    "small": 11_163,
    "cnn": 92_203,
    "wide": 463_867,
}


@pytest.mark.parametrize("name", sorted(NUM_PARAMETERS))
def test_networks_turn_pictures_into_logits(name: str) -> None:
    network = architectures.build(Recipe(network=name))
    assert network.count_params() == NUM_PARAMETERS[name]
    logits = np.asarray(network(np.random.default_rng(0).random((3, 28, 28, 1), np.float32)))
    assert logits.shape == (3, architectures.NUM_CLASSES)
    assert (logits < 0).any()  # no softmax, no ReLU at the end


def test_he_initialisation_keeps_the_variance_of_relu_layers() -> None:
    network = architectures.build(RECIPES["dense"])
    for layer in network.layers:
        if isinstance(layer, keras.layers.Dense):
            kernel = np.asarray(layer.kernel)
            assert kernel.std() == pytest.approx(np.sqrt(2 / kernel.shape[0]), rel=0.05)


def test_l2_adds_to_the_loss_when_asked() -> None:
    assert len(architectures.build(Recipe(network="dense", l2=1e-3)).losses) == 3
    assert architectures.build(Recipe(network="dense", l2=0.0)).losses == []


def test_the_seed_decides_the_weights() -> None:
    first, again, other = (architectures.build(Recipe(seed=seed)).get_weights()[0] for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize("name", NETWORKS)
def test_the_network_that_is_kept_answers_alike(name: str) -> None:
    recipe, rng = Recipe(network=name), np.random.default_rng(0)
    network = architectures.build(recipe)
    for layer in network.layers:
        if isinstance(layer, keras.layers.BatchNormalization):  # as if it had been trained
            layer.set_weights([rng.uniform(0.5, 2, weights.shape) for weights in layer.get_weights()])
    kept = architectures.keep(network, recipe)
    assert kept.name == network.name
    pictures = rng.random((20, 28, 28, 1), np.float32)
    expected, logits = (np.asarray(model(pictures, training=False)) for model in (network, kept))
    assert np.abs(logits - expected).max() < 0.01 * np.abs(expected).max()
    for weights in kept.get_weights():
        assert weights.dtype == np.float32
        assert np.array_equal(weights, weights.astype(np.float16))
    kinds = {type(layer) for layer in kept.layers}
    assert not kinds & {keras.layers.BatchNormalization, keras.layers.Dropout}


def test_maximum_and_mean_of_every_map_wherever_they_come_from() -> None:
    maps = np.zeros((1, 3, 3, 2), np.float32)
    maps[0, 2, 1] = (9, -9)
    assert np.asarray(architectures.MaxAndMean()(maps)) == pytest.approx(np.array([[9, 0, 1, -1]]))


def test_test_time_augmentation_is_the_mean_over_five_places() -> None:
    recipe = Recipe(network="small")
    network = architectures.build(recipe)
    once, augmented = (
        architectures.keep(network, recipe.replace(test_time_augmentation=wanted)) for wanted in (False, True)
    )
    assert augmented.name == once.name == "small"
    assert augmented.count_params() == once.count_params()
    pictures = np.random.default_rng(0).random((3, 28, 28, 1), np.float32)
    framed = np.pad(pictures, ((0, 0), (1, 1), (1, 1), (0, 0)))
    places = [(1, 1), (0, 1), (2, 1), (1, 0), (1, 2)]
    readings = [np.asarray(once(framed[:, y : y + 28, x : x + 28])) for y, x in places]
    assert np.asarray(augmented(pictures)) == pytest.approx(np.mean(readings, axis=0), abs=1e-5)


def test_every_network_that_a_recipe_may_name_can_be_built() -> None:
    assert set(architectures.BUILDERS) == set(NETWORKS)
