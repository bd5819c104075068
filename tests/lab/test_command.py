"""The command `digitpad lab`: it lists, runs, writes the page, and refuses in one sentence."""

import json
import re
from pathlib import Path

import pytest

from digitpad.errors import DigitpadError, InputError, RunError
from digitpad.lab import command, results
from digitpad.lab.command import lab
from digitpad.lab.experiments import EXPERIMENTS
from tests.conftest import soak
from tests.test_cli import digitpad


def test_without_a_name_it_lists_all(capsys: pytest.CaptureFixture[str]) -> None:
    lab(None, None, None, None, quick=False, everything=False)
    listed = capsys.readouterr().out
    assert re.findall(r"^(\S+) +\S.*\?$", listed, re.MULTILINE) == list(EXPERIMENTS)
    assert "digitpad lab softmax --quick" in listed


@soak
def test_it_runs_one_and_says_what_held(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    result = digitpad("lab", "softmax", "--quick", "--seeds", "2", "--out", tmp_path / "lab")
    assert result.returncode == 0, result.stderr
    assert result.stdout.count("  held: ") == len(
        json.loads((tmp_path / "lab" / "softmax.json").read_text())["findings"]
    )
    rows = results.load_rows(tmp_path / "lab" / "softmax.jsonl")
    assert {json.loads(case)["seed"] for case in rows} == {0, 1}
    lab("softmax", None, tmp_path / "lab", 2, quick=True, everything=False)
    assert "━" not in capsys.readouterr().out  # nothing is measured, so there is no bar


@soak
def test_it_runs_on_ray_too(tmp_path: Path) -> None:
    result = digitpad("lab", "minibatches", "--quick", "--out", tmp_path / "lab", "--ray", "local")
    assert result.returncode == 0, result.stderr
    (told,) = results.load(tmp_path / "lab")
    assert all(finding["held"] for finding in told["findings"] if finding["is_law"])
    assert told["origin"]["machine"]["num_cores"] == 1


@pytest.mark.parametrize(
    ("name", "everything", "data", "words"),
    [
        ("softmaxx", False, None, "Expected one of the experiments softmax, "),
        ("softmax", True, None, "got both"),
        ("softmax", False, Path("nowhere"), "there is no folder nowhere"),
    ],
)
def test_bad_input_is_refused(name: str, everything: bool, data: Path | None, words: str, tmp_path: Path) -> None:
    with pytest.raises(DigitpadError, match=words):
        lab(name, data, tmp_path, None, quick=True, everything=everything)


def test_the_full_form_wants_all_of_mnist(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(command, "_NUM_PICTURES", 1_000_000)
    with pytest.raises(InputError, match="Use --data or --quick"):
        lab("softmax", None, tmp_path, None, quick=False, everything=False)


def test_another_backend_is_refused() -> None:
    result = digitpad("lab", KERAS_BACKEND="jax")
    assert result.returncode == 2
    assert "Expected KERAS_BACKEND to be tensorflow" in result.stderr


def test_the_page_tells_of_every_claim(quick_lab: Path) -> None:
    page = quick_lab.with_suffix(".md").read_text()
    for experiment in results.load(quick_lab):
        assert f"](lab/{experiment['name']}.svg)" in page
        for finding in experiment["findings"]:
            verdict = "yes" if finding["held"] else "**no**"
            assert f"| {finding['claim']} | {finding['expected']} | {finding['measured']} | {verdict} |" in page
    assert [each["name"] for each in results.load(quick_lab)] == list(EXPERIMENTS)


def test_a_folder_without_results_says_how_to_get_them(tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"digitpad lab --all --out"):
        results.load(tmp_path)


def test_what_is_committed_is_of_these_experiments() -> None:
    folder = Path(__file__).parents[2] / "docs" / "lab"
    committed = results.load(folder)
    assert [each["name"] for each in committed] == list(EXPERIMENTS)
    assert [each["title"] for each in committed] == [each.title for each in EXPERIMENTS.values()]
    page = folder.with_suffix(".md").read_text()
    assert all(finding["measured"] in page for each in committed for finding in each["findings"])
