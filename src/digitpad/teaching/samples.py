"""What corrections teach: pictures as the network sees them, with the digits that people said they were."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitpad.corrections.correction import NOT_A_DIGIT as NO_DIGIT
from digitpad.corrections.correction import Correction
from digitpad.recognizer import Recognizer
from digitpad.training.datasets.splits import NOT_A_DIGIT, Split

HELD_OUT = 0.25
"""The share of the sessions that are never learned from."""


@dataclass(frozen=True, eq=False)
class Samples:
    """Pictures from corrections; a correction of a number gives one for each of its digits.

    Attributes:
        digits: what the network sees, and what it is: 0 to 9, or `NOT_A_DIGIT`.
        sessions: str (num_pictures,), the session of each.
        left_out: why nothing can be learned from some corrections, by their ids.
    """

    digits: Split
    sessions: NDArray[np.str_]
    left_out: dict[str, str]

    def __len__(self) -> int:
        return len(self.digits)

    @property
    def is_held_out(self) -> NDArray[np.bool_]:
        """Which pictures are only for evaluation, bool (num_pictures,): all of a session or none.

        A quarter of the sessions, chosen by the digests of their names, so that a session that was held out once is
        never learned from later. The first one is never held out: there is always something to learn from.
        """
        first = self.sessions[0] if len(self) else ""
        return np.array([_is_chosen(session) and session != first for session in self.sessions], bool)


def gather(corrections: Iterable[Correction], recognizer: Recognizer, *, refuses: bool = True) -> Samples:
    """Look at corrections as a model does.

    Args:
        corrections: from a store, oldest first.
        recognizer: the model to begin with, which finds the digits of a number.
        refuses: whether it was trained on non-digits, and so can learn from them.
    """
    images, labels, sessions = [], [], []
    left_out: dict[str, str] = {}
    for correction in corrections:
        seen = list(_look(correction, recognizer))
        if reason := _trouble(correction.truth, len(seen), refuses=refuses):
            left_out[correction.id] = reason
            continue
        images += seen
        labels += _labels(correction.truth)
        sessions += [correction.session] * len(seen)
    pictures = np.array(images, np.uint8).reshape(-1, 28, 28)
    return Samples(Split(pictures, np.array(labels, np.uint8)), np.array(sessions, np.str_), left_out)


def _look(correction: Correction, recognizer: Recognizer) -> Iterator[NDArray[np.uint8]]:
    """What the network sees of each digit of a correction, uint8 (28, 28)."""
    if len(_labels(correction.truth)) == 1:
        prediction = recognizer.predict(correction.picture)
        if prediction.status != "blank":
            yield prediction.seen
    else:
        found = recognizer.read(correction.picture).digits
        yield from (digit.prediction.seen for digit in found if digit.line is not None)


def _trouble(truth: str, num_seen: int, *, refuses: bool) -> str:
    """Why nothing can be learned from a correction; "" if something can."""
    num_told = len(_labels(truth))
    if truth == NO_DIGIT and not refuses:
        return "this model was trained on digits only, and takes everything for one"
    if num_told == num_seen:
        return ""
    return "blank" if num_told == 1 else f"the correction has {num_told} digits, but {num_seen} were found"


def _labels(truth: str) -> list[int]:
    return [NOT_A_DIGIT] if truth == NO_DIGIT else [int(character) for character in truth if character.isdigit()]


def _is_chosen(session: str) -> bool:
    return hashlib.sha256(session.encode()).digest()[0] < 256 * HELD_OUT
