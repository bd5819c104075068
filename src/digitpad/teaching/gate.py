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
        interval: 95 % confidence interval of `after - before`, which is paired.
        most_lost: by how much it may fall.
    """

    name: str
    num_pictures: int
    before: float
    after: float
    interval: tuple[float, float]
    most_lost: float

    @property
    def change(self) -> float:
        """How much more is right afterwards, -1 to 1."""
        return self.after - self.before

    @property
    def is_passed(self) -> bool:
        """Whether it fell by no more than it may."""
        return self.change >= -self.most_lost - 1e-12

    @property
    def reason(self) -> str:
        """Why a check that is not passed failed, as a sentence."""
        return (
            f"{self.name}: {self.before:.2%} right before, {self.after:.2%} afterwards (n = {self.num_pictures:,}); "
            f"the gate allows a loss of {100 * self.most_lost:g} points."
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
    # the standard error of a difference of paired proportions; with the two added, no change is not taken for certain
    spread = math.sqrt(gained + lost + 2 - (gained - lost) ** 2 / count) / count
    interval = (max(-1.0, change - 1.96 * spread), min(1.0, change + 1.96 * spread))
    return Check(name, count, float(before.mean()), float(after.mean()), interval, most_lost)


def verdict(checks: Mapping[str, Check]) -> list[str]:
    """Why a model is rejected, a sentence for each check that failed; empty if it is accepted."""
    return [check.reason for check in checks.values() if not check.is_passed]
