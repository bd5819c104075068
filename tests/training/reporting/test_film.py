"""The report shows what the network made of the pictures in each epoch, without scripts."""

import base64
import io
import re
from pathlib import Path

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Browser, Page, Route, expect

from digitpad.server.headers import REPORT_POLICY
from digitpad.training import runs
from digitpad.training.reporting import film, report, story
from digitpad.training.runs import RunFolder
from tests.training.conftest import SMALL
from tests.training.networks.test_film import write_film
from tests.training.reporting.test_report import Checker

ADDRESS = "http://digitpad.test/report"
NOW, ANSWERS = ".film .now", ".film .answer p"


@pytest.fixture
def page(browser: Browser, finished: RunFolder) -> Page:
    """The report, served as the server does."""
    policy = {"content-security-policy": REPORT_POLICY, "content-type": "text/html; charset=utf-8"}

    def serve(route: Route) -> None:
        route.fulfill(body=finished.report.read_text(), headers=policy)

    page = browser.new_context().new_page()
    page.route(ADDRESS, serve)
    page.goto(ADDRESS)
    return page


def shown(strip: dict[str, object]) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(str(strip["url"]).removeprefix("data:image/png;base64,"))))


def test_each_epoch_can_be_chosen_with_the_keyboard(page: Page, finished: RunFolder) -> None:
    rows = runs.read_json(finished.metrics)["history"]
    expect(page.locator(NOW)).to_contain_text(f"{rows[-1]['validation_loss']:.4f}", use_inner_text=True)
    page.locator(".track input:checked").focus()
    for row in rows[-2::-1]:
        page.keyboard.press("ArrowLeft")
        said = f"After epoch {row['epoch']}: validation loss {row['validation_loss']:.4f}, accuracy"
        expect(page.locator(NOW)).to_contain_text(said, use_inner_text=True)
    page.keyboard.press("ArrowLeft")
    expect(page.locator(NOW)).to_have_text("Before training: all weights are random", use_inner_text=True)


def test_pictures_and_answers_are_those_of_the_epoch(page: Page, finished: RunFolder) -> None:
    logits = runs.read_arrays(finished.film)["logits"]
    strips = page.locator(".film li .maps img")
    tops = []
    for epoch in range(SMALL.epochs + 1):
        page.locator(".track input").nth(epoch).check()
        page.mouse.move(0, 0)
        for number, answer in enumerate(page.locator(ANSWERS).all()):
            digit = logits[epoch, number, :10].argmax()
            expect(answer).to_have_text(re.compile(rf"^{digit}\s(>\s)?\d+\s%\s*$"), use_inner_text=True)
        strip, window = strips.first.bounding_box(), page.locator(".film li .maps").first.bounding_box()
        assert strip and window
        tops.append((window["y"] - strip["y"]) / strip["height"])
    assert tops == pytest.approx(np.arange(SMALL.epochs + 1) / (SMALL.epochs + 1), abs=1e-3)


def test_the_bars_are_moved_along(page: Page) -> None:
    page.locator(".track label").nth(1).hover()
    expect(page.locator(NOW)).to_contain_text("After epoch 1:", use_inner_text=True)
    page.mouse.move(0, 0)
    expect(page.locator(NOW)).to_contain_text(f"After epoch {SMALL.epochs}:", use_inner_text=True)


def test_it_has_no_serious_fault_of_access(page: Page) -> None:
    faults = Axe().run(page, context=".film").response["violations"]
    assert [fault for fault in faults if fault["impact"] in ("serious", "critical")] == []


def test_a_strip_has_a_frame_for_every_epoch(finished: RunFolder) -> None:
    found = film.context(finished.film, runs.read_json(finished.metrics))
    assert found
    assert [each["number"] for each in found["epochs"]] == [0, 1, 2, 3]
    assert len(found["drawings"]) == 8
    for drawing in found["drawings"]:
        for strip in (*drawing["maps"], drawing["evidence"], drawing["bars"]):
            assert shown(strip).size == (strip["width"], 4 * (strip["height"] + 1))


def test_zero_is_transparent_and_its_sides_differ(finished: RunFolder, tmp_path: Path) -> None:
    found = dict(runs.read_arrays(finished.film))
    found["evidence"][:] = 0
    found["evidence"][-1, 0, 0, :3] = [-1, 0, 1]
    found["place"] = np.array([0.25, 0.75])
    runs.write_arrays(tmp_path / "film.npz", found)
    drawn = film.context(tmp_path / "film.npz", runs.read_json(finished.metrics))
    assert drawn
    strip = drawn["drawings"][0]["evidence"]
    last = np.asarray(shown(strip).convert("RGBA"))[-strip["height"] - 1]
    against, zero, speaks_for = (
        last[int(strip["width"] * (0.25 + 0.5 * (number + 0.5) / found["evidence"].shape[3]))].tolist()
        for number in range(3)
    )
    assert zero[3] == 0
    assert against[0] > against[2]
    assert speaks_for[2] > speaks_for[0]
    assert last[0].tolist() == against  # the outer places reach the edge


def test_a_dense_network_shows_weights_instead_of_maps(finished: RunFolder, tmp_path: Path) -> None:
    write_film(tmp_path / "film.npz", "dense")
    shown = film.context(tmp_path / "film.npz", runs.read_json(finished.metrics))
    page = story.environment().get_template("film.html.j2").render(film=shown, recipe={"held_out": False})
    checker = Checker()
    checker.feed(page)
    assert checker.open == []
    assert "A dense network has no maps" in page
    assert "of 8 training pictures before" in page
    assert "validation" not in page
    assert 'class="maps"' not in page


def test_a_run_without_a_film_shows_none(finished: RunFolder, tmp_path: Path) -> None:
    metrics = runs.read_json(finished.metrics)
    assert "Watch it learn" in finished.report.read_text()
    assert "Watch it learn" not in report.render(metrics, RunFolder(tmp_path))
    write_film(tmp_path / "film.npz", "dense", num_epochs=0)  # nothing happens in it
    assert film.context(tmp_path / "film.npz", metrics) is None
