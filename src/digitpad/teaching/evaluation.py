"""Evaluation: what a model reads before and after it was taught."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import keras
import numpy as np
from numpy.typing import NDArray

from digitpad.teaching.gate import Answers, Check, compare
from digitpad.teaching.samples import Samples
from digitpad.training.augmentation.mixture import Pictures
from digitpad.training.datasets.splits import NOT_A_DIGIT, Split
from digitpad.training.evaluation import drawings, metrics
from digitpad.training.evaluation.calibration import Calibrated, answers
from digitpad.training.evaluation.metrics import Probabilities
from digitpad.training.networks.fit import predict_logits
from digitpad.training.preprocessing import contract

MOST_LOST = {"mnist": 0.001, "drawings": 0.002, "sure": 0.01, "digit": 0.01, "non-digits": 0.01, "ece": 0.01}
"""By how much a share may fall; docs/LOG.md has what right and wrong corrections do to each."""

_RESAMPLES = 400

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class CalibratedNetwork:
    """A network with its temperature and thresholds."""

    network: keras.Model
    calibrated: Calibrated


@dataclass(frozen=True, eq=False)
class Predictions:
    """What a model says of pictures.

    Attributes:
        digits: int64 (num_pictures,), the most probable digit.
        probabilities: float64 (num_pictures, 10), calibrated.
        is_refused: bool (num_pictures,), whether it is not a digit for the model.
        is_sure: bool (num_pictures,), whether the digit is answered confidently.
    """

    digits: NDArray[np.int64]
    probabilities: NDArray[np.float64]
    is_refused: NDArray[np.bool_]
    is_sure: NDArray[np.bool_]

    def is_right(self, labels: NDArray[np.uint8]) -> Answers:
        """Which pictures are read as what they are: the digit, not refused; or refused, where there is none."""
        return np.where(labels == NOT_A_DIGIT, self.is_refused, ~self.is_refused & (self.digits == labels))

    def describe(self, index: int) -> str:
        """What a person is told of a picture."""
        if self.is_refused[index]:
            return "not a digit"
        return f"{self.digits[index]}" if self.is_sure[index] else f"{self.digits[index]}, unsure"


@dataclass(frozen=True, eq=False)
class EvaluationSet:
    """What no correction comes from, and must not be read worse.

    Attributes:
        mnist: digits of a validation split.
        drawings: digits generated from these and from templates, and non-digits.
    """

    mnist: Pictures
    drawings: Pictures

    @classmethod
    def gather(cls, validation: Split, seed: list[int]) -> "EvaluationSet":
        """Take the digits of a validation split, and draw each of them anew."""
        digits = Split(contract.levels(validation.images), validation.labels)
        return cls(Pictures.of(digits), drawings.generated(validation, seed))

    def predict(self, model: CalibratedNetwork) -> tuple[Predictions, Predictions]:
        """What a model says of MNIST's digits, and of the drawings."""
        return predict(model, self.mnist), predict(model, self.drawings)


Pair = tuple[Predictions, Predictions]


def predict(model: CalibratedNetwork, pictures: Pictures) -> Predictions:
    """What a model says of pictures."""
    probabilities, not_digit = answers(predict_logits(model.network, pictures.seen), model.calibrated.temperature)
    thresholds = model.calibrated.thresholds
    is_sure = probabilities.max(axis=1) >= thresholds["unsure"]
    return Predictions(probabilities.argmax(axis=1), probabilities, not_digit > thresholds["not_digit"], is_sure)


def check(before: Pair, after: Pair, known: EvaluationSet) -> dict[str, Check]:
    """Compare two models on everything that must not get worse for others.

    Args:
        before: from `EvaluationSet.predict`.
        after: the same of the other model.
        known: the set.
    """
    mnist, drawn = zip(before, after, strict=True)
    labels, is_digit = known.drawings.labels, known.drawings.labels != NOT_A_DIGIT
    on_mnist = _both(mnist, lambda each: each.digits == known.mnist.labels)
    on_drawings = _both(drawn, lambda each: (each.digits == labels)[is_digit])
    sure = _both(drawn, lambda each: (each.is_right(labels) & each.is_sure)[is_digit])
    refused = _both(drawn, lambda each: each.is_refused[~is_digit])
    return {
        "mnist": compare("MNIST's validation images", on_mnist, MOST_LOST["mnist"]),
        "drawings": compare("Generated drawings of digits", on_drawings, MOST_LOST["drawings"]),
        "sure": compare("Drawings, read right and surely", sure, MOST_LOST["sure"]),
        **_by_digit(on_mnist, on_drawings, np.concatenate([known.mnist.labels, labels[is_digit]])),
        "non-digits": compare("Non-digits refused", refused, MOST_LOST["non-digits"]),
        "ece": _compare_calibration(_both(drawn, lambda each: each.probabilities[is_digit]), labels[is_digit]),
    }


def check_corrections(before: Predictions, after: Predictions, samples: Samples) -> dict[str, Check]:
    """Compare what two models say of the pictures of corrections."""
    right = _both((before, after), lambda each: each.is_right(samples.digits.labels))
    parts = {"learned": ~samples.is_held_out, "held out": samples.is_held_out}
    may_flip = {"learned": 0, "held out": 1}  # of few pictures, one may go either way by chance
    return {
        name: compare(f"Corrections {name}", (right[0][part], right[1][part]), may_flip[name] / int(part.sum()))
        for name, part in parts.items()
        if part.any()
    }


def _by_digit(
    on_mnist: tuple[Answers, Answers], on_drawings: tuple[Answers, Answers], labels: NDArray[np.uint8]
) -> dict[str, Check]:
    before, after = np.concatenate([on_mnist[0], on_drawings[0]]), np.concatenate([on_mnist[1], on_drawings[1]])
    return {
        f"digit {digit}": compare(
            f"The digit {digit} in both", (before[labels == digit], after[labels == digit]), MOST_LOST["digit"]
        )
        for digit in range(10)
    }


def _both(pair: Pair, select: Callable[[Predictions], T]) -> tuple[T, T]:
    return select(pair[0]), select(pair[1])


def _compare_calibration(probabilities: tuple[Probabilities, Probabilities], labels: NDArray[np.uint8]) -> Check:
    """Compare the expected calibration error (ECE) before and afterwards, as 1 - ECE."""

    def share(chosen: NDArray[np.int64]) -> tuple[float, float]:
        before, after = (metrics.reliability(each[chosen], labels[chosen]) for each in probabilities)
        return 1 - metrics.expected_calibration_error(before), 1 - metrics.expected_calibration_error(after)

    rng, everything = np.random.default_rng(0), np.arange(len(labels))
    resampled = [share(rng.choice(everything, len(everything))) for _ in range(_RESAMPLES)]
    low, high = np.quantile(np.diff(resampled)[:, 0], (0.025, 0.975))
    before, after = share(everything)
    name = "Calibration (100 % less the expected error)"
    return Check(name, len(labels), before, after, (float(low), float(high)), MOST_LOST["ece"])
