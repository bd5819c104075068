"""Drawings are read right, blank ones are called blank, and the answer shows what the model saw."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from digitpad import Recognizer, drawing
from digitpad.errors import ArtifactError, DrawingError
from tests.conftest import GOLDEN_PICTURES, STROKES


@pytest.mark.parametrize("picture", GOLDEN_PICTURES, ids=lambda path: path.stem)
def test_golden_pictures_are_read_right(recognizer: Recognizer, picture: Path) -> None:
    prediction = recognizer.predict(picture)
    assert prediction.status == "digit"
    assert prediction.digit == int(picture.name[0])
    assert prediction.confidence > 0.9


def test_there_are_ten_digits_in_three_sizes_and_two_schemes() -> None:
    assert len(GOLDEN_PICTURES) == 60


@pytest.mark.parametrize("digit", sorted(STROKES))
def test_strokes_are_read_right(recognizer: Recognizer, digit: str) -> None:
    assert recognizer.predict(STROKES[digit]).digit == int(digit)


def test_a_prediction_holds_what_it_says(recognizer: Recognizer, canvas: NDArray[np.uint8]) -> None:
    prediction = recognizer.predict(canvas)
    assert prediction.digit == 7
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
    assert (prediction.box, prediction.centre, prediction.scale) == (None, None, None)
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
    assert (prediction.digit is None) == (prediction.status == "blank")


def test_a_batch_of_mixed_kinds_answers_like_one_by_one(recognizer: Recognizer) -> None:
    pictures: list[drawing.Drawing] = [*GOLDEN_PICTURES[:12], STROKES["3"], [], *GOLDEN_PICTURES[30:40]]
    for alone, together in zip(map(recognizer.predict, pictures), recognizer.predict_batch(pictures), strict=True):
        assert together.digit == alone.digit
        assert together.probabilities == pytest.approx(alone.probabilities, abs=1e-5)
        assert np.array_equal(together.seen, alone.seen)


def test_an_empty_batch_is_no_error(recognizer: Recognizer) -> None:
    assert recognizer.predict_batch([]) == []


def test_a_batch_names_the_drawing_that_cannot_be_read(recognizer: Recognizer) -> None:
    with pytest.raises(DrawingError, match=r"^Drawing 1: Expected a PNG or JPEG"):
        recognizer.predict_batch([GOLDEN_PICTURES[0], b"nonsense"])


def test_answers_are_the_same_every_time_and_on_every_thread(recognizer: Recognizer) -> None:
    first = [recognizer.predict(picture).probabilities for picture in GOLDEN_PICTURES]
    with ThreadPoolExecutor(8) as pool:
        again = list(pool.map(lambda picture: recognizer.predict(picture).probabilities, GOLDEN_PICTURES * 3))
    for index, probabilities in enumerate(again):
        assert np.array_equal(probabilities, first[index % len(first)])


def test_a_missing_model_is_named() -> None:
    with pytest.raises(ArtifactError, match=r"there is no nowhere\.onnx"):
        Recognizer.load("nowhere.onnx")
