"""The file beside a model tells of that model."""

import dataclasses
import re
import runpy
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

from digitpad import Recognizer, artifact
from digitpad.artifact import LAYERS
from digitpad.errors import ArtifactError, VerificationError
from digitpad.training.export import layers_file, restore
from digitpad.training.runs import RunFolder


def test_a_run_leaves_one_that_fits_its_model(finished: RunFolder) -> None:
    recognizer = Recognizer.load(finished.path)
    layers = artifact.load(finished.path, LAYERS)
    assert layers.card["model"] == recognizer.model_id
    assert [layer["name"] for layer in layers.card["layers"]] == ["convolution 1", "convolution 2", "convolution 3"]
    for probe in artifact.load(finished.onnx_model).probes[:5]:
        explanation = recognizer.explain(probe.pixels)
        assert explanation.prediction is not None
        np.testing.assert_allclose(explanation.probabilities, explanation.prediction.probabilities, atol=0.02)


def test_it_is_made_anew_for_a_model_without_one(tmp_path: Path) -> None:
    model = Path(shutil.copy(artifact.shipped(), tmp_path))
    with pytest.raises(ArtifactError, match=r"layers\.onnx beside .* there is none\. .*layers_file"):
        Recognizer.load(model).explainer  # noqa: B018
    made = layers_file.write(tmp_path)
    assert made == tmp_path / "layers.onnx"
    shipped = artifact.load(artifact.shipped(LAYERS), LAYERS)
    ours = artifact.load(made, LAYERS)
    assert ours.card == shipped.card
    assert ours.num_bytes < 1_000_000
    seen = shipped.probes[4].pixels[None]
    np.testing.assert_allclose(ours.run(seen)["evidence"], shipped.run(seen)["evidence"], atol=1e-4)


def test_the_network_of_another_model_is_noticed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    shutil.copy(artifact.shipped(), tmp_path)
    network = restore.network(artifact.load(artifact.shipped()))
    network.set_weights([-each for each in network.get_weights()])
    monkeypatch.setattr(restore, "network", lambda model: network)
    (tmp_path / "layers.onnx").write_text("as it was")
    with pytest.raises(
        VerificationError, match=r"Expected the layers\.onnx of .*digits\.onnx to answer .* within 0\.03"
    ):
        layers_file.write(tmp_path)
    assert (tmp_path / "layers.onnx").read_text() == "as it was"


@pytest.mark.filterwarnings("ignore:.*found in sys.modules:RuntimeWarning")  # here, but not on the command line
def test_the_command_says_in_words_what_it_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for arguments, words in ([], "Expected a digits.onnx or the folder"), ([str(tmp_path)], "Expected a model file"):
        monkeypatch.setattr(sys, "argv", [layers_file.__name__, *arguments])
        with pytest.raises(SystemExit, match=f"^{re.escape(words)}"):
            runpy.run_module(layers_file.__name__, run_name="__main__")


def test_a_model_without_a_recipe_is_refused() -> None:
    model = dataclasses.replace(artifact.load(artifact.shipped()), card={})
    with pytest.raises(ArtifactError, match="Expected a recipe on the card of "):
        layers_file.build(model)
