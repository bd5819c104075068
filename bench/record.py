"""What the benchmarks share: figures with their spread, the JSON record of a benchmark, and the page of all records.

`python -m bench.record` renders the page, `bench/README.md`; every benchmark does so after writing its record.
"""

import functools
import json
import os
import platform
import statistics
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

import numpy as np
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from digitpad import artifact
from digitpad.errors import DataError
from digitpad.training.datasets import pen
from digitpad.training.reporting import machine

Figures = dict[str, float]

FOLDER = Path(__file__).parent
OWN_PAGES = frozenset({"drawings", "pages", "teaching"})
"""Benchmarks whose results have a page of their own in `docs/`."""

MODEL = "the model"
"""The entry in a record's versions that identifies the measured model."""


def alternate(counts: Mapping[str, int]) -> Iterator[tuple[str, int]]:
    """Yield each name as often as its count says, with 0, 1, ...

    The names alternate, so that a slow moment of the machine affects all of them.
    """
    for number in range(max(counts.values(), default=0)):
        yield from ((name, number) for name, count in counts.items() if number < count)


def describe(values: Sequence[float]) -> Figures:
    """Number, median, 99th percentile and extremes of single measurements."""
    p99 = float(np.quantile(values, 0.99, method="higher"))
    return {"n": len(values), "median": statistics.median(values), "p99": p99, "min": min(values), "max": max(values)}


def spread(values: Sequence[float]) -> Figures:
    """Number, mean, standard deviation and extremes of repeated measurements."""
    sd = statistics.stdev(values) if len(values) > 1 else 0.0
    return {"n": len(values), "mean": statistics.fmean(values), "sd": sd, "min": min(values), "max": max(values)}


def ratios(values: Sequence[float], others: Sequence[float]) -> Figures:
    """Mean and spread of the ratios of values to those of the same round; rounds that only one has are left out."""
    return spread([value / other for value, other in zip(values, others, strict=False)])


def versions(*packages: str, path: list[str] = sys.path) -> dict[str, str]:
    """The versions of packages installed here, or in the folders of another `path`."""
    found = {name: next(iter(distributions(name=name, path=path)), None) for name in packages}
    return {name: package.version if package else "not installed" for name, package in found.items()}


def data() -> Path:
    """The folder with MNIST and the pen data, from DIGITPAD_DATA.

    Raises:
        DataError: it is not set, or the folder has no pen data.
    """
    folder = os.environ.get("DIGITPAD_DATA", "")
    if not pen.is_in(folder):
        raise DataError(
            "Expected DIGITPAD_DATA to name a folder with pen/digits.npz and pen/other.npz; "
            f"{folder + ' does not have both' if folder else 'it is not set'}. Set it to the folder with the pen data."
        )
    return Path(folder)


@functools.cache  # loading a model verifies it
def shipped() -> str:
    """The identifier of the model that ships."""
    return artifact.load(artifact.shipped()).model_id


def collect(installed: Mapping[str, str], results: Mapping[str, Any], *notes: str) -> dict[str, Any]:
    """A record: the machine, the versions of everything involved, the results, and notes by their names."""
    known = tomllib.loads((FOLDER / "notes.toml").read_text())
    return {
        "machine": f"{machine.processor()}, {os.cpu_count()} cores, {platform.system()}",
        "python": platform.python_version(),
        "versions": installed,
        "notes": [note for name in notes for note in known[name]],
        "results": results,
    }


def write(path: Path, record: Mapping[str, Any]) -> None:
    """Write a record as JSON, and render the page."""
    path.write_text(json.dumps(record, indent=2) + "\n")
    (FOLDER / "README.md").write_text(page())


def finish(name: str, record: Mapping[str, Any], *, is_quick: bool = False) -> None:
    """Print the record of a benchmark, and write it unless it is of a quick run."""
    print(section(name, record))
    if not is_quick:
        write(FOLDER / f"{name}.json", record)


def page() -> str:
    """`bench/README.md`, from the records."""
    names = [path.stem for path in FOLDER.glob("*.json") if path.stem not in OWN_PAGES]
    records = {name: json.loads((FOLDER / f"{name}.json").read_text()) for name in names}
    return render("README.md.j2", {name: section(name, record) for name, record in records.items()})


def section(name: str, record: Mapping[str, Any]) -> str:
    """A record as Markdown: its machine, versions, figures and notes."""
    has_picture = (FOLDER / f"{name}.png").is_file()
    return render("section.md.j2", {"name": name, "record": record, "has_picture": has_picture, "shipped": shipped()})


def render(template: str, values: Mapping[str, Any]) -> str:
    """Render a Markdown template in this folder."""
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template(template).render(values)


if __name__ == "__main__":
    (FOLDER / "README.md").write_text(page())
