"""Look inside: what spoke for the answer, what every layer computed, and what becomes of it without some of it."""

import base64
import re
from typing import Any

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from numpy.typing import NDArray
from playwright.sync_api import Browser, Locator, Route, expect

from tests.hands import Pad
from tests.serving import Server
from tests.web.conftest import DESKTOP, PHONE, OpenPad, problem

NUMBER = r"[+\u2212]?\d+\.\d+"


def part(pad: Pad, name: str) -> Locator:
    return pad.page.locator(f'[data-in="{name}"]')


def number(text: str) -> float:
    return float(text.replace("\u2212", "-").replace("+", ""))


def numbers(text: str) -> list[float]:
    return [number(found) for found in re.findall(NUMBER, text)]


def read(pad: Pad, name: str) -> float:
    return number(part(pad, name).inner_text())


def unpack(packed: dict[str, Any]) -> NDArray[np.float32]:
    return np.frombuffer(base64.b64decode(packed["data"]), "<f4").reshape(packed["shape"])


class Told:
    """What the server last told the view."""

    def __init__(self, pad: Pad) -> None:
        self.explanation: dict[str, Any] = {}
        self.asked: list[dict[str, Any]] = []
        self.changes: dict[str, Any] = {}
        pad.page.route("**/api/explain", self._answer)

    def _answer(self, route: Route) -> None:
        response = route.fetch()
        self.explanation = response.json() | self.changes
        self.asked.append(route.request.post_data_json or {})
        route.fulfill(response=response, json=self.explanation)

    @property
    def logits(self) -> list[float]:
        return list(self.explanation["logits"])

    def maps(self, layer: str) -> NDArray[np.float32]:
        return unpack(self.explanation["maps"][layer])


def settle(pad: Pad) -> None:
    """Wait until the view is about the last drawing."""
    pad.settle()
    expect(pad.part("inside")).to_have_attribute("data-asking", "false")


def go_up(pad: Pad) -> None:
    """Bring the pad back into view, to draw on it."""
    pad.page.evaluate("scrollTo(0, 0)")


def look(pad: Pad, digit: int = 4) -> Told:
    """Draw a digit, and look inside."""
    told = Told(pad)
    pad.draw(digit)
    pad.expect_digit(digit)
    pad.settle()
    part(pad, "look").click()
    expect(part(pad, "body")).to_be_visible()
    settle(pad)
    return told


def expect_sum(pad: Pad, whole: float) -> None:
    """The parts of the sum on show add up, to the digit, to a number."""
    expect(part(pad, "total")).to_have_text(re.compile(NUMBER))
    pad.until(lambda: abs(read(pad, "total") - whole) < 0.0051)
    parts = [read(pad, name) for name in ("above", "below", "bias")]
    assert round(sum(parts), 2) == read(pad, "total")
    expect(part(pad, "fault")).to_be_hidden()


def test_what_is_closed_asks_nothing(open_pad: OpenPad) -> None:
    pad = open_pad()
    pad.draw(4)
    pad.expect_digit(4)
    pad.settle()
    expect(part(pad, "look")).to_have_attribute("aria-expanded", "false")
    expect(part(pad, "body")).to_be_hidden()
    assert not [address for address in pad.addresses if "api/explain" in address or "api/weights" in address]


def test_the_evidence_adds_up_to_the_score_of_the_answer(open_pad: OpenPad) -> None:
    pad = open_pad()
    told = look(pad)
    expect(part(pad, "question")).to_have_text("What speaks for 4")
    expect_sum(pad, told.logits[4])
    expect(part(pad, "exact")).to_contain_text("exact, not estimates")
    expect(part(pad, "evidenceLegend")).to_have_text(re.compile(rf"{NUMBER} against 4\s*0\s*for 4 {NUMBER}"))


def test_the_page_says_why_a_4_is_not_a_9(open_pad: OpenPad) -> None:
    pad = open_pad()
    told = look(pad)
    part(pad, "other").select_option("9")
    expect(part(pad, "question")).to_have_text("Why 4 and not 9")
    expect_sum(pad, told.logits[4] - told.logits[9])
    assert numbers(part(pad, "totalName").inner_text()) == pytest.approx([told.logits[4], told.logits[9]], abs=0.011)
    expect(part(pad, "story")).to_contain_text("Blue speaks for 4 rather than 9, orange for 9.")
    expect(part(pad, "story")).to_contain_text(
        re.compile(rf"what speaks for 4 rather than 9 is (at the|in the) [a-z ]+: {NUMBER} of {NUMBER}")
    )
    part(pad, "score").select_option("not a digit")
    expect(part(pad, "question")).to_have_text("Why “not a digit” and not 9")
    expect_sum(pad, told.logits[10] - told.logits[9])


