"""A picture of a single digit: where `predict` and the page reader saw the same ink, `predict` is right more often."""

from dataclasses import replace

from digitpad.pages.boxes import Box, agreement, join, longer_side
from digitpad.pages.reader import Found
from digitpad.pages.reading import Digit, Reading
from digitpad.prediction import Prediction
from digitpad.words import say

_SAME = 0.6  # of the area that two boxes cover together
_MOST = 0.8  # of what pens wrote: digits that are more are no part of anything
_LARGER = 1.4  # times the longest digit: what is no larger in all may be one letter


def may_be(found: Found) -> bool:
    """Whether a picture may show a single digit, or a single letter."""
    return len(found.digits) <= 1 or _is_part(found)


def agree(reading: Reading, found: Found, prediction: Prediction) -> Reading:
    """Let a prediction stand in a reading, if both are of the same ink, or it refuses what was read in parts.

    Args:
        reading: of a picture that `may_be` of a single digit, with boxes in px of the picture.
        found: on that picture.
        prediction: of the same picture as a whole.
    """
    if prediction.status == "not a digit" and _is_part(found):
        return _refuse(reading)
    read = [digit for digit in reading.digits if digit.digit is not None]
    match = next((digit for digit in read or reading.digits if _is_of(prediction, digit.box)), None)
    if match is None or prediction.status in ("blank", "several digits"):
        return reading
    others = tuple(_refused(digit) for digit in reading.digits if digit is not match)
    assert prediction.box is not None, "it is not blank"
    if prediction.status == "not a digit":
        return _refuse(replace(reading, digits=(replace(match, prediction=prediction), *others)))
    alone = Digit(
        digit=prediction.digit,
        status="digit" if prediction.status == "digit" else "unsure",
        confidence=prediction.confidence,
        candidates=prediction.candidates,
        probabilities=prediction.probabilities,
        box=prediction.box,
        line=0,
        prediction=prediction,
    )
    return replace(reading, lines=(str(alone.digit),), digits=(alone, *others), reason="")


def _is_part(found: Found) -> bool:
    """Whether what was read may be a part of something not much larger, such as a leg of an M."""
    digits = [glyph.box for glyph in found.digits]
    if not digits or sum(glyph.share for glyph in found.digits) > _MOST:
        return False
    everything = join([found.evidence.glyphs[index].box for index in found.verdicts])
    return longer_side(everything) <= _LARGER * max(map(longer_side, digits))


def _refuse(reading: Reading) -> Reading:
    return replace(reading, lines=(), digits=tuple(map(_refused, reading.digits)), reason=say("page", "refused"))


def _refused(digit: Digit) -> Digit:
    return replace(digit, digit=None, status="not a digit", confidence=0.0, line=None)


def _is_of(prediction: Prediction, box: Box) -> bool:
    return prediction.box is not None and agreement(prediction.box, box) > _SAME
