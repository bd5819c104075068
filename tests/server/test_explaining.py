"""The API tells what happens inside the model, as `Recognizer.explain` does."""

import base64
import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from digitpad import Recognizer, artifact
from digitpad.explanation import formats
from digitpad.server import create_app
from digitpad.server.schema import Explained, Weights
from tests.golden import GOLDEN_PICTURES
from tests.server.conftest import Local, check_problem

PICTURE = GOLDEN_PICTURES[26]
URL = "data:image/png;base64," + base64.b64encode(PICTURE.read_bytes()).decode()


@pytest.fixture(scope="module")
def client() -> Local:
    return Local(create_app())


def explain(client: Local, **question: Any) -> dict[str, Any]:
    response = client.post("/api/explain", json=question)
    assert response.status_code == 200, response.text
    told: dict[str, Any] = response.json()
    assert Explained.model_validate(told)
    return told


def test_a_drawing_and_what_was_seen_of_it_are_explained_alike(client: Local, recognizer: Recognizer) -> None:
    expected = json.loads(json.dumps(formats.to_dict(recognizer.explain(PICTURE), recognizer.explainer.steps)))
    told = explain(client, image=URL)
    assert told == {**expected, "model": recognizer.model_id}
    answer = client.post("/api/predict", json={"image": URL}).json()
    assert explain(client, seen=answer["seen"]) == told


def test_parts_can_be_switched_off(client: Local, recognizer: Recognizer) -> None:
    without = ["centre", "convolution 2/5", "convolution 4"]
    expected = recognizer.explain(PICTURE, without=without)
    told = explain(client, image=URL, without=without)
    np.testing.assert_allclose(told["logits"], expected.logits, atol=1e-5)
    assert told["without"] == without
    seen = told["seen"]
    assert explain(client, seen=recognizer.predict(PICTURE).seen.tolist(), image=URL, without=without)["seen"] == seen


def test_the_weights_of_a_layer_are_shown(client: Local, recognizer: Recognizer) -> None:
    response = client.get("/api/weights", params={"layer": "convolution 1"})
    assert Weights.model_validate(response.json())
    kernel, bias = recognizer.explainer.weights("convolution 1")
    assert response.json() == {
        "kernel": formats.pack(kernel),
        "bias": formats.pack(bias),
        "model": recognizer.model_id,
    }


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ({}, "Expected `seen` or `image`; got neither"),
        ({"seen": [[0] * 28] * 27}, "seen"),
        ({"seen": [[0] * 27] * 28}, "seen"),
        ({"seen": [[256] * 28] * 28}, "seen"),
        ({"seen": [[0] * 28] * 28, "without": ["centre"]}, "Expected the drawing"),
        ({"seen": [[0] * 28] * 28, "without": ["convolution 7"]}, "Expected a step of the contract"),
        ({"image": URL, "without": "centre"}, "without"),
        ({"image": URL, "with": []}, "with"),
    ],
)
def test_bad_questions_are_refused_in_words(client: Local, question: dict[str, Any], words: str) -> None:
    assert words in check_problem(client.post("/api/explain", json=question), 422, "invalid-request")


def test_an_image_that_cannot_be_read_is_refused(client: Local) -> None:
    check_problem(client.post("/api/explain", json={"image": "data:image/png;base64,AAAA"}), 422, "unreadable-drawing")


def test_a_layer_that_is_not_there_is_refused(client: Local) -> None:
    check_problem(client.get("/api/weights", params={"layer": "pooling 1"}), 422, "invalid-request")


@pytest.mark.parametrize("layers", [None, b"damaged"])
def test_a_model_that_cannot_be_looked_into_says_so_but_names_no_path(
    layers: bytes | None, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    shutil.copy(artifact.shipped(), tmp_path)
    if layers:
        (tmp_path / "layers.onnx").write_bytes(layers)
    client = Local(create_app(tmp_path))
    for _ in range(2):
        assert client.get("/api/model").json()["explains"] is False
        detail = check_problem(client.post("/api/explain", json={"image": URL}), 404, "not-found")
        assert "Expected a layers.onnx beside the model" in detail
        assert str(tmp_path) not in detail
    assert [str(tmp_path) in record.message for record in caplog.records] == [True]  # once


def test_steps_stay_for_a_digit_that_is_read_apart_from_other_marks(
    client: Local, monkeypatch: pytest.MonkeyPatch, recognizer: Recognizer
) -> None:
    apart = replace(recognizer.predict(PICTURE), isolated=True)
    monkeypatch.setattr(Recognizer, "predict", lambda self, pixels: apart)
    refusal = client.post("/api/explain", json={"image": URL, "without": ["centre"]})
    assert "these steps need the ink alone" in check_problem(refusal, 422, "invalid-request")


def test_the_shipped_model_can_be_looked_into(client: Local) -> None:
    assert client.get("/api/model").json()["explains"] is True