def test_the_runner_up_follows_the_drawing(open_pad: OpenPad) -> None:
    pad = open_pad()
    told = look(pad, 4)
    part(pad, "other").select_option("runner-up")
    for digit in (4, 7):
        if digit != 4:
            pad.clear()
            go_up(pad)
            pad.draw(digit)
            pad.expect_digit(digit)
            settle(pad)
        second = told.explanation["top_k"][1]["digit"]
        expect(part(pad, "question")).to_have_text(f"Why {digit} and not {second}")
        expect_sum(pad, told.logits[digit] - told.logits[second])


def test_pointing_at_a_place_tells_its_number_and_what_it_looks_at(open_pad: OpenPad) -> None:
    pad = open_pad()
    told = look(pad)
    evidence, grid = unpack(told.explanation["evidence"]), told.explanation["grid"]
    row, column = 2, 3
    side = part(pad, "evidenceMap").bounding_box()["width"]  # type: ignore[index]
    y, x = ((grid["start"] + grid["field"] / 2 + at * grid["step"]) * side / 28 for at in (row, column))
    part(pad, "evidenceMap").hover(position={"x": x, "y": y})
    expect(part(pad, "place")).to_contain_text(f"Row {row + 1}, column {column + 1},")
    expect(part(pad, "place")).to_contain_text(f"{grid['field']} \u00d7 {grid['field']} px")
    (shown,) = numbers(part(pad, "place").inner_text())
    assert shown == pytest.approx(evidence[4, row, column], abs=0.0051)
    part(pad, "other").select_option("9")
    part(pad, "evidenceMap").hover(position={"x": x, "y": y})
    expect(part(pad, "place")).to_contain_text("rather than 9")
    for_4, for_9 = evidence[[4, 9], row, column]
    assert numbers(part(pad, "place").inner_text()) == pytest.approx([for_4 - for_9, for_4, for_9], abs=0.0051)


def choose(pad: Pad, layer: str) -> Locator:
    button = part(pad, "strip").get_by_role("radio", name=layer)
    button.click()
    expect(button).to_have_attribute("aria-checked", "true")
    expect(part(pad, "layerName")).to_contain_text(f"{layer}: ")
    return button


def point(pad: Pad, layer: str, row: int, column: int, height: int) -> int:
    """Point at a value of the chosen map of a layer. Returns the map's number."""
    choose(pad, layer)
    side = part(pad, "map").bounding_box()["width"]  # type: ignore[index]
    position = {"x": (column + 0.5) * side / height, "y": (row + 0.5) * side / height}
    part(pad, "map").hover(position=position)  # type: ignore[arg-type]
    expect(part(pad, "mapName")).to_contain_text(f"row {row + 1}, column {column + 1}:")
    return int(part(pad, "mapName").inner_text().split()[1].strip(","))


def test_a_value_of_a_map_is_what_its_window_and_weights_add_up_to(open_pad: OpenPad) -> None:
    pad = open_pad()
    told = look(pad)
    for layer in ("convolution 1", "convolution 2", "convolution 4"):
        expect_value(pad, told, layer)


def expect_value(pad: Pad, told: Told, layer: str) -> None:
    """A value in the middle of a layer's map is shown as the sum that it is."""
    height = told.maps(layer).shape[0]
    row, column = height // 2, height // 2 - 1
    index = point(pad, layer, row, column, height)
    value = told.maps(layer)[row, column, index]
    expect(part(pad, "sumText")).to_contain_text("The map shows")
    products, bias, together, result, shown = numbers(part(pad, "sumText").inner_text())
    assert round(products + bias, 3) == together
    assert result == shown == max(0, together) == pytest.approx(value, abs=0.00051)
    inputs = [number(text) for text in part(pad, "inputs").locator("li:visible b").all_text_contents()]
    others = numbers(part(pad, "others").inner_text())
    assert round(sum([*inputs, *others]), 3) == products
    assert len(inputs) == (1 if layer == "convolution 1" else 8)
    assert sorted(map(abs, inputs), reverse=True) == pytest.approx(list(map(abs, inputs)), abs=0.0011)
    told_of = part(pad, "inputs").locator("canvas").first.get_attribute("aria-label") or ""
    assert [each.split(":")[0] for each in told_of.split("; ")] == ["values", "weights", "products"]


