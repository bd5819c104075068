"""An explanation as a picture: what speaks for the answer is blue where it is, what speaks against it orange."""

import io
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageDraw

from digitpad import Recognizer
from digitpad.errors import InputError
from digitpad.explanation import picture
from digitpad.explanation.explanation import NOT_A_DIGIT, Explanation
from tests.doodles import NO_DIGITS
from tests.golden import GOLDEN

FOUR = GOLDEN / "4-medium-light.png"


@pytest.fixture(scope="module")
def explanation(recognizer: Recognizer) -> Explanation:
    return recognizer.explain(FOUR)


def differ(one: Image.Image, other: Image.Image) -> bool:
    return one.size != other.size or ImageChops.difference(one, other).getbbox() is not None


def where_is(drawn: Image.Image, hue: str) -> NDArray[np.bool_]:
    """Which pixels, (height, width), are clearly blue or orange."""
    levels = np.asarray(drawn).astype(int)
    lead = levels[..., 2] - levels[..., 0]
    found: NDArray[np.bool_] = (lead if hue == "blue" else -lead) > 80
    return found


def count(drawn: Image.Image, hue: str) -> int:
    return int(where_is(drawn, hue).sum())


def first_blue_row(drawn: Image.Image) -> int:
    return int(where_is(drawn, "blue").any(1).argmax())


def with_evidence(explanation: Explanation, evidence: NDArray[np.float32]) -> Explanation:
    """The same with other evidence for its answer and nothing else to tell, so that all colours are of evidence."""
    told = np.zeros_like(explanation.evidence)
    told[4] = evidence
    return replace(explanation, evidence=told, layers=())


def test_what_speaks_for_and_against_is_drawn_where_it_is(explanation: Explanation) -> None:
    corner = np.zeros_like(explanation.evidence[0])
    corner[0, 0] = 2
    pictures = {
        name: picture.draw(with_evidence(explanation, evidence))
        for name, evidence in {"nothing": corner * 0, "for": corner, "against": -corner, "below": corner[::-1]}.items()
    }
    blue, orange = count(pictures["for"], "blue"), count(pictures["for"], "orange")
    assert count(pictures["nothing"], "blue") == count(pictures["nothing"], "orange") == 0
    assert blue > orange > 0  # in the legend
    assert count(pictures["against"], "orange") > count(pictures["against"], "blue") > 0
    assert first_blue_row(pictures["for"]) < first_blue_row(pictures["below"])


def test_answers_are_compared_with_the_runner_up_or_with_what_one_asks_for(explanation: Explanation) -> None:
    second = int(np.argsort(explanation.probabilities)[-2])
    assert not differ(picture.draw(explanation), picture.draw(explanation, other=second))
    others = [picture.draw(explanation, other=other) for other in (1, 8, NOT_A_DIGIT)]
    assert all(differ(picture.draw(explanation), each) for each in others)
    for wrong in (4, 11, -1):
        with pytest.raises(InputError, match='another digit than the answer, or 10 for "not a digit"; got'):
            picture.draw(explanation, other=wrong)


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The words on the pictures that are drawn."""
    words: list[str] = []
    write = ImageDraw.ImageDraw.text

    def watch(self: ImageDraw.ImageDraw, xy: tuple[float, float], text: str, *style: Any, **more: Any) -> None:
        words.append(text)
        write(self, xy, text, *style, **more)

    monkeypatch.setattr(ImageDraw.ImageDraw, "text", watch)
    return words


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"is_exact": False}, "Not exact: "),
        ({"num_readings": 5}, "Read 5 times"),
        ({"without": ("convolution 2/17",)}, "Switched off: convolution 2/17."),
    ],
    ids=lambda each: next(iter(each)) if isinstance(each, dict) else "",
)
def test_what_has_to_be_known_about_it_is_said(
    explanation: Explanation, said: list[str], changes: dict[str, Any], words: str
) -> None:
    picture.draw(explanation)
    assert not any(line.startswith(words) for line in said)
    picture.draw(replace(explanation, **changes))
    assert any(line.startswith(words) for line in said)


def test_an_altered_answer_stands_beside_the_model_s_own(recognizer: Recognizer, said: list[str]) -> None:
    layers = [layer.name for layer in recognizer.explainer.layers]
    altered = recognizer.explain(FOUR, without=layers)
    assert altered.prediction
    picture.draw(altered)
    assert said[said.index("What the altered network sees") + 2].startswith("Altered evidence for ")
    assert any(line.startswith("The altered network: ") for line in said)
    assert f"The model itself: 4: {altered.prediction.reason}" in said


def test_it_is_drawn_for_whatever_was_read(recognizer: Recognizer, said: list[str]) -> None:
    picture.draw(recognizer.explain(np.full((50, 50), 255, np.uint8)))
    assert not any("Evidence" in line for line in said)
    doodle = recognizer.explain(NO_DIGITS["scribble"])
    picture.draw(doodle)
    assert f"Evidence for not a digit rather than {doodle.digit}" in said
    picture.draw(doodle, other=9 - (doodle.digit or 0))
    assert f"Evidence for not a digit rather than {9 - (doodle.digit or 0)}" in said


def test_the_units_of_a_dense_layer_are_drawn(explanation: Explanation) -> None:
    dense = replace(explanation.layers[-1], name="dense 1", shape=(1, 1, 5))
    unit = np.array([[[0, 3, -2, 2.5, 0]]], np.float32)
    drawn = picture.draw(
        replace(with_evidence(explanation, explanation.evidence[4] * 0), layers=(dense,), maps={"dense 1": unit})
    )
    assert count(drawn, "blue") > count(drawn, "orange") > 0


def test_coarse_places_fill_the_whole_picture(explanation: Explanation) -> None:
    coarse = replace(explanation.grid, shape=(2, 2, 16), start=0, step=6, field=22)  # whose squares are 8 to 20 px
    told = np.zeros((11, 2, 2), np.float32)
    told[4] = [[1, 1], [1, 1]]
    drawn = picture.draw(replace(explanation, grid=coarse, evidence=told, layers=()))
    assert count(drawn, "blue") > 2 * 0.95 * 336**2  # of two pictures


def test_notebooks_show_it(explanation: Explanation) -> None:
    with Image.open(io.BytesIO(explanation._repr_png_())) as shown:
        assert shown.format == "PNG"
        assert not differ(shown, picture.draw(explanation))
