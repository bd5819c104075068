"""Runs of several seeds, one after another, and what is refused before any of them begins."""

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from digitpad.errors import DigitpadError
from digitpad.training import command
from digitpad.training.runs import RunFolder
from digitpad.training.seeds import Series
from tests.conftest import soak
from tests.training.conftest import SMALL, Cli

PROGRAM = """#!/bin/sh
echo "$@"
case "$5" in
    *-6) echo "A warning." >&2; echo "digitpad: Expected a 7; got a 1." >&2; exit 1;;
    *-7) kill -9 $$;;
    *-8) exit 3;;
esac
"""
"""What stands for Python: it trains nothing, but fails in several ways."""


def test_what_is_finished_is_not_repeated_and_what_fails_does_not_end_the_others(
    finished: RunFolder, drawn: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    out, program = tmp_path / "out", tmp_path / "python"
    program.write_text(PROGRAM)
    program.chmod(0o755)
    shutil.copytree(finished.path, out / "cnn-5")
    monkeypatch.setattr(sys, "executable", str(program))
    with pytest.raises(DigitpadError, match=r"^3 of 4 runs failed\. .* train --out \S+ --resume$"):
        command.train(None, None, out, [], {}, resume=True, several="6-8")
    rows = json.loads((out / "seeds.json").read_text())["runs"]
    assert rows[0]["accuracy"] > 0.8
    assert [row.get("error") for row in rows[1:]] == [
        "Expected a 7; got a 1.",
        "Its process was ended by a signal: Killed.",
        "Its process ended with exit code 3.",
    ]
    told = capfd.readouterr()
    assert f"cnn-7, 2 of 3:\n-m digitpad train --out {out}/cnn-7 --resume --data {drawn}\n" in told.out
    assert "cnn-5" not in told.out
    assert told.err == "A warning.\ndigitpad: Expected a 7; got a 1.\n"


@pytest.mark.parametrize(
    ("several", "changes", "more", "words"),
    [
        ("9-0", {}, {}, "Expected seeds such as"),
        ("", {}, {}, "Expected seeds such as"),
        ("0-1", {"seed": 1}, {}, "either --seeds or a single seed"),
        (None, {}, {"address": "local"}, "Expected --seeds with --ray"),
        ("0-1", {}, {"address": "nowhere"}, "as the address of a Ray cluster"),
        ("0-1", {"epochs": 1}, {"resume": True}, "no recipe and no values"),
        ("0-1", {}, {"resume": True}, "to hold runs of one recipe"),
        (f"0,{2**32}", {}, {}, "Expected seed to be at least 0 and below"),
    ],
)
def test_nonsense_is_refused_and_leaves_nothing_behind(
    several: str | None, changes: dict[str, Any], more: dict[str, Any], words: str, drawn: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    with pytest.raises(DigitpadError, match=words):
        command.train(None, drawn, out, [], changes, **{"resume": False, **more}, several=several)
    assert not out.exists()


def test_a_folder_with_files_is_left_alone(finished: RunFolder) -> None:
    with pytest.raises(DigitpadError, match=r"has files\. Choose another --out, or use --resume"):
        command.train(None, None, finished.path, [], {}, resume=False, several="0-1")
    with pytest.raises(DigitpadError, match="to hold runs of one recipe"):
        command.train(None, None, finished.path, [], {}, resume=True, several="0-1")


@soak
def test_a_series_by_the_command_line(drawn: Path, tmp_path: Path, cli: Cli) -> None:
    recipe = tmp_path / "quick.toml"
    recipe.write_text(SMALL.replace(epochs=1).to_toml())
    began = cli("train", "--recipe", recipe, "--seeds", "0-1", "--data", drawn, "--out", "out")
    assert (began.returncode, began.stderr) == (0, "")
    assert began.stdout.count("Verifying both models in a fresh process.") == 2
    more = cli("train", "--seeds", "2", "--out", "out", "--resume")
    assert more.stdout.count("Verifying both models in a fresh process.") == 1
    assert [row["seed"] for row in json.loads((tmp_path / "out" / "seeds.json").read_text())["runs"]] == [0, 1, 2]
    assert Series.open(tmp_path / "out").runs[2].is_finished()
