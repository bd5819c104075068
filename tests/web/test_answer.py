"""The answer: in words, in bars and aloud, with a sign of its own for each status."""

import re

import pytest
from playwright.sync_api import expect

from digitpad import Recognizer
from tests.conftest import soak
from tests.doodles import NO_DIGITS
from tests.hands import Pad
from tests.web.conftest import DESKTOP, NO_DIGIT, PHONE, UNSURE, OpenPad


@pytest.mark.parametrize(
    ("name", "device"),
    [("A", PHONE), *(pytest.param(name, DESKTOP, marks=soak) for name in sorted(NO_DIGITS))],
    ids=["A by finger", *sorted(NO_DIGITS)],
)
def test_what_is_no_digit_gets_no_digit_but_a_reason(
    open_pad: OpenPad, recognizer: Recognizer, device: dict[str, object], name: str
) -> None:
    pad = open_pad(device)
    pad.draw_strokes(NO_DIGITS[name])
    pad.settle()
    pad.expect_state("not a digit")
    prediction = recognizer.predict(pad.sent[-1]["image"])
    expect(pad.part("digit")).to_have_text("")
    expect(pad.part("confidence")).to_have_text("Not a digit")
    expect(pad.part("reason")).to_have_text(prediction.reason)
    expect(pad.part("bars")).to_have_class(re.compile("dp-pale"))
    expect(pad.part("announcement")).to_have_text(f"Not a digit. {prediction.reason}")
    pad.clear()
    expect(pad.part("recent").locator("span")).to_have_text("Not a digit")
    expect(pad.part("bars")).not_to_have_class(re.compile("dp-pale"))
    pad.part("recent").locator("button").click()
    pad.expect_state("not a digit")


def test_an_unsure_answer_has_a_question_mark_and_names_the_other_digit(open_pad: OpenPad) -> None:
    pad = open_pad()
    pad.change_answers(**UNSURE)
    pad.draw(4)
    pad.expect_state("unsure")
    expect(pad.part("digit")).to_have_text("4")
    assert sign(pad, "after") == '"?"'
    expect(pad.part("confidence")).to_have_text("Unsure: 4 or 9")
    expect(pad.part("reason")).to_have_text("It could also be a 9.")
    assert pad.page.locator(".dp-bars .dp-candidate span").all_text_contents() == ["4", "9"]
    expect(pad.part("announcement")).to_have_text("Unsure, perhaps 4. It could also be a 9.")
    pad.settle()
    pad.clear()
    expect(pad.part("recent").locator("span")).to_have_text(re.compile(r"^4\?, >?\d+\.\d %$"))


def test_the_headline_names_the_candidates(open_pad: OpenPad) -> None:
    pad = open_pad()
    ranking = [{"digit": digit, "probability": 0.4 / (1 + place)} for place, digit in enumerate([4, 7, 9])]
    for candidates, words in (
        ([4], "Unsure: 4 or 7"),  # at least the second best
        ([4, 9, 7], "Unsure: 4, 9 or 7"),
        ([4, 9, 7, 1, 8, 3], "Unsure: one of 6 digits"),
    ):
        pad.change_answers(**UNSURE | {"candidates": candidates, "top_k": ranking})
        pad.stroke((0.5, 0.2), (0.5, 0.8))
        expect(pad.part("confidence")).to_have_text(words)


def sign(pad: Pad, side: str) -> str:
    """What the style puts before or after the digit."""
    content: str = pad.part("digit").evaluate("(digit, side) => getComputedStyle(digit, `::${side}`).content", side)
    return content


def test_each_status_has_a_sign_of_its_own_and_a_failure_keeps_it(open_pad: OpenPad) -> None:
    pad = open_pad()
    assert sign(pad, "before") == '"\N{EN DASH}"'
    pad.draw(4)
    pad.expect_state("digit")
    assert (sign(pad, "before"), sign(pad, "after")) == ("none", "none")
    pad.change_answers(**NO_DIGIT)
    pad.stroke((0.9, 0.9))
    pad.expect_state("not a digit")
    assert (sign(pad, "before"), sign(pad, "after")) == ('""', "none")  # a circle with a bar across
    pad.settle()
    pad.page.unroute("**/api/predict")
    pad.page.route("**/api/predict", lambda route: route.abort())
    pad.stroke((0.1, 0.1))
    pad.expect_state("failed")
    assert sign(pad, "before") == '""'
    expect(pad.part("digit")).to_have_text("")
    pad.complaints.clear()  # the browser itself notes the lost connections in its console


def test_the_bars_show_all_ten_probabilities(open_pad: OpenPad, recognizer: Recognizer) -> None:
    pad = open_pad()
    pad.stroke((0.5, 0.2), (0.5, 0.8))
    pad.expect_digit(1)
    pad.settle()
    probabilities = recognizer.predict(pad.sent[-1]["image"]).probabilities
    widths = pad.page.locator(".dp-bars i").evaluate_all(
        "bars => bars.map(bar => new DOMMatrix(bar.style.transform).a)"
    )
    assert widths == pytest.approx(probabilities.tolist(), abs=1e-5)
    assert len(pad.page.locator(".dp-bars b").all_text_contents()) == 10


def test_the_answer_is_announced_when_the_hand_rests(open_pad: OpenPad) -> None:
    pad = open_pad()
    pad.page.clock.install(time=0)
    pad.page.clock.pause_at(1000)  # time stands still, however long drawing takes
    pad.draw(9)
    pad.expect_digit(9)
    pad.settle()
    expect(pad.part("announcement")).to_have_text("")
    pad.page.clock.run_for(1000)
    expect(pad.part("announcement")).to_contain_text("Read as 9,")
