"""The model that ships with fresh weights, as a Keras model: as fast as the trained one, to compare with."""

import keras

from digitpad import Recognizer
from digitpad.training.export import keras_file
from digitpad.training.networks import architectures
from digitpad.training.recipe import Recipe


def reader() -> keras.Model:
    """From pixels of any size to all outputs, contract and network inside."""
    card = Recognizer.load().card
    recipe = Recipe(**card["recipe"])
    network = architectures.keep(architectures.build(recipe), recipe)
    return keras_file.build_reader(network, card["temperature"])


def probabilities(reader: keras.Model) -> keras.Model:
    """A reader without its other outputs, which would be copied for nothing."""
    return keras.Model(reader.inputs[0], reader(reader.inputs[0])["probabilities"])
