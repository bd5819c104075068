"""Every lesson trains a network, and the clock counts what it should."""

import time
from pathlib import Path

import numpy as np
import pytest

from bench import recipes
from bench.training import __main__ as training
from bench.training import lessons
from digitpad.errors import RunError
from digitpad.training.recipe import RECIPES
from tests.conftest import soak
from tests.training.conftest import drawn_split


@soak
@pytest.mark.parametrize(("name", "num_epochs"), [("digitpad", 3), ("Keras", 15), ("PyTorch", 14)])
def test_every_lesson_ends_with_a_trained_network(name: str, num_epochs: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(RECIPES, "fast", RECIPES["fast"].replace(min_images=0))
    if name == "PyTorch":
        pytest.importorskip("torch")
    clock = lessons.LESSONS[name](drawn_split(500, 0), drawn_split(50, 1), 0)
    times, accuracies = np.array(clock.laps).T
    assert len(times) == num_epochs
    assert (np.diff(times) > 0).all()
    assert times[-1] <= clock.seconds()[0]
    assert accuracies[-1] > 0.3  # chance is 0.1


def test_the_clock_stands_still_while_accuracy_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [10.0]
    monkeypatch.setattr(time, "perf_counter", lambda: now[0])

    def pass_seconds(seconds: float) -> float:
        now[0] += seconds
        return 0.9

    clock = lessons.Clock()
    pass_seconds(3)
    clock.lap(lambda: pass_seconds(5))
    pass_seconds(1)
    assert clock.laps == [(3.0, 0.9)]
    assert clock.seconds()[0] == 4


def run(seconds: float, accuracy: float) -> dict[str, object]:
    laps = [(seconds / 2, accuracy / 200), (seconds, accuracy / 100)]
    times = {"seconds": seconds, "epoch_seconds": seconds / 2, "processor_seconds": 2 * seconds, "peak_mb": 900.0}
    return {**times, "accuracy": accuracy, "laps": laps}


def test_ratios_are_of_runs_with_the_same_seed() -> None:
    runs = {"digitpad": [run(2, 99.0), run(4, 99.2), run(8, 99.1)], "Keras": [run(60, 99.1), run(80, 99.3)]}
    results = training.compare(runs)
    assert results["Keras : digitpad, to the end (ratio)"]["mean"] == (30 + 20) / 2
    assert results["digitpad, test accuracy (%)"]["min"] == 99.0
    assert results["digitpad, test accuracy (%), seed 1"] == {"accuracy": 99.2}
    assert [line.get_label() for line in training.draw(runs).axes[0].lines][::3] == ["digitpad", "Keras"]


def test_every_recipe_is_measured() -> None:
    assert set(recipes.NUM_SEEDS) == set(RECIPES)
    assert recipes.NUM_SEEDS["fast"] >= 5
    assert recipes.NUM_SEEDS["accurate"] >= 3


def test_a_run_of_another_recipe_is_not_taken_for_todays(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(recipes, "FOLDER", tmp_path)
    begun = recipes.begin("fast", 2)
    assert begun.path == tmp_path / "fast-2"
    assert recipes.begin("fast", 2).path == begun.path
    monkeypatch.setitem(RECIPES, "fast", RECIPES["fast"].replace(epochs=1))
    with pytest.raises(RunError, match=r"fast-2 to be a run of today's recipe fast"):
        recipes.begin("fast", 2)
