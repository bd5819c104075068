"""What happens inside the model is the same in the browser as in Python, and the page shows it."""

import base64
import json
import re
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import BrowserContext, expect

from digitpad import Recognizer, drawing
from digitpad.explanation import formats
from tests.conftest import portion
from tests.golden import GOLDEN_PICTURES
from tests.site.conftest import START, OpenSite, wait_until_ready
from tests.site.test_page import generated

NUM_DRAWINGS = portion(100)
TOLERANCE = 1e-4

ASK = """async ({ pixels, ...question }) => {
  const bytes = pixels && Uint8Array.from(atob(pixels), (letter) => letter.charCodeAt(0));
  const { answer, error } = await ask({ id: 1, ...question, pixels: bytes });
  if (error) return { error };
  const pack = (bytes) => {
    let text = "";
    for (let at = 0; at < bytes.length; at += 4096) text += String.fromCharCode(...bytes.subarray(at, at + 4096));
    return btoa(text);
  };
  const text = JSON.stringify(answer, (_, value) => {
    return value instanceof Float32Array ? pack(new Uint8Array(value.buffer)) : value;
  });
  return JSON.parse(text);
}"""


def without_pad(context: BrowserContext) -> None:
    context.route("**/web/site.js", lambda route: route.fulfill(body="", content_type="text/javascript"))


def assert_same(ours: Any, theirs: Any, name: str = "") -> None:
    """Explanations as from `formats.to_dict` say the same."""
    if isinstance(theirs, dict) and "data" in theirs:
        assert ours["shape"] == theirs["shape"], name
        found, expected = (np.frombuffer(base64.b64decode(each["data"]), "<f4") for each in (ours, theirs))
        np.testing.assert_allclose(found, expected, rtol=0, atol=TOLERANCE, err_msg=name)
    elif isinstance(theirs, dict):
        assert ours.keys() == theirs.keys(), name
        for key, value in theirs.items():
            assert_same(ours[key], value, f"{name} {key}")
    elif isinstance(theirs, list) and name.split()[-1] != "seen":
        assert len(ours) == len(theirs), name
        for index, value in enumerate(theirs):
            assert_same(ours[index], value, f"{name} {index}")
    else:
        assert ours == (pytest.approx(theirs, abs=TOLERANCE) if isinstance(theirs, float) else theirs), name


def test_the_browser_explains_as_python_does(open_site: OpenSite, recognizer: Recognizer) -> None:
    explainer, page = recognizer.explainer, open_site(without_pad).page
    assert page.evaluate(START) == {"ready": True}
    drawn = [np.full((60, 80, 4), 255, np.uint8), *map(drawing.read, GOLDEN_PICTURES[:: 60 // portion(60)])]
    drawn += generated(NUM_DRAWINGS)
    for number, pixels in enumerate(drawn[:NUM_DRAWINGS]):
        without = [[], [], ["convolution 2/17", "pooling 1", "convolution 2/17"], ["convolution 3"]][number % 4]
        seen = recognizer.predict(pixels).seen
        ours = page.evaluate(ASK, {"kind": "explain", "seen": seen.tolist(), "without": without})
        theirs = formats.to_dict(explainer.explain(seen, without=without), explainer.steps)
        assert_same(ours, json.loads(json.dumps(theirs)))

    for name in explainer.steps:
        height, width, _ = pixels.shape
        picture = {"height": height, "width": width, "pixels": base64.b64encode(pixels.tobytes()).decode()}
        ours = page.evaluate(ASK, {"kind": "explain", "seen": seen.tolist(), "without": [name], **picture})
        levels = explainer.explain(seen, pixels=pixels, without=[name]).seen.astype(int)
        np.testing.assert_allclose(ours["seen"], levels, rtol=0, atol=1)  # a half may be rounded the other way

    ours = page.evaluate(ASK, {"kind": "weights", "layer": "convolution 1"})
    assert [ours["kernel"], ours["bias"]] == [formats.pack(each) for each in explainer.weights("convolution 1")]
    assert "error" in page.evaluate(ASK, {"kind": "weights", "layer": "pooling 1"})
    for without in (["nothing"], ["centre"], ["convolution 2/"], ["convolution 2/500"], ["convolution 2/1e1"]):
        assert "Expected" in page.evaluate(ASK, {"kind": "explain", "seen": seen.tolist(), "without": without})["error"]


def test_one_looks_inside_on_the_page(open_site: OpenSite, recognizer: Recognizer) -> None:
    pad = open_site()
    wait_until_ready(pad)
    pad.page.route("**/layers.onnx*", lambda route: route.abort())
    pad.draw(4)
    pad.expect_digit(4)
    pad.settle()
    assert not any(name in address for address in pad.addresses for name in ("layers.onnx", "contract.onnx"))
    inside = pad.part("inside")
    inside.get_by_role("button", name="Look inside").click()
    expect(inside.locator('[data-in="message"]')).to_contain_text(
        re.compile("needs the network once, .* is missing, cut short, or from another build")
    )
    pad.clear()
    pad.part("pad").scroll_into_view_if_needed()
    pad.draw(4)
    pad.expect_digit(4)  # what reads goes on
    pad.settle()
    pad.page.unroute_all()
    pad.complaints.clear()  # the browser itself notes the lost request in its console
    explanation = recognizer.explainer.explain(np.array(pad.seen(), np.uint8))
    expect(inside.locator('[data-in="total"]')).to_have_text(f"+{explanation.logits[4]:.2f}")
    inside.get_by_role("checkbox", name="centre by mass").uncheck()  # that needs the drawing
    expect(inside.locator('[data-in="bannerText"]')).to_contain_text("the model itself says 4")
    inside.get_by_role("checkbox", name="centre by mass").check()
    expect(inside.locator('[data-in="banner"]')).to_be_hidden()
