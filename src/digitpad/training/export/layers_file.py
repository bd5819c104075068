"""The file beside a model that tells what happens inside it, `layers.onnx`; and the contract with switches.

Both are made of a `digits.onnx` alone, so every model can be looked into, also one that was trained long ago:

    python -m digitpad.training.export.layers_file RUN
"""

import dataclasses
import sys
import tempfile
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from digitpad import artifact
from digitpad.artifact import CONTRACT, LAYERS, Artifact, Probe
from digitpad.training import backend, runs
from digitpad.training.export import onnx_file, restore
from digitpad.training.networks.inside import open_up
from digitpad.training.preprocessing.contract import Contract
from digitpad.training.preprocessing.framing import Steps

_NUM_PROBES = 11  # the digits and a non-digit


def write(model: Path) -> Path:
    """Write `layers.onnx` beside a model.

    Args:
        model: a `digits.onnx`, or the folder of its run.

    Returns:
        The path of the file.

    Raises:
        ArtifactError: the model cannot be used, or it has no recipe of this version.
        DigitpadError: the conversion failed.
    """
    found = artifact.find(model)
    target = found.with_name(f"{LAYERS.name}.onnx")
    if keras.backend.backend() == "tensorflow":
        runs.write(target, build(artifact.load(found)))
    else:
        backend.run_module(__name__, str(found), keras_backend="tensorflow")
    return target


def build(model: Artifact) -> bytes:
    """The contents of the `layers.onnx` of a model; only on the TensorFlow backend."""
    recipe = restore.recipe(model)
    network, temperature = restore.network(model), model.card["temperature"]
    opened = open_up(network, temperature, test_time_augmentation=recipe.test_time_augmentation)
    inside = opened.layers[-1]
    card = {
        "model": model.model_id,
        "network": recipe.network,
        "layers": [dataclasses.asdict(stage) for stage in inside.stages],
        "grid": dataclasses.asdict(inside.grid),
        "is_exact": inside.is_exact,
        "num_readings": inside.num_readings,
    }
    pictures = [_see(model, probe) for probe in model.probes[:_NUM_PROBES]]
    return _seal(onnx_file.convert(opened), card, pictures, artifact.LAYERS)


def build_contract(drawings: list[NDArray[np.uint8]]) -> bytes:
    """The contents of `contract.onnx`, which is the same for all models; only on the TensorFlow backend.

    Args:
        drawings: uint8 (height, width, 4), RGBA, for the probes.
    """
    pixels = keras.Input(batch_shape=(1, None, None, 4), dtype="uint8", name=CONTRACT.input)
    off = keras.Input(batch_shape=(None,), dtype="int32", name=artifact.OFF)
    model = keras.Model([pixels, off], {"seen": Contract(name="contract")(pixels, off)["seen"]})
    card = {"steps": [field.name for field in dataclasses.fields(Steps)]}
    return _seal(onnx_file.convert(model), card, drawings, CONTRACT)


def _seal(graph: bytes, card: dict[str, Any], pictures: list[NDArray[np.uint8]], kind: artifact.Kind) -> bytes:
    """A model file whose probes have the answers that the graph gives now."""
    with tempfile.TemporaryDirectory() as folder:
        draft = Path(folder) / "draft.onnx"
        blank = [Probe(pictures[0], np.zeros(0, np.float32))]  # which agrees with any answer
        draft.write_bytes(artifact.seal(graph, card, blank, kind))
        opened = artifact.load(draft, kind)
        answers = [opened.run(each[None], [kind.answer])[kind.answer] for each in pictures]
    if kind.in_batches:
        answers = [answer[0] for answer in answers]
    return artifact.seal(graph, card, [Probe(*pair) for pair in zip(pictures, answers, strict=True)], kind)


def _see(model: Artifact, probe: Probe) -> NDArray[np.uint8]:
    """What a model sees of a probe, uint8 (28, 28, 1)."""
    seen: NDArray[np.float32] = model.run(probe.pixels[None], ["seen"])["seen"][0]
    return np.rint(seen * 255).astype(np.uint8)


if __name__ == "__main__":
    backend.prepare()
    write(Path(sys.argv[1]))
