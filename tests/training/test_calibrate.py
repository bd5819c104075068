"""The temperature makes probabilities honest, and the calibrated layer uses it."""

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import softmax

from digitpad.errors import InputError
from digitpad.training.calibrate import Calibration, fit_temperature


@settings(max_examples=10, deadline=None)
@given(st.floats(0.3, 4.0))
def test_a_known_temperature_is_found_again(true: float) -> None:
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 3, (20_000, 10)).astype(np.float32)
    cumulative = softmax(logits / true, axis=1).cumsum(axis=1)
    labels = (rng.random((20_000, 1)) > cumulative).sum(axis=1).clip(0, 9).astype(np.uint8)
    assert fit_temperature(logits, labels) == pytest.approx(true, rel=0.05)


def test_bad_shapes_are_refused() -> None:
    with pytest.raises(InputError, match=r"got \(3, 10\) and \(2,\)"):
        fit_temperature(np.zeros((3, 10), np.float32), np.zeros(2, np.uint8))
    with pytest.raises(InputError, match=r"got \(0, 10\)"):
        fit_temperature(np.zeros((0, 10), np.float32), np.zeros(0, np.uint8))


def test_the_layer_divides_by_the_temperature_and_knows_nothing_without_ink() -> None:
    logits = np.random.default_rng(0).normal(0, 5, (2, 10)).astype(np.float32)
    layer = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(Calibration(2.0)))
    probabilities = np.asarray(layer(logits, np.array([0.3, 0.0], np.float32)))
    assert probabilities[0] == pytest.approx(softmax(logits[0] / 2), abs=1e-6)
    assert probabilities[1] == pytest.approx(0.1)
