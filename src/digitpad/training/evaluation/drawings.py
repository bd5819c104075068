"""Evaluation on drawings: on generated ones and, where available, on the pen data."""

from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from digitpad import strokes
from digitpad.training.augmentation.mixture import Mixture, Pictures
from digitpad.training.datasets import pen
from digitpad.training.datasets.pen import Pen
from digitpad.training.datasets.splits import NOT_A_DIGIT, Split
from digitpad.training.evaluation import metrics
from digitpad.training.evaluation.calibration import Calibrated, answers
from digitpad.training.networks.fit import predict_logits
from digitpad.training.preprocessing import contract
from digitpad.training.recipe import Recipe

NUM_PEN = 2000
"""Number of pen digits, and of other pen characters, in a report; `bench/drawings` reads all of them."""

_ROUNDS = 2  # epochs of the `cnn` recipe's mixture; a digit of the split is drawn twice, once or not at all
_CANVAS_PX, _BRUSH_PX, _FILL = 140, 9.0, 0.7  # the reference rendering of the pen data, at half size


def generated(digits: Split, seed: list[int]) -> Pictures:
    """Drawings of a split's digits, of generated digits and of non-digits, all changed at random."""
    recipe, rng = Recipe(unchanged=0.0, shift_px=0), np.random.default_rng(seed)
    mixture = Mixture.gather(digits, recipe, rng, epochs=_ROUNDS)
    rounds = [mixture.epoch(recipe, rng) for _ in range(_ROUNDS)]
    drawn = Split(np.concatenate([r.images for r in rounds]), np.concatenate([r.labels for r in rounds]))
    return Pictures.of(drawn)


def written(known: Pen) -> Pictures:
    """The pen data, drawn: digits by every writer, and characters that cannot pass for a digit."""
    digits = pen.sample(known.digits.writers, NUM_PEN)
    clear = np.flatnonzero(np.isin(known.others.labels, list(pen.CLEAR)))
    strange = clear[pen.sample(known.others.writers[clear], NUM_PEN)]
    characters = [known.digits.strokes[i] for i in digits] + [known.others.strokes[i] for i in strange]
    labels = np.concatenate([known.digits.labels[digits], np.full(len(strange), NOT_A_DIGIT)]).astype(np.uint8)
    return Pictures(contract.see(np.stack([_draw(lines) for lines in characters])), labels)


def figures(network: keras.Model, drawings: Pictures, calibrated: Calibrated) -> dict[str, Any]:
    """The results of `metrics.evaluate` on the digits, and of `metrics.refusals` on all drawings."""
    logits, is_digit = predict_logits(network, drawings.seen), drawings.labels < NOT_A_DIGIT
    of_digits = metrics.evaluate(
        logits[is_digit], drawings.labels[is_digit], drawings.seen[is_digit], calibrated=calibrated
    )
    probabilities, not_digit = answers(logits, calibrated.temperature)
    refusals = metrics.refusals(probabilities, not_digit, drawings.labels, calibrated.thresholds)
    return {**of_digits, "refusals": refusals}


def _draw(lines: list[strokes.Stroke]) -> NDArray[np.uint8]:
    placed = strokes.place(lines, _FILL * _CANVAS_PX, (_CANVAS_PX / 2, _CANVAS_PX / 2))
    return np.asarray(strokes.draw(placed, (_CANVAS_PX, _CANVAS_PX), _BRUSH_PX))
