"""Verified reloading: a fresh process opens both saved models and must get the answers of the model in memory."""

import json
import sys
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from digitpad import artifact
from digitpad.errors import VerificationError
from digitpad.training import backend, export, runs
from digitpad.training.contract import to_pixels
from digitpad.training.runs import RunFolder
from digitpad.training.splits import Split

KERAS_TOLERANCE = 1e-6
ONNX_TOLERANCE = 1e-5
"""Largest difference from the model in memory, absolute, or relative for values above 1 (places in px)."""

_CANVASES = ((28, 28), (280, 280), (150, 240))
_BATCH_SIZES = (1, 5)

Answer = dict[str, NDArray[Any]]


def verify(reader: keras.Model, images: NDArray[np.uint8], run: RunFolder) -> dict[str, float]:
    """Compare the saved models of a run with the model in memory, in a fresh process.

    Args:
        reader: the model in memory, from `export.build_reader`.
        images: uint8 (num_images, 28, 28), some pictures to draw on canvases; five are used.
        run: holds `model.keras` and `digits.onnx`.

    Returns:
        The largest difference of each file, `keras` and `onnx`.

    Raises:
        VerificationError: a difference is above its tolerance, or a predicted digit differs.
    """
    reference = run.path / "reference.npz"
    try:
        runs.write_arrays(reference, _reference(reader, images))
        differences: dict[str, float] = json.loads(backend.run_module(__name__, str(run.path)))
    finally:
        reference.unlink(missing_ok=True)
    for name, tolerance in (("keras", KERAS_TOLERANCE), ("onnx", ONNX_TOLERANCE)):
        if not differences[name] <= tolerance:
            raise VerificationError(
                f"Expected the reloaded {name} model to answer like the trained one within {tolerance:g}; it is off by "
                f"{differences[name]:g}. Do not use the models in {run.path}."
            )
    return differences


def probes(reader: keras.Model, digits: Split) -> list[artifact.Probe]:
    """What a model file is checked by whenever it is loaded.

    Args:
        reader: the model in memory, from `export.build_reader`.
        digits: pictures of every digit.

    Returns:
        One picture of each digit, one of them on a larger canvas, and blank paper, with the reader's answers.
    """
    images = [digits.images[np.flatnonzero(digits.labels == digit)[0]] for digit in range(10)]
    drawings = [*to_pixels(np.stack(images)), place(images[2], 200, 160), np.full((40, 40, 4), 255, np.uint8)]
    return [artifact.Probe(pixels, export.answer(reader, pixels[None])["probabilities"][0]) for pixels in drawings]


def place(image: NDArray[np.uint8], height: int, width: int) -> NDArray[np.uint8]:
    """Put a 28x28 picture, enlarged by a whole factor and black on white, into the lower right of a larger canvas.

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
            arrays |= {f"{case}/{name}": value for name, value in export.answer(reader, pixels).items()}
    return arrays


def _compare(run: RunFolder) -> dict[str, float]:
    """What the fresh process does."""
    reader = export.load_keras(run.keras_model)
    model = artifact.load(run.onnx_model)
    cases: dict[str, Answer] = {}
    for key, array in runs.read_arrays(run.path / "reference.npz").items():
        case, _, name = key.partition("/")
        cases.setdefault(case, {})[name] = array
    differences: dict[str, list[float]] = {"keras": [], "onnx": []}
    for expected in cases.values():
        pixels = expected.pop(artifact.INPUT)
        for name, found in (("keras", export.answer(reader, pixels)), ("onnx", model.run(pixels))):
            differences[name].append(_difference(found, expected))
    return {name: float(np.max(values)) for name, values in differences.items()}  # NaN stays NaN, and fails


def _difference(found: Answer, expected: Answer) -> float:
    if (found["probabilities"].argmax(axis=1) != expected["probabilities"].argmax(axis=1)).any():
        return float("inf")
    errors = [np.abs(found[name] - value) / np.maximum(1.0, np.abs(value)) for name, value in expected.items()]
    return float(np.max([error.max() for error in errors]))


if __name__ == "__main__":
    print(json.dumps(_compare(RunFolder(Path(sys.argv[1])))))
