"""An explanation as JSON has all of its numbers."""

import base64
import json

import numpy as np

from digitpad import Recognizer
from digitpad.explanation import formats
from tests.golden import STROKES

SEVEN = [np.array(stroke) for stroke in STROKES["7"]]


def test_nothing_is_lost(recognizer: Recognizer) -> None:
    explanation = recognizer.explain(SEVEN, without=["convolution 1/3"])
    told = json.loads(json.dumps(formats.to_dict(explanation, recognizer.explainer.steps)))
    for packed, array in (
        (told["evidence"], explanation.evidence),
        *((told["maps"][name], maps) for name, maps in explanation.maps.items()),
    ):
        values = np.frombuffer(base64.b64decode(packed["data"]), "<f4").reshape(packed["shape"])
        np.testing.assert_array_equal(values, array)
    assert told["logits"] == explanation.logits.tolist()
    assert told["bias"] == explanation.bias.tolist()
    assert told["seen"] == explanation.seen.tolist()
    assert told["digit"] == told["top_k"][0]["digit"] == 7
    assert len(told["top_k"]) == 10
    assert [layer["name"] for layer in told["layers"]] == list(explanation.maps)
    assert told["steps"] == ["specks", "size", "centre", "stroke", "levels"]
    assert told["without"] == ["convolution 1/3"]


def test_of_a_blank_drawing_no_digit_is_listed(recognizer: Recognizer) -> None:
    explanation = recognizer.explain(np.full((40, 40), 255, np.uint8))
    told = formats.to_dict(explanation, recognizer.explainer.steps)
    assert (told["status"], told["digit"], told["top_k"]) == ("blank", None, [])
