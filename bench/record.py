"""What the benchmarks share: figures with their spread, and a record that says on what they were measured."""

import json
import os
import platform
import statistics
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import readme

Figures = dict[str, float]


def describe(values: Sequence[float]) -> Figures:
    """Number, median, 99th percentile and extremes."""
    ordered = sorted(values)
    return {
        "n": len(ordered),
        "median": statistics.median(ordered),
        "p99": ordered[min(len(ordered) - 1, round(0.99 * len(ordered)))],
        "min": ordered[0],
        "max": ordered[-1],
    }


def spread(values: Sequence[float]) -> Figures:
    """Number, mean, standard deviation and extremes of repeated passes."""
    return {
        "n": len(values),
        "mean": statistics.fmean(values),
        "sd": statistics.stdev(values) if len(values) > 1 else 0.0,
        "min": min(values),
        "max": max(values),
    }


def versions(*packages: str) -> dict[str, str]:
    """The versions of installed packages."""
    return {package: _version(package) for package in packages}


def model() -> dict[str, str]:
    """The model that ships, as `versions`; the page says so when it is no longer the one that was measured."""
    return {readme.MODEL: readme.shipped()}


def write(
    path: Path | None, package_versions: Mapping[str, str], results: Mapping[str, Figures], notes: Sequence[str] = ()
) -> None:
    """Print on what the results were measured, write both, and write `bench/README.md` anew.

    Args:
        path: the JSON file; None to print only.
        package_versions: of whatever took part.
        results: figures by what they are figures of, with the unit.
        notes: what a reader of the results must know.
    """
    machine = f"{_processor()}, {os.cpu_count()} cores, {platform.system()}"
    print(f"{machine}, Python {platform.python_version()}, {dict(package_versions)}")
    if path is None:
        return
    record = {"machine": machine, "python": platform.python_version(), "versions": package_versions}
    record |= {"notes": notes} if notes else {}
    path.write_text(json.dumps(record | {"results": results}, indent=2) + "\n")
    readme.write()


def show(name: str, figures: Figures) -> None:
    """Print figures on a line."""
    print(
        f"{name:50s}",
        "  ".join(f"{key} {value:{'' if isinstance(value, int) else '.4g'}}" for key, value in figures.items()),
    )


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def _processor() -> str:
    """The processor's name, where the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())
