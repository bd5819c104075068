"""The notebooks run, and what they show in the repository is what their cells made."""

import os
import re
import subprocess
import sys
import time
import tomllib
from pathlib import Path
from typing import Any

import nbformat
import pytest
from run_notebook import FOLDER, NAMES, Client, digest

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[2]
SCREEN_LINES = 45


def text_of(cell: Any) -> str:
    """What a cell printed and showed, as text."""
    return "\n".join(output.get("text") or output.get("data", {}).get("text/plain", "") for output in cell.outputs)


def run(name: str, folder: Path, **environment: str) -> list[Any]:
    """The code cells of a notebook, run by a kernel in their quick form."""
    command = [sys.executable, str(ROOT / "docs" / "run_notebook.py"), name, "--quick", str(folder)]
    result = subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, **environment}, cwd=folder
    )
    assert result.returncode == 0, result.stderr[-3000:]
    cells = nbformat.read(folder / f"{name}.ipynb", as_version=4).cells
    return [cell for cell in cells if cell.cell_type == "code"]


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    return run("mnist_draw_predict", tmp_path_factory.mktemp("notebook"))


def test_it_runs_from_top_to_bottom(ran: list[Any]) -> None:
    printed = "\n".join(map(text_of, ran))
    assert "shift invariant: True" in printed
    assert "conv(moved) = moved conv: True" in printed
    assert "784 -> 512: 401920 | 32 filters of 3x3: 320" in printed
    [accuracy] = re.findall(r"accuracy (\d+\.\d+)% \(95 % interval", printed)
    assert float(accuracy) > 90
    [difference] = re.findall(r"'onnx': ([\d.e-]+)", printed)
    assert float(difference) <= 1e-5


def test_the_pads_are_there(ran: list[Any]) -> None:
    views = [output.data for cell in ran for output in cell.outputs if "data" in output]
    pads = [view for view in views if "application/vnd.jupyter.widget-view+json" in view]
    assert [pad["text/plain"] for pad in pads] == ["DrawingPad: run this cell to draw on it."] * 2
    assert sum('<div id="mnist.predict_digit">' in view.get("text/html", "") for view in views) == 1


def test_the_theory_shows_every_experiment_and_its_knobs(quick_lab: Path, tmp_path: Path) -> None:
    """What was measured once is shown, so that a test run measures it only once."""
    cells = run("theory_lab", tmp_path, DIGITPAD_LAB=str(quick_lab))
    shown = [output for cell in cells if "story.show" in cell.source for output in cell.outputs]
    tables = [output.data["text/markdown"] for output in shown if "text/markdown" in output.data]
    assert len(tables) == sum("image/png" in output.data for output in shown) == 10
    knobs = [cell.outputs[-1].data["text/plain"] for cell in cells if "story.turn" in cell.source]
    assert knobs == ["Knobs: run this cell to turn them."] * 2


def test_no_reply_of_the_kernel_is_missed() -> None:
    """One that is missed comes only after the time that a cell may take, which would make these cells take longer."""
    source = "import ipywidgets\noutput = ipywidgets.Output()\ndisplay(output)\nwith output:\n    print(1)"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for _ in range(40)])
    started = time.monotonic()
    Client(notebook, timeout=90, kernel_name="python3").execute()
    assert time.monotonic() - started < 90


@pytest.mark.parametrize("name", NAMES)
def test_what_is_committed_was_made_by_its_cells(name: str) -> None:
    notebook = nbformat.read(FOLDER / f"{name}.ipynb", as_version=4)
    assert notebook.metadata["digitpad"]["sources"] == digest(notebook), "run docs/run_notebook.py"
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    outputs = [output for cell in cells for output in cell.outputs]
    assert not [output for output in outputs if output.output_type == "error" or output.get("name") == "stderr"]
    assert not re.search(r"/(home|root|tmp|work|usr)/", "\n".join(map(text_of, cells)))  # of no one machine


@pytest.mark.parametrize("name", NAMES)
def test_no_cell_is_longer_than_a_screen(name: str) -> None:
    notebook = nbformat.read(FOLDER / f"{name}.ipynb", as_version=4)
    assert max(len(cell.source.splitlines()) for cell in notebook.cells) <= SCREEN_LINES


def test_every_address_is_that_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    ours = project["urls"]["Repository"].removeprefix("https://github.com/")
    for path in (ROOT / "README.md", *(FOLDER / f"{name}.ipynb" for name in NAMES)):
        text = path.read_text(encoding="utf-8")
        found = re.findall(r"(?:github\.com|research\.google\.com/github)/([\w.-]+/[\w.-]+?)(?:/blob|[\"\\)])", text)
        assert found, path
        assert {*found} == {ours}, f"the addresses in {path}"
