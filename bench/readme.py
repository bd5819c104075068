"""`bench/README.md`, written from what the benchmarks recorded: `python bench/readme.py`, and after every benchmark."""

import functools
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from digitpad import artifact

FOLDER = Path(__file__).parent

BENCHES = {
    "training": ("Learning", "make bench-training", "How fast MNIST is learned, beside Keras' and PyTorch's examples."),
    "recipes": ("The recipes", "make bench-recipes", "How well every recipe learns, over several seeds. Takes hours."),
    "inference": ("Reading", "make bench-inference", "How long one drawing takes, many, and a process from its start."),
    "server": ("The server", "make bench-server", "How many predictions a second, beside Gradio. Needs `wrk`."),
    "browser": ("The site", "make bench-browser", "How long the page without a server takes. Needs Chromium and npm."),
}
"""Heading, command and what it measures, by the name of the record."""

MODEL = "the model"
"""Among the versions of a record: what the model is known by that was measured."""

HEAD = """# Benchmarks

Each is one command, from the root of the repository. It prints its figures, keeps them as JSON here, and writes this
page anew. Run them alone on a quiet machine: two things at once on two cores measure each other.

- `make bench-drawings`: how well real pen strokes are read. Its figures are in [docs/drawings.md](../docs/drawings.md).
"""


def write() -> None:
    """Write the page."""
    (FOLDER / "README.md").write_text(page())


def page() -> str:
    """The page, from the records."""
    sections = [section(name) for name in BENCHES]
    contents = [f"- `{command}`: {what}" for _, command, what in BENCHES.values()]
    return HEAD + "\n".join(contents) + "\n" + "".join(sections)


def section(name: str) -> str:
    """A record as a heading, its picture if there is one, a table and its notes."""
    heading, command, _ = BENCHES[name]
    record = json.loads((FOLDER / f"{name}.json").read_text())
    rows = [
        (what, str(figures.get("n", "")), _value(what, figures), _spread(what, figures))
        for what, figures in record["results"].items()
    ]
    installed = ", ".join(f"{package} {version}" for package, version in record["versions"].items())
    notes = [f"- {note}" for note in record["notes"]]
    if record["versions"].get(MODEL, shipped()) != shipped():
        notes.insert(0, f"- **The model that shipped then was another than today's, {shipped()}.**")
    picture = [f"![{heading}]({name}.png)\n"] if (FOLDER / f"{name}.png").is_file() else []
    return "\n".join(
        [
            f"\n## {heading}\n",
            f"`{command}` on {record['machine']}, Python {record['python']}, {installed}.\n",
            *picture,
            table(("what", "n", "figure", "spread"), rows),
            "",
            *notes,
            "",
        ]
    )


@functools.cache  # every section asks, and a model is checked whenever it is loaded
def shipped() -> str:
    """What the model that ships is known by."""
    return artifact.load(artifact.shipped()).model_id


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _value(what: str, figures: Mapping[str, Any]) -> str:
    if "median" in figures:
        return f"median {_number(what, figures['median'])}"
    if "mean" in figures:
        return _number(what, figures["mean"]) + (f" ± {_number(what, figures['sd'])}" if figures["n"] > 1 else "")
    after = {name: f" after {figures[f'n_{name}']:,}" for name in figures if figures.get(f"n_{name}")}
    named = {name: value for name, value in figures.items() if name != "n" and not name.startswith("n_")}
    return ", ".join(f"{name} {_number(what, value)}{after.get(name, '')}" for name, value in named.items())


def _spread(what: str, figures: Mapping[str, Any]) -> str:
    if "min" not in figures or figures["n"] == 1:
        return ""
    p99 = f"p99 {_number(what, figures['p99'])}, " if figures.get("n", 0) >= 100 and "p99" in figures else ""
    return f"{p99}{_number(what, figures['min'])} to {_number(what, figures['max'])}"


def _number(what: str, value: float) -> str:
    if "(%)" in what:  # recipes differ in hundredths of a percent
        return f"{value:.2f}"
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


if __name__ == "__main__":
    write()
