"""The file beside a model that tells what happens inside it, `layers.onnx`.

It is made of `digits.onnx` alone, so every model can be looked into, also one that was trained long ago:

    python -m digitpad.training.export.layers_file RUN
"""

import dataclasses
import sys
import tempfile
from pathlib import Path

import keras
import numpy as np
from numpy.typing import NDArray

from digitpad import artifact
from digitpad.artifact import LAYERS, Artifact, Probe
from digitpad.errors import DigitpadError, VerificationError
from digitpad.training import backend, runs
from digitpad.training.export import restore, switches
from digitpad.training.networks.inside import open_up

_NUM_PROBES = 11  # the digits and a non-digit
_TOLERANCE = 0.03  # the picture has 256 levels here


def write(model: Path) -> Path:
    """Write `layers.onnx` beside a model, and verify it.

    Args:
        model: a `digits.onnx`, or the folder of its run.

    Returns:
        The path of the file.

    Raises:
        ArtifactError: the model cannot be used, it has no recipe of this version, or ONNX Runtime gives other answers
            than Keras.
        VerificationError: the network in the file answers otherwise than the model.
        DigitpadError: the conversion failed.
    """
    found = artifact.find(model)
    target = found.with_name(f"{LAYERS.name}.onnx")
    if keras.backend.backend() != "tensorflow":  # whose graphs no other runtime can open
        backend.run_module(__name__, str(found), keras_backend="tensorflow")
        return target
    digits = artifact.load(found)
    built = build(digits)
    with tempfile.TemporaryDirectory() as folder:  # what was there stays until there is better
        draft = Path(folder) / target.name
        draft.write_bytes(built)
        _verify(artifact.load(draft, LAYERS), digits)
    runs.write(target, built)
    return target


def build(model: Artifact) -> bytes:
    """The contents of the `layers.onnx` of a model; only on the TensorFlow backend."""
    recipe, temperature = restore.recipe(model), model.card["temperature"]
    opened = open_up(restore.network(model), temperature, test_time_augmentation=recipe.test_time_augmentation)
    inside = opened.layers[-1]
    card = {
        "model": model.model_id,
        "network": recipe.network,
        "layers": [dataclasses.asdict(stage) for stage in inside.stages],
        "grid": dataclasses.asdict(inside.grid),
        "is_exact": inside.is_exact,
        "num_readings": inside.num_readings,
    }
    return switches.seal(opened, card, [_see(model, probe)[0] for probe in _probes(model)], LAYERS)


def _verify(layers: Artifact, model: Artifact) -> None:
    """Compare with the answers of the model itself."""
    for probe in _probes(model):
        answer = layers.run(_see(model, probe), ["probabilities"])["probabilities"]
        if not (error := float(np.abs(answer - probe.answer).max())) <= _TOLERANCE:
            raise VerificationError(
                f"Expected the {layers.path.name} of {model.path} to answer like it within {_TOLERANCE:g}; it is off "
                f"by {error:.2g}."
            )


def _probes(model: Artifact) -> list[Probe]:
    return model.probes[:_NUM_PROBES]


def _see(model: Artifact, probe: Probe) -> NDArray[np.uint8]:
    """What a model sees of a probe, uint8 (1, 28, 28, 1)."""
    seen: NDArray[np.float32] = model.run(probe.pixels[None], ["seen"])["seen"]
    return np.rint(seen * 255).astype(np.uint8)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(f"Expected a digits.onnx or the folder of its run; got {len(sys.argv) - 1} of them.")
    backend.prepare()
    try:
        write(Path(sys.argv[1]))
    except DigitpadError as error:
        sys.exit(str(error))
