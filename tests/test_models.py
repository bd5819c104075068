"""The model that ships is the one that this code makes."""

import json

import numpy as np
import pytest

from digitpad import Recognizer, artifact, drawing
from digitpad.training import backend
from tests.golden import GOLDEN_PICTURES

backend.prepare()

from digitpad.training.preprocessing.contract import Contract  # noqa: E402
from digitpad.training.recipe import RECIPES, PageRecipe, Recipe  # noqa: E402


def test_it_sees_what_the_contract_of_this_code_sees(recognizer: Recognizer) -> None:
    for picture in GOLDEN_PICTURES:
        pixels = drawing.read(picture)
        seen = np.asarray(Contract()(pixels[None])["seen"])[0, ..., 0]
        assert recognizer.predict(pixels).seen == pytest.approx(seen * 255, abs=1)


def test_its_card_holds_its_recipe(recognizer: Recognizer) -> None:
    assert Recipe(**recognizer.card["recipe"]) == RECIPES["pad"]


def test_it_is_small(recognizer: Recognizer) -> None:
    assert recognizer.num_bytes <= 1_000_000


def test_its_card_says_how_it_does_on_drawings(recognizer: Recognizer) -> None:
    test, drawings = recognizer.card["test"], recognizer.card["drawings"]
    assert test["looks"] == 1
    assert test["accuracy"] >= 0.995
    assert test["refusals"]["kept"] >= 0.985
    assert set(drawings) == {"generated", "pen"}
    assert drawings["pen"]["accuracy"] >= 0.97
    assert drawings["pen"]["ece"] <= 0.02


class TestPages:
    card = artifact.load(artifact.shipped(artifact.PAGES), artifact.PAGES).card

    def test_it_is_small(self) -> None:
        assert artifact.shipped(artifact.PAGES).stat().st_size <= 600_000

    def test_its_card_holds_its_recipe_and_speaks_of_no_machine(self) -> None:
        assert PageRecipe(**self.card["recipe"]).network == "pages"
        assert "/" not in json.dumps(self.card)

    def test_it_was_weighed_against_the_digit_model_that_ships(self, recognizer: Recognizer) -> None:
        assert self.card["digit_model"] == recognizer.model_id

    def test_its_card_says_how_it_does(self) -> None:
        test = self.card["test"]
        assert test["looks"] <= 2
        assert test["right"] >= 0.7 * test["num_digits"]
