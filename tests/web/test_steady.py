"""Steady answers: what was read in most of the last pictures, whatever one of them says."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page

from tests.serving import Server

ADD = """async (readings) => {
  const { Steady } = await import(new URL("web/steady.js", document.baseURI));
  const steady = new Steady();
  return readings.map((reading) => steady.add(reading));
}"""


def reading(text: str, move: float = 0) -> dict[str, Any]:
    """A reading of a line of digits, 40 px high, 50 px apart; a space is a digit that was not found."""
    digits = [
        {
            "digit": int(digit),
            "status": "digit",
            "box": [move, 50 * at + move, 40 + move, 50 * at + 30 + move],
            "line": 0,
        }
        for at, digit in enumerate(text)
        if digit != " "
    ]
    return {"digits": digits, "lines": [text], "text": text, "reason": "No digits were found.", "size": [60, 400]}


@pytest.fixture(scope="module")
def page(browser: Browser, server: Server) -> Page:
    page = browser.new_page()
    page.goto(server.url)
    return page


def add(page: Page, *readings: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = page.evaluate(ADD, list(readings))
    return found


def test_what_is_misread_or_missed_at_times_does_not_flicker(page: Page) -> None:
    texts = ["2047", "2047", "2041", "2047", "20 7", "2047", "2347", "", "2047", "2047"]
    found = add(page, *(reading(text, move=2 * number) for number, text in enumerate(texts)))
    assert {each["text"] for each in found} == {"2047"}
    assert found[0]["reason"] == ""
    assert found[-1]["reason"] == "Each digit was read the same way in at least 5 of the last 7 pictures."


def test_boxes_follow_the_last_picture(page: Page) -> None:
    *_, last = add(page, *(reading("38", move=10 * number) for number in range(9)))
    assert [digit["box"] for digit in last["digits"]] == [digit["box"] for digit in reading("38", move=80)["digits"]]


def test_another_number_takes_the_place_of_the_first(page: Page) -> None:
    found = add(page, *[reading("55")] * 7, *[reading("61")] * 7, *[reading("")] * 7)
    assert [found[at]["text"] for at in (6, 9, 10, 13)] == ["55", "55", "61", "61"]
    assert (found[16]["text"], found[17]["text"]) == ("61", "")
    assert found[-1]["reason"] == "No digits were found."


@settings(deadline=None, max_examples=50)
@given(
    wrong=st.lists(st.text("0123456789 ", min_size=4, max_size=4), min_size=3, max_size=3),
    order=st.permutations(range(7)),
)
def test_three_wrong_pictures_of_seven_change_nothing(page: Page, wrong: list[str], order: list[int]) -> None:
    texts = ["2047"] * 14
    for place, text in zip(order, wrong, strict=False):
        texts[7 + place] = text
    assert add(page, *map(reading, texts))[-1]["text"] == "2047"
