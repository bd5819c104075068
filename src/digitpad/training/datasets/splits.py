"""The training, validation and test splits, and the seal on the test split."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from digitpad.errors import DataError
from digitpad.training import runs

NOT_A_DIGIT = 10
"""The label of non-digits."""


@dataclass(frozen=True)
class Split:
    """Images with their labels.

    Attributes:
        images: uint8 (num_images, 28, 28), 0 for paper to 255 for ink.
        labels: uint8 (num_images,), 0 to 9; in a `Mixture` also `NOT_A_DIGIT`.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, indices: NDArray[np.int64] | slice) -> "Split":
        return Split(self.images[indices], self.labels[indices])


class SealedSplit:
    """The test split. Its images are available only through `open`, which records the look first.

    A test set that is looked at while choices are made becomes a validation set, and its results become too optimistic.
    """

    def __init__(self, split: Split) -> None:
        self._split = split

    def __len__(self) -> int:
        return len(self._split)

    def open(self, ledger: Path) -> Split:
        """Record a look at the split, then return the split.

        Args:
            ledger: JSON file with the times of all looks; this one is added.
        """
        runs.write_json(ledger, [*looks(ledger), datetime.now(UTC).isoformat(timespec="seconds")])
        return self._split


def looks(ledger: Path) -> list[str]:
    """The times of all looks at the test split, in UTC."""
    return runs.read_json(ledger) if ledger.exists() else []


def choose_validation(pool: Split, *, seed: int, held_out: bool = True) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Choose the validation images, stratified by digit: 5,000, or a ninth of a small pool.

    Args:
        pool: the images for training and validation.
        seed: random seed of the choice.
        held_out: whether they are held out from training; if not, the whole pool is for training.

    Returns:
        Indices into the pool, sorted: int64 (num_training,) and int64 (num_validation,).

    Raises:
        DataError: a digit is too rare for both splits.
    """
    from sklearn.model_selection import train_test_split

    num_validation = min(5000, len(pool) // 9)
    counts = np.bincount(pool.labels, minlength=10)
    if counts.min() * num_validation < len(pool):
        raise DataError(
            f"Expected enough images of every digit for training and validation; of {len(pool):,} images, "
            f"{counts.min()} are of the digit {counts.argmin()}."
        )
    training, validation = train_test_split(
        np.arange(len(pool)), test_size=num_validation, stratify=pool.labels, random_state=seed
    )
    return np.sort(training) if held_out else np.arange(len(pool)), np.sort(validation)
