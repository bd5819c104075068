"""MNIST for the lab: pictures to learn from and to look at, all of the training set; the test set stays sealed."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitpad.training.datasets.splits import Split

NUM_HELD_OUT = 5_000


def draw_lots(size: int, number: int, seed: int) -> NDArray[np.int64]:
    """Some indices below a size, int64 (number,) or all of them, each at most once, drawn by a seed."""
    return np.random.default_rng([17, seed]).permutation(size)[:number]


@dataclass(frozen=True)
class Pictures:
    """Pictures with their labels.

    Attributes:
        x: float32 (num_pictures, 784), 0 for paper to 1 for ink, row by row.
        y: int32 (num_pictures,), 0 to 9.
    """

    x: NDArray[np.float32]
    y: NDArray[np.int32]

    @classmethod
    def of(cls, digits: Split) -> "Pictures":
        """Scale MNIST's levels to shares."""
        levels = digits.images.reshape(-1, 784).astype(np.float32)
        return cls(levels / np.float32(255), digits.labels.astype(np.int32))

    def __len__(self) -> int:
        return len(self.y)

    def first(self, number: int) -> "Pictures":
        """The first pictures, which are a random sample."""
        return Pictures(self.x[:number], self.y[:number])

    def halves(self) -> tuple["Pictures", "Pictures"]:
        """The first half and the second."""
        half = len(self) // 2
        return self.first(half), Pictures(self.x[half:], self.y[half:])

    def drawn(self, number: int, seed: int) -> "Pictures":
        """Some pictures, drawn by a seed."""
        chosen = draw_lots(len(self), number, seed)
        return Pictures(self.x[chosen], self.y[chosen])


@dataclass(frozen=True)
class Data:
    """What the experiments learn from, and what they look at.

    Attributes:
        train: to learn from.
        held_out: to measure accuracy and loss on.
        digits: what `train` has, as MNIST published it.
        held_out_digits: what `held_out` has, as MNIST published it.
    """

    train: Pictures
    held_out: Pictures
    digits: Split
    held_out_digits: Split

    @classmethod
    def split(cls, digits: Split, num_held_out: int = NUM_HELD_OUT) -> "Data":
        """Split MNIST's training set in an order that never changes."""
        ordered = digits[np.random.default_rng(0).permutation(len(digits))]
        train, held_out = ordered[num_held_out:], ordered[:num_held_out]
        return cls(Pictures.of(train), Pictures.of(held_out), train, held_out)
