"""The pad over Colab's bridge: a real kernel, a real page, and a stand-in for Colab's host alone."""

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from digitpad.corrections import store
from tests.hands import Pad
from tests.notebook.conftest import Notebook
from tests.photographs import SOME

FIRST, SECOND = '[id="mnist.predict_digit"]', '[id="mnist.predict_digit_2"]'
SETUP = "from digitpad.notebook import colab_pad; from digitpad import Recognizer"
ALWAYS_EIGHT = """
class AlwaysEight(Recognizer):
    def predict(self, picture, **options):
        return dataclasses.replace(super().predict(picture, **options), digit=8, status="digit")

import dataclasses
eight = AlwaysEight.load()
eight.model_id = "eight"
"""

NETWORK = """
from digitpad import artifact

class Network:  # as a Keras model is called
    output = dict.fromkeys(artifact.OUTPUTS)
    model = artifact.load(artifact.shipped())

    def predict(self, pixels, verbose):
        return self.model.run(pixels, artifact.OUTPUTS)
"""


def until(file: Path) -> str:
    """A cell that runs until there is a file."""
    return f"import pathlib, time\nwhile not pathlib.Path({str(file)!r}).exists(): time.sleep(0.05)"


def test_a_drawing_is_read_by_python(notebook: Notebook, page: Page) -> None:
    notebook.run(SETUP)
    notebook.show("colab_pad()")
    page.goto(notebook.url)
    pad = Pad(page, FIRST)
    for digit in (3, 7):
        pad.draw(digit)
        pad.expect_digit(digit)
        expect(pad.part("confidence")).to_contain_text("confident")
        assert max(map(max, pad.seen())) == 255
        pad.clear()
    pad.draw(4)
    pad.expect_digit(4)
    look_inside(pad)
    assert pad.complaints == []


def look_inside(pad: Pad) -> None:
    """Look inside at the 4 that was drawn, and without the step that centres it, which needs the drawing."""
    pad.settle()
    inside = pad.part("inside")
    inside.get_by_role("button", name="Look inside").click()
    expect(inside.locator('[data-in="total"]')).to_have_text(re.compile(r"^\+\d+\.\d\d$"))
    inside.locator('[data-in="strip"]').get_by_role("radio").nth(1).click()
    expect(inside.locator('[data-in="inputs"] li').first).to_be_visible()  # the weights came
    inside.get_by_role("checkbox", name="centre by mass").uncheck()
    expect(inside.locator('[data-in="bannerText"]')).to_contain_text("the model itself says 4")


def test_numbers_and_photographs_are_read_by_python(notebook: Notebook, page: Page, tmp_path: Path) -> None:
    notebook.run(SETUP)
    notebook.show("colab_pad()")
    page.goto(notebook.url)
    pad = Pad(page, FIRST)
    pad.choose("Number")
    pad.set_brush(12)
    for text in ("1358046", "83\n61"):
        pad.draw_number(text)
        pad.expect_number(text)
        pad.clear()
    for number, photograph in enumerate(SOME):
        pad.open(photograph.save(tmp_path / f"{number}.jpg"))
        pad.expect_number(photograph.text)
    assert pad.part("camera").is_hidden()  # notebooks do not let their outputs use it
    assert pad.complaints == []


def test_a_network_reads_digits_alone(notebook: Notebook, page: Page) -> None:
    notebook.run(SETUP)
    notebook.run(NETWORK)
    notebook.show("colab_pad(Network())")
    page.goto(notebook.url)
    pad = Pad(page, FIRST)
    pad.draw(3)
    pad.expect_digit(3)
    assert pad.part("modes").is_hidden()
    assert pad.part("inside").is_hidden()


def test_two_pads_do_not_answer_for_each_other(notebook: Notebook, page: Page) -> None:
    notebook.run(SETUP + ALWAYS_EIGHT)
    notebook.show("colab_pad()")
    notebook.show("colab_pad(eight)")
    page.goto(notebook.url)
    pads = [Pad(page, root) for root in (FIRST, SECOND)]
    for pad in pads:
        pad.draw(4)
    pads[0].expect_digit(4)
    pads[1].expect_digit(8)


