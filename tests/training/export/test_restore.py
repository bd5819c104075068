"""A network comes back from its model file as it was when it was exported."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from scipy.special import softmax

from digitpad import artifact
from digitpad.errors import ArtifactError
from digitpad.training.export import keras_file, onnx_file, restore
from digitpad.training.networks import architectures
from digitpad.training.networks.fit import predict_logits
from digitpad.training.recipe import RECIPES
from digitpad.training.runs import RunFolder
from tests.conftest import soak


@pytest.mark.parametrize("which", ["shipped", "run"])
def test_the_network_answers_as_the_model_file_does(which: str, finished: RunFolder) -> None:
    model = artifact.load(artifact.shipped() if which == "shipped" else finished.onnx_model)
    network = restore.network(model)
    for probe in model.probes[:11]:
        found = model.run(probe.pixels[None], ["seen", "probabilities", "not_digit"])
        logits = predict_logits(network, found["seen"].reshape(1, 28, 28, 1))
        scaled = softmax(logits[:, :10] / model.card["temperature"], axis=1)
        np.testing.assert_allclose(scaled, found["probabilities"], atol=1e-4)
        np.testing.assert_allclose(softmax(logits, axis=1)[:, 10], found["not_digit"], atol=1e-4)


@soak
def test_what_reads_every_picture_five_times_comes_back_too(tmp_path: Path) -> None:
    recipe = RECIPES["fast"]
    network = architectures.build(recipe)
    network.layers[-1].bias.assign(np.linspace(-1, 1, 11))  # a bias of zeros would not be in the file
    reader = keras_file.build_reader(architectures.keep(network, recipe), 1.0)
    keras_file.save(reader, tmp_path / "model.keras")
    pixels = artifact.load(artifact.shipped()).probes[0].pixels
    answer = keras_file.answer(reader, pixels[None])
    probe = artifact.Probe(pixels, answer["probabilities"][0])
    path = tmp_path / "digits.onnx"
    path.write_bytes(
        artifact.seal(onnx_file.export(tmp_path / "model.keras"), {"recipe": dataclasses.asdict(recipe)}, [probe])
    )
    model = artifact.load(path)
    restored = architectures.keep(restore.network(model), restore.recipe(model))
    logits = predict_logits(restored, np.asarray(answer["seen"]))
    np.testing.assert_allclose(softmax(logits[:, :10], axis=1), answer["probabilities"], atol=1e-5)


@pytest.mark.parametrize("card", [{}, {"recipe": {"network": "huge"}}, {"recipe": None}])
def test_a_card_without_a_recipe_for_digits_is_refused(card: dict[str, object]) -> None:
    model = dataclasses.replace(artifact.load(artifact.shipped()), card=card)
    with pytest.raises(ArtifactError, match="Expected a recipe on the card of "):
        restore.network(model)


def test_the_weights_of_another_network_are_refused() -> None:
    model = artifact.load(artifact.shipped())
    other = dataclasses.replace(model, card={"recipe": dataclasses.asdict(RECIPES["cnn"])})
    with pytest.raises(ArtifactError, match="Expected the weights of a network cnn"):
        restore.network(other)
