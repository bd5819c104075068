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
        if keras.backend.backend() == "tensorflow":
            return convert(keras_file.load(keras_model))
        target = Path(folder) / "graph.onnx"
        backend.run_module(__name__, str(keras_model), str(target), keras_backend="tensorflow")
        return target.read_bytes()


def convert(model: keras.Model) -> bytes:
    """Convert a model to a serialised ONNX graph; only on the TensorFlow backend."""
    signature = [model.inputs if len(model.inputs) > 1 else model.inputs[0]]
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # from the converter, about its own use of NumPy
        target = Path(folder) / "graph.onnx"
        model.export(target, format="onnx", opset_version=_OPSET, verbose=False, input_signature=signature)
        return slim(doubling.simplify(target.read_bytes()))


if __name__ == "__main__":
    Path(sys.argv[2]).write_bytes(convert(keras_file.load(Path(sys.argv[1]))))