def test_a_pooled_value_is_that_of_its_window(open_pad: OpenPad) -> None:
    pad = open_pad()
    told = look(pad)
    index = point(pad, "pooling 1", 2, 3, 6)
    mean = told.maps("convolution 3")[4:6, 6:8, index].mean()
    expect(part(pad, "sumText")).to_contain_text("The mean of these values of map")
    found, shown = numbers(part(pad, "sumText").inner_text())
    assert found == shown == pytest.approx(mean, abs=0.00051)


def test_the_picture_and_the_scores_are_layers_too(open_pad: OpenPad) -> None:
    pad = open_pad()
    told = look(pad)
    choose(pad, "picture")
    expect(part(pad, "sumText")).to_have_text(re.compile(r"Ink: \d\.\d{3}, which is \d+ of 255\."))
    choose(pad, "score")
    rows = part(pad, "scores").locator("li")
    expect(rows).to_have_count(11)
    scores = [number(text) for text in rows.locator("b").all_text_contents()]
    assert scores == pytest.approx(told.logits, abs=0.0051)


def test_maps_follow_the_drawing(open_pad: OpenPad) -> None:
    pad = open_pad()
    told = look(pad)
    for _ in range(2):
        value = told.maps("convolution 1")
        index = int(part(pad, "mapName").inner_text().split()[1].strip(","))
        strongest = float(value[..., index].max())
        expect(part(pad, "mapName")).to_contain_text(f": {strongest:.2f}")
        go_up(pad)
        pad.stroke((0.2, 0.2), (0.5, 0.5))
        settle(pad)


def test_what_is_switched_off_shows_beside_what_the_model_says(open_pad: OpenPad) -> None:
    pad = open_pad()
    told = look(pad)
    confidence = pad.part("confidence").inner_text()
    banner = part(pad, "banner")
    expect(banner).to_be_hidden()
    layers = part(pad, "stages").get_by_role("checkbox")
    assert layers.count() == len(told.explanation["layers"])
    part(pad, "stages").get_by_label("convolution 2").uncheck()
    expect(banner).to_contain_text("Switched off: convolution 2. The altered network says ")
    expect(banner).to_contain_text(f"the model itself says 4, {confidence.split(' conf')[0]}.")
    assert told.asked[-1]["without"] == ["convolution 2"]
    answer = told.explanation["digit"]
    expect(part(pad, "altered")).to_have_text(
        str(answer) if told.explanation["status"] in ("digit", "unsure") else "\u2013"
    )
    pad.expect_digit(4)
    assert pad.part("confidence").inner_text() == confidence
    expect(pad.part("inside")).to_have_class(re.compile("dp-in-altered"))
    part(pad, "allOn").click()
    expect(banner).to_be_hidden()
    expect(pad.part("inside")).not_to_have_class(re.compile("dp-in-altered"))
    expect_sum(pad, told.logits[4])
    assert told.asked[-1]["without"] == []


def test_a_single_map_can_be_switched_off_and_on(open_pad: OpenPad) -> None:
    pad = open_pad()
    told = look(pad)
    index = point(pad, "convolution 2", 5, 6, 12)
    value = told.maps("convolution 2")[5, 6, index]
    part(pad, "mapSwitch").click()
    expect(part(pad, "banner")).to_contain_text(f"Switched off: map {index} of convolution 2.")
    assert told.asked[-1]["without"] == [f"convolution 2/{index}"]
    expect(part(pad, "mapName")).to_contain_text(": 0.00")
    expect(part(pad, "sumText")).to_contain_text("switched off, and shows 0")
    expect_sum(pad, told.logits[told.explanation["digit"]])
    part(pad, "mapSwitch").click()
    expect(part(pad, "banner")).to_be_hidden()
    expect(part(pad, "sumText")).to_contain_text(f"The map shows {value:.3f}.")
    part(pad, "layerSwitch").click()
    expect(part(pad, "banner")).to_contain_text("Switched off: convolution 2.")
    expect(part(pad, "stages").get_by_label("convolution 2")).not_to_be_checked()
    expect(part(pad, "mapSwitch")).to_be_disabled()
    expect(part(pad, "announcement")).to_have_text(part(pad, "bannerText").inner_text())
    expect(part(pad, "score").locator("option").first).to_have_text(
        re.compile(r"\((the altered answer|the highest score)\)")
    )
    gate = {"is_open": False}
    pad.page.route("**/api/explain", lambda route: route.fallback() if gate["is_open"] else route.abort())
    part(pad, "layerSwitch").click()
    expect(part(pad, "message")).to_contain_text("The view is not up to date")
    expect(part(pad, "mapTitle")).to_have_text("The map, switched off")  # what is on show is still the altered network
    expect(part(pad, "layerSwitch")).to_have_text("Switch convolution 2 off")
    gate["is_open"] = True
    expect(part(pad, "mapTitle")).to_have_text("The map")
    expect(part(pad, "announcement")).to_have_text("All is switched on.")
    pad.complaints.clear()  # the browser's, of what was not answered


