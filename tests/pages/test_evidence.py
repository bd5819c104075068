"""Both networks are asked about every glyph, and each answer stays with its glyph."""

from typing import Any

import numpy as np
import pytest

from digitpad import Recognizer, artifact
from digitpad.pages import evidence
from tests.pages.conftest import draw, write

DIGITS = artifact.load(artifact.shipped())
PAGES = artifact.load(artifact.shipped(artifact.PAGES), artifact.PAGES)


def test_patches_of_any_sizes_are_answered_as_alone(recognizer: Recognizer) -> None:
    patches = [
        draw(write(str(digit)), height, ink=0, paper=255)[..., 0] for height in (30, 44, 70) for digit in range(10)
    ]
    together, _ = evidence.look(patches, DIGITS)
    alone = np.concatenate([evidence.look([patch], DIGITS)[0] for patch in patches])
    assert np.allclose(together, alone, atol=1e-3)
    assert np.exp(together).sum(axis=1).round(4).tolist() == [1.0] * len(patches)
    read = [recognizer.predict(patch).digit for patch in patches]
    assert together[:, :10].argmax(axis=1).tolist() == read


def test_which_digit_it_is_does_not_hang_on_the_rounding_of_whether_it_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    probabilities = np.array([[0.7, 0.2, 0.05, 0.02, 0.01, 0.01, 0.005, 0.003, 0.001, 0.001]], np.float32)
    looks = []
    for not_digit in (np.nextafter(np.float32(1), np.float32(0)), np.float32(1)):
        answer: dict[str, Any] = {"probabilities": probabilities, "not_digit": np.array([not_digit])}
        monkeypatch.setattr(artifact.Artifact, "run", lambda *_, answer=answer: answer)
        looks.append(evidence.look([np.full((28, 28), 255, np.uint8)], DIGITS)[0][0])
    assert np.allclose(looks[0], looks[1], atol=1e-6)
    assert looks[0][:10] - looks[0][0] == pytest.approx(np.log(probabilities[0] / probabilities[0, 0]), abs=1e-5)


def test_no_patches_are_no_answers() -> None:
    looks, outputs = evidence.look([], DIGITS)
    assert (looks.shape, outputs) == ((0, 11), [])


def test_every_glyph_has_the_opinion_of_both_networks() -> None:
    found = evidence.gather(draw(write("1984")), lambda level: PAGES.run(level[None]), DIGITS)
    assert len(found.glyphs) == len(found.digit) == len(found.page) == len(found.outputs) >= 4
    for shares in (found.digit, found.page):
        assert np.exp(shares).sum(axis=1).round(3).tolist() == [1.0] * len(found.glyphs)
    assert {1, 9, 8, 4} <= set(found.digit[:, :10].argmax(axis=1).tolist())


def test_blank_paper_has_no_glyphs() -> None:
    found = evidence.gather(np.full((64, 64, 3), 240, np.uint8), lambda level: PAGES.run(level[None]), DIGITS)
    assert (found.glyphs, found.digit.shape, found.page.shape) == ([], (0, 11), (0, 11))
