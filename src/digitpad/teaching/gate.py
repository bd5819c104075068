"""The gate: whether a model that was taught may be served."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Answers = NDArray[np.bool_]
"""Which pictures of a set are read as they should be, bool (num_pictures,)."""


@dataclass(frozen=True)
class Check:
    """One thing that must not get worse.

    Attributes:
        name: what was measured.
        num_pictures: on so many pictures.
        before: share that was right before teaching, 0 to 1.
        after: the same afterwards, on the same pictures.
        interval: 95 % confidence interval of `after - before`, which is paired; to be read, it decides nothing.
        most_lost: by how much it may fall.
        first: share that was right of the first model, of which `before` is a pupil; None if it is that model itself.
    """

    name: str
    num_pictures: int
    before: float
    after: float
    interval: tuple[float, float]
    most_lost: float
    first: float | None = None

    @property
    def change(self) -> float:
        """How much more is right afterwards, -1 to 1."""
        return self.after - self.before

    @property
    def is_passed(self) -> bool:
        """Whether it fell by no more than it may, also below the first model: many lessons may lose what one may."""
        return self.after >= max(self.before, self.first or 0) - self.most_lost - 1e-12

    @property
    def reason(self) -> str:
        """Why a check that is not passed failed, as a sentence."""
        first = "" if self.first is None else f"{self.first:.2%} of the first model, "
        return (
            f"{self.name}: {first}{self.before:.2%} right before, {self.after:.2%} afterwards (n = "
            f"{self.num_pictures:,}); the gate allows a loss of {100 * self.most_lost:.3g} points."
        )


def compare(name: str, right: tuple[Answers, Answers], most_lost: float) -> Check:
    """Compare what was right before and afterwards, picture by picture.

    Args:
        name: what was measured.
        right: which were right before, and which are now, in the same order.
        most_lost: by how much the share may fall, 0 to 1.
    """
    before, after = right
    count = len(before)
    gained, lost = int((after & ~before).sum()), int((before & ~after).sum())
    change = (gained - lost) / count
    # Agresti, Min 2005, Simple Improved Confidence Intervals for Comparing Matched Proportions: half more in each cell
    padded = count + 2
    middle = (gained - lost) / padded
    half = 1.96 * math.sqrt(gained + lost + 1 - (gained - lost) ** 2 / padded) / padded
    interval = (max(-1.0, min(middle - half, change)), min(1.0, max(middle + half, change)))
    return Check(name, count, float(before.mean()), float(after.mean()), interval, most_lost)


def verdict(checks: Mapping[str, Check]) -> list[str]:
    """Why a model is rejected, a sentence for each check that failed; empty if it is accepted."""
    return [check.reason for check in checks.values() if not check.is_passed]
