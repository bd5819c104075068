"""The trained network becomes a model that reads pixels, as a Keras file and as an ONNX file, contract inside."""

import hashlib
import sys
import tempfile
import warnings
import zipfile
from pathlib import Path

import keras
import numpy as np
from numpy.typing import NDArray

from digitpad import artifact
from digitpad.errors import ArtifactError
from digitpad.training import backend, runs
from digitpad.training.calibrate import Calibration
from digitpad.training.contract import Contract
from digitpad.training.models import MaxAndMean
from digitpad.training.slim import slim

_OPSET = 18
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


def save_keras(reader: keras.Model, path: Path) -> None:
    """Save a reader as a `.keras` file whose zip comment is the SHA-256 of every byte before it."""
    with tempfile.TemporaryDirectory() as folder:
        draft = Path(folder) / "model.keras"
        reader.save(draft)
        with zipfile.ZipFile(draft, "a") as archive:
            archive.comment = b"0" * _DIGEST_BYTES
        body = draft.read_bytes()[:-_DIGEST_BYTES]
    runs.write(path, body + hashlib.sha256(body).hexdigest().encode())


def load_keras(path: Path) -> keras.Model:
    """Load a file of `save_keras`.

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


def export_graph(keras_model: Path) -> bytes:
    """Convert a saved reader into a serialised ONNX graph.

    Only the TensorFlow backend exports graphs that every runtime opens, so if another backend trained the model, the
    conversion happens in a process of its own.

    Raises:
        DigitpadError: the conversion failed.
    """
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "graph.onnx"
        if keras.backend.backend() == "tensorflow":
            _convert(keras_model, target)
        else:
            backend.run_module("digitpad.training.export", str(keras_model), str(target), keras_backend="tensorflow")
        return slim(target.read_bytes())


def _convert(keras_model: Path, target: Path) -> None:
    reader = load_keras(keras_model)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # from the converter, about its own use of NumPy
        reader.export(target, format="onnx", opset_version=_OPSET, verbose=False, input_signature=[reader.inputs[0]])


if __name__ == "__main__":
    _convert(Path(sys.argv[1]), Path(sys.argv[2]))
