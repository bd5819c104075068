"""`digitpad batch` as a user meets it."""

import json
import os
import re
import signal
import subprocess
import threading
import time
from contextlib import suppress
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from digitpad.batch.command import batch as run
from digitpad.batch.sources import part
from digitpad.training import runs
from tests.batch.conftest import NUM_PICTURES, Batch, command


def test_a_folder_becomes_a_table_with_its_evaluation(batch: Batch, pictures: Path, tmp_path: Path) -> None:
    result = batch(pictures, "--out", tmp_path / "out.parquet", "--workers", "2")
    assert (result.returncode, result.stderr) == (0, "")
    assert re.search(rf"^{NUM_PICTURES + 1} pictures: \d+ digit, 1 unreadable.*\. The column error says", result.stdout)
    assert "precision  recall" in result.stdout
    assert "left out: 1 that could not be read" in result.stdout
    table = pq.read_table(tmp_path / "out.parquet")
    assert table["key"].to_pylist() == sorted(str(path.relative_to(pictures)) for path in pictures.rglob("*.png"))
    figures = json.loads((tmp_path / "out.parquet.evaluation.json").read_text())
    assert figures["num_images"] == NUM_PICTURES
    assert figures["accuracy"] > 0.9
    again = batch(pictures, "--out", tmp_path / "out.parquet", "--resume")
    assert again.stdout.startswith("This run is already finished.")
    other = batch(pictures / "7", "--out", tmp_path / "out.parquet", "--resume")
    assert (other.returncode, "it differs in: source" in other.stderr) == (2, True)


@pytest.fixture
def stuck(pictures: Path, tmp_path: Path) -> Path:
    """A list of pictures for two parts, the second of which cannot be read until something writes to its pipe."""
    names = [str(next(pictures.rglob("*0.png")))] * part.PART_PICTURES
    os.mkfifo(tmp_path / "last.png")
    path = tmp_path / "list.txt"
    path.write_text("\n".join([*names, str(tmp_path / "last.png")]))
    return path


def wait_for_a_part(process: "subprocess.Popen[str]", folder: Path) -> None:
    while not list(folder.glob("*.parquet")):
        assert process.poll() is None
        time.sleep(0.02)


def feed(pipe: Path) -> None:
    """Let go of who waits for a pipe, who may not want to know more."""
    with suppress(BrokenPipeError):
        pipe.write_bytes(b"no picture")


def test_a_run_that_was_killed_goes_on_and_has_every_row_once(batch: Batch, stuck: Path, tmp_path: Path) -> None:
    out, parts = tmp_path / "out.parquet", tmp_path / "out.parquet.parts"
    arguments = command(stuck, "--out", out, "--workers", "1")
    with subprocess.Popen(arguments, stdout=subprocess.DEVNULL, start_new_session=True, text=True) as process:
        wait_for_a_part(process, parts)
        os.killpg(process.pid, signal.SIGKILL)
    assert not out.exists()
    refused = batch(stuck, "--out", out)
    assert (refused.returncode, "--resume" in refused.stderr) == (2, True)
    refused = batch(stuck, "--out", out, "--resume", "--page")
    assert (refused.returncode, "it differs in: page" in refused.stderr) == (2, True)
    feeding = threading.Thread(target=feed, args=[tmp_path / "last.png"])
    feeding.start()
    result = batch(stuck, "--out", out, "--resume")
    feeding.join()
    assert result.returncode == 0, result.stderr
    table = pq.read_table(out)
    assert len(table) == part.PART_PICTURES + 1
    assert table["key"].to_pylist() == stuck.read_text().splitlines()
    assert not parts.exists()


def test_a_run_that_ended_when_its_table_was_written_is_completed(
    pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = {"page": False, "column": None, "labels": None, "model": None, "num_workers": 1, "ray": None}
    out = tmp_path / "out.csv"
    with monkeypatch.context() as broken, pytest.raises(ZeroDivisionError):
        broken.setattr("digitpad.batch.evaluation.Evaluation.figures", lambda _: 1 / 0)
        run(str(pictures), str(out), **settings, resume=False)  # type: ignore[arg-type]
    assert out.exists()
    run(str(pictures), str(out), **settings, resume=True)  # type: ignore[arg-type]
    names = ["out.csv", "out.csv.evaluation.json", "out.csv.plan.json"]
    assert sorted(path.name for path in tmp_path.iterdir()) == names


def test_ctrl_c_says_how_to_go_on(stuck: Path, tmp_path: Path) -> None:
    arguments = command(stuck, "--out", tmp_path / "out.csv", "--workers", "1")
    with subprocess.Popen(
        arguments,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # tests in the background of a shell ignore it
    ) as process:
        wait_for_a_part(process, tmp_path / "out.csv.parts")
        os.killpg(process.pid, signal.SIGINT)  # a terminal sends it to all processes
        _, error = process.communicate()
    told = f"Stopped. Finished parts are kept. Go on with: {runs.command(*arguments[3:], '--resume')}"
    assert (process.returncode, error.splitlines()[-2:]) == (130, ["", told])
    assert "Traceback" not in error


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["--out", "there.csv"], "Expected a new file as --out; "),
        (["--out", "-"], "Expected --out with a name that ends in .parquet, .csv, .jsonl"),
        (["--out", "new.csv", "--page", "--labels", "x"], "Expected --labels for single digits"),
        (["--out", "new.csv", "--column", "x"], "Expected neither --column nor --labels for files of pictures"),
        (["--out", "new.csv", "--ray", "127.0.0.1:9"], "Expected "),
        (["more.png", "--out", "new.csv"], "Expected one SOURCE; got 2, such as more.png. Put a pattern in quotes"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(
    batch: Batch, pictures: Path, tmp_path: Path, arguments: list[str], error: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("there.csv").touch()
    result = batch(pictures, *arguments)
    assert result.returncode == 2
    assert result.stderr.startswith(f"digitpad: {error}")
    assert len(result.stderr.splitlines()) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["there.csv"]


def test_a_table_among_those_that_are_read_is_refused(batch: Batch, many: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(many.parent)
    (many.parent / "sub").mkdir()
    for source, out in (
        (many.parent, "out.csv"),
        (many.parent / "**/*", "out.csv"),
        (tmp_path / "link/*", "sub/../o.csv"),
    ):
        result = batch(source, "--out", tmp_path / "link" / out)
        assert (result.returncode, "Expected --out outside of" in result.stderr) == (2, True), source
    (many.parent / "sub").rmdir()
    result = batch(many.parent / "*.npz", "--out", tmp_path / "link" / "out.csv")
    assert result.returncode == 0, result.stderr
    for path in many.parent.glob("out.csv*"):
        path.unlink()


def test_a_source_that_is_missing_or_empty_is_named(batch: Batch, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for source, words in (("gone", "it is not there"), ("empty", "found nothing")):
        result = batch(tmp_path / source, "--out", tmp_path / "out.csv")
        assert (result.returncode, words in result.stderr) == (2, True), result.stderr