def test_without_a_step_of_the_contract_the_network_sees_another_picture(open_pad: OpenPad) -> None:
    pad = open_pad()
    told = Told(pad)
    pad.draw(4, 0.3, (0.25, 0.25))
    pad.expect_digit(4)
    part(pad, "look").click()
    settle(pad)
    seen = told.explanation["seen"]
    part(pad, "steps").get_by_label("scale to size").uncheck()
    expect(part(pad, "banner")).to_contain_text("Switched off: scale to size.")
    settle(pad)
    assert told.asked[-1]["without"] == ["size"]
    assert np.count_nonzero(told.explanation["seen"]) < np.count_nonzero(seen) / 2
    pad.expect_digit(4)
    assert pad.seen() == seen  # above, there is what the model itself saw


def test_a_digit_read_apart_from_other_marks_keeps_its_steps(open_pad: OpenPad) -> None:
    pad = open_pad()

    def isolate(route: Route) -> None:
        response = route.fetch()
        answer = response.json()
        route.fulfill(response=response, json={**answer, "steps": {**answer["steps"], "isolated": True}})

    pad.page.route("**/api/predict", isolate)
    look(pad)
    expect(part(pad, "steps").get_by_label("levels")).to_be_disabled()
    expect(part(pad, "stepsNote")).to_have_text(
        "These steps need the ink alone. This digit was read apart from other marks."
    )


def test_another_model_begins_anew(open_pad: OpenPad) -> None:
    pad = open_pad()
    told = look(pad)
    index = point(pad, "convolution 2", 5, 6, 12)
    part(pad, "mapSwitch").click()
    expect(part(pad, "banner")).to_contain_text(f"map {index} of convolution 2")
    expect(part(pad, "mapName")).to_contain_text(": 0.00")  # it is painted after the banner
    settle(pad)
    refusal = problem(422, "invalid-request", "Expected a layer.")

    def refuse(route: Route) -> None:
        is_refused = (route.request.post_data_json or {})["without"]
        route.fulfill(**refusal) if is_refused else route.fallback()

    pad.page.route("**/api/explain", refuse)
    told.changes = {"model": "another"}
    pad.page.route("**/api/weights*", lambda route: route.fulfill(**problem(503, "busy", "The server is busy.")))
    go_up(pad)
    pad.stroke((0.8, 0.2), (0.81, 0.21))
    expect(part(pad, "banner")).to_be_hidden()
    expect(part(pad, "message")).to_have_text("")
    expect(part(pad, "mapSwitch")).to_have_text(re.compile("off$"))
    expect(part(pad, "sumText")).to_have_text("There are no weights to show: The server is busy.")
    pad.complaints.clear()  # the browser's, of the refusals


LOST = """async () => {
  const { Inside } = await import(new URL("web/inside.js", document.baseURI));
  window.asked = 0;
  const explain = () => { window.asked += 1; return new Promise(() => {}); };
  const place = document.body.appendChild(document.createElement("div"));
  new Inside(place, { explain, weights: explain }).show({ prediction: { seen: [], steps: {} }, canvas: null });
  place.querySelector("button").click();
  window.told = () => place.querySelector("[data-in=message]").textContent;
}"""


def test_what_is_never_answered_is_asked_again(browser: Browser, server: Server) -> None:
    page = browser.new_page()
    page.clock.install()
    page.goto(server.url)
    page.evaluate(LOST)
    page.clock.fast_forward(1_100)
    page.wait_for_function("told() === 'Looking inside…'")
    page.clock.fast_forward(30_000)
    page.wait_for_function("told().includes('No reply yet')")
    page.clock.fast_forward(1_000)
    page.wait_for_function("asked === 2")
    page.close()


