"""The notebook runs, and what it shows in the repository is what its cells made."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import nbformat
import pytest
from run_notebook import NOTEBOOK, digest

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[2]
SCREEN_LINES = 45


def text_of(cell: Any) -> str:
    """What a cell printed and showed, as text."""
    return "\n".join(output.get("text") or output.get("data", {}).get("text/plain", "") for output in cell.outputs)


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    """The cells of the notebook, run by a kernel in their quick form."""
    target = tmp_path_factory.mktemp("notebook") / "ran.ipynb"
    script = ROOT / "docs" / "run_notebook.py"
    result = subprocess.run([sys.executable, script, "--quick", target], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr[-3000:]
    return [cell for cell in nbformat.read(target, as_version=4).cells if cell.cell_type == "code"]


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


def test_what_is_committed_was_made_by_its_cells() -> None:
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    assert notebook.metadata["digitpad"]["sources"] == digest(notebook), "run docs/run_notebook.py"
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    outputs = [output for cell in cells for output in cell.outputs]
    assert not [output for output in outputs if output.output_type == "error" or output.get("name") == "stderr"]
    assert not re.search(r"/(home|root|tmp|work|usr)/", "\n".join(map(text_of, cells)))  # of no one machine


def test_no_cell_is_longer_than_a_screen() -> None:
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    assert max(len(cell.source.splitlines()) for cell in notebook.cells) <= SCREEN_LINES


def test_every_address_is_that_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    ours = project["urls"]["Repository"].removeprefix("https://github.com/")
    for path in (ROOT / "README.md", NOTEBOOK):
        text = path.read_text(encoding="utf-8")
        found = re.findall(r"(?:github\.com|research\.google\.com/github)/([\w.-]+/[\w.-]+?)(?:/blob|[\"\\)])", text)
        assert found, path
        assert {*found} == {ours}, f"the addresses in {path}"
