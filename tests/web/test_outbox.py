"""No correction is lost on its way: not offline, not with the page closed, not between two of them."""

from typing import Any

from playwright.sync_api import expect

from tests.hands import Pad
from tests.web.conftest import DESKTOP, Kept, OpenPad
from tests.web.test_correcting import KEPT, draw, expect_note

LATER = "Not sent yet; it is kept in this browser and will be sent later."


def go(pad: Pad, *, online: bool) -> None:
    pad.page.context.set_offline(not online)


def another(pad: Pad, kept: Kept) -> Pad:
    """Another page of the same visitor."""
    other = Pad(pad.page.context.new_page())
    other.page.goto(kept.url)
    other.expect_blank()
    return other


def problem(status: int, kind: str, detail: str) -> dict[str, Any]:
    document = {"type": f"urn:digitpad:problem:{kind}", "title": "", "status": status, "detail": detail}
    return {"status": status, "json": document, "content_type": "application/problem+json"}


def test_what_was_not_sent_is_sent_later_even_by_a_page_that_is_opened_later(open_pad: OpenPad, kept: Kept) -> None:
    pad = open_pad(url=kept.url)
    draw(pad, 2)
    go(pad, online=False)
    pad.correct("7")
    expect_note(pad, LATER)
    go(pad, online=True)
    expect_note(pad, KEPT.format(7))
    assert kept.truths == ["7"]
    go(pad, online=False)
    pad.correct("8")
    expect_note(pad, LATER)
    later = pad.page.context.new_page()
    pad.page.close()
    later.context.set_offline(False)
    later.goto(kept.url)
    pad.page = later
    pad.until(lambda: kept.truths == ["8"])  # and the earlier one is gone
    pad.complaints.clear()  # the browser itself notes lost requests in its console


def test_two_pages_lose_nothing_and_double_nothing(open_pad: OpenPad, kept: Kept) -> None:
    one = open_pad(url=kept.url)
    other = another(one, kept)
    draw(other, 3)
    one.page.bring_to_front()
    draw(one, 2)
    go(one, online=False)
    for pad, truth in ((one, "7"), (other, "8")):
        pad.page.bring_to_front()
        pad.correct(truth)
        expect_note(pad, LATER)
    go(one, online=True)
    for pad, truth in ((one, "7"), (other, "8")):
        expect_note(pad, KEPT.format(truth))
    assert sorted(kept.truths) == ["7", "8"]
    one.complaints.clear()


def test_what_waits_can_be_taken_back(open_pad: OpenPad, kept: Kept) -> None:
    pad = open_pad(url=kept.url)
    draw(pad, 2)
    go(pad, online=False)
    pad.correct("7")
    expect_note(pad, LATER)
    pad.part("takeBack").click()
    expect_note(pad, "Not undone yet; it will be as soon as possible.")
    go(pad, online=True)
    expect_note(pad, "Undone: the correction is not kept.")
    assert kept.truths == []
    pad.complaints.clear()


def test_a_server_that_cannot_keep_it_now_is_asked_again_and_one_that_never_will_is_quoted(
    open_pad: OpenPad, kept: Kept
) -> None:
    pad = open_pad(url=kept.url)
    answers = [problem(503, "not-kept", "Locked."), problem(507, "store-full", "Expected room; there is none.")]
    pad.page.route(
        "**/api/corrections", lambda route: route.fulfill(**answers.pop(0)) if answers else route.continue_()
    )
    draw(pad, 2)
    pad.correct("7")
    expect_note(pad, LATER)
    expect_note(pad, "Not kept: Expected room; there is none.")
    expect(pad.part("takeBack")).to_be_hidden()
    pad.correct("7")
    expect_note(pad, KEPT.format(7))
    assert kept.truths == ["7"]
    pad.complaints.clear()


def test_without_a_place_in_the_browser_it_waits_until_the_page_is_closed(open_pad: OpenPad, kept: Kept) -> None:
    pad = open_pad(DESKTOP, kept.url)
    pad.page.add_init_script("Object.defineProperty(window, 'indexedDB', { value: undefined })")
    pad.page.reload()
    pad.expect_blank()
    draw(pad, 2)
    go(pad, online=False)
    pad.correct("7")
    expect(pad.part("note")).to_contain_text("it is kept until this page is closed")
    go(pad, online=True)
    expect_note(pad, KEPT.format(7))
    assert kept.truths == ["7"]
    pad.complaints.clear()