def test_a_digit_of_a_number_can_be_looked_into(open_pad: OpenPad) -> None:
    pad = open_pad()
    told = Told(pad)
    part(pad, "look").click()
    expect(part(pad, "message")).to_have_text("Nothing is drawn. Draw a digit to see what happens inside.")
    pad.choose("Number")
    pad.draw_number("47")
    pad.expect_number("47")
    expect(part(pad, "message")).to_have_text("")
    for digit in (7, 4):
        pad.part("number").get_by_role("radio", name=f"{digit},").click()
        expect(part(pad, "question")).to_have_text(f"What speaks for {digit}")
        settle(pad)
        expect_sum(pad, told.logits[digit])
        assert told.explanation["seen"] == pad.seen()
    expect(part(pad, "steps").get_by_label("levels")).to_be_disabled()
    expect(part(pad, "stepsNote")).to_contain_text("need the drawing")
    part(pad, "stages").get_by_label("pooling 1").uncheck()
    expect(part(pad, "banner")).to_contain_text("the model itself says 4,")
    part(pad, "allOn").click()
    none = {"text": "", "lines": [], "digits": [], "size": [28, 28], "reason": "", "time_ms": 1}

    def empty(route: Route) -> None:
        response = route.fetch()
        route.fulfill(response=response, json=response.json() | none)

    pad.page.route("**/api/read", empty)
    go_up(pad)
    pad.stroke((0.8, 0.2), (0.81, 0.21))
    expect(part(pad, "message")).to_have_text("No digit was found. This is about the last one.")


def test_a_cleared_pad_leaves_the_last_drawing_and_says_so(open_pad: OpenPad) -> None:
    pad = open_pad()
    look(pad)
    pad.clear()
    go_up(pad)
    expect(part(pad, "message")).to_have_text("Nothing is drawn. This is about the last drawing.")
    pad.draw(7)
    expect(part(pad, "question")).to_have_text("What speaks for 7")
    expect(part(pad, "message")).to_have_text("")


def test_everything_can_be_reached_by_keyboard(open_pad: OpenPad) -> None:
    pad = open_pad()
    told = look(pad)
    keys = pad.page.keyboard
    part(pad, "look").focus()
    keys.press("Tab")
    expect(part(pad, "evidenceMap")).to_be_focused()
    keys.press("ArrowDown")
    expect(part(pad, "place")).to_contain_text("Row 3, column 3,")
    keys.press("ArrowRight")
    expect(part(pad, "place")).to_contain_text("Row 3, column 4,")
    expect(part(pad, "announcement")).to_have_text(part(pad, "place").inner_text())
    for _ in range(2):
        keys.press("Escape")
    expect(part(pad, "place")).to_contain_text("Point at a place")
    pad.expect_digit(4)  # the drawing is still there
    for name in ("score", "other"):
        keys.press("Tab")
        expect(part(pad, name)).to_be_focused()
    keys.press("Tab")
    expect(part(pad, "strip").get_by_role("radio", name="convolution 1")).to_be_focused()
    keys.press("ArrowRight")
    expect(part(pad, "layerName")).to_contain_text("convolution 2: 96 maps, 12 \u00d7 12")
    keys.press("Tab")
    expect(part(pad, "layerSwitch")).to_be_focused()
    keys.press("Tab")
    before = part(pad, "mapName").inner_text()
    keys.press("ArrowDown")
    expect(part(pad, "mapName")).not_to_have_text(before)
    index = int(part(pad, "mapName").inner_text().split()[1].strip(","))
    expect(part(pad, "announcement")).to_have_text(f"Map {index}")
    keys.press("Tab")
    keys.press("Space")
    expect(part(pad, "banner")).to_contain_text(f"map {index} of convolution 2")
    expect(part(pad, "mapName")).to_contain_text(": 0.00")
    keys.press("Tab")
    keys.press("ArrowLeft")
    expect(part(pad, "announcement")).to_have_text(re.compile(r"Row \d+, column \d+: 0\.00"))
    keys.press("Tab")
    keys.press("Space")
    expect(part(pad, "banner")).to_contain_text("Switched off: map")
    expect(part(pad, "banner")).to_contain_text("ignore specks")
    part(pad, "allOn").focus()
    keys.press("Enter")
    expect(part(pad, "banner")).to_be_hidden()
    expect(part(pad, "look")).to_be_focused()
    keys.press("Enter")
    expect(part(pad, "body")).to_be_hidden()
    asked = len(told.asked)
    go_up(pad)
    pad.stroke((0.8, 0.2), (0.9, 0.3))
    pad.settle()
    assert len(told.asked) == asked


