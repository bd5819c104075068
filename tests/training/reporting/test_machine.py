"""The description of the machine."""

import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from digitpad.training import backend
from digitpad.training.reporting import machine

HOLD = """
from digitpad.training.reporting import machine
before = machine.peak_memory_bytes()
held = bytearray(b"x") * 300_000_000
print(machine.peak_memory_bytes() - before)
"""


def test_it_has_a_system_and_cores() -> None:
    described = machine.describe()
    assert described["system"].split()
    assert 1 <= described["num_cores"] <= (os.cpu_count() or 1)


def test_cores_are_those_that_a_process_is_limited_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "environ", dict(os.environ))
    backend.limit(3)
    assert machine.describe()["num_cores"] == 3
    assert os.environ["OMP_NUM_THREADS"] == "3"
    assert os.environ["CUDA_VISIBLE_DEVICES"] == "-1"


def test_the_processor_has_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    assert machine.processor().strip()
    monkeypatch.setattr(Path, "exists", lambda _: False)
    assert machine.processor() == platform.machine()


def test_without_the_kernels_record_there_is_still_a_peak(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "read_text", lambda _: "Name:\tpython\nVmRSS:\t 1024 kB\n")
    peak = machine.peak_memory_bytes()
    assert peak
    assert 10_000_000 < peak < 1_000_000_000_000


def test_the_peak_of_memory_is_in_bytes_and_grows_with_what_is_held() -> None:
    grown = subprocess.run([sys.executable, "-c", HOLD], capture_output=True, text=True, check=True).stdout
    assert 250_000_000 < int(grown) < 400_000_000
