"""The verdict on a drawing: whether it is a digit, which digits it may be, and why."""

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from digitpad.errors import ArtifactError
from digitpad.words import either, say, with_article

Status = Literal["digit", "unsure", "not a digit", "several digits", "blank"]


@dataclass(frozen=True)
class Thresholds:
    """A model's decision thresholds, each from 0 to 1; training fits them in `training.evaluation.calibration`.

    Attributes:
        not_digit: above this probability of being a non-digit, the status is "not a digit".
        unsure: below this confidence, the status is "unsure".
        candidates: digits with at least this probability are candidates.
    """

    not_digit: float
    unsure: float
    candidates: float

    @classmethod
    def from_card(cls, card: dict[str, Any], path: Path) -> "Thresholds":
        """The thresholds on the card of the model file at `path`.

        Raises:
            ArtifactError: there are none, or they are not numbers from 0 to 1.
        """
        names, found = [field.name for field in fields(cls)], card.get("thresholds")
        values: list[Any] = [found.get(name) for name in names] if isinstance(found, dict) else []
        if not values or not all(type(value) in (int, float) and 0 <= value <= 1 for value in values):
            raise ArtifactError(
                f"Expected thresholds for {', '.join(names)}, each from 0 to 1, on the card of {path}; got {found!r}. "
                "Train the model again with this version of digitpad."
            )
        return cls(*map(float, values))


@dataclass(frozen=True)
class Verdict:
    """The verdict on one drawing.

    Attributes:
        status: "digit"; "unsure" if it may well be another digit; "not a digit" if the drawing does not look like one;
            "blank" if nothing stands out from the paper.
        confidence: the largest of the probabilities; for a non-digit, how probable it is that it is that digit all the
            same; 0 if it is blank.
        candidates: the digits that it may be, most probable first; empty if it is blank.
        reason: a human-readable sentence that explains the status.
    """

    status: Status
    confidence: float
    candidates: tuple[int, ...]
    reason: str


def blank() -> Verdict:
    """The verdict on a drawing without ink."""
    return Verdict("blank", 0.0, (), say("reason", "blank"))


def judge(probabilities: NDArray[np.float32], not_digit: float, thresholds: Thresholds) -> Verdict:
    """The verdict on a drawing that is not blank.

    Args:
        probabilities: float32 (10,), calibrated probabilities of the digits 0 to 9, given that it is a digit.
        not_digit: the probability that it is not a digit, 0 to 1.
        thresholds: the model's decision thresholds.

    Returns:
        Status, confidence, candidates and reason. The most probable digit is always a candidate, even below the
        threshold.
    """
    ranking = [int(digit) for digit in np.argsort(-probabilities, kind="stable")]
    likely = int(np.count_nonzero(probabilities >= thresholds.candidates))
    candidates = tuple(ranking[: max(likely, 1)])
    largest = float(probabilities[ranking[0]])
    if not_digit > thresholds.not_digit:
        reason = say("reason", "not a digit", closest=with_article(ranking[0]))
        return Verdict("not a digit", largest * (1 - not_digit), candidates, reason)
    others = either([with_article(digit) for digit in candidates[1:]], "any other of") if likely > 1 else ""
    if probabilities[ranking[0]] < thresholds.unsure:
        unclear = say("reason", "unsure", next=with_article(ranking[1]))
        doubt = say("reason", "unsure between", others=others) if others else unclear
        return Verdict("unsure", largest, candidates, doubt)
    reason = say("reason", "digit rather than", others=others) if others else say("reason", "digit")
    return Verdict("digit", largest, candidates, reason)
