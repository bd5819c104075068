"""No correction is lost on its way: not offline, not with the page closed, not between two of them."""

import json

import pytest
from playwright.sync_api import Route, expect

from tests.hands import Pad
from tests.web.conftest import DESKTOP, Kept, OpenPad, problem
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


def test_what_waits_in_place_of_another_is_taken_back_with_that(open_pad: OpenPad, kept: Kept) -> None:
    pad = open_pad(url=kept.url)
    draw(pad, 2)
    pad.correct("7")
    expect_note(pad, KEPT.format(7))
    go(pad, online=False)
    pad.correct("8")
    expect_note(pad, LATER)
    pad.part("takeBack").click()
    expect_note(pad, "Not undone yet; it will be as soon as possible.")
    assert kept.truths == ["7"]
    go(pad, online=True)
    expect_note(pad, "Undone: the correction is not kept.")
    pad.until(lambda: kept.truths == [])
    pad.complaints.clear()


@pytest.mark.parametrize("status", [404, 413])
def test_what_a_proxy_says_is_not_final(open_pad: OpenPad, kept: Kept, status: int) -> None:
    pad = open_pad(url=kept.url)
    page = {"status": status, "body": "<html>No.</html>", "content_type": "text/html"}
    pad.page.route("**/api/corrections", lambda route: route.fulfill(**page), times=1)
    draw(pad, 2)
    pad.correct("7")
    expect_note(pad, LATER)
    expect_note(pad, KEPT.format(7))
    assert kept.truths == ["7"]
    pad.complaints.clear()


def test_one_that_always_fails_keeps_no_other_back(open_pad: OpenPad, kept: Kept) -> None:
    def fail_on(route: Route) -> None:
        if json.loads(route.request.post_data or "")["truth"] in ("1", "3"):
            route.fulfill(**problem(500, "internal-error", "It failed."))
        else:
            route.continue_()

    pad = open_pad(url=kept.url)
    pad.page.route("**/api/corrections", fail_on)
    for truth in "123456":  # their order is not that of time
        draw(pad, 2)
        pad.correct(truth)
        expect_note(pad, LATER if truth in "13" else KEPT.format(truth))
        pad.clear()
    assert sorted(kept.truths) == ["2", "4", "5", "6"]
    pad.page.unroute("**/api/corrections")
    pad.until(lambda: sorted(kept.truths) == list("123456"))
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
