"""Conversion of a saved reader to an ONNX graph that every runtime can open."""

import sys
import tempfile
import warnings
from pathlib import Path

import keras

from digitpad.training import backend
from digitpad.training.export import doubling, keras_file
from digitpad.training.export.slim import slim

_OPSET = 18


def export(keras_model: Path) -> bytes:
    """Convert a saved reader to a serialised ONNX graph.

    Only the TensorFlow backend exports graphs that every runtime can open. With another backend, the conversion runs in
    a separate process.

    Raises:
        DigitpadError: the conversion failed.
    """
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "graph.onnx"
        if keras.backend.backend() == "tensorflow":
            _convert(keras_model, target)
        else:
            backend.run_module(__name__, str(keras_model), str(target), keras_backend="tensorflow")
        return slim(doubling.simplify(target.read_bytes()))


def _convert(keras_model: Path, target: Path) -> None:
    reader = keras_file.load(keras_model)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # from the converter, about its own use of NumPy
        reader.export(target, format="onnx", opset_version=_OPSET, verbose=False, input_signature=[reader.inputs[0]])


if __name__ == "__main__":
    _convert(Path(sys.argv[1]), Path(sys.argv[2]))
