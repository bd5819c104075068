"""The model that ships is the one that this code makes."""

import numpy as np
import pytest

from digitpad import Recognizer, drawing
from digitpad.training import backend
from tests.conftest import GOLDEN_PICTURES

backend.prepare()

from digitpad.training.contract import Contract  # noqa: E402
from digitpad.training.recipe import DEFAULT, RECIPES, Recipe  # noqa: E402


def test_it_sees_what_the_contract_of_this_code_sees(recognizer: Recognizer) -> None:
    for picture in GOLDEN_PICTURES:
        pixels = drawing.read(picture)
        seen = np.asarray(Contract()(pixels[None])["seen"])[0, ..., 0]
        assert recognizer.predict(pixels).seen == pytest.approx(seen * 255, abs=1)


def test_it_comes_from_the_default_recipe(recognizer: Recognizer) -> None:
    assert Recipe(**recognizer.card["recipe"]) == RECIPES[DEFAULT]
