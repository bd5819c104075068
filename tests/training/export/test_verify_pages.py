"""Verification notices whatever a converted page model does differently."""

import numpy as np
import pytest
from numpy.typing import NDArray

from digitpad import artifact
from digitpad.training.export.verify_pages import _difference
from tests.pages.conftest import draw, write

Outputs = dict[str, NDArray[np.generic]]


@pytest.fixture
def outputs() -> Outputs:
    picture = draw(write("47", 100), 60)
    filled = np.pad(picture, ((0, -picture.shape[0] % 32), (0, -picture.shape[1] % 32), (0, 0)), "edge")
    return artifact.load(artifact.shipped(artifact.PAGES), artifact.PAGES).run(filled[None])


def test_the_same_outputs_do_not_differ(outputs: Outputs) -> None:
    assert _difference(outputs, outputs) == 0


@pytest.mark.parametrize("name", ["ink", "owner", "glyphs"])
def test_every_output_is_compared(outputs: Outputs, name: str) -> None:
    spoilt = outputs | {name: np.zeros_like(outputs[name])}
    assert _difference(spoilt, outputs) > 0.1
