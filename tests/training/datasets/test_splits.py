"""The splits are stratified and seeded, and every look at the test split is recorded."""

from pathlib import Path

import numpy as np
import pytest

from digitpad.errors import DataError
from digitpad.training.datasets.splits import SealedSplit, Split, choose_validation, looks


def pool(size: int) -> Split:
    labels = np.random.default_rng(0).integers(0, 10, size).astype(np.uint8)
    return Split(np.zeros((size, 28, 28), np.uint8), labels)


@pytest.mark.parametrize(("size", "num_validation"), [(60_000, 5000), (4500, 500), (900, 100)])
def test_every_picture_is_in_one_split_and_every_digit_in_its_share(size: int, num_validation: int) -> None:
    everything = pool(size)
    training, validation = choose_validation(everything, seed=3)
    assert len(validation) == num_validation
    assert np.array_equal(np.sort(np.concatenate([training, validation])), np.arange(size))
    shares = np.bincount(everything.labels) / size
    assert np.bincount(everything.labels[validation]) == pytest.approx(shares * num_validation, abs=1)


def test_what_is_not_held_out_trains_too() -> None:
    everything = pool(900)
    training, validation = choose_validation(everything, seed=3, held_out=False)
    assert np.array_equal(training, np.arange(900))
    assert np.array_equal(validation, choose_validation(everything, seed=3)[1])


def test_the_seed_decides() -> None:
    first, again, other = (choose_validation(pool(900), seed=seed)[1] for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_a_digit_too_rare_for_both_splits_is_refused() -> None:
    labels = np.repeat(np.arange(10, dtype=np.uint8), 90)[:813]  # three nines
    with pytest.raises(DataError, match="of 813 images, 3 are of the digit 9"):
        choose_validation(Split(np.zeros((813, 28, 28), np.uint8), labels), seed=0)


def test_every_look_is_written_down_before_the_pictures_come_out(tmp_path: Path) -> None:
    sealed, ledger = SealedSplit(pool(100)), tmp_path / "looks.json"
    assert len(sealed) == 100
    assert looks(ledger) == []
    assert len(sealed.open(ledger)) == 100
    sealed.open(ledger)
    assert len(looks(ledger)) == 2
    with pytest.raises(OSError, match="nowhere"):
        sealed.open(tmp_path / "nowhere" / "looks.json")
