"""What a model did is explained with numbers that add up."""

import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from digitpad import Recognizer, artifact, drawing
from digitpad.artifact import LAYERS
from digitpad.errors import ArtifactError, InputError
from digitpad.explanation.explainer import Explainer
from digitpad.explanation.explanation import Explanation
from tests.golden import GOLDEN_PICTURES, STROKES

FOUR = [np.array(stroke) for stroke in STROKES["4"]]


@pytest.mark.parametrize("picture", GOLDEN_PICTURES[::5], ids=lambda path: path.stem)
def test_the_evidence_adds_up_to_the_answer(recognizer: Recognizer, picture: Path) -> None:
    explanation = recognizer.explain(picture)
    prediction = recognizer.predict(picture)
    assert explanation.prediction is not None
    assert explanation.prediction.digit == prediction.digit == explanation.digit == explanation.logits[:10].argmax()
    np.testing.assert_array_equal(explanation.seen, prediction.seen)
    sums = explanation.evidence.sum((1, 2)) + explanation.bias
    np.testing.assert_allclose(sums, explanation.logits, atol=1e-4)
    np.testing.assert_allclose(explanation.probabilities, prediction.probabilities, atol=0.01)
    assert explanation.not_digit == pytest.approx(prediction.not_digit, abs=0.01)
    assert explanation.verdict.status == prediction.status


def test_why_one_digit_and_not_another_is_the_difference(recognizer: Recognizer) -> None:
    explanation = recognizer.explain(FOUR)
    apart = explanation.logits[4] - explanation.logits[9]
    bias = explanation.bias[4] - explanation.bias[9]
    assert explanation.why(4, 9).sum() + bias == pytest.approx(apart, abs=1e-4)
    assert apart > 0


def test_the_gap_at_the_top_speaks_for_a_4_and_not_a_9(recognizer: Recognizer) -> None:
    why = recognizer.explain(FOUR).why(4, 9)
    middle = why.shape[0] // 2
    assert why[:middle].sum() > why[middle:].sum()


def test_layers_have_maps_of_their_shape(recognizer: Recognizer) -> None:
    explanation = recognizer.explain(FOUR)
    assert list(explanation.maps) == [layer.name for layer in explanation.layers]
    assert all(explanation.maps[layer.name].shape == layer.shape for layer in explanation.layers)
    assert explanation.evidence.shape == (11, *explanation.grid.shape[:2])
    kernel, bias = recognizer.explainer.weights(explanation.layers[1].name)
    assert kernel.shape[:2] == (explanation.layers[1].shape[2], explanation.layers[0].shape[2])
    assert bias.shape == kernel.shape[:1]


def test_an_answer_can_be_explained_without_the_drawing(recognizer: Recognizer) -> None:
    prediction = recognizer.predict(FOUR)
    np.testing.assert_array_equal(recognizer.explain(prediction).logits, recognizer.explain(FOUR).logits)
    with pytest.raises(InputError, match="Expected the drawing, to leave out steps"):
        recognizer.explain(prediction, without=["centre"])


def off(explanation: Explanation, layer: str) -> list[bool]:
    """Which maps of a layer are zero everywhere."""
    return [not maps.any() for maps in np.moveaxis(explanation.maps[layer], 2, 0)]


def test_what_is_switched_off_is_told_beside_the_true_answer(recognizer: Recognizer) -> None:
    whole, true = recognizer.explain(FOUR), recognizer.predict(FOUR)
    busy = int(whole.maps["convolution 2"].sum((0, 1)).argmax())
    for without in (["convolution 2"], [f"convolution 2/{busy}"], ["centre", "stroke"]):
        explanation = recognizer.explain(FOUR, without=without)
        assert explanation.prediction is not None
        assert explanation.prediction.digit == true.digit
        assert explanation.without == tuple(without)
        assert np.abs(explanation.logits - whole.logits).max() > 1e-3
        sums = explanation.evidence.sum((1, 2)) + explanation.bias
        np.testing.assert_allclose(sums, explanation.logits, atol=1e-4)
    assert all(off(recognizer.explain(FOUR, without=["convolution 2"]), "convolution 2"))
    switched = off(recognizer.explain(FOUR, without=[f"convolution 2/{busy}"]), "convolution 2")
    assert switched[busy]
    assert switched != off(whole, "convolution 2")


