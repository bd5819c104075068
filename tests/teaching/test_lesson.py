"""A lesson leaves a verified model, a report and a verdict behind, and never looks at the test set."""

import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from digitpad import Recognizer, artifact, cli
from digitpad.corrections import store
from digitpad.corrections.correction import Correction
from digitpad.errors import ArtifactError, InputError, RunError
from digitpad.teaching import command, gate, lesson, tuning
from digitpad.training import runs
from digitpad.training.datasets import mnist
from digitpad.training.datasets.splits import SealedSplit
from digitpad.training.runs import RunFolder
from tests.conftest import build_once
from tests.golden import GOLDEN
from tests.teaching.conftest import correction, draw_number, golden
from tests.test_cli import digitpad

pytestmark = pytest.mark.long

SESSIONS = {"learned": f"{1:032x}", "held out": f"{5:032x}"}
"""Names of two sessions, of which the second is one that is held out."""


def told() -> list[Correction]:
    """A hand that writes its sevens as others write ones, a number, a non-digit, and something that teaches nothing."""
    learned, held_out = SESSIONS["learned"], SESSIONS["held out"]
    sevens = [correction(golden(1), "7", session) for session in (learned, learned, held_out)]
    others = [(draw_number("274"), "274"), (golden(0), "not a digit"), (draw_number(""), "3")]
    return [*sevens, *(correction(picture, truth, learned) for picture, truth in others)]


@pytest.fixture(scope="module")
def taught(drawn: Path, tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """A run that learned `told`, in a tenth of the steps."""

    def teach(folder: Path) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(tuning, "STEPS", 20)
            patch.setattr(tuning, "NEW", 32)
            patch.setattr(tuning, "OLD", 32)
            patch.setattr(tuning, "LEARNING_RATE", 2e-3)
            patch.setattr(SealedSplit, "open", lambda *_: pytest.fail("the test set was looked at"))
            lesson.teach(told(), artifact.shipped(), mnist.load(drawn), RunFolder(folder), say=lambda text: None)

    return RunFolder(build_once(tmp_path_factory, "taught", teach))


def figures(run: RunFolder) -> dict[str, Any]:
    found: dict[str, Any] = runs.read_json(run.metrics)
    return found


def test_the_new_model_reads_what_it_was_taught(taught: RunFolder) -> None:
    before, after = (Recognizer.load(path).predict(golden(1)) for path in (artifact.shipped(), taught.path))
    assert (before.digit, after.digit) == (1, 7)
    assert figures(taught)["verification"]["onnx"] < 1e-5


def test_the_card_says_what_was_taught_and_nothing_that_was_measured_of_another_model(taught: RunFolder) -> None:
    card = artifact.load(taught.onnx_model).card
    assert card["teaching"]["from"] == artifact.load(artifact.shipped()).model_id
    assert card["teaching"]["num_pictures"] == 7
    assert card["teaching"]["num_held_out"] == 1
    assert card["teaching"]["accepted"] == (not card["teaching"]["reasons"])
    assert "test" not in card
    assert "drawings" not in card
    assert "data:image" not in json.dumps(card)


def test_everything_that_may_get_worse_is_measured(taught: RunFolder) -> None:
    checks = figures(taught)["teaching"]["checks"]
    digits = {f"digit {digit}" for digit in range(10)}
    assert set(checks) == {"learned", "held out", "mnist", "drawings", "sure", "non-digits", "ece"} | digits
    assert checks["learned"]["num_pictures"] == 6
    assert checks["held out"]["num_pictures"] == 1


def test_the_report_shows_every_correction_before_and_after(taught: RunFolder) -> None:
    report = taught.report.read_text()
    assert report.count('<img src="data:image/png;base64,') == 7
    assert report.count("read as ") == 7
    assert "Corrections that were left out" in report
    assert "The test set of MNIST was not looked at" in report
    accepted = figures(taught)["teaching"]["accepted"]
    assert ("<h1>Accepted" if accepted else "<h1>Rejected") in report


@pytest.mark.parametrize("accepted", [True, False])
def test_the_command_ends_with_3_if_the_gate_rejects(
    accepted: bool,
    taught: RunFolder,
    drawn: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    kept = store.open(tmp_path / "kept.sqlite")
    for each in told():
        kept.add(each)
    kept.close()
    learned: list[Correction] = []

    def teach(corrections: list[Correction], *_: object, **__: object) -> dict[str, Any]:
        learned.extend(corrections)
        found = figures(taught)
        found["teaching"] |= {"accepted": accepted, "reasons": [] if accepted else ["Non-digits refused: fewer."]}
        return found

    monkeypatch.setattr(lesson, "teach", teach)
    code = command.teach(str(tmp_path / "kept.sqlite"), None, drawn, tmp_path / "run")
    said = capsys.readouterr().out
    assert code == (0 if accepted else 3)
    assert len(learned) == 6
    assert ("digitpad serve --model" in said) == accepted
    assert ("Rejected, and not to be served:\n  Non-digits refused: fewer." in said) == (not accepted)


def test_a_model_that_unlearned_something_is_rejected_and_refused(
    taught: RunFolder, drawn: Path, tmp_path: Path
) -> None:
    """Ones that are said to be sevens, and a nought that is said to be no digit, cost what they must."""
    teaching = artifact.load(taught.onnx_model).card["teaching"]
    assert not teaching["accepted"]
    assert any("The digit 1 in both" in reason for reason in teaching["reasons"])
    served = digitpad("serve", "--port", "0", "--model", taught.path)
    assert served.returncode == 2
    assert teaching["reasons"][0].rstrip(".") in served.stderr
    with pytest.raises(ArtifactError, match="Expected a model that passed"):
        lesson.teach(told(), taught.onnx_model, mnist.load(drawn), RunFolder(tmp_path), say=lambda text: None)
    again = digitpad("predict", "--model", taught.path, GOLDEN / "7-medium-light.png")
    assert again.returncode == 0


def test_the_command_line_passes_the_exit_code_on(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(command, "teach", lambda *_: command.REJECTED)
    result = CliRunner().invoke(cli.app, ["teach", str(tmp_path / "kept.sqlite")])
    assert result.exit_code == 3


def test_what_was_taught_before_is_compared_with_the_first_model(taught: RunFolder) -> None:
    card = artifact.load(taught.onnx_model).card
    check = gate.compare("MNIST's validation images", (np.ones(10, bool), np.ones(10, bool)), 0.001)
    model = dataclasses.replace(artifact.load(artifact.shipped()), card=card)
    [remembered] = lesson.remember({"mnist": check}, model).values()
    assert remembered.first == card["teaching"]["checks"]["mnist"]["before"]


def test_a_folder_with_files_is_refused_before_anything_is_done(taught: RunFolder, tmp_path: Path) -> None:
    with pytest.raises(RunError, match="Expected a new or empty folder"):
        command.teach(str(tmp_path / "kept.sqlite"), None, None, taught.path)


def test_nothing_to_learn_from_is_said_at_once(drawn: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="Expected corrections to learn from; there are none"):
        lesson.teach([], artifact.shipped(), mnist.load(drawn), RunFolder(tmp_path / "run"), say=lambda text: None)
    assert not (tmp_path / "run").exists()
