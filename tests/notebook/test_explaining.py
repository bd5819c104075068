"""A pad tells what happens inside its model, in a cell and to its page."""

import base64
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from digitpad import Recognizer, artifact
from digitpad.errors import ArtifactError, InputError
from digitpad.explanation import formats
from tests.golden import GOLDEN
from tests.notebook.test_keeper import SEVEN, Quiet


class Network:
    """What a Keras model with the contract looks like."""

    output = dict.fromkeys(artifact.OUTPUTS)

    def __init__(self) -> None:
        self._model = artifact.load(artifact.shipped())

    def predict(self, pixels: NDArray[np.uint8], verbose: int) -> dict[str, NDArray[Any]]:
        return self._model.run(pixels, artifact.OUTPUTS)


def test_the_current_drawing_is_explained(recognizer: Recognizer) -> None:
    assert Quiet(recognizer).explanation is None
    pad = Quiet(recognizer)
    pad.ask(SEVEN)
    explanation = pad.explanation
    assert explanation is not None
    assert explanation.prediction is pad.prediction
    np.testing.assert_array_equal(explanation.logits, recognizer.explain(SEVEN).logits)
    pad.ask(SEVEN, is_page=True)
    with pytest.raises(InputError, match=r"read as a number.*pad\.reading\.digits"):
        _ = pad.explanation


def test_the_page_is_told_and_the_drawing_stays_what_it_was(recognizer: Recognizer) -> None:
    pad = Quiet(recognizer)
    pad.ask(SEVEN)
    before = pad.prediction
    question = {"kind": "explain", "seen": recognizer.predict(GOLDEN / "4-medium-light.png").seen.tolist()}
    told = pad.say(**question, image=None, without=["convolution 2/17"])["answer"]
    assert (told["digit"], told["without"], told["model"]) == (4, ["convolution 2/17"], recognizer.model_id)
    told = pad.say(kind="weights", layer="convolution 1")["answer"]
    assert told["kernel"] == formats.pack(recognizer.explainer.weights("convolution 1")[0])
    image = "data:image/png;base64," + base64.b64encode(SEVEN.read_bytes()).decode()
    assert pad.say(**question, image=image, without=["centre"])["answer"]["digit"] == 7
    told = pad.say(**question, image=None, without=["centre"])
    assert told == {"kind": "reply", "id": 2, "temporary": False, "error": told["error"]}
    assert "Expected the drawing" in told["error"]
    assert pad.prediction is before is not None


def test_what_cannot_be_explained_is_read_all_the_same(recognizer: Recognizer, tmp_path: Path) -> None:
    (tmp_path / "digits.onnx").write_bytes(artifact.shipped().read_bytes())
    without_layers, network = Quiet(Recognizer.load(tmp_path)), Quiet(Network())
    for pad in (without_layers, network):
        pad.ask(SEVEN)
        assert pad.prediction is not None
    assert [pad._explains for pad in (Quiet(recognizer), without_layers, network)] == [True, False, False]
    with pytest.raises(ArtifactError, match=r"Expected layers\.onnx beside"):
        _ = without_layers.explanation
    with pytest.raises(InputError, match=r"this one has a Keras model.*Recognizer\.load"):
        _ = network.explanation
