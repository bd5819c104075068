"""The widget in JupyterLab, in a real browser with a real kernel."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.conftest import soak
from tests.golden import STROKES
from tests.hands import Pad
from tests.photographs import SOME

pytestmark = pytest.mark.long

START_S = 180

CELLS = [
    "from digitpad.notebook import DrawingPad; kept = 'corrections.sqlite'; "
    "first, second, seen = DrawingPad(keep=kept), DrawingPad(keep=kept), []; "
    "first.on_prediction(seen.append); print('made')",
    "display(first)",
    "display(second)",
    "print('first', first.prediction and first.prediction.digit, first.drawing and first.drawing.size, "
    "len(first.strokes), len(seen) > 0, 'second', second.prediction and second.prediction.digit, "
    "second.drawing and second.drawing.size)",
    "first.clear()",
    "import pathlib, time\nwhile not pathlib.Path('go').exists(): time.sleep(0.05)",
    "first._reader.predict = lambda *a, **k: 1 / 0; print('broken')",
    "print(repr(first.reading and first.reading.text))",
    "@second.on_prediction\ndef fail(prediction): raise KeyError('mine')",
    "print([(each.truth, each.answer.text, len(each.strokes)) for each in second.corrections])",
    "print(first.correct(8).truth, first.correct('not a digit').truth)",
    "print(f'{first.explanation.logits[4]:+.2f}', first.prediction.digit, len(first.strokes))\nfirst.explanation",
]
KNOB_CELLS = [
    "%matplotlib inline\nfrom digitpad.training import backend; backend.prepare()\n"
    "from digitpad.lab import story; from digitpad.lab.data import Data; from digitpad.training.datasets import mnist\n"
    "data = Data.split(mnist.load().pool, 1_000)",
    "story.turn_rate(data)",
    "story.turn_network(data)",
]
PREPARE, TURN_RATE, TURN_NETWORK = range(len(KNOB_CELLS))
(
    MAKE,
    SHOW_FIRST,
    SHOW_SECOND,
    TELL,
    CLEAR,
    WAIT,
    BREAK_FIRST,
    TELL_NUMBER,
    FAIL_AFTER_SECOND,
    TELL_KEPT,
    CORRECT,
    EXPLAIN,
) = range(len(CELLS))


@dataclass(frozen=True)
class Lab:
    """A notebook open in JupyterLab, and the folder that its kernel runs in."""

    page: Page
    folder: Path

    def cell(self, index: int) -> Locator:
        return self.page.locator(f'.jp-Cell[data-windowed-list-index="{index}"]')

    def start(self, index: int) -> None:
        """Begin to run a cell."""
        self.cell(index).locator(".cm-content").click()
        self.page.keyboard.press("Control+Enter")

    def run(self, index: int) -> str:
        """Run a cell to its end; what it printed."""
        prompt = self.cell(index).locator(".jp-InputPrompt")
        prompt.evaluate("prompt => { prompt.textContent = 'not yet'; }")  # its number may be what it was before
        self.start(index)
        expect(prompt).to_have_text(re.compile(r"\[\d+\]:"), timeout=START_S * 1000)
        return " ".join(self.cell(index).locator(".jp-OutputArea-output").all_inner_texts()).strip()

    def pad(self, index: int) -> Pad:
        """The pad in the output of a cell."""
        self.cell(index).locator("canvas").first.scroll_into_view_if_needed()
        return Pad(self.page, f'.jp-Cell[data-windowed-list-index="{index}"] .digitpad')

    def restart(self) -> None:
        """Restart the kernel, by the menu and with the question answered."""
        self.page.get_by_role("menuitem", name="Kernel", exact=True).click()
        self.page.locator(".lm-Menu-itemLabel", has_text=re.compile("^Restart Kernel…$")).click()
        self.page.locator(".jp-Dialog").get_by_role("button", name="Confirm").click()
        expect(self.page.locator(".jp-Dialog")).to_have_count(0)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where JupyterLab runs."""
    folder = tmp_path_factory.mktemp("lab")
    runtime = folder / "runtime"
    environment = {**os.environ, "JUPYTER_RUNTIME_DIR": str(runtime), "JUPYTER_CONFIG_DIR": str(folder / "config")}
    options = ["--no-browser", "--allow-root", "--port=0", "--IdentityProvider.token=", f"--notebook-dir={folder}"]
    command = [
        sys.executable,
        "-m",
        "jupyterlab",
        *options,
        "--LabApp.news_url=",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            yield _wait(lambda: next(iter(_servers(runtime)), None))
        finally:
            process.terminate()


def _servers(runtime: Path) -> list[str]:
    return [json.loads(path.read_text())["url"] for path in runtime.glob("jpserver-*.json")]


def _wait(find: Callable[[], str | None]) -> str:
    deadline = time.monotonic() + START_S
    while not (found := find()):
        assert time.monotonic() < deadline, "JupyterLab did not start"
        time.sleep(0.1)
    return found


@pytest.fixture(scope="module")
def opened(address: str, browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A notebook with `CELLS`."""
    lab = _open(address, browser, tmp_path_factory, "pads.ipynb", CELLS)
    yield lab
    lab.page.close()


def _open(address: str, browser: Browser, factory: pytest.TempPathFactory, name: str, sources: Sequence[str]) -> Lab:
    """Make a notebook of some cells, and open it with a kernel."""
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    notebook = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})
    root = next(factory.getbasetemp().glob("lab*"))
    nbformat.write(notebook, root / name)
    page = browser.new_page(viewport={"width": 1280, "height": 1800})
    page.goto(f"{address}lab/tree/{name}?reset")
    expect(page.get_by_text("Python 3 (ipykernel) | Idle")).to_be_visible(timeout=START_S * 1000)
    return Lab(page, root)


@pytest.fixture(scope="module")
def theory(address: str, browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A notebook with the knobs of the lab."""
    lab = _open(address, browser, tmp_path_factory, "theory.ipynb", KNOB_CELLS)
    yield lab
    lab.page.close()


@pytest.fixture
def lab(opened: Lab) -> Lab:
    """The notebook with new pads, shown."""
    assert opened.run(MAKE) == "made"
    opened.run(SHOW_FIRST)
    opened.run(SHOW_SECOND)
    return opened


def test_pads_answer_on_the_page_and_in_the_kernel(lab: Lab) -> None:
    first, second = lab.pad(SHOW_FIRST), lab.pad(SHOW_SECOND)
    first.draw(3)
    first.expect_digit(3)
    first.settle()  # it is read while it is drawn
    assert lab.run(TELL) == "first 3 (140, 140) 1 True second None None"
    second = lab.pad(SHOW_SECOND)
    second.draw(7)
    second.expect_digit(7)
    second.settle()
    first.expect_digit(3)
    assert lab.run(TELL).endswith("second 7 (140, 140)")
    lab.run(CLEAR)
    first.expect_blank()
    second.expect_digit(7)
    assert lab.run(TELL).startswith("first None None 0 True")
    lab.run(SHOW_SECOND)  # shown anew, the pad is blank, and Python says so
    lab.pad(SHOW_SECOND).expect_blank()
    assert lab.run(TELL).endswith("second None None")
    second = lab.pad(SHOW_SECOND)
    second.draw(7)
    second.expect_digit(7)
    second.clear()
    assert lab.run(TELL).endswith("second None None")


def test_numbers_and_photographs_are_read_in_the_kernel(lab: Lab, tmp_path: Path) -> None:
    pad = lab.pad(SHOW_FIRST)
    pad.choose("Number")
    pad.set_brush(12)
    for text in ("1358046", "83\n61"):
        pad.draw_number(text)
        pad.expect_number(text)
        assert lab.run(TELL_NUMBER) == repr(text)
        pad = lab.pad(SHOW_FIRST)
        pad.clear()
    for number, photograph in enumerate(SOME):
        pad.open(photograph.save(tmp_path / f"{number}.jpg"))
        pad.expect_number(photograph.text)
    pad.choose("One digit")


def test_a_pad_answers_while_a_cell_runs(lab: Lab) -> None:
    pad = lab.pad(SHOW_FIRST)
    pad.draw(2)
    pad.expect_digit(2)
    lab.start(WAIT)
    try:
        pad = lab.pad(SHOW_FIRST)
        pad.expect_digit(2)  # what was answered stays
        pad.clear()
        pad.draw(5)
        pad.expect_digit(5)  # JupyterLab gives messages of widgets a thread of their own; elsewhere they wait
        expect(lab.cell(WAIT).locator(".jp-InputPrompt")).to_have_text("[*]:")
    finally:
        (lab.folder / "go").touch()


def test_after_a_restart_the_pad_says_so_and_its_cell_makes_it_answer(lab: Lab) -> None:
    pad = lab.pad(SHOW_FIRST)
    pad.draw(2)
    pad.expect_digit(2)
    pad.settle()
    lab.restart()
    pad.correct("7")
    expect(pad.part("note")).to_have_text("Not sent yet; it is kept in this browser and will be sent later.")
    pad.draw(6)
    expect(pad.part("message")).to_contain_text("The kernel was restarted. Your drawing is kept; run this cell again")
    lab.run(MAKE)
    lab.run(SHOW_FIRST)
    pad = lab.pad(SHOW_FIRST)
    pad.draw(6)
    pad.expect_digit(6)
    pad.until(lambda: "('7', '2', 1)" in lab.run(TELL_KEPT))


def test_what_a_drawing_is_can_be_said_on_the_pad_and_in_a_cell(lab: Lab) -> None:
    pad = lab.pad(SHOW_FIRST)
    pad.draw(3)
    pad.expect_digit(3)
    pad.settle()
    pad.part("pad").focus()
    lab.page.keyboard.press("w")
    expect(pad.part("hint")).to_contain_text("kept in corrections.sqlite.")
    lab.page.keyboard.press("5")
    expect(pad.part("note")).to_have_text("Kept as 5 in corrections.sqlite.")
    kept = lab.run(TELL_KEPT)
    assert kept.startswith("[('5', '3', 1)")
    lab.pad(SHOW_FIRST).part("takeBack").click()
    expect(pad.part("note")).to_have_text("Undone: the correction is not kept.")
    assert lab.run(TELL_KEPT) == kept.replace("('5', '3', 1), ", "").replace("('5', '3', 1)", "")
    pad.correct("6")
    expect(pad.part("note")).to_have_text("Kept as 6 in corrections.sqlite.")
    assert lab.run(CORRECT) == "8 not a digit"
    kept = lab.run(TELL_KEPT)
    assert kept.startswith("[('not a digit', '3', 1)")  # in place of the 6 and the 8
    assert "('6'" not in kept
    assert "('8'" not in kept


def test_one_looks_inside_on_the_pad_and_in_a_cell(lab: Lab) -> None:
    pad = lab.pad(SHOW_FIRST)
    pad.draw(4)
    pad.expect_digit(4)
    pad.settle()
    inside = pad.part("inside")
    inside.get_by_role("button", name="Look inside").click()
    total = inside.locator('[data-in="total"]')
    expect(total).to_have_text(re.compile(r"^\+\d+\.\d\d$"))
    shown = total.inner_text()
    inside.get_by_role("checkbox", name="centre by mass").uncheck()  # that needs the drawing
    expect(inside.locator('[data-in="bannerText"]')).to_contain_text("the model itself says 4")
    assert lab.run(EXPLAIN) == f"{shown} 4 {len(STROKES['4'])}"
    expect(lab.cell(EXPLAIN).locator("img")).to_have_count(1)


def test_the_keyboard_draws_and_undoes_on_the_pad_and_not_in_the_notebook(lab: Lab) -> None:
    pad = lab.pad(SHOW_FIRST)
    pad.part("pad").focus()
    for key in ["ArrowUp"] * 9 + [" "] + ["ArrowDown"] * 18 + [" "]:
        lab.page.keyboard.press(key)
    pad.expect_digit(1)
    lab.page.keyboard.press("Control+z")
    pad.expect_blank()
    expect(lab.cell(SHOW_FIRST).locator(".cm-content")).to_have_text(CELLS[SHOW_FIRST])
    expect(lab.cell(SHOW_FIRST)).to_have_class(re.compile(r"\bjp-mod-active\b"))


def test_errors_are_shown_on_the_pad(lab: Lab) -> None:
    lab.run(BREAK_FIRST)
    lab.run(FAIL_AFTER_SECOND)
    first, second = lab.pad(SHOW_FIRST), lab.pad(SHOW_SECOND)
    first.draw(1)
    expect(first.part("message")).to_have_text("The model failed to read this: ZeroDivisionError: division by zero")
    second.draw(7)
    expect(second.part("message")).to_have_text("An on_prediction callback failed: KeyError: 'mine'")
    second.expect_digit(7)  # the answer is shown all the same


def test_knobs_draw_anew_when_they_are_turned(theory: Lab) -> None:
    theory.run(PREPARE)
    theory.run(TURN_RATE)
    figure = theory.cell(TURN_RATE).locator("img")
    before = figure.get_attribute("src", timeout=START_S * 1000)
    theory.cell(TURN_RATE).get_by_role("slider").press("ArrowRight")
    expect(figure).not_to_have_attribute("src", str(before), timeout=START_S * 1000)
    expect(theory.cell(TURN_RATE).locator(".widget-readout")).to_have_text("0.0562")
    expect(theory.cell(TURN_RATE).locator("[data-mime-type*=error], [data-mime-type*=stderr]")).to_have_count(0)


@soak
def test_the_knobs_of_a_network_too(theory: Lab) -> None:
    theory.run(PREPARE)
    theory.run(TURN_NETWORK)
    figure = theory.cell(TURN_NETWORK).locator("img")
    before = figure.get_attribute("src", timeout=START_S * 1000)
    theory.cell(TURN_NETWORK).locator("select").first.select_option("sigmoid")
    expect(figure).not_to_have_attribute("src", str(before), timeout=START_S * 1000)
    expect(theory.cell(TURN_NETWORK).locator("[data-mime-type*=error], [data-mime-type*=stderr]")).to_have_count(0)
