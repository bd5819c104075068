"""Recognizer: drawings in, predictions out, with ONNX Runtime."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitpad import artifact, drawing
from digitpad.errors import DrawingError
from digitpad.explanation.explainer import Explainer
from digitpad.explanation.explanation import Explanation
from digitpad.pages import doubt, single
from digitpad.pages.reader import Found, Reader
from digitpad.pages.reading import Reading
from digitpad.prediction import Prediction, to_prediction
from digitpad.scaling import Pixels, Scaled, opaque
from digitpad.verdict import Thresholds
from digitpad.words import say

_BATCH_PIXELS = 4_000_000
"""Maximum number of input pixels per run of the graph, which take about 100 MB of intermediate results."""


class Recognizer:
    """Reads handwritten digits: one drawing with one model file, a page with a second.

    Predictions are deterministic, and threads can share a recognizer.

    Attributes:
        card: the model card, a JSON object with recipe, data, metrics, thresholds and versions.
        model_id: the first 12 hex digits of the model file's digest.
        num_bytes: the size of the model file.
    """

    def __init__(
        self, model: artifact.Artifact, pages: artifact.Artifact | None = None, *, num_threads: int = 1
    ) -> None:
        self._model, self._pages, self._num_threads = model, pages, num_threads
        self._given = pages and Reader(pages, model)
        self._thresholds = Thresholds.from_card(model.card, model.path)
        self.card: dict[str, Any] = model.card
        self.model_id = model.model_id
        self.num_bytes = model.num_bytes

    @classmethod
    def load(
        cls, path: str | Path | None = None, *, pages: str | Path | None = None, num_threads: int = 1
    ) -> "Recognizer":
        """Load a model file after verifying its digest and its answers to the probes.

        Args:
            path: a `digits.onnx`, or the folder of its run; None for the model that ships with digitpad.
            pages: a `pages.onnx`, or the folder of its run; None for the model that ships, which is loaded when it is
                first needed.
            num_threads: number of threads for one prediction; one is fastest for single drawings.

        Raises:
            ArtifactError: the file is missing, damaged, edited or of another version, its answers to the probes are
                wrong, or it has no thresholds.
        """
        model = artifact.load(artifact.shipped() if path is None else path, num_threads=num_threads)
        given = artifact.load(pages, artifact.PAGES, num_threads=num_threads) if pages else None
        return cls(model, given, num_threads=num_threads)

    def successor(self, model: artifact.Artifact) -> "Recognizer":
        """Create a recognizer for another digit model, which goes on with this one's page model if that is loaded.

        Raises:
            ArtifactError: the model has no thresholds.
        """
        return Recognizer(model, self._pages, num_threads=self._num_threads)

    def predict(self, picture: drawing.Drawing, *, keep_distance: bool = False) -> Prediction:
        """Read one drawing of one digit.

        What is no digit at first sight, or may be several, is looked at again with the page model: it tells several
        digits from one, and finds the digit among other marks or on uneven paper.

        Args:
            picture: PNG, JPEG or WebP bytes, a data URL, a path, a PIL image, an array or strokes; see `drawing.read`.
            keep_distance: whether to keep `distance` in the prediction; it is as large as the drawing.

        Raises:
            DrawingError: the drawing cannot be read.
            ArtifactError: the page model cannot be loaded.
        """
        names = artifact.OUTPUTS if keep_distance else artifact.SMALL_OUTPUTS
        return self._predict(drawing.read(picture), names)

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
            answers = self._run(np.stack([pixels[index] for index in indices]), artifact.SMALL_OUTPUTS)
            predictions.update(zip(indices, answers, strict=True))
        return [self._look_again(each, predictions[index], artifact.SMALL_OUTPUTS) for index, each in enumerate(pixels)]

    def read(self, picture: drawing.Drawing | Scaled, *, keep_ink: bool = False) -> Reading:
        """Read all digits on a picture: a photograph, a form, a number.

        Args:
            picture: whatever `predict` accepts, or a page from `drawing.read_page`.
            keep_ink: whether to keep `ink` in the reading; it is as large as the picture.

        Returns:
            The digits in reading order, with their places in the picture as handed over.

        Raises:
            DrawingError: the picture cannot be read.
            ArtifactError: the page model cannot be loaded.
        """
        page = picture if isinstance(picture, Scaled) else drawing.read_page(picture)
        picture = page.pixels[..., :3]
        found = self._reader.find(picture)
        reading = self._reader.read(picture, found)
        if single.may_be(found):
            reading = single.agree(reading, found, self._predict(page.pixels, artifact.SMALL_OUTPUTS, found))
        ink = found.evidence.finding.ink if keep_ink else None
        return replace(reading.moved(page.factor, page.origin), ink=ink)

    def explain(self, picture: drawing.Drawing | Prediction, *, without: Sequence[str] = ()) -> Explanation:
        """Tell what happened inside the model when it read a drawing of one digit.

        Args:
            picture: whatever `predict` accepts; or an answer, such as to a digit of a reading.
            without: what to switch off, to see what it is for: steps of the contract, such as "centre"; layers, such as
                "convolution 2"; or maps, such as "convolution 2/17", counted from 0. `explainer` lists steps and
                layers.

        Raises:
            DrawingError: the drawing cannot be read.
            InputError: there is no such thing to switch off; or steps of the contract are, and there is no drawing, or
                the digit was read apart from other marks on it (`isolated`), which they would count as part of it.
            ArtifactError: nothing tells what happens inside this model: see `explainer`.
        """
        if isinstance(picture, Prediction):
            return self.explainer.explain(picture.seen, prediction=picture, without=without)
        pixels = drawing.read(picture)
        prediction = self._predict(pixels, artifact.SMALL_OUTPUTS)
        return self.explainer.explain(prediction.seen, prediction=prediction, pixels=pixels, without=without)

    @cached_property
    def explainer(self) -> Explainer:
        """What explains the answers, loaded when it is first needed.

        Raises:
            ArtifactError: there is no `layers.onnx` beside the model, or it is damaged or belongs to another model.
        """
        return Explainer.load(self._model, num_threads=self._num_threads)

    @cached_property
    def _reader(self) -> Reader:
        if self._given:
            return self._given
        self._pages = artifact.load(artifact.shipped(artifact.PAGES), artifact.PAGES, num_threads=self._num_threads)
        return Reader(self._pages, self._model)

    def check(self) -> None:
        """Verify the model's answers to its probes again.

        Raises:
            ArtifactError: an answer differs from the recorded one.
        """
        self._model.check()

    def _predict(self, pixels: Pixels, names: Sequence[str], found: Found | None = None) -> Prediction:
        """Read one drawing; see `_look_again`."""
        return self._look_again(pixels, self._run(pixels[None], names)[0], names, found)

    def _look_again(
        self, pixels: Pixels, prediction: Prediction, names: Sequence[str], found: Found | None = None
    ) -> Prediction:
        """Look at a doubtful drawing with the page model too, unless it was and this is what it found."""
        may_be_more = doubt.may_be_more(prediction)
        if not (may_be_more or doubt.may_be_several(prediction)):
            return prediction
        found = found or self._reader.find(opaque(pixels)[..., :3], doubt.MOST_PX)
        if not doubt.are_all(found.digits):
            return prediction
        if doubt.are_several(found, prediction):
            return replace(prediction, status="several digits", confidence=0.0, reason=say("reason", "several digits"))
        if not may_be_more or len(found.digits) > 1:
            return prediction
        alone = self._reader.predict(found, found.read[0], prediction.size, keep_distance="distance" in names)
        if alone.status == "blank" or doubt.is_same(prediction, alone):
            return prediction
        return replace(alone, reason=say("reason", "isolated", reason=alone.reason))

    def _run(self, pixels: NDArray[np.uint8], names: Sequence[str]) -> list[Prediction]:
        size = (pixels.shape[1], pixels.shape[2])
        return [to_prediction(output, size, self._thresholds) for output in self._outputs(pixels, names)]

    def _outputs(self, pixels: NDArray[np.uint8], names: Sequence[str]) -> list[dict[str, NDArray[np.float32]]]:
        """The model's outputs for each of some drawings of one size."""
        named = self._model.run(pixels, names)
        return [{name: value[i] for name, value in named.items()} for i in range(len(pixels))]


def _read_numbered(index: int, picture: drawing.Drawing) -> Pixels:
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