def test_steps_that_are_off_change_what_is_seen(recognizer: Recognizer) -> None:
    whole, moved = recognizer.explain(FOUR), recognizer.explain(FOUR, without=["centre"])
    assert (whole.seen != moved.seen).any()
    assert recognizer.explainer.steps == ("specks", "size", "centre", "stroke", "levels")


def test_names_may_be_repeated_and_overlap_at_no_cost(recognizer: Recognizer, monkeypatch: pytest.MonkeyPatch) -> None:
    once = recognizer.explain(FOUR, without=["centre", "convolution 2"])
    handed: list[list[int]] = []
    run = artifact.Artifact.run

    def watch(self: artifact.Artifact, *given: Any, off: Sequence[int] = (), **more: Any) -> dict[str, Any]:
        handed.append(list(off))
        return run(self, *given, off=off, **more)

    monkeypatch.setattr(artifact.Artifact, "run", watch)
    again = recognizer.explain(FOUR, without=["convolution 2", "convolution 2/3", "centre"] * 100)
    np.testing.assert_array_equal(again.logits, once.logits)
    assert again.without == ("convolution 2", "convolution 2/3", "centre")
    assert max(map(len, handed)) == again.maps["convolution 2"].shape[2]


def test_steps_stay_for_a_digit_that_was_read_apart_from_other_marks(recognizer: Recognizer) -> None:
    pixels = drawing.read(FOUR)
    apart = replace(recognizer.predict(pixels), isolated=True)
    explainer = recognizer.explainer
    with pytest.raises(InputError, match=r"specks, .*these steps need the ink alone"):
        explainer.explain(apart.seen, prediction=apart, pixels=pixels, without=["centre"])
    assert explainer.explain(apart.seen, prediction=apart, pixels=pixels, without=["convolution 2"]).digit is not None


@pytest.mark.parametrize(
    "name",
    [
        "centring",
        "convolution 9",
        *(f"convolution 1/{index}" for index in ("48", "-1", "x", "", "٣", "03", "9" * 5000)),
    ],
    ids=lambda name: name[:20],
)
def test_what_cannot_be_switched_off_is_named(recognizer: Recognizer, name: str) -> None:
    with pytest.raises(InputError, match=r"Expected a step of the contract, a layer .*specks.*convolution 1/0 to /47"):
        recognizer.explain(FOUR, without=[name])


def test_a_layer_without_weights_has_none(recognizer: Recognizer) -> None:
    with pytest.raises(InputError, match=r"Expected a layer with weights: convolution 1, .*got 'pooling 1'"):
        recognizer.explainer.weights("pooling 1")


def test_a_blank_drawing_has_no_digit(recognizer: Recognizer) -> None:
    explanation = recognizer.explain(np.full((50, 50), 255, np.uint8))
    assert explanation.digit is None
    assert explanation.verdict.status == "blank"


@pytest.mark.parametrize("change", [{"model": "0" * 12}, {"layers": None}, {"layers": [{"name": "convolution 1"}]}])
def test_the_file_of_another_model_or_version_is_refused(change: dict[str, object], tmp_path: Path) -> None:
    model = artifact.load(shutil.copy(artifact.shipped(), tmp_path))
    layers = artifact.load(artifact.shipped(LAYERS), LAYERS)
    nothing = layers.path.read_bytes().partition(b"digitpad.card")[0]
    graph = nothing[: nothing.rindex(b"\x72")]
    card = {**layers.card, "model": model.model_id, **change}
    (tmp_path / "layers.onnx").write_bytes(artifact.seal(graph, card, layers.probes, LAYERS))
    with pytest.raises(ArtifactError, match=r"Expected .*(to belong to|the layers on the card)"):
        Explainer.load(model)


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    model = artifact.load(shutil.copy(artifact.shipped(), tmp_path))
    data = bytearray(artifact.shipped(LAYERS).read_bytes())
    data[1000] ^= 1
    (tmp_path / "layers.onnx").write_bytes(data)
    with pytest.raises(ArtifactError, match="to match its digest"):
        Explainer.load(model)


def test_reading_loads_nothing_to_explain_with(recognizer: Recognizer) -> None:
    fresh = Recognizer.load()
    fresh.predict(drawing.read(GOLDEN_PICTURES[0]))
    assert "explainer" not in vars(fresh)
