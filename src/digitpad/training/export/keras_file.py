"""The Keras model file: a model that reads pixels, with the contract and the temperature inside."""

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
from digitpad.training.evaluation.calibration_layer import Calibration
from digitpad.training.networks.architectures import MaxAndMean
from digitpad.training.preprocessing.contract import Contract

_DIGEST_BYTES = 64


def build_reader(network: keras.Model, temperature: float) -> keras.Model:
    """Add the contract before a network and the calibration after it.

    Args:
        network: from float32 (batch, 28, 28, 1) to logits (batch, 11).
        temperature: from `calibration.fit_temperature`.

    Returns:
        A model from uint8 (batch, height, width, 4), RGBA of any size, to a dictionary with the outputs of
        `Calibration` and `Contract`.
    """
    pixels = keras.Input((None, None, 4), dtype="uint8", name=artifact.INPUT)
    read = Contract(name="contract")(pixels)
    answer = Calibration(temperature, name="calibration")(network(read["seen"]), read["ink"])
    return keras.Model(pixels, {**answer, **read}, name="reader")


def answer(reader: keras.Model, pixels: NDArray[np.uint8]) -> dict[str, NDArray[np.float32]]:
    """The outputs of a reader, as arrays by name, for pixels of one size, uint8 (batch, height, width, 4)."""
    return {name: keras.ops.convert_to_numpy(value) for name, value in reader(pixels, training=False).items()}


def save(reader: keras.Model, path: Path) -> None:
    """Save a reader as a `.keras` file whose zip comment is the SHA-256 of all bytes before it."""
    with tempfile.TemporaryDirectory() as folder:
        draft = Path(folder) / "model.keras"
        reader.save(draft)
        with zipfile.ZipFile(draft, "a") as archive:
            archive.comment = b"0" * _DIGEST_BYTES
        body = draft.read_bytes()[:-_DIGEST_BYTES]
    runs.write(path, body + hashlib.sha256(body).hexdigest().encode())


def load(path: Path) -> keras.Model:
    """Load a file written by `save`.

    Raises:
        ArtifactError: the file is missing, damaged, edited, or not written by digitpad.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ArtifactError(f"Expected a Keras model in {path}; it cannot be read: {error.strerror}.") from None
    body, digest = data[:-_DIGEST_BYTES], data[-_DIGEST_BYTES:]
    if digest != hashlib.sha256(body).hexdigest().encode():
        raise ArtifactError(
            f"Expected {path} to end with the digest of its contents; it does not: the file was damaged, edited or cut "
            "short. Copy it again, or retrain the model."
        )
    try:
        # files from earlier versions know the layer by this name
        return keras.saving.load_model(path, custom_objects={"MaxAndMean": MaxAndMean}, compile=False)
    except (OSError, TypeError, ValueError, KeyError) as error:
        raise ArtifactError(f"Expected Keras {keras.__version__} to load {path}; it cannot: {error}.") from None
