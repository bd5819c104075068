"""The layer divides by the temperature and agrees with NumPy."""

import keras
import numpy as np
import pytest
from scipy.special import softmax

from digitpad.training.evaluation import calibration
from digitpad.training.evaluation.calibration_layer import Calibration
from tests.training.evaluation.test_calibration import made


def test_the_layer_divides_by_the_temperature_and_knows_nothing_without_ink() -> None:
    logits, _ = made(2, 0)
    layer = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(Calibration(2.0)))
    answer = {name: np.asarray(value) for name, value in layer(logits, np.array([0.3, 0.0], np.float32)).items()}
    assert set(answer) == {"probabilities", "not_digit"}
    assert answer["probabilities"][0] == pytest.approx(softmax(logits[0, :10] / 2), abs=1e-6)
    assert answer["probabilities"][1] == pytest.approx(0.1)
    assert answer["not_digit"] == pytest.approx(softmax(logits, axis=1)[:, 10], abs=1e-6)


def test_the_layer_answers_like_numpy() -> None:
    logits, _ = made(50, 3)
    answer = Calibration(1.7)(logits, np.ones(50, np.float32))
    probabilities, not_digit = calibration.answers(logits, 1.7)
    assert np.asarray(answer["probabilities"]) == pytest.approx(probabilities, abs=1e-6)
    assert np.asarray(answer["not_digit"]) == pytest.approx(not_digit, abs=1e-6)
