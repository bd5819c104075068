"""Runs that differ in their seeds alone, and a table of their results with mean and spread."""

import contextlib
import csv
import io
import re
import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from digitpad.errors import InputError, RunError
from digitpad.training import recipe, runs
from digitpad.training.recipe import PageRecipe, Recipe
from digitpad.training.runs import RunFolder

MOST = 1000
"""The most seeds at once."""

_FIGURES: dict[str, tuple[str, Callable[[dict[str, Any]], float | None]]] = {
    "accuracy": (".2%", lambda results: results["test"]["accuracy"]),
    "digits right": (".2%", lambda results: results["test"]["right"] / results["test"]["num_digits"]),
    "digits wrong": (".2%", lambda results: results["test"]["wrong"] / results["test"]["num_digits"]),
    "NLL": (".4f", lambda results: results["test"]["nll"]),
    "ECE": (".2%", lambda results: results["test"]["ece"]),
    "pen accuracy": (".2%", lambda results: results["drawings"]["pen"]["accuracy"]),
    "seconds": (".0f", lambda results: results["seconds"]),
}
"""What is told of a run, with its form in the table. A run has the figures of digits or those of pages."""

_WIDTH = max(map(len, _FIGURES))


def parse(text: str) -> list[int]:
    """The seeds in a text such as "0-9" or "0,2,5-7", in order.

    Raises:
        InputError: the text says something else, a seed comes twice, or there are more than `MOST`.
    """
    found: list[int] = []
    for part in text.split(","):
        match = re.fullmatch(r"\s*(\d{1,10})(?:-(\d{1,10}))?\s*", part, re.ASCII)
        first, last = (int(match[1]), int(match[2] or match[1])) if match else (1, 0)
        if last < first:
            raise InputError(f"Expected seeds such as 0-9 or 0,2,5-7; got {text!r}.")
        if len(found) + last - first >= MOST:
            raise InputError(f"Expected at most {MOST:,} seeds; got {text!r}.")
        found += range(first, last + 1)
    if len(set(found)) < len(found):
        raise InputError(f"Expected each seed once; got {text!r}.")
    return sorted(found)


def are_in(out: Path) -> bool:
    """Whether a folder has runs in it, instead of being one."""
    return not RunFolder(out).recipe.exists() and any(out.glob("*/recipe.toml"))


@dataclass
class Series:
    """The runs of a recipe in a folder, in folders of their own such as `OUT/accurate-3`.

    Attributes:
        out: the folder.
        name: of the recipe.
        recipe: what they have in common; its seed means nothing.
        runs: by seed.
    """

    out: Path
    name: str
    recipe: Recipe | PageRecipe
    runs: dict[int, RunFolder] = field(default_factory=dict)

    @classmethod
    def open(cls, out: Path) -> "Series":
        """Open a series; RunError if the folder has no runs, or they differ in more than their seeds."""
        recipes = {path.parent: recipe.load(str(path)) for path in sorted(out.glob("*/recipe.toml"))}
        if not are_in(out) or len({each.replace(seed=0) for each in recipes.values()}) > 1:
            raise RunError(f"Expected {out} to hold runs of one recipe with different seeds; it does not.")
        path, chosen = next(iter(recipes.items()))
        opened = {each.seed: RunFolder(path) for path, each in recipes.items()}
        return cls(out, path.name.rpartition("-")[0], chosen, opened)

    def add(self, seeds: Iterable[int]) -> None:
        """Create a run for each seed that has none.

        Raises:
            RecipeError: a seed is too large.
            RunError: a folder has files, or cannot be created.
        """
        recipes = {seed: self.recipe.replace(seed=seed) for seed in seeds if seed not in self.runs}
        for seed, chosen in recipes.items():
            self.runs[seed] = RunFolder.create(self.out / f"{self.name}-{seed}", chosen.to_toml())

    def data_folder(self) -> str | None:
        """The folder that the data of a run was read from; None if it came from elsewhere or none has begun."""
        return next(filter(None, map(RunFolder.data_folder, self.runs.values())), None)

    def collect(self, failed: Mapping[Path, str]) -> dict[str, Any]:
        """The results of all runs, as JSON values.

        Args:
            failed: why some of them failed, by their folders.

        Returns:
            `runs`, each with its `seed`, its `folder`, and its figures or an `error`; `mean` of the figures; and if two
            runs have them `sd`, their standard deviation.
        """
        rows = [{"seed": seed, **_describe(run, failed.get(run.path))} for seed, run in sorted(self.runs.items())]
        columns = {name: [row[name] for row in rows if name in row] for name in _FIGURES}
        return {
            "runs": rows,
            "mean": {name: statistics.fmean(values) for name, values in columns.items() if values},
            "sd": {name: statistics.stdev(values) for name, values in columns.items() if len(values) > 1},
        }


def _describe(run: RunFolder, error: str | None) -> dict[str, Any]:
    row: dict[str, Any] = {"folder": run.path.name}
    if error is not None:
        return {**row, "error": error}
    results = runs.read_json(run.metrics)
    for name, (_, figure) in _FIGURES.items():
        with contextlib.suppress(KeyError, TypeError):  # of the other kind of run; or there was no pen data
            row[name] = figure(results)
    return {name: value for name, value in row.items() if value is not None}


def write(out: Path, results: Mapping[str, Any]) -> None:
    """Write what `Series.collect` returns to a folder, as `seeds.json`, and its runs as `seeds.csv`."""
    runs.write_json(out / "seeds.json", results)
    text = io.StringIO()
    writer = csv.DictWriter(text, ["seed", "folder", *results["mean"], "error"], lineterminator="\n")
    writer.writeheader()
    writer.writerows(results["runs"])
    runs.write(out / "seeds.csv", text.getvalue())


def to_text(results: Mapping[str, Any]) -> str:
    """What `Series.collect` returns as a table: a line for each run, then mean and spread."""
    titles = list(results["mean"])
    lines = ["  ".join([f"{'seed':>6}", *(f"{title:>{_WIDTH}}" for title in titles)])]
    for row in results["runs"]:
        cells = [f"failed: {row['error']}"] if "error" in row else _cells(row, titles)
        lines.append("  ".join([f"{row['seed']:>6}", *cells]))
    lines += ["  ".join([f"{name:>6}", *_cells(results[name], titles)]) for name in ("mean", "sd") if results[name]]
    return "\n".join(lines)


def _cells(figures: Mapping[str, Any], titles: Sequence[str]) -> list[str]:
    texts = (format(figures[title], _FIGURES[title][0]) if title in figures else "" for title in titles)
    return [f"{text:>{_WIDTH}}" for text in texts]
