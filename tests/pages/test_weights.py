"""The two networks are weighed as the card of the page model says."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from digitpad.errors import ArtifactError
from digitpad.pages.weights import Weights

GOOD = {"digit": 0.4, "page": 0.5, "not_digit": -0.2, "prior": 0.3}
looks = arrays(np.float64, (3, 11), elements=st.floats(-20, 0))


def test_weights_are_read_from_a_card() -> None:
    assert Weights.from_card({"weights": GOOD}, Path("pages.onnx")) == Weights(0.4, 0.5, -0.2, 0.3)


@pytest.mark.parametrize(
    "weights",
    [None, [], {}, {"digit": 1.0}, GOOD | {"page": "1"}, *(GOOD | {"prior": prior} for prior in (float("nan"), 0, 3))],
)
def test_a_card_without_weights_is_refused(weights: object) -> None:
    with pytest.raises(ArtifactError, match=r"digit, page, not_digit, prior, the last between 0 and 1, on .* p\.onnx"):
        Weights.from_card({"weights": weights}, Path("p.onnx"))


@given(looks, looks)
def test_combined_probabilities_add_up(digit: np.ndarray, page: np.ndarray) -> None:
    combined = Weights(0.4, 0.5, -0.2, 0.3).combine(digit, page)
    assert combined.sum(axis=1) == pytest.approx(1)
    assert (combined >= 0).all()


@given(looks)
def test_a_network_without_weight_says_nothing(page: np.ndarray) -> None:
    alone = np.exp(page) / np.exp(page).sum(axis=1, keepdims=True)
    assert Weights(0.0, 1.0, 0.0, 0.5).combine(np.zeros((3, 11)), page) == pytest.approx(alone)
