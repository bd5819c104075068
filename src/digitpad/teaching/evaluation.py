"""The exam: what a model reads before and after it was taught."""

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
class Taught:
    """A network and its calibration."""

    network: keras.Model
    calibrated: Calibrated


@dataclass(frozen=True, eq=False)
class Read:
    """What a model reads of pictures.

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
class Questions:
    """The pictures of an exam.

    Attributes:
        mnist: digits that no model here was trained on.
        drawings: generated from such digits and from templates, and non-digits.
    """

    mnist: Pictures
    drawings: Pictures

    @classmethod
    def ask(cls, validation: Split, seed: list[int]) -> "Questions":
        """Take the digits of a validation split, and draw each of them anew."""
        digits = Split(contract.levels(validation.images), validation.labels)
        return cls(Pictures.of(digits), drawings.generated(validation, seed))


def read(model: Taught, pictures: Pictures) -> Read:
    """What a model reads of pictures."""
    probabilities, not_digit = answers(predict_logits(model.network, pictures.seen), model.calibrated.temperature)
    thresholds = model.calibrated.thresholds
    is_sure = probabilities.max(axis=1) >= thresholds["unsure"]
    return Read(probabilities.argmax(axis=1), probabilities, not_digit > thresholds["not_digit"], is_sure)


@dataclass(frozen=True, eq=False)
class Answered:
    """What a model reads of the pictures of an exam."""

    mnist: Read
    drawings: Read

    @classmethod
    def by(cls, model: Taught, questions: Questions) -> "Answered":
        """Let a model read."""
        return cls(read(model, questions.mnist), read(model, questions.drawings))


def check(before: Answered, after: Answered, questions: Questions) -> dict[str, Check]:
    """Compare two models on everything that must not get worse for others."""
    labels, told = questions.drawings.labels, questions.mnist.labels
    is_digit = labels != NOT_A_DIGIT
    drawn = before.drawings, after.drawings
    on_mnist = _both((before.mnist, after.mnist), lambda each: each.digits == told)
    on_drawings = _both(drawn, lambda each: (each.digits == labels)[is_digit])
    checks = {
        "mnist": compare("MNIST's validation images", on_mnist, MOST_LOST["mnist"]),
        "drawings": compare("Generated drawings of digits", on_drawings, MOST_LOST["drawings"]),
    }
    sure = _both(drawn, lambda each: (each.is_right(labels) & each.is_sure)[is_digit])
    checks["sure"] = compare("Drawings of digits answered rightly and confidently", sure, MOST_LOST["sure"])
    together = np.concatenate([told, labels[is_digit]])
    everything = np.concatenate([on_mnist[0], on_drawings[0]]), np.concatenate([on_mnist[1], on_drawings[1]])
    for digit in range(10):
        of_digit = everything[0][together == digit], everything[1][together == digit]
        checks[f"digit {digit}"] = compare(f"The digit {digit} in both", of_digit, MOST_LOST["digit"])
    refused = _both(drawn, lambda each: each.is_refused[~is_digit])
    checks["non-digits"] = compare("Non-digits refused", refused, MOST_LOST["non-digits"])
    checks["ece"] = _compare_calibration(_both(drawn, lambda each: each.probabilities[is_digit]), labels[is_digit])
    return checks


def check_corrections(before: Read, after: Read, samples: Samples) -> dict[str, Check]:
    """Compare what two models read of the pictures of corrections."""
    right = _both((before, after), lambda each: each.is_right(samples.digits.labels))
    parts = {"learned": ~samples.is_held_out, "held out": samples.is_held_out}
    may_flip = {"learned": 0, "held out": 1}  # of few pictures, one may go either way by chance
    return {
        name: compare(f"Corrections {name}", (right[0][part], right[1][part]), may_flip[name] / int(part.sum()))
        for name, part in parts.items()
        if part.any()
    }


def _both(pair: tuple[Read, Read], select: Callable[[Read], T]) -> tuple[T, T]:
    return select(pair[0]), select(pair[1])


def _compare_calibration(probabilities: tuple[Probabilities, Probabilities], labels: NDArray[np.uint8]) -> Check:
    """Compare the expected calibration error (ECE) before and afterwards, as 1 - ECE."""

    def honesty(chosen: NDArray[np.int64]) -> tuple[float, float]:
        before, after = (metrics.reliability(each[chosen], labels[chosen]) for each in probabilities)
        return 1 - metrics.expected_calibration_error(before), 1 - metrics.expected_calibration_error(after)

    rng, everything = np.random.default_rng(0), np.arange(len(labels))
    resampled = [honesty(rng.choice(everything, len(everything))) for _ in range(_RESAMPLES)]
    low, high = np.quantile(np.diff(resampled)[:, 0], (0.025, 0.975))
    before, after = honesty(everything)
    name = "Calibration (100 % less the expected error)"
    return Check(name, len(labels), before, after, (float(low), float(high)), MOST_LOST["ece"])
