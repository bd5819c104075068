"""Seeds are read from a text, have a run each, and their results are told side by side."""

import csv
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from digitpad.errors import InputError, RecipeError, RunError
from digitpad.training import runs, seeds
from digitpad.training.recipe import PAGES, RECIPES
from digitpad.training.runs import RunFolder
from digitpad.training.seeds import Series


@pytest.mark.parametrize(
    ("text", "found"),
    [("3", [3]), ("0-9", list(range(10))), ("0,2,5-7", [0, 2, 5, 6, 7]), ("7 , 0 - 1", []), (" 7, 0-1 ", [0, 1, 7])],
)
def test_seeds_are_numbers_and_ranges(text: str, found: list[int]) -> None:
    if found:
        assert seeds.parse(text) == found
    else:
        with pytest.raises(InputError, match="Expected seeds such as 0-9"):
            seeds.parse(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "such as 0-9 or 0,2,5-7; got ''"),
        ("0,,1", "such as"),
        ("9-0", "such as"),
        ("-1", "such as"),
        ("1.5", "such as"),
        ("٣", "such as"),
        ("0-3,2", "each seed once"),
        ("0-1000", "at most 1,000"),
        ("0-999,5000", "at most 1,000"),
        ("0-9999999999", "at most 1,000"),
    ],
)
def test_nonsense_is_refused(text: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        seeds.parse(text)


def test_every_seed_has_a_run_of_its_own(tmp_path: Path) -> None:
    Series(tmp_path / "out", "mine", RECIPES["cnn"].replace(epochs=2)).add([0, 3])
    opened = Series.open(tmp_path / "out")
    assert {seed: run.path.name for seed, run in opened.runs.items()} == {0: "mine-0", 3: "mine-3"}
    opened.add([3, 10])
    assert Series.open(tmp_path / "out").runs.keys() == {0, 3, 10}
    assert "seed = 10\n" in (tmp_path / "out" / "mine-10" / "recipe.toml").read_text()
    assert "epochs = 2\n" in (tmp_path / "out" / "mine-10" / "recipe.toml").read_text()
    with pytest.raises(RecipeError, match="below 4294967296"):
        opened.add([11, 2**32])
    assert Series.open(tmp_path / "out").runs.keys() == {0, 3, 10}


def test_what_is_no_series_is_refused(tmp_path: Path) -> None:
    RunFolder.create(tmp_path / "one", PAGES.to_toml())
    Series(tmp_path / "two", "a", RECIPES["cnn"]).add([0])
    Series(tmp_path / "two", "b", RECIPES["dense"]).add([1])
    for name in ("nowhere", "one", "two"):
        with pytest.raises(RunError, match=f"{name} to hold runs of one recipe with different seeds"):
            Series.open(tmp_path / name)


def described(test: dict[str, Any], drawings: dict[str, Any] | None = None, seconds: float = 60.0) -> dict[str, Any]:
    return {"test": test, "seconds": seconds, **({"drawings": drawings} if drawings else {})}


def with_results(out: Path, found: dict[int, dict[str, Any]]) -> Series:
    """A series whose runs have these results."""
    series = Series(out, "cnn", RECIPES["cnn"])
    series.add(found)
    for seed, results in found.items():
        runs.write_json(series.runs[seed].metrics, results)
    return series


def test_results_are_told_with_mean_and_spread(tmp_path: Path) -> None:
    tests = [{"accuracy": accuracy, "nll": 0.02, "ece": 0.001} for accuracy in (0.99, 0.97)]
    pens = [{"generated": {"accuracy": 0.5}, "pen": pen} for pen in ({"accuracy": 0.95}, None)]
    series = with_results(tmp_path, {7: described(tests[0], pens[0], 50), 2: described(tests[1], pens[1], 70), 5: {}})
    results = series.collect({series.runs[5].path: "Expected this; got that."})
    seeds.write(tmp_path, results)
    assert json.loads((tmp_path / "seeds.json").read_text()) == results
    assert results["runs"] == [
        {"seed": 2, "folder": "cnn-2", "accuracy": 0.97, "NLL": 0.02, "ECE": 0.001, "seconds": 70},
        {"seed": 5, "folder": "cnn-5", "error": "Expected this; got that."},
        {
            "seed": 7,
            "folder": "cnn-7",
            "accuracy": 0.99,
            "NLL": 0.02,
            "ECE": 0.001,
            "pen accuracy": 0.95,
            "seconds": 50,
        },
    ]
    assert results["mean"] == pytest.approx(
        {"accuracy": 0.98, "NLL": 0.02, "ECE": 0.001, "pen accuracy": 0.95, "seconds": 60}
    )
    assert results["sd"] == pytest.approx({"accuracy": 0.0141421, "NLL": 0, "ECE": 0, "seconds": 14.1421}, abs=1e-4)
    lines = [line.split() for line in seeds.to_text(results).splitlines()]
    assert lines[1] == ["2", "97.00%", "0.0200", "0.10%", "70"]
    assert lines[2] == ["5", "failed:", "Expected", "this;", "got", "that."]
    assert lines[4:] == [
        ["mean", "98.00%", "0.0200", "0.10%", "95.00%", "60"],
        ["sd", "1.41%", "0.0000", "0.00%", "14"],
    ]
    with (tmp_path / "seeds.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["accuracy"] for row in rows] == ["0.97", "", "0.99"]
    assert [row["error"] for row in rows] == ["", "Expected this; got that.", ""]


def test_runs_for_pages_have_their_own_figures_and_those_that_there_are(tmp_path: Path) -> None:
    test = {"num_digits": 200, "right": 150, "wrong": 10, "nll": 0.1, "ece": None}
    results = with_results(tmp_path, {0: described(test)}).collect({})
    assert results["mean"] == {"digits right": 0.75, "digits wrong": 0.05, "NLL": 0.1, "seconds": 60}
    assert results["runs"] == [{"seed": 0, "folder": "cnn-0", **results["mean"]}]


def test_a_table_of_failures_alone_is_one(tmp_path: Path) -> None:
    series = with_results(tmp_path, {0: {}})
    results = series.collect({series.runs[0].path: "No."})
    seeds.write(tmp_path, results)
    assert seeds.to_text(results).splitlines() == ["  seed", "     0  failed: No."]
    assert (tmp_path / "seeds.csv").read_text() == "seed,folder,error\n0,cnn-0,No.\n"


def test_the_figures_are_those_of_a_real_run(finished: RunFolder, tmp_path: Path) -> None:
    shutil.copytree(finished.path, tmp_path / "cnn-5")
    (row,) = Series.open(tmp_path).collect({})["runs"]
    assert row.keys() == {"seed", "folder", "accuracy", "NLL", "ECE", "seconds"}
