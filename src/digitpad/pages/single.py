"""A picture of a single digit: where `predict` and the page reader saw the same ink, `predict` is right more often."""

from dataclasses import replace

from digitpad.pages.boxes import Box, agreement
from digitpad.pages.reading import Digit, Reading
from digitpad.prediction import Prediction
from digitpad.words import say

_SAME = 0.6  # of the area that two boxes cover together


def agree(reading: Reading, prediction: Prediction) -> Reading:
    """Let a prediction stand in a reading with at most one digit, if both are of the same ink.

    Args:
        reading: with boxes in px of the picture.
        prediction: of the same picture as a whole.
    """
    read = [digit for digit in reading.digits if digit.digit is not None]
    match = next((digit for digit in read or reading.digits if _is_of(prediction, digit.box)), None)
    if match is None or prediction.status in ("blank", "several digits"):
        return reading
    others = tuple(replace(digit, line=None) for digit in reading.digits if digit is not match)
    assert prediction.box is not None, "it is not blank"
    if prediction.status == "not a digit":
        refused = replace(match, digit=None, status="not a digit", line=None, prediction=prediction)
        return Reading((), (refused, *others), say("page", "no digits"))
    alone = Digit(
        digit=prediction.digit,
        status="digit" if prediction.status == "digit" else "unsure",
        confidence=prediction.confidence,
        candidates=prediction.candidates,
        box=prediction.box,
        line=0,
        prediction=prediction,
    )
    return Reading((str(alone.digit),), (alone, *others), "")


def _is_of(prediction: Prediction, box: Box) -> bool:
    return prediction.box is not None and agreement(prediction.box, box) > _SAME
