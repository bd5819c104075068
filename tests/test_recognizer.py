"""Drawings are read right, what is no digit is called so, and the answer shows what the model saw."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from digitpad import Prediction, Recognizer, drawing, strokes
from digitpad.errors import ArtifactError, DrawingError
from digitpad.words import with_article
from tests.doodles import NO_DIGITS, four_or_nine, png
from tests.golden import GOLDEN_PICTURES, STROKES
from tests.test_artifact import reseal


@pytest.mark.parametrize("picture", GOLDEN_PICTURES, ids=lambda path: path.stem)
def test_golden_pictures_are_read_right(recognizer: Recognizer, picture: Path) -> None:
    prediction = recognizer.predict(picture)
    assert prediction.digit == int(picture.name[0])
    assert prediction.status == "digit" or is_taken_for_seven(prediction)
    assert prediction.confidence > 0.85
    assert prediction.candidates[0] == prediction.digit
    assert prediction.not_digit < 0.5


def is_taken_for_seven(prediction: Prediction) -> bool:
    """Whether the golden 1, which has a flag, is said to be near a 7."""
    return (prediction.status, prediction.digit, prediction.reason) == ("unsure", 1, "It could also be a 7.")


def test_there_are_ten_digits_in_three_sizes_and_two_schemes() -> None:
    assert len(GOLDEN_PICTURES) == 60


@pytest.mark.parametrize("digit", sorted(STROKES))
def test_strokes_are_read_right(recognizer: Recognizer, digit: str) -> None:
    prediction = recognizer.predict(STROKES[digit])
    assert prediction.digit == int(digit)
    assert prediction.status == "digit" or is_taken_for_seven(prediction)


@pytest.mark.parametrize("name", sorted(NO_DIGITS))
def test_letters_signs_and_scribbles_are_no_digits(recognizer: Recognizer, name: str) -> None:
    for picture in (NO_DIGITS[name], png(NO_DIGITS[name])):
        prediction = recognizer.predict(picture)
        assert prediction.status == "not a digit"
        assert prediction.not_digit > recognizer.card["thresholds"]["not_digit"]
        assert prediction.digit == prediction.probabilities.argmax() == prediction.candidates[0]
        assert f"the closest is {with_article(prediction.digit)}." in prediction.reason
        assert prediction.seen.max() == 255


def test_between_a_four_and_a_nine_the_answer_is_unsure_and_names_both(recognizer: Recognizer) -> None:
    predictions = [recognizer.predict(four_or_nine(gap)) for gap in range(51)]
    assert (predictions[0].status, predictions[0].digit) == ("digit", 9)
    assert (predictions[-1].status, predictions[-1].digit) == ("digit", 4)
    unsure = [prediction for prediction in predictions if prediction.status == "unsure"]
    assert unsure
    for prediction in unsure:
        other = {4: "a 9", 9: "a 4"}[prediction.digit or 0]
        next_best = f"It is not clear enough to be sure; the next best is {other}."
        assert prediction.reason in (f"It could also be {other}.", next_best)


def test_strokes_of_any_width_arrive_at_that_of_mnist_and_the_answer_says_so(recognizer: Recognizer) -> None:
    thin, medium, thick = (recognizer.predict(draw_seven(px)).stroke for px in (4, 24, 44))
    assert thin and medium and thick
    assert thin[0] < 1
    assert thin[1] == pytest.approx(2, abs=0.4)
    assert medium[0] == pytest.approx(medium[1], abs=0.15)
    assert thick[0] > 4
    assert thick[1] == pytest.approx(3, abs=0.4)


def draw_seven(brush_px: int) -> drawing.Drawing:
    """A 7 of straight strokes, 170 px high."""
    points = [(70.0, 60.0), (200.0, 60.0), (120.0, 230.0)]
    return strokes.draw([np.array(points)], (280, 280), brush_px)


@pytest.mark.parametrize("thresholds", [None, {"not_digit": 0.5, "unsure": 0.9}, {"unsure": "high"}])
def test_a_model_without_thresholds_is_refused(tmp_path: Path, thresholds: object) -> None:
    path = reseal(tmp_path / "model.onnx", {"thresholds": thresholds})
    with pytest.raises(ArtifactError, match=r"Expected thresholds for not_digit, unsure, candidates, .*model\.onnx"):
        Recognizer.load(path)


def test_the_thresholds_of_the_model_decide(tmp_path: Path, canvas: NDArray[np.uint8]) -> None:
    def status(**thresholds: float) -> str:
        return Recognizer.load(reseal(tmp_path / "model.onnx", {"thresholds": thresholds})).predict(canvas).status

    assert status(not_digit=1.0, unsure=0.0, candidates=0.5) == "digit"
    assert status(not_digit=1.0, unsure=1.0, candidates=0.5) == "unsure"
    assert status(not_digit=0.0, unsure=0.0, candidates=0.5) == "not a digit"


def test_a_prediction_holds_what_it_says(recognizer: Recognizer, canvas: NDArray[np.uint8]) -> None:
    prediction = recognizer.predict(canvas)
    assert prediction.digit == 7
    assert (prediction.status, prediction.candidates) == ("digit", (7,))
    assert prediction.reason == "No other digit comes close."
    assert 0 <= prediction.not_digit < 0.5
    assert prediction.confidence == prediction.probabilities.max()
    assert prediction.probabilities.dtype == np.float32
    assert prediction.probabilities.sum() == pytest.approx(1, abs=1e-5)
    assert prediction.seen.dtype == np.uint8
    assert prediction.seen.shape == (28, 28)
    assert prediction.seen.max() == 255
    assert prediction.size == (100, 80)
    assert prediction.box == pytest.approx((20, 20, 80, 63), abs=1)
    assert prediction.scale == pytest.approx(20 / 60, rel=0.02)
    assert 0.05 < prediction.ink < 0.2


def test_top_k_is_sorted_and_as_long_as_asked(recognizer: Recognizer, canvas: NDArray[np.uint8]) -> None:
    prediction = recognizer.predict(canvas)
    ranking = prediction.top_k(10)
    assert ranking[0] == (7, prediction.confidence)
    assert sorted(digit for digit, _ in ranking) == list(range(10))
    assert [p for _, p in ranking] == sorted((p for _, p in ranking), reverse=True)
    assert len(prediction.top_k(3)) == 3


@pytest.mark.parametrize(
    "blank",
    [
        np.full((280, 280), 255, np.uint8),
        np.zeros((280, 280), np.uint8),
        np.zeros((50, 60, 4), np.uint8),
        np.full((3, 2, 3), 100, np.uint8),
        np.full((1, 1), 7, np.uint8),
        [],
    ],
    ids=["white", "black", "transparent", "grey", "one pixel", "no strokes"],
)
def test_blank_drawings_get_no_digit(recognizer: Recognizer, blank: drawing.Drawing) -> None:
    prediction = recognizer.predict(blank)
    assert (prediction.status, prediction.digit, prediction.confidence) == ("blank", None, 0.0)
    assert prediction.top_k(3) == []
    assert prediction.reason == "Nothing stands out from the paper."
    assert (prediction.candidates, prediction.not_digit) == ((), 0.0)
    assert (prediction.box, prediction.centre, prediction.scale, prediction.stroke) == (None, None, None, None)
    assert prediction.seen.max() == 0
    assert prediction.ink == 0
    assert prediction.probabilities == pytest.approx(0.1)


def test_paper_grain_is_no_ink(recognizer: Recognizer) -> None:
    grain = np.random.default_rng(0).integers(230, 250, (200, 200), dtype=np.uint8)
    assert recognizer.predict(grain).status == "blank"


@settings(max_examples=50)
@given(
    arrays.arrays(np.uint8, st.tuples(st.integers(1, 40), st.integers(1, 40), st.just(4)), elements=st.integers(0, 255))
)
def test_any_pixels_get_an_answer_that_makes_sense(recognizer: Recognizer, pixels: NDArray[np.uint8]) -> None:
    prediction = recognizer.predict(pixels)
    assert np.isfinite(prediction.probabilities).all()
    assert prediction.probabilities.sum() == pytest.approx(1, abs=1e-4)
    assert 0 <= prediction.ink <= 1
    assert 0 <= prediction.not_digit <= 1
    assert (prediction.digit is None) == (prediction.status == "blank") == (prediction.candidates == ())
    assert prediction.reason


def test_a_batch_of_mixed_kinds_answers_like_one_by_one(recognizer: Recognizer) -> None:
    pictures: list[drawing.Drawing] = [*GOLDEN_PICTURES[:12], STROKES["3"], [], NO_DIGITS["W"], *GOLDEN_PICTURES[30:40]]
    for alone, together in zip(map(recognizer.predict, pictures), recognizer.predict_batch(pictures), strict=True):
        assert (together.digit, together.status) == (alone.digit, alone.status)
        assert together.probabilities == pytest.approx(alone.probabilities, abs=1e-5)
        assert np.array_equal(together.seen, alone.seen)


def test_an_empty_batch_is_no_error(recognizer: Recognizer) -> None:
    assert recognizer.predict_batch([]) == []


def test_a_batch_names_the_drawing_that_cannot_be_read(recognizer: Recognizer) -> None:
    with pytest.raises(DrawingError, match=r"^Drawing 1: Expected a PNG, JPEG or WebP"):
        recognizer.predict_batch([GOLDEN_PICTURES[0], b"nonsense"])


def test_answers_are_the_same_every_time_and_on_every_thread(recognizer: Recognizer) -> None:
    first = [recognizer.predict(picture).probabilities for picture in GOLDEN_PICTURES]
    with ThreadPoolExecutor(8) as pool:
        again = list(pool.map(lambda picture: recognizer.predict(picture).probabilities, GOLDEN_PICTURES * 3))
    for index, probabilities in enumerate(again):
        assert np.array_equal(probabilities, first[index % len(first)])


def test_a_missing_model_is_named() -> None:
    with pytest.raises(ArtifactError, match=r"nowhere\.onnx does not exist"):
        Recognizer.load("nowhere.onnx")


def test_reading_leaves_no_trace_and_reports_nothing(tmp_path: Path) -> None:
    """ONNX Runtime would keep an identifier of the machine, and send it with what it did."""
    told = {name: value for name, value in os.environ.items() if name not in ("CI", "ORT_DISABLE_TELEMETRY")}
    environment = {**told, "HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    code = "from digitpad import Recognizer; Recognizer.load()"
    subprocess.run([sys.executable, "-c", code], check=True, env=environment)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
