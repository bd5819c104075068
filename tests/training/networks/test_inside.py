"""What is told of a network's inside is what it computes."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import expit, softmax

from digitpad.explanation.explanation import Layer
from digitpad.training.networks import architectures
from digitpad.training.networks.inside import Inside, open_up
from digitpad.training.recipe import RECIPES, Recipe
from tests.training.conftest import drawn_digits

DIGITS = {name: recipe for name, recipe in RECIPES.items() if isinstance(recipe, Recipe)}
NAMES = {
    "fast": ["convolution 1", "pooling 1", "convolution 2", "pooling 2", "dense 1"],
    "small": [
        *("convolution 1", "pooling 1", "convolution 2", "convolution 3", "pooling 2"),
        *("convolution 4", "convolution 5"),
    ],
    "cnn": ["convolution 1", "convolution 2", "convolution 3"],
    "wide": ["convolution 1", "convolution 2", "convolution 3", "pooling 1", "convolution 4", "convolution 5"],
    "dense": ["dense 1", "dense 2"],
}
TEMPERATURE = 2.0

Outputs = dict[str, NDArray[np.float32]]


class Opened:
    """The network of a recipe, with biases that are not zero, and what it is when it is opened up."""

    def __init__(self, recipe: Recipe) -> None:
        self.recipe, trained, rng = recipe, architectures.build(recipe), np.random.default_rng(7)
        trained.set_weights([w + (rng.normal(0, 0.1, w.shape) if w.ndim == 1 else 0) for w in trained.get_weights()])
        network = architectures.keep(trained, recipe.replace(test_time_augmentation=False))
        self.network = architectures.keep(network, recipe)
        self.model = open_up(network, TEMPERATURE, test_time_augmentation=recipe.test_time_augmentation)
        self.inside: Inside = self.model.layers[-1]

    def run(self, seen: NDArray[np.uint8], *off: int) -> Outputs:
        found: dict[str, Any] = self.model([seen[None, ..., None], np.array(off or (-1,), np.int32)])
        return {name: np.asarray(value) for name, value in found.items()}


@pytest.fixture(scope="module", params=DIGITS)
def opened(request: pytest.FixtureRequest) -> Opened:
    return Opened(DIGITS[request.param])


@pytest.fixture(scope="module")
def pictures() -> NDArray[np.uint8]:
    return drawn_digits(5, seed=3)[0]


def test_evidence_and_bias_add_up_to_the_logits_of_the_network(opened: Opened, pictures: NDArray[np.uint8]) -> None:
    logits = np.asarray(opened.network(pictures[..., None] / np.float32(255)))
    for seen, expected in zip(pictures, logits, strict=True):
        found = opened.run(seen)
        np.testing.assert_allclose(found["logits"], expected, atol=1e-4)
        np.testing.assert_allclose(found["evidence"].sum((1, 2)) + found["bias"], expected, atol=1e-4)
        np.testing.assert_allclose(found["probabilities"], softmax(expected[:10] / TEMPERATURE), atol=1e-5)
        assert found["not_digit"] == pytest.approx(softmax(expected)[10], abs=1e-5)


def test_every_layer_is_told_by_name_and_shape(opened: Opened, pictures: NDArray[np.uint8]) -> None:
    found, stages = opened.run(pictures[0]), opened.inside.stages
    assert [stage.name for stage in stages] == NAMES[opened.recipe.network]
    assert {stage.output: found[stage.output].shape for stage in stages} == {s.output: s.shape for s in stages}
    assert found["evidence"].shape == (11, *opened.inside.grid.shape[:2])
    assert opened.inside.is_exact == (opened.recipe.network not in ("fast", "dense"))
    assert opened.inside.num_readings == (5 if opened.recipe.test_time_augmentation else 1)


def before(stage: Layer, opened: Opened, found: Outputs, seen: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The maps that a layer looks at, or the picture."""
    index = opened.inside.stages.index(stage)
    picture: NDArray[np.float32] = (seen / 255).astype(np.float32)[..., None]
    return found[opened.inside.stages[index - 1].output] if index else picture


