"""A run for pages leaves the same things behind as one for digits, and is resumed like one."""

import json
import os
from pathlib import Path

import pytest

from digitpad import artifact
from digitpad.training import command, page_pipeline, pipeline, runs
from digitpad.training.datasets import mnist, splits
from digitpad.training.networks import page_fit, pages
from digitpad.training.networks.fit import Watcher
from digitpad.training.recipe import PAGES
from digitpad.training.reporting import summary
from digitpad.training.runs import RunFolder
from tests.conftest import SOAK, build_once, soak

pytestmark = pytest.mark.long

SHORT = PAGES.replace(epochs=2, steps_per_epoch=2 if SOAK else 1, batch_pixels=110_000, num_pages=3, seed=292)
"""With this seed all batches have pages of one size; to compile the training for another takes seconds."""


class Off(Watcher):
    """Breaks a run off after its first epoch."""

    def epoch(self, row: dict[str, float]) -> None:
        raise KeyboardInterrupt


@pytest.fixture(scope="module")
def finished(drawn: Path, tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """A run; in soaks it was broken off after an epoch, and resumed, and otherwise it is watched on few pages."""

    def train(folder: Path) -> None:
        run = RunFolder.create(folder, SHORT.to_toml())
        with pytest.MonkeyPatch.context() as patch:
            if SOAK:
                with pytest.raises(KeyboardInterrupt):
                    page_pipeline.train(run, mnist.load(drawn), watcher=Off(), say=lambda text: None)
            else:
                patch.setattr(page_pipeline, "_NUM_VALIDATION", 1)
                patch.setattr(page_pipeline, "_VALIDATION_PIXELS", SHORT.batch_pixels)
                patch.setattr(os, "sched_getaffinity", lambda _: {0}, raising=False)  # one process makes pages
            command.train(None, drawn, run.path, [], {}, resume=True)

    return RunFolder(build_once(tmp_path_factory, "pages", train))


def test_a_run_leaves_everything_behind(finished: RunFolder) -> None:
    assert finished.is_finished()
    assert len(finished.history.read_text().splitlines()) == 1 + SHORT.epochs
    figures = runs.read_json(finished.metrics)
    assert figures["test"]["num_pages"] == SHORT.num_pages
    assert figures["test"]["num_digits"] > 0
    assert figures["verification"]["onnx"] < 1e-3
    model = artifact.load(finished.page_model, artifact.PAGES)
    assert model.num_bytes < 600_000
    assert model.card["recipe"] == json.loads(json.dumps(figures["recipe"]))
    assert "/" not in json.dumps(model.card)
    assert len(splits.looks(finished.looks)) == 1
    assert "pages of digits from the test set" in summary.of_run(finished.path)


def test_the_report_shows_pages_with_boxes(finished: RunFolder) -> None:
    report = finished.report.read_text()
    assert report.count('<image href="data:image/png;base64,') == 1
    assert "A fresh process loaded both files" in report


@soak
def test_a_run_that_was_broken_off_learned_like_one_left_alone(
    finished: RunFolder, drawn: Path, tmp_path: Path
) -> None:
    run = RunFolder.create(tmp_path / "alone", SHORT.to_toml())
    training, validation = pipeline.prepare(
        run, mnist.load(drawn), seed=SHORT.seed, held_out=True, say=lambda text: None
    )
    watched = page_pipeline.validation_pages(validation[::2], SHORT)
    network = pages.build(SHORT.seed)
    alone = page_fit.fit(network, training, watched, SHORT, checkpoint=run.checkpoint, watcher=Watcher())
    for ours, theirs in zip(runs.read_json(finished.metrics)["history"], alone.history, strict=True):
        del ours["seconds"], theirs["seconds"]
        # a process that begins with other sizes of pages compiles other kernels, which round differently
        assert ours == pytest.approx(theirs, rel=1e-4)
