"""The whole pipeline: the files of a run, interrupting and resuming it, and its one look at the test set."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from digitpad import Recognizer
from digitpad.errors import INTERRUPTED, ArtifactError, RunError
from digitpad.training import command, pipeline, runs
from digitpad.training.datasets import mnist
from digitpad.training.recipe import RECIPES
from digitpad.training.reporting import record, summary
from digitpad.training.runs import RunFolder
from tests.conftest import SOAK, soak
from tests.training.conftest import SMALL, Cli, drawn_digits

pytestmark = pytest.mark.long

CLOCK_AND_MACHINE = {"fit_seconds", "seconds", "machine", "peak_memory_bytes", "looks", "files", "verification"}


def figures(run: RunFolder) -> dict[str, object]:
    """All results of a run, except those that depend on the clock or the machine, or on whether it was verified."""
    metrics = runs.read_json(run.metrics)
    for row in metrics["history"]:
        del row["seconds"]
    return {key: metrics[key] for key in metrics.keys() - CLOCK_AND_MACHINE}


def test_a_run_leaves_everything_behind(finished: RunFolder) -> None:
    names = "checkpoint.npz data.json digits.onnx film.npz history.csv layers.onnx looks.json metrics.json model.keras"
    names += " recipe.toml report.html splits.npz test.json"
    assert sorted(path.name for path in finished.path.iterdir()) == names.split()
    metrics = runs.read_json(finished.metrics)
    assert metrics["recipe"]["seed"] == SMALL.seed
    assert metrics["test"]["accuracy"] > 0.8
    assert len(metrics["looks"]) == 1
    assert metrics["data"]["verified"] is False
    assert (metrics["data"]["num_training"], metrics["data"]["num_validation"]) == (800, 100)
    assert metrics["verification"]["onnx"] <= 1e-5
    assert len(finished.history.read_text().splitlines()) == 1 + SMALL.epochs


def test_the_run_s_model_reads_drawings_and_knows_where_it_comes_from(finished: RunFolder) -> None:
    recognizer = Recognizer.load(finished.onnx_model)
    images, labels = drawn_digits(50, 7)
    digits = [prediction.digit for prediction in recognizer.predict_batch(list(images))]
    assert np.mean(np.array(digits) == labels) > 0.8
    assert recognizer.card["recipe"]["seed"] == SMALL.seed
    assert recognizer.card["data"]["source"] == "an unverified data set (IDX files)"
    assert str(finished.path.parent) not in json.dumps(recognizer.card)


def test_the_summary_shows_what_is_stored(finished: RunFolder) -> None:
    text = summary.of_run(finished.path)
    assert "looked at once" in text
    assert f"{runs.read_json(finished.test)['accuracy']:.2%}" in text


@pytest.mark.usefixtures("unexported")
def test_a_recipe_that_holds_nothing_out_and_knows_digits_alone_says_so(drawn: Path, tmp_path: Path) -> None:
    said: list[str] = []
    recipe = RECIPES["fast"].replace(held_out=False, batch_size=32, epochs=2)
    run = RunFolder.create(tmp_path / "run", recipe.to_toml())
    metrics = pipeline.train(run, mnist.load(drawn), say=said.append)
    assert (metrics["data"]["num_training"], metrics["data"]["num_validation"]) == (900, 100)
    assert metrics["thresholds"]["not_digit"] == 1.0
    assert metrics["test"]["refusals"]["kept"] == 1.0
    assert metrics["epochs"]["best"] == recipe.epochs
    assert any("Nothing is held out" in text for text in said)
    assert any("read any drawing as a digit" in text for text in said)
    assert "No images were held out for validation." in " ".join(run.report.read_text().split())
    assert record.card(metrics)["recipe"]["held_out"] is False


def test_looking_again_is_counted(finished: RunFolder, drawn: Path, tmp_path: Path) -> None:
    run = RunFolder(shutil.copytree(finished.path, tmp_path / "run"))
    before = runs.read_json(run.test)
    pipeline.look_again(run, mnist.load(drawn))
    after = runs.read_json(run.test)
    assert after["confusion"] == before["confusion"]
    assert after["nll"] == pytest.approx(before["nll"], rel=1e-5)
    assert "looked at twice" in summary.of_run(run.path)
    assert "looked at\n2 times" in run.report.read_text()


def test_looking_again_at_a_damaged_model_is_refused_and_not_counted(
    finished: RunFolder, drawn: Path, tmp_path: Path
) -> None:
    run = RunFolder(shutil.copytree(finished.path, tmp_path / "run"))
    content = bytearray(run.keras_model.read_bytes())
    content[len(content) // 2] ^= 1
    run.keras_model.write_bytes(content)
    with pytest.raises(ArtifactError, match=r"model\.keras to end with the digest"):
        pipeline.look_again(run, mnist.load(drawn))
    assert len(runs.read_json(run.looks)) == 1


def test_a_run_goes_on_with_its_own_data_only(finished: RunFolder, drawn: Path, tmp_path: Path) -> None:
    run = RunFolder(shutil.copytree(finished.path, tmp_path / "run"))
    record = runs.read_json(run.data)
    record["sha256"]["train-labels"] = "0" * 64
    runs.write_json(run.data, record)
    with pytest.raises(RunError, match="Expected the data that"):
        pipeline.train(run, mnist.load(drawn))


def test_folders_that_no_run_can_begin_in(tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.txt").write_text("do not overwrite me")
    with pytest.raises(RunError, match="full has files"):
        RunFolder.create(tmp_path / "full", SMALL.to_toml())
    with pytest.raises(RunError, match="to be a writable folder; it is not: Not a directory"):
        RunFolder.create(tmp_path / "full" / "thesis.txt" / "run", SMALL.to_toml())


def test_a_run_folder_that_misses_parts_says_which(finished: RunFolder, tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"has no recipe\.toml"):
        RunFolder.open(tmp_path)
    run = RunFolder(shutil.copytree(finished.path, tmp_path / "run"))
    run.report.unlink()
    assert "is not finished, and its models are not verified" in summary.of_run(run.path)
    run.test.unlink()
    with pytest.raises(RunError, match=r"Expected test\.json .* digitpad train --out .* --resume"):
        summary.of_run(run.path)


def start(arguments: list[str], epoch: int, how: signal.Signals) -> subprocess.CompletedProcess[str]:
    """Run `digitpad train`, and send a signal as soon as it has printed an epoch."""
    line = [sys.executable, "-u", "-m", "digitpad", "train", *arguments]
    process = subprocess.Popen(
        line,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # tests in the background of a shell ignore it
    )
    assert process.stdout
    assert process.stderr
    lines = ""
    for text in process.stdout:
        lines += text
        if text.startswith(f"Epoch {epoch}/"):
            time.sleep(0.1)  # so that it is in the next epoch, as a rule
            process.send_signal(how)
            break
    lines += process.stdout.read()
    error = process.stderr.read()
    process.stderr.close()
    process.stdout.close()
    return subprocess.CompletedProcess(line, process.wait(), lines, error)


def epochs_in(out: Path) -> int:
    """How many epochs the checkpoint of a run has; a busy machine may end one more before a signal arrives."""
    return len(json.loads(str(runs.read_arrays(RunFolder(out).checkpoint)["state"]))["history"])


@pytest.mark.usefixtures("unexported")
def test_a_run_killed_and_resumed_ends_with_the_figures_of_one_left_alone(
    finished: RunFolder, drawn: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "killed"
    recipe = tmp_path / "recipe.toml"
    recipe.write_text(SMALL.to_toml())
    killed = start(["--recipe", str(recipe), "--data", str(drawn), "--out", str(out)], 1, signal.SIGKILL)
    assert killed.returncode == -signal.SIGKILL
    assert not (out / "test.json").exists()
    num_finished = epochs_in(out)
    assert num_finished >= 1
    if SOAK:
        interrupted = start(["--out", str(out), "--resume"], 2, signal.SIGINT)
        assert interrupted.returncode == INTERRUPTED, interrupted.stderr
        num_finished = epochs_in(out)
    command.train(None, None, out, [], {}, resume=True)
    said = capsys.readouterr().out
    assert f"Resuming after epoch {num_finished} of 3." in said
    assert "looked at once" in said
    assert figures(RunFolder(out)) == figures(finished)
    film = runs.read_arrays(RunFolder(out).film)
    assert all(np.array_equal(film[name], array) for name, array in runs.read_arrays(finished.film).items())


def test_an_interrupted_run_says_how_to_resume_it(
    finished: RunFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    run = RunFolder(shutil.copytree(finished.path, tmp_path / "run"))
    run.report.unlink()
    monkeypatch.setattr(pipeline, "train", interrupt)
    with pytest.raises(SystemExit) as end:
        command.train(None, None, run.path, [], {}, resume=True)
    assert end.value.code == INTERRUPTED == 130
    told = f"Stopped. Finished epochs are saved. Resume with: digitpad train --out {run.path} --resume"
    assert capsys.readouterr().err.strip() == told


@soak
def test_a_run_that_lost_a_part_is_finished_again(finished: RunFolder, drawn: Path, tmp_path: Path) -> None:
    run = RunFolder(shutil.copytree(finished.path, tmp_path / "run"))
    run.onnx_model.unlink()
    assert not run.is_finished()
    pipeline.train(run, mnist.load(drawn), say=lambda text: None)
    assert run.is_finished()
    assert Recognizer.load(run.onnx_model).card == Recognizer.load(finished.onnx_model).card


@soak
def test_looking_again_by_the_command_line(finished: RunFolder, tmp_path: Path, cli: Cli) -> None:
    run = RunFolder(shutil.copytree(finished.path, tmp_path / "run"))
    assert "looked at once" in cli("evaluate", run.path).stdout
    assert "looked at twice" in cli("evaluate", run.path, "--again").stdout
    refused = cli("evaluate", run.path, "--data", "elsewhere")
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)


def test_a_finished_run_is_not_trained_again(finished: RunFolder, cli: Cli) -> None:
    before = finished.metrics.stat().st_mtime_ns
    again = cli("train", "--out", finished.path, "--resume")
    assert again.returncode == 0
    assert again.stdout.startswith("This run is already finished")
    assert "looked at once" in again.stdout
    assert finished.metrics.stat().st_mtime_ns == before
