"""The trained network becomes a model that reads pixels, contract and temperature inside, saved as a Keras file."""

import hashlib
import tempfile
import zipfile
from pathlib import Path

import keras
import numpy as np
from numpy.typing import NDArray

from digitpad import artifact
from digitpad.errors import ArtifactError
from digitpad.training import runs
from digitpad.training.evaluation.calibration import Calibration
from digitpad.training.networks.architectures import MaxAndMean
from digitpad.training.preprocessing.contract import Contract

_DIGEST_BYTES = 64


def build_reader(network: keras.Model, temperature: float) -> keras.Model:
    """Put the contract before a network and the temperature behind it.

    Args:
        network: from float32 (batch, 28, 28, 1) to logits (batch, 11).
        temperature: from `calibrate.fit_temperature`.

    Returns:
        A model from uint8 (batch, height, width, 4), RGBA of any size, to a dictionary with all that `Calibration` and
        `Contract` return.
    """
    pixels = keras.Input((None, None, 4), dtype="uint8", name=artifact.INPUT)
    read = Contract(name="contract")(pixels)
    answer = Calibration(temperature, name="calibration")(network(read["seen"]), read["ink"])
    return keras.Model(pixels, {**answer, **read}, name="reader")


def answer(reader: keras.Model, pixels: NDArray[np.uint8]) -> dict[str, NDArray[np.float32]]:
    """What a reader answers to pixels of one size, uint8 (batch, height, width, 4): arrays by name."""
    return {name: keras.ops.convert_to_numpy(value) for name, value in reader(pixels, training=False).items()}


def save(reader: keras.Model, path: Path) -> None:
    """Save a reader as a `.keras` file whose zip comment is the SHA-256 of every byte before it."""
    with tempfile.TemporaryDirectory() as folder:
        draft = Path(folder) / "model.keras"
        reader.save(draft)
        with zipfile.ZipFile(draft, "a") as archive:
            archive.comment = b"0" * _DIGEST_BYTES
        body = draft.read_bytes()[:-_DIGEST_BYTES]
    runs.write(path, body + hashlib.sha256(body).hexdigest().encode())


def load(path: Path) -> keras.Model:
    """Load a file of `save`.

    Raises:
        ArtifactError: missing, damaged, edited, or not written by digitpad.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ArtifactError(f"Expected a Keras model in {path}; it cannot be read: {error.strerror}.") from None
    body, digest = data[:-_DIGEST_BYTES], data[-_DIGEST_BYTES:]
    if digest != hashlib.sha256(body).hexdigest().encode():
        raise ArtifactError(
            f"Expected {path} to end in the digest of its contents; it does not: the file was damaged, edited or cut "
            "short. Copy it again, or train it again."
        )
    try:
        # files of before it was registered name it so
        return keras.saving.load_model(path, custom_objects={"MaxAndMean": MaxAndMean}, compile=False)
    except (OSError, TypeError, ValueError, KeyError) as error:
        raise ArtifactError(f"Expected a model that Keras {keras.__version__} can load in {path}: {error}.") from None
