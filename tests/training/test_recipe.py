"""Recipes come from a name, a file or the command line, and reject unknown keys and bad values."""

import dataclasses
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitpad.errors import RecipeError
from digitpad.training import recipe
from digitpad.training.recipe import RECIPES, Recipe


@given(
    st.builds(
        Recipe,
        network=st.sampled_from(["cnn", "dense"]),
        seed=st.integers(0, 2**32 - 1),
        epochs=st.integers(1, 1000),
        learning_rate=st.floats(1e-9, 10),
        dropout=st.floats(0, 0.99),
        held_out=st.booleans(),
    )
)
def test_a_recipe_survives_its_file(tmp_path_factory: pytest.TempPathFactory, original: Recipe) -> None:
    path = tmp_path_factory.mktemp("recipes") / "recipe.toml"
    path.write_text(original.to_toml())
    assert recipe.load(str(path)) == original


@pytest.mark.parametrize("name", sorted(RECIPES))
def test_recipes_are_found_by_name(name: str) -> None:
    assert recipe.load(name) is RECIPES[name]


def test_a_file_may_name_its_base(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('base = "dense"\nepochs = 2\nlearning_rate = 1')
    assert recipe.load(str(path)) == dataclasses.replace(RECIPES["dense"], epochs=2, learning_rate=1, min_images=0)


def test_small_data_sets_are_passed_over_until_enough_images_are_seen() -> None:
    long = Recipe(epochs=4, patience=3, min_images=100)
    assert long.lasting(25) == long
    assert long.lasting(1000) == long
    stretched = long.lasting(7)
    assert (stretched.epochs, stretched.patience) == (15, 12)
    assert stretched.lasting(7) == stretched


def test_whoever_says_how_many_epochs_gets_exactly_those() -> None:
    assert RECIPES["fast"].replace(epochs=2).lasting(1).epochs == 2
    assert RECIPES["fast"].replace(seed=1).lasting(1).epochs == RECIPES["fast"].min_images
    assert RECIPES["fast"].replace(epochs=2, min_images=9).lasting(1).epochs == 9


@pytest.mark.parametrize("name", RECIPES)
def test_mnist_takes_as_many_epochs_as_the_recipe_says(name: str) -> None:
    chosen = RECIPES[name]
    assert chosen.lasting(55_000) == chosen


def test_values_from_the_command_line() -> None:
    values = recipe.parse(["epochs=3", " dropout = 0.25", "network=dense", "l2=1e-4", "held_out=false"])
    assert values == {"epochs": 3, "dropout": 0.25, "network": "dense", "l2": 1e-4, "held_out": False}
    assert Recipe().replace(**values).epochs == 3
    assert recipe.parse(["epochs=3\nseed=9"]) == {"epochs": "3\nseed=9"}
    assert isinstance(recipe.parse(["epochs=" + "9" * 5000])["epochs"], str)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"learning_rat": 0.1}, "got 'learning_rat'"),
        ({"learning_rate": -0.1}, "learning_rate to be at least"),
        ({"learning_rate": float("nan")}, "learning_rate to be at least"),
        ({"epochs": 0}, "epochs to be at least 1"),
        ({"epochs": 1.5}, "epochs to be int; got 1.5"),
        ({"epochs": True}, "epochs to be int; got True"),
        ({"batch_size": "many"}, "batch_size to be int; got 'many'"),
        ({"dropout": 1.0}, "dropout to be at least 0 and below 1"),
        ({"unchanged": 1.1}, "unchanged to be at least 0 and at most 1"),
        ({"stroke_px": 2.0}, "stroke_px to be at least 0 and below 2"),
        ({"seed": 2**32}, "seed to be"),
        ({"shift_px": 5}, "shift_px to be at least 0 and below 5"),
        ({"rotation_degrees": 181.0}, "rotation_degrees to be at least 0 and at most 180"),
        ({"written": 0.5, "strange": 0.3}, "written and strange to add up to at most 0.75"),
        ({"network": 3}, "network to be str"),
        ({"network": "fancy"}, "network to be one of dense, fast, small, cnn, narrow, wide; got 'fancy'"),
        ({"held_out": 1}, "held_out to be bool; got 1"),
        ({"self": 1}, "got 'self'"),
        ({"learning_rate": 10**400}, "learning_rate to be at least 1e-09 and below 1000000"),
    ],
)
def test_values_that_are_refused(values: dict[str, Any], words: str) -> None:
    with pytest.raises(RecipeError, match=words):
        Recipe().replace(**values)


def test_files_that_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=f"{', '.join(RECIPES)}, page, or a TOML file; there is no 'fancy'"):
        recipe.load("fancy")
    path = tmp_path / "broken.toml"
    path.write_text("epochs = = 3")
    with pytest.raises(RecipeError, match=r"broken\.toml; it cannot be read"):
        recipe.load(str(path))
    path.write_text('base = ["cnn"]')
    with pytest.raises(RecipeError, match=r"got \['cnn'\]"):
        recipe.load(str(path))
    path.write_text('base = "fancy"')
    with pytest.raises(RecipeError, match="got 'fancy'"):
        recipe.load(str(path))
    with pytest.raises(RecipeError, match="name=value"):
        recipe.parse(["epochs"])


def test_the_recipe_for_pages_is_read_back_as_one_for_pages(tmp_path: Path) -> None:
    path = tmp_path / "recipe.toml"
    changed = recipe.PAGES.replace(epochs=2, num_pages=9)
    path.write_text(changed.to_toml())
    assert recipe.load(str(path)) == changed
    path.write_text('base = "page"\nsteps_per_epoch = 5')
    assert recipe.load(str(path)) == recipe.PAGES.replace(steps_per_epoch=5)
    assert recipe.load("page") is recipe.PAGES


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"network": "cnn"}, "network to be pages; got 'cnn'"),
        ({"batch_pixels": 5}, "batch_pixels to be at least 102400"),
        ({"dropout": 0.5}, "got 'dropout'"),
    ],
)
def test_values_that_pages_do_not_have_are_refused(values: dict[str, Any], words: str) -> None:
    with pytest.raises(RecipeError, match=words):
        recipe.PAGES.replace(**values)