def window(stage: Layer, maps: NDArray[np.float32], row: int, column: int) -> NDArray[np.float32]:
    """What a unit looks at, (window, window, channels), with zeros outside the maps."""
    margin = stage.window
    padded = np.pad(maps, ((margin, margin), (margin, margin), (0, 0)))
    top, left = (margin + place * stage.stride - stage.padding for place in (row, column))
    return padded[top : top + stage.window, left : left + stage.window]


def activate(values: NDArray[np.float32], name: str | None) -> NDArray[np.float32]:
    gates = {"relu": values > 0, "silu": expit(values)}
    return (values * gates[name] if name else values).astype(np.float32)


def test_a_unit_is_its_window_times_its_weights_and_its_bias(opened: Opened, pictures: NDArray[np.uint8]) -> None:
    """Which is what the page shows of it."""
    found = opened.run(pictures[4])
    for stage in opened.inside.stages:
        maps = before(stage, opened, found, pictures[4])
        row, column = stage.shape[0] // 2, stage.shape[1] // 3
        if stage.pooling:
            looked_at = window(stage, maps, row, column)
            values = looked_at.max((0, 1)) if stage.pooling == "max" else looked_at.mean((0, 1))
        elif stage.window:
            looked_at = window(stage, maps, row, column).transpose(2, 0, 1)
            values = (found[f"{stage.output}_kernel"] * looked_at).sum((1, 2, 3)) + found[f"{stage.output}_bias"]
        else:
            values = maps.reshape(-1) @ found[f"{stage.output}_kernel"] + found[f"{stage.output}_bias"]
        expected = activate(values, stage.activation)
        np.testing.assert_allclose(found[stage.output][row, column], expected, atol=1e-4, err_msg=stage.name)


def test_what_lies_outside_its_receptive_field_changes_no_unit(opened: Opened) -> None:
    rng = np.random.default_rng(2)
    one, other = rng.integers(0, 256, (2, 28, 28)).astype(np.uint8)
    for stage in opened.inside.stages:
        row, column = stage.shape[0] // 2, stage.shape[1] - 1
        top, left = (max(stage.start + place * stage.step, 0) for place in (row, column))
        bottom, right = (stage.start + place * stage.step + stage.field for place in (row, column))
        mixed = other.copy()
        mixed[top:bottom, left:right] = one[top:bottom, left:right]
        same, another = (opened.run(picture)[stage.output][row, column] for picture in (mixed, other))
        expected = opened.run(one)[stage.output][row, column]
        np.testing.assert_allclose(same, expected, atol=1e-4, err_msg=stage.name)
        assert np.abs(another - expected).max() > 1e-4


def test_a_map_that_is_switched_off_is_zero_and_counts_no_more(opened: Opened, pictures: NDArray[np.uint8]) -> None:
    seen, stages = pictures[3], opened.inside.stages
    whole, first = opened.run(seen), 0
    for stage in stages:
        number = int(np.abs(whole[stage.output]).sum((0, 1)).argmax())
        found = opened.run(seen, first + number)
        assert not found[stage.output][..., number].any()
        kept = np.arange(stage.shape[2]) != number
        np.testing.assert_array_equal(found[stage.output][..., kept], whole[stage.output][..., kept])
        assert np.abs(found["logits"] - whole["logits"]).max() > 1e-4
        np.testing.assert_allclose(found["evidence"].sum((1, 2)) + found["bias"], found["logits"], atol=1e-4)
        first += stage.shape[2]


def test_of_a_network_that_is_off_only_the_last_bias_is_left(opened: Opened, pictures: NDArray[np.uint8]) -> None:
    total = sum(stage.shape[2] for stage in opened.inside.stages)
    found = opened.run(pictures[0], *range(total))
    last = opened.network.layers[-1] if not opened.recipe.test_time_augmentation else None
    np.testing.assert_allclose(found["logits"], found["bias"], atol=1e-6)
    if last is not None:
        np.testing.assert_allclose(found["logits"], np.asarray(last.bias), atol=1e-6)