@pytest.mark.parametrize(("device", "scheme"), [(DESKTOP, "light"), (PHONE, "dark")], ids=["desktop", "phone"])
def test_no_serious_fault_of_accessibility_and_nothing_sticks_out(
    open_pad: OpenPad, device: dict[str, Any], scheme: str
) -> None:
    pad = open_pad(device, color_scheme=scheme)
    look(pad)
    axe = Axe()
    for layer in ("convolution 1", "convolution 4", "score"):
        choose(pad, layer)
        if layer == "convolution 4":
            expect(part(pad, "sumText")).to_contain_text("The map shows")
            part(pad, "stages").get_by_label("convolution 2").uncheck()
            expect(part(pad, "banner")).to_be_visible()
        found = axe.run(pad.page).response["violations"]
        assert [fault["id"] for fault in found if fault["impact"] in ("serious", "critical")] == []
        width = device["viewport"]["width"]
        assert pad.page.evaluate("document.documentElement.scrollWidth") == width


def test_on_a_phone_a_finger_chooses_and_the_strip_scrolls_by_itself(open_pad: OpenPad) -> None:
    pad = open_pad(PHONE)
    look(pad)
    strip = part(pad, "strip")
    assert strip.evaluate("strip => strip.scrollWidth > strip.clientWidth")
    part(pad, "evidenceMap").tap()
    expect(part(pad, "place")).to_contain_text("Row ")
    choose(pad, "convolution 5")
    part(pad, "tiles").tap(position={"x": 5, "y": 5})
    expect(part(pad, "mapName")).to_contain_text("Map 0,")
    part(pad, "map").tap(position={"x": 5, "y": 5})
    expect(part(pad, "mapName")).to_contain_text("Map 0, row 1, column 1:")


def test_it_says_what_is_not_exact_and_what_does_not_add_up(open_pad: OpenPad) -> None:
    pad = open_pad()
    told = look(pad)
    told.changes = {"is_exact": False, "num_readings": 5}
    go_up(pad)
    pad.stroke((0.8, 0.2), (0.81, 0.21))
    expect(part(pad, "exact")).to_contain_text("not exact for this network, because layers with activations follow")
    expect(part(pad, "exact")).to_contain_text("means of 5 readings")
    settle(pad)
    told.changes = {"logits": [score + 0.1 for score in told.logits]}
    go_up(pad)
    pad.stroke((0.8, 0.3), (0.81, 0.31))
    expect(part(pad, "fault")).to_contain_text("This is a fault")


def test_it_says_why_it_is_not_up_to_date_and_tries_again(open_pad: OpenPad) -> None:
    pad = open_pad()
    pad.draw(4)
    pad.expect_digit(4)
    busy = problem(503, "busy", "The server is busy.")
    gate = {"is_open": False}
    pad.page.route("**/api/explain", lambda route: route.continue_() if gate["is_open"] else route.fulfill(**busy))
    part(pad, "look").click()
    expect(part(pad, "message")).to_have_text("The view is not up to date: The server is busy.")
    gate["is_open"] = True
    expect(part(pad, "question")).to_have_text("What speaks for 4")
    expect(part(pad, "message")).to_have_text("")
    settle(pad)
    gate["is_open"] = False
    pad.page.unroute_all()
    pad.page.route("**/api/explain", lambda route: None)  # it hangs
    go_up(pad)
    pad.stroke((0.8, 0.2), (0.81, 0.21))
    expect(part(pad, "message")).to_have_text("This is about an earlier drawing.")
    expect(pad.part("inside")).to_have_class(re.compile("dp-in-stale"))
    pad.complaints.clear()  # the browser's, of the answers with status 503


def test_a_model_that_cannot_be_looked_into_has_no_button(open_pad: OpenPad) -> None:
    pad = open_pad()

    def hide(route: Route) -> None:
        response = route.fetch()
        route.fulfill(response=response, json={**response.json(), "explains": False})

    pad.page.route("**/api/model", hide)
    pad.page.reload()
    expect(pad.page.locator("#model")).to_contain_text("Model ")
    pad.draw(4)
    pad.expect_digit(4)
    expect(part(pad, "look")).to_have_count(0)
