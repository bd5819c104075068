"""The results of experiments in a folder: `NAME.json`, `NAME.svg`, and the measurements in `NAME.jsonl`.

Reading them needs none of the packages that the experiments need.
"""

import json
from pathlib import Path
from typing import Any

from digitpad.errors import RunError
from digitpad.training import runs

Row = dict[str, Any]


def load(folder: Path) -> list[dict[str, Any]]:
    """The results in a folder, in the order in which the page tells of them.

    Returns:
        What `NAME.json` says of each experiment, and its figure as `svg`.

    Raises:
        RunError: there are none, or a figure is missing.
    """
    told = [runs.read_json(path) for path in sorted(folder.glob("*.json"))]
    figures = {each.get("name"): folder / f"{each.get('name')}.svg" for each in told}
    if not told or not all("findings" in each for each in told) or not all(map(Path.is_file, figures.values())):
        raise RunError(
            f"Expected {folder} to have the results of experiments. Run them: "
            f"{runs.command('lab', '--all', '--out', str(folder))}"
        )
    told.sort(key=lambda each: each["number"])
    return [{**each, "svg": figures[each["name"]].read_text(encoding="utf-8")} for each in told]


def context(folder: Path) -> dict[str, Any]:
    """The variables of the page about all experiments, from the results in a folder; RunError as `load`."""
    experiments = load(folder)
    origins = [each["origin"] for each in experiments]
    machines = {_name(each["machine"]) for each in origins}
    versions = {", ".join(" ".join(package) for package in each["versions"].items()) for each in origins}
    return {
        "experiments": experiments,
        "minutes": round(sum(each["seconds"] for each in experiments) / 60),
        "machines": " and ".join(sorted(machines)),
        "versions": " and ".join(sorted(versions)),
        "num_held_out": " or ".join(f"{number:,}" for number in sorted({each["num_held_out"] for each in origins})),
        "is_quick": any(each["quick"] for each in origins),
    }


def _name(machine: dict[str, Any]) -> str:
    cores = "1 core" if machine["num_cores"] == 1 else f"{machine['num_cores']} cores"
    return f"{cores} of an {machine['processor']}"


def load_rows(path: Path) -> dict[str, Row]:
    """The measurements of an experiment, by the key of their case; a line that was cut short is left out."""
    rows: dict[str, Row] = {}
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else []:
        try:
            told = json.loads(line)
        except ValueError:
            continue
        rows[key(told["case"])] = told["row"]
    return rows


def key(case: dict[str, Any]) -> str:
    """What two equal cases have in common."""
    return json.dumps(case, sort_keys=True)


def to_line(case: dict[str, Any], row: Row) -> str:
    """A measurement as a line of `NAME.jsonl`."""
    return json.dumps({"case": case, "row": row}, allow_nan=False) + "\n"
