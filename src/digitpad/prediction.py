"""A prediction: the model's answer to one drawing, and what the model saw."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitpad import verdict
from digitpad.verdict import Status, Thresholds


@dataclass(frozen=True, eq=False)
class Prediction:
    """The model's answer to one drawing, and what the model saw.

    Attributes:
        status: "digit"; "unsure" if it may well be another digit; "not a digit" if the drawing does not look like one;
            "several digits" if it shows more than one; "blank" if nothing stands out from the paper.
        reason: a human-readable sentence that explains the status.
        digit: the most probable digit, 0 to 9; the closest one if the drawing is not a digit or several;
            None if it is blank.
        confidence: the largest of the probabilities; for a non-digit, how probable it is that it is that digit all the
            same, 0 to 1; 0 if the drawing shows several digits or is blank.
        probabilities: float32 (10,), calibrated probabilities of the digits 0 to 9, given that the drawing is a digit;
            all 0.1 if it is blank.
        candidates: the digits that it may be, most probable first: the smallest set that contained the true digit for
            99 % of the generated digits used for calibration; empty if the drawing is blank.
        not_digit: the probability that the drawing is not a digit, 0 to 1; 0 if it is blank.
        seen: uint8 (28, 28), the picture that the network saw, from 0 (paper) to 255 (ink).
        ink: the fraction of the canvas covered by ink, 0 to 1.
        size: height and width in px of the drawing as passed to the model, after `drawing.read` has shrunk large ones.
        isolated: whether the digit was found on a page, among other marks or on uneven paper, and its ink read alone.
        distance: uint8 (height, width), how far each pixel of that drawing is from the paper colour, 0 to 255: what the
            model takes for ink; None unless requested with `keep_distance`.
        box: top, left, bottom and right edge of the ink in px of that drawing; None if it is blank.
        centre: row and column, in px of that drawing, that became the middle of the picture; None if it is blank.
        scale: px of the picture per px of that drawing; None if it is blank.
        stroke: stroke width as drawn and as seen, both in px of the picture; None if it is blank.
    """

    status: Status
    reason: str
    digit: int | None
    confidence: float
    probabilities: NDArray[np.float32]
    candidates: tuple[int, ...]
    not_digit: float
    seen: NDArray[np.uint8]
    ink: float
    box: tuple[float, float, float, float] | None
    centre: tuple[float, float] | None
    scale: float | None
    stroke: tuple[float, float] | None
    size: tuple[int, int]
    isolated: bool = False
    distance: NDArray[np.uint8] | None = None

    def top_k(self, k: int = 3) -> list[tuple[int, float]]:
        """The k most probable digits with their probabilities, in descending order; empty if the drawing is blank."""
        return [] if self.digit is None else rank(self.probabilities, k)


def rank(probabilities: NDArray[np.float32], k: int) -> list[tuple[int, float]]:
    """The k most probable digits with their probabilities, float32 (10,), in descending order."""
    order = np.argsort(-probabilities, kind="stable")[: max(k, 0)]
    return [(int(digit), float(probabilities[digit])) for digit in order]


def to_prediction(
    output: Mapping[str, NDArray[np.float32]], size: tuple[int, int], thresholds: Thresholds
) -> Prediction:
    """Convert a model's outputs for one drawing to a prediction.

    Args:
        output: the outputs in `artifact.OUTPUTS` by name, each without the batch axis; `distance` is optional.
        size: height and width of the drawing, px.
        thresholds: the model's decision thresholds.
    """
    probabilities, not_digit = output["probabilities"], float(output["not_digit"])
    blank = not output["ink"] > 0
    judged = verdict.blank() if blank else verdict.judge(probabilities, not_digit, thresholds)
    digit = int(probabilities.argmax())
    top, left, bottom, right = output["box"].tolist()
    row, column = output["centre"].tolist()
    drawn, seen = output["stroke"].tolist()
    distance = output.get("distance")
    return Prediction(
        status=judged.status,
        reason=judged.reason,
        digit=None if blank else digit,
        confidence=judged.confidence,
        probabilities=probabilities,
        candidates=judged.candidates,
        not_digit=0.0 if blank else not_digit,
        seen=np.rint(output["seen"][..., 0] * 255).astype(np.uint8),
        ink=float(output["ink"]),
        box=None if blank else (top, left, bottom, right),
        centre=None if blank else (row, column),
        scale=None if blank else float(output["scale"]),
        stroke=None if blank else (drawn, seen),
        size=size,
        distance=None if distance is None else np.rint(distance * 255).astype(np.uint8),
    )
