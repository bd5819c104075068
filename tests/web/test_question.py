"""One question at a time, the latest drawing wins, and failures are told and tried again."""

import json
from functools import partial
from pathlib import Path

from playwright.sync_api import Route, expect

from tests.serving import Server, serving
from tests.web.conftest import OpenPad, give_file


def test_one_question_is_on_the_way_and_the_latest_drawing_wins(open_pad: OpenPad) -> None:
    pad = open_pad()
    waiting: list[Route] = []
    pad.page.route("**/api/predict", lambda route: waiting.append(route))
    pad.draw(1)
    pad.until(lambda: len(waiting) == 1)
    pad.page.keyboard.press("Escape")
    pad.draw(7)
    pad.page.wait_for_timeout(200)  # time enough for a second question, which must not come
    assert len(waiting) == 1
    waiting[0].continue_()
    pad.until(lambda: len(waiting) == 2)
    expect(pad.part("digit")).to_have_text("")  # the answer to what was cleared is not shown
    waiting[1].continue_()
    pad.expect_digit(7)
    assert len(waiting) == 2


def test_a_refusal_is_shown_and_not_repeated(open_pad: OpenPad) -> None:
    pad = open_pad()
    problem = json.dumps({"status": 422, "detail": "Expected another drawing."})
    pad.page.route("**/api/predict", lambda route: route.fulfill(status=422, body=problem))
    pad.stroke((0.5, 0.5))
    expect(pad.part("message")).to_have_text("Expected another drawing.")
    expect(pad.part("confidence")).to_have_text("No answer yet")
    expect(pad.part("time")).to_have_text("")
    pad.settle()
    asked = len(pad.sent)
    pad.page.wait_for_timeout(800)
    assert len(pad.sent) == asked
    pad.page.unroute("**/api/predict")
    pad.draw(2)
    pad.clear()
    pad.draw(2)
    pad.expect_digit(2)
    expect(pad.part("message")).to_have_text("")
    pad.complaints.clear()  # the browser itself notes the refusals in its console


def test_an_answer_of_something_else_is_told_in_words(open_pad: OpenPad) -> None:
    pad = open_pad()
    for body in ("<html>log in first</html>", "null", '{"status": "fine"}'):
        pad.page.route("**/api/predict", partial(Route.fulfill, status=200, body=body))
        pad.stroke((0.5, 0.1), (0.5, 0.9))
        expect(pad.part("message")).to_have_text("The server answered with status 200 instead of a prediction.")
        pad.page.unroute("**/api/predict")
        pad.expect_digit(1)  # it asks again
        expect(pad.part("message")).to_have_text("")
        pad.clear()


def test_what_was_done_is_said_until_the_drawing_changes(open_pad: OpenPad) -> None:
    pad = open_pad()
    waiting: list[Route] = []
    pad.page.route("**/api/predict", lambda route: waiting.append(route))
    pad.draw(7)
    pad.until(lambda: len(waiting) == 1)
    give_file(pad, "drop", Path(__file__), "text/plain")
    expect(pad.part("message")).to_contain_text("cannot open")
    waiting[0].continue_()
    pad.until(lambda: len(waiting) == 2)
    waiting[1].continue_()
    pad.expect_digit(7)
    expect(pad.part("message")).to_contain_text("cannot open")
    pad.stroke((0.1, 0.1))
    expect(pad.part("message")).to_have_text("")
    pad.page.unroute_all(behavior="ignoreErrors")
    pad.clear()


def test_a_server_that_goes_away_is_missed_and_found_again(open_pad: OpenPad, server: Server) -> None:
    with serving() as other:
        pad = open_pad(url=other.url)
        pad.draw(3)
        pad.expect_digit(3)
        port = other.url.rpartition(":")[2]
    pad.clear()
    pad.draw(4)
    expect(pad.part("message")).to_contain_text("The server is not answering")
    expect(pad.page.locator("#pad")).to_have_attribute("data-state", "failed")
    expect(pad.part("confidence")).to_have_text("No answer yet")
    with serving("--port", port):
        pad.expect_digit(4)  # without another stroke
        expect(pad.part("message")).to_have_text("")
    pad.complaints.clear()  # the browser itself notes the lost connections in its console
