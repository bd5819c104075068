"""Recognizer: drawings in, predictions out, with ONNX Runtime."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitpad import artifact, drawing, verdict
from digitpad.errors import DrawingError
from digitpad.verdict import Status, Thresholds

_SMALL_OUTPUTS = tuple(name for name in artifact.OUTPUTS if name != "distance")

_BATCH_PIXELS = 4_000_000
"""Maximum number of input pixels per run of the graph, which take about 100 MB of intermediate results."""


@dataclass(frozen=True, eq=False)
class Prediction:
    """The model's answer to one drawing, and what the model saw.

    Attributes:
        status: "digit"; "unsure" if it may well be another digit; "not a digit" if the drawing does not look like one;
            "blank" if nothing stands out from the paper.
        reason: a human-readable sentence that explains the status.
        digit: the most probable digit, 0 to 9; the closest one if the drawing is not a digit; None if it is blank.
        confidence: the largest calibrated probability, 0 to 1; 0 if the drawing is blank.
        probabilities: float32 (10,), calibrated probabilities of the digits 0 to 9, given that the drawing is a digit;
            all 0.1 if it is blank.
        candidates: the digits that it may be, most probable first: the smallest set that contained the true digit for
            99 % of the generated digits used for calibration; empty if the drawing is blank.
        not_digit: the probability that the drawing is not a digit, 0 to 1; 0 if it is blank.
        seen: uint8 (28, 28), the picture that the network saw, from 0 (paper) to 255 (ink).
        ink: the fraction of the canvas covered by ink, 0 to 1.
        size: height and width in px of the drawing as passed to the model, after `drawing.read` has shrunk large ones.
        distance: uint8 (height, width), how far each pixel of that drawing is from the paper colour, 0 to 255: what the
            model takes for ink; None unless requested with `keep_distance`.
        box: top, left, bottom and right edge of the ink in px of that drawing; None if it is blank.
        centre: row and column, in px of that drawing, that became the middle of the picture; None if it is blank.
        scale: px of the picture per px of that drawing; None if it is blank.
        stroke: stroke width as drawn and as seen, both in px of the picture; None if it is blank.
    """

    status: Status
    reason: str
    digit: int | None
    confidence: float
    probabilities: NDArray[np.float32]
    candidates: tuple[int, ...]
    not_digit: float
    seen: NDArray[np.uint8]
    ink: float
    box: tuple[float, float, float, float] | None
    centre: tuple[float, float] | None
    scale: float | None
    stroke: tuple[float, float] | None
    size: tuple[int, int]
    distance: NDArray[np.uint8] | None = None

    def top_k(self, k: int = 3) -> list[tuple[int, float]]:
        """The k most probable digits with their probabilities, in descending order; empty if the drawing is blank."""
        if self.digit is None:
            return []
        order = np.argsort(-self.probabilities, kind="stable")[: max(k, 0)]
        return [(int(digit), float(self.probabilities[digit])) for digit in order]


class Recognizer:
    """Reads handwritten digits with one model file.

    Predictions are deterministic, and threads can share a recognizer.

    Attributes:
        card: the model card, a JSON object with recipe, data, metrics, thresholds and versions.
        model_id: the first 12 hex digits of the model file's digest.
        num_bytes: the size of the model file.
    """

    def __init__(self, model: artifact.Artifact) -> None:
        self._model = model
        self._thresholds = Thresholds.from_card(model.card, model.path)
        self.card: dict[str, Any] = model.card
        self.model_id = model.model_id
        self.num_bytes = model.num_bytes

    @classmethod
    def load(cls, path: str | Path | None = None, *, num_threads: int = 1) -> "Recognizer":
        """Load a model file after verifying its digest and its answers to the probes.

        Args:
            path: a `digits.onnx`; None for the model that ships with digitpad.
            num_threads: number of threads for one prediction; one is fastest for single drawings.

        Raises:
            ArtifactError: the file is missing, damaged, edited or of another version, its answers to the probes are
                wrong, or it has no thresholds.
        """
        return cls(artifact.load(artifact.shipped() if path is None else path, num_threads=num_threads))

    def predict(self, picture: drawing.Drawing, *, keep_distance: bool = False) -> Prediction:
        """Read one drawing.

        Args:
            picture: PNG or JPEG bytes, a data URL, a path, a PIL image, an array or strokes; see `drawing.read`.
            keep_distance: whether to keep `distance` in the prediction; it is as large as the drawing.

        Raises:
            DrawingError: the drawing cannot be read.
        """
        names = artifact.OUTPUTS if keep_distance else _SMALL_OUTPUTS
        return self._run(drawing.read(picture)[None], names)[0]

    def predict_batch(self, pictures: Sequence[drawing.Drawing]) -> list[Prediction]:
        """Read many drawings, of any kinds and sizes; drawings of the same size are batched.

        Returns:
            One prediction per drawing, in the same order.

        Raises:
            DrawingError: a drawing cannot be read; the message gives its index.
        """
        pixels = [_read_numbered(index, picture) for index, picture in enumerate(pictures)]
        predictions: dict[int, Prediction] = {}
        for indices in _batches([p.shape[:2] for p in pixels]):
            answers = self._run(np.stack([pixels[index] for index in indices]), _SMALL_OUTPUTS)
            predictions.update(zip(indices, answers, strict=True))
        return [predictions[index] for index in range(len(pixels))]

    def check(self) -> None:
        """Verify the model's answers to its probes again.

        Raises:
            ArtifactError: an answer differs from the recorded one.
        """
        self._model.check()

    def _run(self, pixels: NDArray[np.uint8], names: Sequence[str]) -> list[Prediction]:
        named = self._model.run(pixels, names)
        size = (pixels.shape[1], pixels.shape[2])
        outputs = [{name: value[i] for name, value in named.items()} for i in range(len(pixels))]
        return [to_prediction(output, size, self._thresholds) for output in outputs]


def to_prediction(
    output: Mapping[str, NDArray[np.float32]], size: tuple[int, int], thresholds: Thresholds
) -> Prediction:
    """Convert a model's outputs for one drawing to a prediction.

    Args:
        output: the outputs in `artifact.OUTPUTS` by name, each without the batch axis; `distance` is optional.
        size: height and width of the drawing, px.
        thresholds: the model's decision thresholds.
    """
    probabilities, not_digit = output["probabilities"], float(output["not_digit"])
    blank = not output["ink"] > 0
    judged = verdict.blank() if blank else verdict.judge(probabilities, not_digit, thresholds)
    digit = int(probabilities.argmax())
    top, left, bottom, right = output["box"].tolist()
    row, column = output["centre"].tolist()
    drawn, seen = output["stroke"].tolist()
    distance = output.get("distance")
    return Prediction(
        status=judged.status,
        reason=judged.reason,
        digit=None if blank else digit,
        confidence=0.0 if blank else float(probabilities[digit]),
        probabilities=probabilities,
        candidates=judged.candidates,
        not_digit=0.0 if blank else not_digit,
        seen=np.rint(output["seen"][..., 0] * 255).astype(np.uint8),
        ink=float(output["ink"]),
        box=None if blank else (top, left, bottom, right),
        centre=None if blank else (row, column),
        scale=None if blank else float(output["scale"]),
        stroke=None if blank else (drawn, seen),
        size=size,
        distance=None if distance is None else np.rint(distance * 255).astype(np.uint8),
    )


def _read_numbered(index: int, picture: drawing.Drawing) -> drawing.Pixels:
    try:
        return drawing.read(picture)
    except DrawingError as error:
        raise DrawingError(f"Drawing {index}: {error}") from None


def _batches(sizes: Sequence[tuple[int, ...]]) -> list[list[int]]:
    """Group the indices of drawings by size, with at most `_BATCH_PIXELS` pixels per group."""
    by_size: dict[tuple[int, ...], list[int]] = {}
    for index, size in enumerate(sizes):
        by_size.setdefault(size, []).append(index)
    batches = []
    for (height, width), indices in by_size.items():
        most = max(1, _BATCH_PIXELS // (height * width))
        batches += [indices[start : start + most] for start in range(0, len(indices), most)]
    return batches
