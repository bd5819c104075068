"""The contract alone, with a switch for each of its steps: `contract.onnx`, which ships with the package.

It has to be made anew when the contract changes:

    python -m digitpad.training.export.contract_file
"""

import dataclasses

import keras

from digitpad import artifact
from digitpad.artifact import CONTRACT
from digitpad.training import backend, runs
from digitpad.training.export import switches
from digitpad.training.preprocessing.contract import Contract
from digitpad.training.preprocessing.framing import Steps

_NUM_PROBES = 3


def build() -> bytes:
    """The contents of `contract.onnx`; only on the TensorFlow backend."""
    pixels = keras.Input(batch_shape=(1, None, None, 4), dtype="uint8", name=CONTRACT.input)
    off = keras.Input(batch_shape=(None,), dtype="int32", name=artifact.OFF)
    model = keras.Model([pixels, off], {"seen": Contract(name="contract")(pixels, off)["seen"]})
    drawings = [probe.pixels for probe in artifact.load(artifact.shipped()).probes[:_NUM_PROBES]]
    return switches.seal(model, {"steps": [field.name for field in dataclasses.fields(Steps)]}, drawings, CONTRACT)


if __name__ == "__main__":
    backend.prepare()
    runs.write(artifact.shipped(CONTRACT), build())
