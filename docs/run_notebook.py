"""Run the notebook in a Jupyter kernel and save it with its outputs: `python docs/run_notebook.py`.

With `--quick FILE`, run it with `QUICK = True` and save the result to FILE instead.
"""

import argparse
import hashlib
import os
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

NOTEBOOK = Path(__file__).parents[1] / "notebooks" / "mnist_draw_predict.ipynb"
TIMEOUT_S = 1800
WIDGET = "application/vnd.jupyter.widget-view+json"


def main() -> None:
    """Run the notebook and save it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", type=Path, metavar="FILE")
    quick = parser.parse_args().quick
    os.environ["DIGITPAD_QUICK"] = "1" if quick else ""
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    NotebookClient(notebook, timeout=TIMEOUT_S, kernel_name="python3", store_widget_state=False).execute()
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)  # timestamps, which differ in every run
        for output in [] if quick else cell.get("outputs", []):
            output.get("data", {}).pop(WIDGET, None)  # shows an error without a kernel; the text output does not
    notebook.metadata["digitpad"] = {"sources": digest(notebook)}
    nbformat.write(notebook, quick or NOTEBOOK)


def digest(notebook: Any) -> str:
    """SHA-256 of the sources of all code cells."""
    sources = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    return hashlib.sha256("\0".join(sources).encode()).hexdigest()


if __name__ == "__main__":
    main()
