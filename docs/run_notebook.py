"""Run the notebooks in a Jupyter kernel and save them with their outputs: `python docs/run_notebook.py [NAME ...]`.

With `--quick FOLDER`, run them with `QUICK = True`, if they have that, and save the results to a folder instead.
"""

import argparse
import hashlib
import os
import sys
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError

FOLDER = Path(__file__).parents[1] / "notebooks"
NAMES = ("mnist_draw_predict", "theory_lab")
TIMEOUT_S, QUICK_S = 1800, 120
"""How long a cell may take."""

NUM_TRIES = 3
"""How often a notebook is run in its quick form: now and then a last message of the kernel is lost."""

WIDGET = "application/vnd.jupyter.widget-view+json"


def main() -> None:
    """Run the notebooks and save them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*NAMES, []], default=NAMES, metavar="NAME")
    parser.add_argument("--quick", type=Path, metavar="FOLDER")
    asked = parser.parse_args()
    os.environ["DIGITPAD_QUICK"] = "1" if asked.quick else ""
    for name in asked.names:
        run(FOLDER / f"{name}.ipynb", asked.quick)


def run(path: Path, quick: Path | None) -> None:
    """Run one notebook; save it where it is, or its quick form to a folder."""
    notebook = nbformat.read(path, as_version=4)
    for left in reversed(range(NUM_TRIES if quick else 1)):
        try:
            NotebookClient(notebook, timeout=QUICK_S if quick else TIMEOUT_S, kernel_name="python3").execute()
            break
        except CellTimeoutError:
            if not left:
                raise
            print(f"A cell took more than {QUICK_S} s; trying again.", file=sys.stderr)
    notebook.metadata.pop("widgets", None)  # as below
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)  # timestamps, which differ in every run
        for output in [] if quick else cell.get("outputs", []):
            output.get("data", {}).pop(WIDGET, None)  # shows an error without a kernel; the text output does not
    notebook.metadata["digitpad"] = {"sources": digest(notebook)}
    nbformat.write(notebook, quick / path.name if quick else path)


def digest(notebook: Any) -> str:
    """SHA-256 of the sources of all code cells."""
    sources = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    return hashlib.sha256("\0".join(sources).encode()).hexdigest()


if __name__ == "__main__":
    main()
