"""Training learns, stops early, keeps the best weights, and resumes as if it had never been interrupted."""

from contextlib import nullcontext
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from digitpad.errors import DigitpadError, RunError
from digitpad.training import runs
from digitpad.training.augmentation.mixture import Mixture, Pictures
from digitpad.training.networks import architectures
from digitpad.training.networks.film import Film
from digitpad.training.networks.fit import HISTORY_COLUMNS, Progress, Watcher, fit, validation_figures
from digitpad.training.recipe import RECIPES, Recipe
from tests.conftest import soak
from tests.training.conftest import SMALL, drawn_split


def gather(count: int, seed: int) -> Mixture:
    return Mixture.gather(drawn_split(count, seed), SMALL, np.random.default_rng(seed), epochs=1)


@cache
def training() -> Mixture:
    return gather(300, 0)


@cache
def validation() -> Pictures:
    return Pictures.of(gather(60, 1).epoch(SMALL, np.random.default_rng(1)))


class Break(Watcher):
    """Interrupts training after some epochs, as a kill does."""

    def __init__(self, after: int) -> None:
        self._after = after

    def epoch(self, row: dict[str, float]) -> None:
        if row["epoch"] == self._after:
            raise KeyboardInterrupt


class Log(Watcher):
    def __init__(self) -> None:
        self.calls: list[tuple[str, int]] = []

    def begin(self, num_finished: int, num_epochs: int, num_steps: int) -> None:
        self.calls += [("finished", num_finished), ("epochs", num_epochs), ("steps", num_steps)]

    def step(self, step: int) -> None:
        self.calls.append(("step", step))

    def epoch(self, row: dict[str, float]) -> None:
        self.calls.append(("epoch", int(row["epoch"])))

    def end(self) -> None:
        self.calls.append(("end", 0))


@pytest.fixture
def recipe() -> Recipe:
    """A network that compiles quickly."""
    return RECIPES["dense"].replace(epochs=3, batch_size=32)


@pytest.mark.parametrize("name", ["cnn", "dense"])
@soak
def test_a_fit_broken_off_twice_and_filmed_ends_like_one_left_alone(name: str, tmp_path: Path) -> None:
    recipe = RECIPES[name].replace(epochs=3, batch_size=32)
    alone = architectures.build(recipe)
    whole = fit(alone, training(), validation(), recipe, checkpoint=tmp_path / "alone.npz", watcher=Watcher())
    for after in (1, 2, 3):
        resumed = architectures.build(recipe)
        film, watcher = Film(resumed, validation(), recipe), Break(after) if after < 3 else Watcher()
        with pytest.raises(KeyboardInterrupt) if after < 3 else nullcontext():
            progress = fit(
                resumed, training(), validation(), recipe, checkpoint=tmp_path / "b.npz", watcher=watcher, film=film
            )
    for weights, others in zip(alone.get_weights(), resumed.get_weights(), strict=True):
        assert np.array_equal(weights, others)
    for row, other in zip(whole.history, progress.history, strict=True):
        assert {**row, "seconds": 0} == {**other, "seconds": 0}
    assert film.arrays()["epoch"].tolist() == [0, 1, 2, 3]


def test_fitting_learns_and_tells_the_watcher(recipe: Recipe, tmp_path: Path) -> None:
    network, log = architectures.build(recipe), Log()
    progress = fit(network, training(), validation(), recipe, checkpoint=tmp_path / "c.npz", watcher=log)
    assert progress.history[-1]["loss"] < progress.history[0]["loss"]
    assert tuple(progress.history[0]) == HISTORY_COLUMNS
    assert progress.history[-1]["learning_rate"] == pytest.approx(0, abs=1e-6)
    assert log.calls[:3] == [("finished", 0), ("epochs", recipe.epochs), ("steps", 10)]
    assert log.calls[-2:] == [("epoch", recipe.epochs), ("end", 0)]
    assert ("step", 10) in log.calls


def test_the_weights_of_the_best_epoch_are_kept(recipe: Recipe, tmp_path: Path) -> None:
    wild = recipe.replace(learning_rate=0.05, epochs=4)
    network = architectures.build(wild)
    progress = fit(network, training(), validation(), wild, checkpoint=tmp_path / "c.npz", watcher=Watcher())
    assert progress.best_loss == min(row["validation_loss"] for row in progress.history)
    assert validation_figures(network, validation())[0] == pytest.approx(progress.best_loss, rel=1e-4)


def test_pictures_that_trained_choose_no_epoch(recipe: Recipe, tmp_path: Path) -> None:
    wild = recipe.replace(learning_rate=0.05, epochs=4, patience=1, held_out=False)
    network = architectures.build(wild)
    progress = fit(network, training(), validation(), wild, checkpoint=tmp_path / "c.npz", watcher=Watcher())
    assert progress.best_epoch == len(progress.history) == 4
    last = progress.history[-1]["validation_loss"]
    assert validation_figures(network, validation())[0] == pytest.approx(last, rel=1e-4)


def test_early_stopping_counts_epochs_without_a_better_loss() -> None:
    recipe = Recipe(epochs=10, patience=2)
    assert not Progress([{}] * 3, best_epoch=2).is_over(recipe)
    assert Progress([{}] * 4, best_epoch=2).is_over(recipe)
    assert Progress([{}] * 10, best_epoch=10).is_over(recipe)
    assert not Progress().is_over(recipe)


def test_a_diverged_fit_is_broken_off(tmp_path: Path) -> None:
    wild = RECIPES["dense"].replace(learning_rate=1e5, l2=0.0, epochs=3, batch_size=8, warmup=0.0)
    with pytest.raises(DigitpadError, match=r"diverged\. Start again with a lower learning_rate"):
        network = architectures.build(wild)
        network.layers[1].kernel.assign(network.layers[1].kernel * np.float32(1e30))
        fit(network, training(), validation(), wild, checkpoint=tmp_path / "c.npz", watcher=Watcher())
    assert not (tmp_path / "c.npz").exists()


def test_a_checkpoint_of_something_else_is_refused(recipe: Recipe, tmp_path: Path) -> None:
    runs.write_arrays(tmp_path / "c.npz", {"weights": np.zeros(3)})
    with pytest.raises(RunError, match="it does not fit"):
        fit(
            architectures.build(recipe),
            training(),
            validation(),
            recipe,
            checkpoint=tmp_path / "c.npz",
            watcher=Watcher(),
        )


def test_a_damaged_checkpoint_is_refused(recipe: Recipe, tmp_path: Path) -> None:
    checkpoint = tmp_path / "checkpoint.npz"
    short = recipe.replace(epochs=1)
    fit(architectures.build(short), training(), validation(), short, checkpoint=checkpoint, watcher=Watcher())
    with pytest.raises(RunError, match="another one"):
        fit(architectures.build(recipe), training(), validation(), recipe, checkpoint=checkpoint, watcher=Watcher())
    content = checkpoint.read_bytes()
    middle = len(content) // 2
    for damaged in (b"", content[:middle], content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]):
        checkpoint.write_bytes(damaged)
        with pytest.raises(RunError, match=r"checkpoint\.npz; the file is damaged"):
            fit(architectures.build(short), training(), validation(), short, checkpoint=checkpoint, watcher=Watcher())
