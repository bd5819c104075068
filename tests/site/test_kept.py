"""Corrections on the static site: kept in the browser alone, to be taken away or deleted, with no network at all."""

import json
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from typer.testing import CliRunner

from digitpad import Recognizer
from digitpad.cli import app
from digitpad.corrections.correction import Correction
from tests.site.conftest import OpenSite, wait_until_ready


def test_corrections_stay_in_the_browser(open_site: OpenSite, recognizer: Recognizer, tmp_path: Path) -> None:
    pad = open_site(color_scheme="dark")
    line = pad.page.locator("#kept")
    wait_until_ready(pad)
    expect(line).to_be_hidden()
    pad.page.context.set_offline(True)
    for digit, truth, count in ((2, "7", "1 correction is"), (3, "Not a digit", "2 corrections are")):
        pad.draw(digit)
        pad.expect_digit(digit)
        pad.settle()
        pad.correct(truth)
        expect(pad.part("note")).to_have_text(f"Kept as {truth.lower()} in this browser.")
        expect(line).to_contain_text(f"{count} kept in this browser.")
        pad.clear()
    with pad.page.expect_download() as download:
        line.get_by_role("button", name="Download").click()
    assert download.value.suggested_filename == "corrections.jsonl"
    records = [json.loads(text) for text in Path(download.value.path()).read_text().splitlines()]
    corrections = [Correction.from_json(record) for record in records]
    assert [correction.truth for correction in corrections] == ["7", "not a digit"]
    assert [correction.answer.text for correction in corrections] == ["2", "3"]
    assert {correction.model for correction in corrections} == {recognizer.model_id}
    taken = ["corrections", "import", str(tmp_path / "kept.sqlite"), str(download.value.path())]
    assert "2 corrections added, 0 kept before." in CliRunner().invoke(app, taken).output
    pad.page.context.set_offline(False)
    pad.page.reload()
    wait_until_ready(pad)
    expect(line).to_contain_text("2 corrections are")
    found = Axe().run(pad.page).response["violations"]
    assert [fault["id"] for fault in found if fault["impact"] in ("serious", "critical")] == []
    pad.part("pad").scroll_into_view_if_needed()
    pad.draw(5)
    pad.expect_digit(5)
    pad.settle()
    pad.correct("6")
    expect(line).to_contain_text("3 corrections are")
    pad.part("takeBack").click()
    expect(line).to_contain_text("2 corrections are")
    line.get_by_role("button", name="Delete all").click()
    expect(line).to_contain_text("2 corrections are")
    line.get_by_role("button", name="Delete all for good?").click()
    expect(line).to_be_hidden()


def test_what_the_browser_refuses_is_told(open_site: OpenSite) -> None:
    pad = open_site()
    line = pad.page.locator("#kept")
    wait_until_ready(pad)
    pad.draw(2)
    pad.expect_digit(2)
    pad.settle()
    pad.correct("7")
    expect(line).to_contain_text("1 correction is kept")
    for name in ("put", "delete", "clear"):
        fail = "function () { throw new DOMException('It is full.', 'QuotaExceededError'); }"
        pad.page.evaluate(f"() => {{ IDBObjectStore.prototype.{name} = {fail}; }}")
    pad.correct("8")
    expect(pad.part("note")).to_have_text(
        "Not kept: This browser cannot store any more corrections. Download those that are kept, then delete them. "
        "It is still kept as 7."
    )
    pad.part("takeBack").click()
    expect(pad.part("note")).to_have_text("Not undone: The correction could not be deleted from this browser.")
    expect(pad.part("takeBack")).to_be_visible()
    line.get_by_role("button", name="Delete all").click()
    line.get_by_role("button", name="Delete all for good?").click()
    expect(line).to_contain_text("The corrections could not be deleted from this browser.")
    pad.page.reload()
    wait_until_ready(pad)
    expect(line).to_contain_text("1 correction is kept")