def test_after_a_restart_the_pad_says_so_and_recovers(notebook: Notebook, page: Page, tmp_path: Path) -> None:
    create = f"colab_pad(keep={str(tmp_path / 'corrections.sqlite')!r})"
    notebook.run(SETUP)
    notebook.show(create)
    page.goto(notebook.url)
    pad = Pad(page, FIRST)
    pad.draw(2)
    pad.expect_digit(2)
    pad.settle()
    pad.correct("7")
    expect(pad.part("note")).to_have_text("Kept as 7 in corrections.sqlite.")
    pad.part("takeBack").click()
    expect(pad.part("note")).to_have_text("Undone: the correction is not kept.")
    notebook.restart()
    pad.correct("8")
    expect(pad.part("note")).to_contain_text("Not sent yet")
    pad.clear()
    pad.draw(5)
    expect(pad.part("message")).to_contain_text("The runtime was restarted. Your drawing is kept; run this cell again")
    notebook.run(SETUP)
    notebook.run(create)
    pad.expect_digit(5)  # the drawing was kept
    expect(pad.part("message")).to_have_text("")
    kept = store.open(tmp_path / "corrections.sqlite")
    pad.until(lambda: [each.truth for each in kept.iterate()] == ["8"])


def test_after_a_restart_no_other_store_takes_corrections_under_the_name(
    notebook: Notebook, page: Page, tmp_path: Path
) -> None:
    mine, other = (tmp_path / name for name in ("mine.sqlite", "other.sqlite"))
    notebook.run(SETUP)
    notebook.show(f"colab_pad(keep={str(mine)!r})")
    page.goto(notebook.url)
    pad = Pad(page, FIRST)
    pad.draw(2)
    pad.expect_digit(2)
    pad.settle()
    notebook.restart()
    notebook.run(f"{SETUP}; colab_pad(keep={str(other)!r})")
    pad.correct("7")
    expect(pad.part("note")).to_contain_text("Not sent yet")
    assert list(store.open(other).iterate()) == []
    notebook.restart()
    notebook.run(f"{SETUP}; colab_pad(keep={str(mine)!r})")
    expect(pad.part("note")).to_have_text("Kept as 7 in mine.sqlite.")
    assert [each.truth for each in store.open(mine).iterate()] == ["7"]


def test_after_a_restart_no_other_model_answers_under_the_name(notebook: Notebook, page: Page) -> None:
    notebook.run(SETUP)
    notebook.show("colab_pad()")
    page.goto(notebook.url)
    notebook.restart()
    notebook.run(SETUP + ALWAYS_EIGHT + "colab_pad(eight)")
    pad = Pad(page, FIRST)
    pad.draw(5)
    expect(pad.part("message")).to_contain_text("run this cell again")
    pad.expect_state("failed")


def test_while_a_cell_runs_the_pad_says_so_and_answers_after_it(notebook: Notebook, page: Page, tmp_path: Path) -> None:
    notebook.run(SETUP)
    notebook.show("colab_pad()")
    page.goto(notebook.url)
    pad = Pad(page, FIRST)
    running = notebook.run_aside(until(go := tmp_path / "go"))
    try:
        pad.draw(6)
        expect(pad.part("message")).to_contain_text("Waiting for Python; your drawing is kept.")
        assert running.is_alive()
    finally:
        go.touch()
    pad.expect_digit(6)
    expect(pad.part("message")).to_have_text("")
    running.join()


def test_an_empty_pad_waits_for_no_answer(notebook: Notebook, page: Page, tmp_path: Path) -> None:
    notebook.run(SETUP)
    notebook.show("colab_pad()")
    page.goto(notebook.url)
    pad = Pad(page, FIRST)
    running = notebook.run_aside(until(go := tmp_path / "go"))
    try:
        pad.draw(6)
        pad.clear()
        page.wait_for_timeout(4000)  # longer than it takes to call an answer slow
    finally:
        go.touch()
    running.join()
    expect(pad.part("message")).to_have_text("")


def test_an_error_in_python_is_shown_in_one_sentence(notebook: Notebook, page: Page) -> None:
    notebook.run(SETUP)
    notebook.run(
        "class Broken(Recognizer):\n    def predict(self, *a, **k):\n        return 1 / self.zero\n    zero = 1"
    )
    notebook.show("reader = Broken.load(); colab_pad(reader)")
    notebook.run("reader.zero = 0")
    page.goto(notebook.url)
    pad = Pad(page, FIRST)
    pad.draw(2)
    expect(pad.part("message")).to_have_text("The model failed to read this: ZeroDivisionError: division by zero")


def test_elsewhere_the_output_says_what_to_use_instead(notebook: Notebook, page: Page) -> None:
    notebook.run(SETUP)
    notebook.show("colab_pad()")
    page.goto(notebook.url + "?elsewhere")
    expect(page.locator(FIRST)).to_contain_text("Elsewhere, use DrawingPad from digitpad.notebook.")
