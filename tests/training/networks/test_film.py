"""A film shows what the network does, of every network, and of the same pictures in all frames."""

from pathlib import Path

import keras
import numpy as np
import pytest

from digitpad.training import runs
from digitpad.training.augmentation.mixture import Pictures
from digitpad.training.networks import architectures
from digitpad.training.networks.film import DIGITS, NUM_MAPS, Film
from digitpad.training.networks.inside import Inside
from digitpad.training.recipe import NETWORKS, Recipe
from tests.training.conftest import drawn_split


def pictures() -> Pictures:
    return Pictures.of(drawn_split(30, 2))


def lived(name: str, seed: int) -> keras.Sequential:
    """A network with biases, and with a batch normalisation that changes something."""
    network, rng = architectures.build(Recipe(network=name, seed=seed)), np.random.default_rng(seed)
    network.set_weights([each + (rng.uniform(0, 0.3) if each.ndim == 1 else 0) for each in network.get_weights()])
    return network


def shot(name: str, num_epochs: int = 2) -> Film:
    """A film of a network with other weights in every frame."""
    film = Film(lived(name, 0), pictures(), Recipe(network=name))
    for epoch in range(num_epochs + 1):
        film.shoot(lived(name, epoch), epoch)
    return film


def write_film(path: Path, name: str, num_epochs: int = 2) -> None:
    runs.write_arrays(path, shot(name, num_epochs).arrays())


@pytest.mark.parametrize("name", NETWORKS)
def test_a_frame_shows_what_is_inside(name: str) -> None:
    film = shot(name, num_epochs=1)
    found, number = film.arrays(), 3
    inside = Inside(architectures.keep(lived(name, 1), Recipe(network=name)), 1.0)
    outputs = inside(found["pictures"][number][None, ..., None], np.array([-1], np.int32))
    rounding = 0.02  # of weights and frames to 16 bits
    assert np.allclose(found["logits"][1, number], outputs["logits"], rounding, rounding)
    assert np.allclose(found["evidence"][1, number], outputs["evidence"][DIGITS[number]], rounding, rounding)
    assert found["layers"].tolist() == [inside.stages[0].name, inside.grid.name]
    assert found["filters"].shape[3] == NUM_MAPS
    if name == "dense":
        assert not {"first", "last"} & found.keys()
    else:
        last = np.maximum(np.asarray(outputs[inside.grid.output])[..., :NUM_MAPS], 0)
        levels = found["last"][1, number].astype(float)
        assert np.allclose(levels * last.max((0, 1)), last * levels.max((0, 1)), atol=0.02 * 255 * last.max())


@pytest.mark.parametrize("name", NETWORKS)
def test_filming_only_looks(name: str) -> None:
    network = lived(name, 0)
    before = [np.array(each) for each in network.variables]  # with the states of normalisation and dropout
    Film(network, pictures(), Recipe(network=name)).shoot(network, 0)
    assert all(np.array_equal(each, other) for each, other in zip(network.variables, before, strict=True))


def test_the_pictures_are_of_eight_digits_and_stay() -> None:
    found = shot("fast").arrays()
    assert found["labels"].tolist() == list(DIGITS)
    assert found["epoch"].tolist() == [0, 1, 2]
    chosen = pictures().seen[[2, 3, 4, 5, 6, 7, 8, 9], ..., 0]
    assert np.array_equal(found["pictures"], np.rint(255 * chosen).astype(np.uint8))


def test_digits_that_are_missing_are_left_out() -> None:
    few = pictures()
    film = Film(lived("dense", 0), Pictures(few.seen[:6], few.labels[:6]), Recipe(network="dense"))
    film.shoot(lived("dense", 0), 0)
    assert film.arrays()["labels"].tolist() == [2, 3, 4, 5]


def test_a_film_goes_on_where_it_was_broken_off() -> None:
    whole, resumed = shot("fast", num_epochs=1), shot("fast", num_epochs=0)
    resumed.go_on({"best": [np.zeros(3)], **resumed.keep()})
    resumed.shoot(lived("fast", 1), 1)
    for name, array in whole.arrays().items():
        assert np.array_equal(array, resumed.arrays()[name])
