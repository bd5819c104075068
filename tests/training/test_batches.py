"""Batches of any size return all samples in order, and the same results whatever was computed before."""

import keras
import numpy as np
import pytest

from digitpad.training import batches
from digitpad.training.augmentation import augment
from digitpad.training.preprocessing import contract
from tests.training.conftest import SMALL, drawn_digits


@pytest.mark.parametrize("count", [0, 1, 4, 5, 9])
def test_every_sample_comes_out_in_its_place(count: int) -> None:
    first, second = keras.Input((3,)), keras.Input((3,))
    model = keras.Model([first, second], 10 * first + second)
    values = np.arange(3 * count, dtype=np.float32).reshape(count, 3)
    np.testing.assert_array_equal(batches.predict(model, [values, values], 4), 11 * values)


def test_how_many_pictures_went_before_changes_no_bit() -> None:
    images, _ = drawn_digits(30, 3)

    def results(count: int) -> bytes:
        rng = np.random.default_rng(0)
        return contract.see(images[:count]).tobytes() + augment.augment(images[:count], SMALL, rng).tobytes()

    def begin_anew() -> None:
        augment._warp.cache_clear()
        contract._seer.cache_clear()

    begin_anew()
    fresh = results(30)
    begin_anew()
    for count in (1, 2, 29):
        results(count)
    assert results(30) == fresh
