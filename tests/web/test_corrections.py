"""The page for looking through corrections filters, deletes and downloads them, and asks for a token if it must."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, Route, expect

from digitpad.corrections.correction import Answer
from tests.corrections.samples import sample
from tests.web.conftest import DESKTOP, PHONE, Kept

ONE, OTHER = "1" * 32, "2" * 32
SAMPLES = [
    sample(1, session=ONE, truth="7", answer=Answer("digit", "7", 0.97)),
    sample(2, session=ONE, truth="1984\n07", answer=Answer("number", "1934\n07", 0), strokes=None),
    sample(3, session=OTHER, truth="not a digit", answer=Answer("unsure", "3", 0.4)),
    sample(4, session=OTHER, truth="7", answer=Answer("not a digit", "", 0.6), model="keras-1"),
]


@pytest.fixture
def open_page(browser: Browser, kept: Kept) -> Iterator[Any]:
    """Opens the page; whatever it complains about fails the test."""
    contexts = []
    complaints: list[str] = []

    def open_page(device: dict[str, Any] = DESKTOP, **options: Any) -> Page:
        contexts.append(browser.new_context(**device, **options))
        page = contexts[-1].new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda line: complaints.extend([line.text] if "Content Security" in line.text else []))
        page.goto(kept.url + "/corrections")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


def items(page: Page) -> Locator:
    return page.locator("#list li")


def expect_all(page: Page, *texts: str) -> None:
    expect(items(page).locator("strong")).to_have_text(texts, use_inner_text=True)


def test_filters_show_what_is_asked_for_newest_first(open_page: Any, kept: Kept) -> None:
    for correction in SAMPLES:
        kept.store.add(correction)
    page = open_page()
    every = ["It is 7", "It is not a digit", "It is 1984\n07", "It is 7"]
    expect_all(page, *every)
    expect(page.locator("#count")).to_have_text("4 of 4 corrections")
    expect(items(page).nth(1)).to_contain_text("Read as 3, unsure, 40.0 % confident")
    expect(items(page).nth(1)).to_contain_text("27 Nov 2026")
    page.get_by_label("It is").fill("7")
    expect_all(page, "It is 7", "It is 7")
    page.get_by_label("Only those read wrongly").check()
    expect_all(page, "It is 7")
    expect(items(page)).to_contain_text("Read as not a digit")
    page.get_by_label("Model").fill("dbcfb7810e97")
    expect(page.locator("#none")).to_have_text("No correction matches.")
    page.get_by_role("button", name="Show all").click()
    expect_all(page, *every)
    page.get_by_label("Status").select_option("number")
    expect_all(page, "It is 1984\n07")
    items(page).get_by_role("button", name="Only this session").click()
    page.get_by_label("Status").select_option("any")
    expect_all(page, *every[2:])


def test_what_is_deleted_is_gone_after_a_second_tap(open_page: Any, kept: Kept) -> None:
    for correction in SAMPLES:
        kept.store.add(correction)
    page = open_page()
    items(page).nth(2).get_by_role("button", name="Delete", exact=True).click()
    assert len(kept.truths) == 4
    page.get_by_role("button", name="Delete for good?").click()
    expect(items(page)).to_have_count(3)
    expect(items(page).nth(2).get_by_role("button", name="Delete", exact=True)).to_be_focused()
    assert kept.truths == ["7", "not a digit", "7"]
    items(page).first.get_by_role("button", name="Delete session").click()
    page.get_by_role("button", name="Delete the whole session?").click()
    expect(items(page)).to_have_count(1)
    assert kept.truths == ["7"]
    with page.expect_download() as download:
        page.get_by_role("button", name="Download all").click()
    assert json.loads(Path(download.value.path()).read_text())["id"] == SAMPLES[0].id
    items(page).get_by_role("button", name="Delete", exact=True).click()
    page.get_by_role("button", name="Delete for good?").click()
    expect(page.locator("#none")).to_contain_text("Nothing is kept yet.")


def test_more_are_shown_when_asked_for(open_page: Any, kept: Kept) -> None:
    for number in range(51):
        kept.store.add(sample(number, strokes=None))
    page = open_page()
    expect(page.locator("#count")).to_have_text("50 of 51 corrections")
    page.get_by_role("button", name="Show more").click()
    expect(page.locator("#count")).to_have_text("51 of 51 corrections")
    expect(page.get_by_role("button", name="Show more")).to_be_hidden()


def test_a_token_is_asked_for_and_sent_from_then_on(open_page: Any, kept: Kept) -> None:
    kept.store.add(SAMPLES[0])

    def guard(route: Route) -> None:
        if route.request.headers.get("authorization") == "Bearer open sesame":
            route.continue_()
        else:
            route.fulfill(status=401, json={"detail": "Expected the token of this server; got none or another one."})

    page = open_page()
    expect_all(page, "It is 7")
    page.route("**/api/corrections**", guard)
    page.reload()
    expect(page.locator("#why")).to_contain_text("Expected the token of this server")
    expect(page.get_by_label("Token")).to_be_focused()
    page.keyboard.type("open sesame")
    page.keyboard.press("Enter")
    expect_all(page, "It is 7")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download all").click()
    assert json.loads(Path(download.value.path()).read_text())["id"] == SAMPLES[0].id
    page.reload()
    expect_all(page, "It is 7")  # the browser remembers it until the page is closed


def test_trouble_is_told_in_words_and_can_be_tried_again(open_page: Any, kept: Kept) -> None:
    page = open_page()
    expect(page.locator("#none")).to_be_visible()
    page.route("**/api/corrections**", lambda route: route.abort())
    page.reload()
    expect(page.locator("#trouble")).to_have_text("The server is not answering.")
    page.unroute("**/api/corrections**")
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("#none")).to_be_visible()
    expect(page.locator("#trouble")).to_be_hidden()


@pytest.mark.parametrize(("device", "scheme"), [(DESKTOP, "light"), (PHONE, "dark")], ids=["desktop", "phone"])
def test_nothing_keeps_anybody_out(open_page: Any, kept: Kept, device: dict[str, Any], scheme: str) -> None:
    for correction in SAMPLES:
        kept.store.add(correction)
    page = open_page(device, color_scheme=scheme)
    expect(items(page)).to_have_count(4)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") == device["viewport"]["width"]
