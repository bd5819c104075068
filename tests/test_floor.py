"""The floor: digits of our own making, in every style that there is, are read right, and what is none is refused.

Every variant of every digit in `glyphs.toml` is written once with a fixed seed, drawn as on the page, encoded as PNG
and read by the model that ships. Contract, augmentation, mixture and thresholds all come together in that file, so this
fails when it is trained with one of them broken: thin, thick and small drawings are readable by the contract and the
augmentation alone, rare styles by the generated digits alone, and what is kept and refused hangs on the thresholds.
"""

import io
from collections.abc import Sequence
from unittest import mock

import numpy as np
import pytest
from PIL import Image

from digitpad import Recognizer, strokes
from digitpad.prediction import Prediction
from digitpad.strokes import Stroke
from digitpad.training import backend

backend.prepare()

from digitpad.training.augmentation import glyphs, non_digits, synthetic  # noqa: E402
from digitpad.training.datasets.splits import Split  # noqa: E402
from digitpad.training.preprocessing import contract  # noqa: E402

# A little below what the model that ships reaches. Whoever ships a better one raises them; nobody lowers them.
ACCURACY = 0.96
"""Share of the digits that are read right, at every setting."""
KEPT = 0.98
"""Share of the digits that are not called "not a digit", over all settings."""
REFUSED_SIGNS, REFUSED_STRANGE = 0.92, 0.85
"""Share of what is no digit that is called so: of letters and signs from a pen, and of what `non_digits` makes."""

CANVAS_PX = 280
SETTINGS = {
    "thin": (196, 5, (140, 140)),
    "as usual": (196, 18, (140, 140)),
    "thick": (196, 40, (140, 140)),
    "small in a corner": (70, 6, (50, 226)),
}
"""Longer side and brush in px, and where the middle is."""

NUM_STRANGE = 400


def every_style() -> list[tuple[int, list[Stroke]]]:
    """Each variant of each digit, written once, with its digit."""
    rng, written = np.random.default_rng(20), []
    for digit in glyphs.names("digits"):
        for variant in glyphs.variants(digit):
            with mock.patch.object(glyphs, "variants", return_value=(variant,)):
                written.append((int(digit), synthetic.write([digit], rng)[0]))
    return written


def png(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.save(file, "PNG", compress_level=1)
    return file.getvalue()


def drawn(lines: Sequence[Stroke], setting: str) -> bytes:
    side, brush, middle = SETTINGS[setting]
    return png(strokes.draw(strokes.place(lines, side, middle), (CANVAS_PX, CANVAS_PX), brush))


def share_refused(predictions: list[Prediction]) -> float:
    return float(np.mean([prediction.status in ("not a digit", "several digits") for prediction in predictions]))


@pytest.fixture(scope="module")
def answers(recognizer: Recognizer) -> dict[str, list[tuple[int, Prediction]]]:
    """At each setting, every digit with what was read."""
    written = every_style()
    digits = [digit for digit, _ in written]
    read = {name: recognizer.predict_batch([drawn(lines, name) for _, lines in written]) for name in SETTINGS}
    return {name: list(zip(digits, predictions, strict=True)) for name, predictions in read.items()}


@pytest.mark.parametrize("setting", SETTINGS)
def test_digits_in_every_style_are_read_right(answers: dict[str, list[tuple[int, Prediction]]], setting: str) -> None:
    wrong = [(digit, prediction.digit) for digit, prediction in answers[setting] if prediction.digit != digit]
    assert len(wrong) <= (1 - ACCURACY) * len(answers[setting]), f"digits and answers: {wrong}"


def test_digits_are_not_refused(answers: dict[str, list[tuple[int, Prediction]]]) -> None:
    refused = {name: share_refused([prediction for _, prediction in answers[name]]) for name in SETTINGS}
    assert np.mean(list(refused.values())) <= 1 - KEPT, refused


def test_letters_and_signs_are_refused(recognizer: Recognizer) -> None:
    names = glyphs.names("others")
    signs = synthetic.write(names * len(SETTINGS), np.random.default_rng(21))
    settings = [setting for setting in SETTINGS for _ in names]
    predictions = recognizer.predict_batch([drawn(*each) for each in zip(signs, settings, strict=True)])
    assert share_refused(predictions) >= REFUSED_SIGNS


def test_what_is_made_of_digits_and_chance_is_refused(recognizer: Recognizer) -> None:
    rng = np.random.default_rng(22)
    labels = np.arange(100, dtype=np.uint8) % 10
    seen = contract.see(synthetic.pictures([str(label) for label in labels], rng, brush=(0.08, 0.15)))
    pictures = non_digits.make(Split(np.rint(seen[..., 0] * 255).astype(np.uint8), labels), NUM_STRANGE, rng)
    predictions = recognizer.predict_batch([png(Image.fromarray(picture)) for picture in pictures])
    assert share_refused(predictions) >= REFUSED_STRANGE
