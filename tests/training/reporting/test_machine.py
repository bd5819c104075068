"""The description of the machine."""

import os

import numpy as np

from digitpad.training.reporting import machine


def test_it_has_a_system_and_cores() -> None:
    described = machine.describe()
    assert described["system"].split()
    assert 1 <= described["num_cores"] <= (os.cpu_count() or 1)


def test_the_peak_of_memory_is_in_bytes_and_grows_with_what_is_held() -> None:
    before = machine.peak_memory_bytes()
    assert before is not None
    held = np.ones(before // 8)  # as much memory again
    after = machine.peak_memory_bytes()
    assert after is not None
    assert 0.8 * held.nbytes < after < 10 * held.nbytes
