"""Run the notebooks in a Jupyter kernel and save them with their outputs: `python docs/run_notebook.py [NAME ...]`.

With `--quick FOLDER`, run them with `QUICK = True`, if they have that, and save the results to a folder instead.
"""

import argparse
import hashlib
import os
from pathlib import Path
from typing import Any

import nbformat
import zmq
from nbclient import NotebookClient

FOLDER = Path(__file__).parents[1] / "notebooks"
NAMES = ("mnist_draw_predict", "theory_lab")
TIMEOUT_S = 1800
"""How long a cell may take."""

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


class Client(NotebookClient):
    """A client that does not miss the kernel's reply.

    To widgets of the class Output it sends messages past its event loop, through the socket that it waits for the reply
    on. That uses up the signal that there is one, if it has just come, and then the client waits
    until the time of the cell is over.
    """

    def process_message(self, *arguments: Any, **named: Any) -> Any:
        try:
            return super().process_message(*arguments, **named)
        finally:
            assert self.kc
            self.kc.shell_channel.socket.get(zmq.EVENTS)  # which tells the event loop of what is there


def run(path: Path, quick: Path | None) -> None:
    """Run one notebook; save it where it is, or its quick form to a folder."""
    notebook = nbformat.read(path, as_version=4)
    Client(notebook, timeout=TIMEOUT_S, kernel_name="python3").execute()
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
