"""Verification: a fresh process loads both saved models, which must give the same answers as the one in memory."""

import json
import sys
from collections.abc import Mapping, Set
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from digitpad import artifact
from digitpad.errors import VerificationError
from digitpad.training import backend, runs
from digitpad.training.datasets.splits import Split
from digitpad.training.export import keras_file
from digitpad.training.preprocessing.contract import to_pixels
from digitpad.training.runs import RunFolder

TOLERANCES = {"keras": 1e-6, "onnx": 1e-5, "onnx_contract": 1e-4}
"""Largest difference from the model in memory: absolute, or relative for values above 1 (positions in px).

The ONNX file has one tolerance for the answers of the network and one for the outputs of the contract. The contract
divides by small sums of ink, where runtimes differ more because they add in different orders.
"""

_ANSWERS = {"probabilities", "not_digit"}

_CANVASES = ((28, 28), (280, 280), (150, 240))
_BATCH_SIZES = (1, 5)

Answer = dict[str, NDArray[Any]]


def verify(reader: keras.Model, images: NDArray[np.uint8], run: RunFolder) -> dict[str, float]:
    """Compare the saved models of a run with the model in memory, in a fresh process.

    Args:
        reader: the model in memory, from `keras_file.build_reader`.
        images: uint8 (num_images, 28, 28), images to draw on canvases; the first five are used.
        run: the folder with `model.keras` and `digits.onnx`.

    Returns:
        The largest differences, by the names in `TOLERANCES`.

    Raises:
        VerificationError: a difference is above its tolerance, or a predicted digit differs.
    """
    return in_fresh_process(__name__, _reference(reader, images), TOLERANCES, run)


def in_fresh_process(
    module: str, reference: Mapping[str, NDArray[Any]], tolerances: Mapping[str, float], run: RunFolder
) -> dict[str, float]:
    """Compare saved models with a reference, by a module that prints the largest differences when run with the folder.

    Args:
        module: the name of the module.
        reference: what the module compares with; it finds it in `reference.npz`.
        tolerances: the largest differences allowed, by name.
        run: the folder of the models.

    Returns:
        The largest differences, by the same names.

    Raises:
        VerificationError: a difference is above its tolerance.
    """
    path = run.path / "reference.npz"
    try:
        runs.write_arrays(path, reference)
        differences: dict[str, float] = json.loads(backend.run_module(module, str(run.path)))
    finally:
        path.unlink(missing_ok=True)
    for name, tolerance in tolerances.items():
        if not differences[name] <= tolerance:
            raise VerificationError(
                f"Expected the reloaded model ({name.replace('_', ' ')}) to match the trained one within "
                f"{tolerance:g}; it is off by {differences[name]:g}. Do not use the models in {run.path}."
            )
    return differences


def probes(reader: keras.Model, digits: Split) -> list[artifact.Probe]:
    """Make the probes that check a model file whenever it is loaded.

    Args:
        reader: the model in memory, from `keras_file.build_reader`.
        digits: images that include every digit.

    Returns:
        One image of each digit, one of them again on a larger canvas, and blank paper, with the reader's answers.
    """
    images = [digits.images[np.flatnonzero(digits.labels == digit)[0]] for digit in range(10)]
    drawings = [*to_pixels(np.stack(images)), place(images[2], 200, 160), np.full((40, 40, 4), 255, np.uint8)]
    return [artifact.Probe(pixels, keras_file.answer(reader, pixels[None])["probabilities"][0]) for pixels in drawings]


def place(image: NDArray[np.uint8], height: int, width: int) -> NDArray[np.uint8]:
    """Put a 28x28 image, enlarged by a whole factor and black on white, in the lower right of a larger canvas.

    Returns:
        uint8 (height, width, 4), RGBA.
    """
    enlarged = np.kron(255 - image, np.ones((min(height, width) // 28,) * 2, np.uint8))
    canvas = np.full((height, width), 255, np.uint8)
    canvas[height - enlarged.shape[0] :, width - enlarged.shape[1] :] = enlarged
    pixels: NDArray[np.uint8] = to_pixels(canvas[None])[0]
    return pixels


def _reference(reader: keras.Model, images: NDArray[np.uint8]) -> Answer:
    arrays: Answer = {}
    for height, width in _CANVASES:
        for batch_size in _BATCH_SIZES:
            pixels = np.stack([place(image, height, width) for image in images[:batch_size]])
            case = f"{height}x{width}x{batch_size}"
            arrays[f"{case}/{artifact.INPUT}"] = pixels
            arrays |= {f"{case}/{name}": value for name, value in keras_file.answer(reader, pixels).items()}
    return arrays


def _compare(run: RunFolder) -> dict[str, float]:
    """Compare both saved models with the reference, in the fresh process."""
    reader = keras_file.load(run.keras_model)
    model = artifact.load(run.onnx_model)
    cases: dict[str, Answer] = {}
    for key, array in runs.read_arrays(run.path / "reference.npz").items():
        case, _, name = key.partition("/")
        cases.setdefault(case, {})[name] = array
    differences: dict[str, list[float]] = {name: [] for name in TOLERANCES}
    for expected in cases.values():
        pixels = expected.pop(artifact.INPUT)
        by_onnx = model.run(pixels)
        differences["keras"].append(_difference(keras_file.answer(reader, pixels), expected, set(expected)))
        differences["onnx"].append(_difference(by_onnx, expected, _ANSWERS))
        differences["onnx_contract"].append(_difference(by_onnx, expected, set(expected) - _ANSWERS))
    return {name: float(np.max(values)) for name, values in differences.items()}  # NaN stays NaN, and fails


def _difference(found: Answer, expected: Answer, names: Set[str]) -> float:
    if (found["probabilities"].argmax(axis=1) != expected["probabilities"].argmax(axis=1)).any():
        return float("inf")
    errors = [np.abs(found[name] - expected[name]) / np.maximum(1.0, np.abs(expected[name])) for name in names]
    return float(np.max([error.max() for error in errors]))


if __name__ == "__main__":
    print(json.dumps(_compare(RunFolder(Path(sys.argv[1])))))
