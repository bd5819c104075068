"""Verification of the page models: a fresh process loads both files, which must find what the model in memory finds."""

import json
import sys
import zlib
from collections.abc import Sequence
from pathlib import Path

import keras
import numpy as np
from numpy.typing import NDArray

from digitpad import artifact
from digitpad.training import runs
from digitpad.training.export import finder, keras_file
from digitpad.training.export.verify import in_fresh_process
from digitpad.training.runs import RunFolder

TOLERANCES = {"keras": 1e-5, "onnx": 1e-3}
"""Largest difference from the model in memory in any number of a glyph that is certainly there, relative above 1."""

_CERTAIN = 0.5
_PROBE_PX = 128
_INK_LEVELS = 2  # of 255
_OTHER_OWNER = 0.001  # of the inked cells: they point to the middle between two glyphs

Pictures = Sequence[NDArray[np.uint8]]


def probes(model: keras.Model, pictures: Pictures) -> list[artifact.Probe]:
    """Probes that check a page model whenever it is loaded: three pictures, with their glyphs.

    Args:
        model: from `finder.build`.
        pictures: uint8 (side, side, 3), RGB; corners of the three that take the fewest bytes are used.
    """
    corners = [picture[:_PROBE_PX, :_PROBE_PX] for picture in pictures]
    smallest = sorted(corners, key=lambda picture: len(zlib.compress(picture.tobytes())))[:3]
    glyphs = [(picture, finder.run(model, picture)["glyphs"]) for picture in smallest]
    return [artifact.Probe(picture, found[: max(1, len(_certain(found)))]) for picture, found in glyphs]


def verify(model: keras.Model, pictures: Pictures, run: RunFolder) -> dict[str, float]:
    """Compare the saved models of a run with the model in memory, in a fresh process.

    Args:
        model: from `finder.build`.
        pictures: uint8 (side, side, 3), RGB.
        run: the folder with `model.keras` and `pages.onnx`.

    Returns:
        The largest differences, by the names in `TOLERANCES`.

    Raises:
        VerificationError: a difference is above its tolerance, or another glyph is found.
    """
    reference = {f"{number}/picture": picture for number, picture in enumerate(pictures)}
    for number, picture in enumerate(pictures):
        reference |= {f"{number}/{name}": value for name, value in finder.run(model, picture).items()}
    return in_fresh_process(__name__, reference, TOLERANCES, run)


def _certain(glyphs: NDArray[np.float32]) -> NDArray[np.float32]:
    return glyphs[glyphs[:, 3] > _CERTAIN]


def _compare(run: RunFolder) -> dict[str, float]:
    """Compare both saved models with the reference, in the fresh process."""
    model, sealed = keras_file.load(run.keras_model), artifact.load(run.page_model, artifact.PAGES)
    arrays = runs.read_arrays(run.path / "reference.npz")
    differences: dict[str, list[float]] = {name: [] for name in TOLERANCES}
    for number in range(len(arrays) // (1 + len(artifact.PAGES.outputs))):
        picture = arrays[f"{number}/picture"]
        expected = {name: arrays[f"{number}/{name}"] for name in artifact.PAGES.outputs}
        differences["keras"].append(_difference(finder.run(model, picture), expected))
        differences["onnx"].append(_difference(sealed.run(picture[None]), expected))
    return {name: float(np.max(values)) for name, values in differences.items()}  # NaN stays NaN, and fails


def _difference(found: dict[str, NDArray[np.generic]], expected: dict[str, NDArray[np.generic]]) -> float:
    theirs = _certain(np.asarray(expected["glyphs"], np.float32))
    ours = np.asarray(found["glyphs"], np.float32)[: len(theirs)]
    levels = np.abs(np.asarray(found["ink"], np.int64) - np.asarray(expected["ink"], np.int64))
    num_others = np.count_nonzero(np.asarray(found["owner"]) != np.asarray(expected["owner"]))
    if levels.max() > _INK_LEVELS or num_others > _OTHER_OWNER * np.count_nonzero(expected["owner"]) + 1:
        return float("inf")
    return float((np.abs(ours - theirs) / np.maximum(1.0, np.abs(theirs))).max(initial=0.0))


if __name__ == "__main__":
    print(json.dumps(_compare(RunFolder(Path(sys.argv[1])))))
