"""Whatever answers a pad gives the answers of the model that it was made of."""

import base64
from pathlib import Path

import keras
import numpy as np
import pytest

from digitpad import Recognizer
from digitpad.errors import DigitpadError, InputError
from digitpad.notebook.reader import KerasReader, as_reader, read
from digitpad.training.export.keras_file import build_reader
from digitpad.training.networks import architectures
from digitpad.training.recipe import RECIPES
from digitpad.verdict import Thresholds

SEVEN = Path(__file__).parents[1] / "golden" / "7-medium-light.png"


@pytest.fixture(scope="module")
def network() -> keras.Model:
    """A network that was never trained."""
    return architectures.build(RECIPES["fast"])


def test_a_recognizer_answers_as_itself(recognizer: Recognizer) -> None:
    prediction, answer = read(
        as_reader(recognizer, None), "data:image/png;base64," + base64.b64encode(SEVEN.read_bytes()).decode()
    )
    assert prediction.digit == answer["digit"] == 7
    assert len(answer["top_k"]) == 10
    assert answer["time_ms"] > 0
    assert answer["model"] == recognizer.model_id


def test_a_network_is_given_the_contract(network: keras.Model, recognizer: Recognizer) -> None:
    ours, theirs = as_reader(network, None).predict(SEVEN), recognizer.predict(SEVEN)
    np.testing.assert_array_equal(ours.seen, theirs.seen)
    logits = network.predict(ours.seen[None, ..., None] / np.float32(255), verbose=0)[0, :10]
    np.testing.assert_allclose(ours.probabilities, np.exp(logits) / np.exp(logits).sum(), atol=0.01)


def test_a_reader_takes_thresholds(network: keras.Model) -> None:
    strict = as_reader(build_reader(network, 1.0), Thresholds(not_digit=0.0, unsure=0.5, candidates=0.05))
    assert isinstance(strict, KerasReader)
    assert strict.predict(SEVEN).status == "not a digit"


def test_thresholds_of_another_form_are_refused(network: keras.Model) -> None:
    as_calibrated = {"not_digit": 0.0, "unsure": 0.5, "candidates": 0.05}
    with pytest.raises(InputError, match=r"got dict\. .*Thresholds\(\*\*calibrated\.thresholds\)"):
        as_reader(network, as_calibrated)  # type: ignore[arg-type]


def test_what_cannot_read_is_refused(recognizer: Recognizer) -> None:
    ten = keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Flatten(), keras.layers.Dense(10)])
    with pytest.raises(InputError, match=r"to \(None, 11\).*; got Sequential from \(None, 28, 28, 1\) to \(None, 10\)"):
        as_reader(ten, None)
    with pytest.raises(InputError, match="got str"):
        as_reader("digits.onnx", None)
    with pytest.raises(InputError, match="thresholds only with a Keras model"):
        as_reader(recognizer, Thresholds(not_digit=0.5, unsure=0.5, candidates=0.05))


def test_failures_are_one_sentence() -> None:
    class Broken:
        model_id = "broken"

        def predict(self, picture: object, *, keep_distance: bool = False) -> None:
            raise KeyError("seen")

    with pytest.raises(DigitpadError, match=r"^The model failed to read this: KeyError: 'seen'$"):
        read(Broken(), "data:,")  # type: ignore[arg-type]
