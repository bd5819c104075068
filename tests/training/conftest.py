"""Fixtures for the training tests: a small data set, and one run trained on it."""

import gzip
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from digitpad import drawing
from digitpad.training import backend

backend.prepare()

from digitpad.training import pipeline  # noqa: E402
from digitpad.training.datasets import idx, mnist  # noqa: E402
from digitpad.training.datasets.mnist import PARTS  # noqa: E402
from digitpad.training.datasets.splits import Split  # noqa: E402
from digitpad.training.export import layers_file, onnx_file, verify  # noqa: E402
from digitpad.training.preprocessing import contract  # noqa: E402
from digitpad.training.recipe import RECIPES, Recipe  # noqa: E402
from digitpad.training.runs import RunFolder  # noqa: E402
from tests.conftest import SOAK, build_once  # noqa: E402
from tests.golden import STROKES  # noqa: E402

SMALL = RECIPES["cnn"].replace(epochs=3, batch_size=32, seed=5)
"""The recipe of the test runs; an epoch takes a second or two."""

UNCHANGED = SMALL.replace(unchanged=1.0, shift_px=0, restroked=0.0)
"""The same without random changes to images."""


def drawn_digits(count: int, seed: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Randomly distorted golden strokes as MNIST-like images, uint8 (count, 28, 28), and labels, uint8 (count,)."""
    rng = np.random.default_rng(seed)
    labels = np.arange(count, dtype=np.uint8) % 10
    pixels = []
    for label in labels:
        shake = np.eye(2) + rng.normal(0, 0.12, (2, 2))
        strokes = [np.array(stroke) @ shake + rng.normal(0, 1.5, (len(stroke), 2)) for stroke in STROKES[str(label)]]
        pixels.append(drawing.read(strokes)[..., 0])
    return contract.levels(np.stack(pixels)), labels


def drawn_split(count: int, seed: int) -> Split:
    """The same as a split."""
    return Split(*drawn_digits(count, seed))


@pytest.fixture(scope="session")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a data set in IDX files, not MNIST: 900 images for training and validation, 200 for testing."""

    def write(folder: Path) -> None:
        folder.mkdir()
        arrays = dict(zip(PARTS, (*drawn_digits(900, 0), *drawn_digits(200, 1)), strict=True))
        for part, array in arrays.items():
            (folder / f"{part}-idx{array.ndim}-ubyte.gz").write_bytes(gzip.compress(idx.write(array)))

    return build_once(tmp_path_factory, "drawn", write)


@pytest.fixture(scope="session")
def finished(drawn: Path, tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """An uninterrupted run of `SMALL` on the drawn digits."""

    def train(folder: Path) -> None:
        pipeline.train(RunFolder.create(folder, SMALL.to_toml()), mnist.load(drawn), say=lambda text: None)

    return RunFolder(build_once(tmp_path_factory, "finished", train))


@pytest.fixture
def mnist_folder() -> Path:
    """The folder with the real MNIST; skips the test if there is none."""
    folder = os.environ.get("DIGITPAD_DATA")
    if not folder:
        pytest.skip("DIGITPAD_DATA names no folder with MNIST")
    return Path(folder)


@pytest.fixture
def pen_data(tmp_path: Path) -> Path:
    """A folder with pen data in its `pen/`: 30 golden digits by three writers, and crosses and circles by two."""
    (tmp_path / "pen").mkdir()
    digits = [[np.array(stroke) for stroke in STROKES[str(i % 10)]] for i in range(30)]
    turn = np.linspace(0, 2 * np.pi, 20)
    circle = [100 * np.stack([np.cos(turn), np.sin(turn)], axis=1)]
    cross = [np.array([[0, 50], [100, 50]]), np.array([[50, 0], [50, 100]])]
    write_pen_data(tmp_path / "pen" / "digits.npz", np.arange(30, dtype=np.uint8) % 10, np.arange(30) // 10, digits)
    others = [cross, circle] * 4
    write_pen_data(tmp_path / "pen" / "other.npz", np.array(["+", "o"] * 4), np.arange(8) // 4, others, category="1d")
    return tmp_path


def write_pen_data(
    path: Path,
    labels: NDArray[Any],
    writers: NDArray[np.int64],
    characters: list[list[NDArray[np.float64]]],
    category: str | None = None,
) -> None:
    """Write a file of pen data in the format that the README of the data describes."""
    strokes = [stroke for character in characters for stroke in character]
    fields: dict[str, Any] = {
        "label": labels,
        "donor": np.array(["abc", "de"])[writers % 2],
        "writer": writers.astype(np.int16),
        "points": np.concatenate(strokes).astype(np.int16),
        "stroke_offset": np.cumsum([0, *map(len, strokes)]).astype(np.int32),
        "sample_offset": np.cumsum([0, *map(len, characters)]).astype(np.int32),
    }
    if category:
        fields["category"] = np.full(len(labels), category)
    np.savez_compressed(path, **fields)


@pytest.fixture
def unexported(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs export no ONNX graphs and verify none, which takes half of their time; `finished` did, and soaks do."""
    if not SOAK:
        monkeypatch.setattr(onnx_file, "export", lambda _: b"")
        monkeypatch.setattr(verify, "probes", lambda *_: [])
        monkeypatch.setattr(layers_file, "write", lambda _: None)
        monkeypatch.setattr(verify, "verify", lambda *_: dict.fromkeys(verify.TOLERANCES, 0.0))


@pytest.fixture
def recipe() -> Recipe:
    """A recipe that takes only seconds."""
    return SMALL


Cli = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    """Runs `digitpad` from the command line, in a temporary folder and without DIGITPAD_DATA."""
    environment = {key: value for key, value in os.environ.items() if key != "DIGITPAD_DATA"}

    def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "digitpad", *map(str, arguments)]
        return subprocess.run(
            command, capture_output=True, text=True, check=False, cwd=tmp_path, env=environment, timeout=240
        )

    return run
