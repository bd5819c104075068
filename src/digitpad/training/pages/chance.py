"""Draws from a few distributions that the page generator uses throughout."""

import numpy as np


class Chance:
    """A random generator with the generator's own vocabulary.

    Attributes:
        rng: NumPy's generator, for everything else.
    """

    def __init__(self, seed: int | list[int] | np.random.Generator) -> None:
        self.rng = np.random.default_rng(seed)

    def happens(self, probability: float) -> bool:
        """True with the given probability."""
        return bool(self.rng.random() < probability)

    def uniform(self, low: float, high: float) -> float:
        """A number from `low` to `high`."""
        return float(self.rng.uniform(low, high))

    def log_uniform(self, low: float, high: float) -> float:
        """A positive number from `low` to `high`, every octave equally likely."""
        return float(np.exp(self.rng.uniform(np.log(low), np.log(max(low, high)))))

    def normal(self, deviation: float) -> float:
        """A number around 0."""
        return float(self.rng.normal(0, deviation))

    def below(self, count: int) -> int:
        """A whole number from 0 to `count` - 1."""
        return int(self.rng.integers(count))

    def among(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both included."""
        return int(self.rng.integers(low, high + 1))

    def kind(self, **shares: float) -> str:
        """One of some names, in proportion to their shares."""
        at = self.rng.random() * sum(shares.values())
        for name, share in shares.items():
            at -= share
            if at < 0:
                return name
        return name
