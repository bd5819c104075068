"""What an explanation consists of."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitpad.prediction import Prediction, rank
from digitpad.verdict import Verdict

NOT_A_DIGIT = 10
"""The index of the last logit, for "not a digit"."""


@dataclass(frozen=True)
class Layer:
    """A layer with its activation, and where its maps lie in the picture.

    Attributes:
        name: "convolution 1", "pooling 1", "dense 1", ... in the order of the network.
        shape: height and width of its maps, and their number; (1, 1, number of units) for a dense layer.
        window: side of what a unit looks at in the maps before, which are the picture for the first; 0 if it is all.
        stride: how far apart these windows are.
        padding: how far the first window begins outside the maps before; negative if these are cropped.
        pooling: "max" or "average"; None for a layer with weights.
        activation: "relu" or "silu"; None if there is none.
        start: px from the picture's left and top edge to where the first unit's receptive field begins.
        step: px from one unit's receptive field to the next.
        field: side of a unit's receptive field, px; parts of it may lie outside the picture.
    """

    name: str
    shape: tuple[int, int, int]
    window: int
    stride: int
    padding: int
    pooling: str | None
    activation: str | None
    start: int
    step: int
    field: int

    @classmethod
    def from_card(cls, entry: Mapping[str, Any]) -> "Layer":
        """The layer that a card describes."""
        return cls(**{**entry, "shape": tuple(entry["shape"])})

    @property
    def output(self) -> str:
        """The name of its output in the graph."""
        return self.name.replace(" ", "_")


@dataclass(frozen=True, eq=False)
class Explanation:
    """What happened inside the model when it read a picture.

    Attributes:
        prediction: the model's answer to the drawing, with nothing switched off; None if only the picture was given.
        seen: uint8 (28, 28), the picture that all of this is about, from 0 for paper to 255 for ink: what the model
            saw, or would have seen without the steps of the contract that are switched off.
        logits: float32 (11,), the network's scores: of the digits 0 to 9 and of "not a digit".
        bias: float32 (11,), what each logit would be without evidence.
        evidence: float32 (11, height, width), how much each place speaks for each logit, or against it if negative:
            `evidence.sum((1, 2)) + bias` is `logits`.
        is_exact: whether that sum is the whole truth. If not, layers with activations follow the places: the sum is
            right, but another picture would weigh its places differently.
        grid: the layer whose places these are; its `name` is "picture" if they are the picture's pixels.
        maps: for every layer by its name, float32 (height, width, channels), what it computed; the last layer, which
            computes the logits, is not among them.
        layers: the same layers, and where they look.
        num_readings: how often the picture was read: five times, a pixel apart, with test-time augmentation. Logits,
            bias and evidence are means, and the maps are of the picture in its place.
        verdict: the verdict on the picture, in which what was switched off counts as it does in all that follows.
        probabilities: float32 (10,), calibrated, of the digits, given that it is one.
        not_digit: the probability that it is no digit, 0 to 1.
        without: what was switched off.
    """

    prediction: Prediction | None
    seen: NDArray[np.uint8]
    logits: NDArray[np.float32]
    bias: NDArray[np.float32]
    evidence: NDArray[np.float32]
    is_exact: bool
    grid: Layer
    maps: Mapping[str, NDArray[np.float32]]
    layers: tuple[Layer, ...]
    num_readings: int
    verdict: Verdict
    probabilities: NDArray[np.float32]
    not_digit: float
    without: tuple[str, ...]

    @property
    def digit(self) -> int | None:
        """The most probable digit; None if the picture is blank."""
        return None if self.verdict.status == "blank" else rank(self.probabilities, 1)[0][0]

    def why(self, digit: int, other: int) -> NDArray[np.float32]:
        """How much each place speaks for a digit rather than another, float32 (height, width).

        Args:
            digit: 0 to 9, or 10 for "not a digit".
            other: likewise.
        """
        difference: NDArray[np.float32] = self.evidence[digit] - self.evidence[other]
        return difference

    def _repr_png_(self) -> bytes:
        """The picture that a notebook shows."""
        from digitpad.explanation import picture  # which imports this module

        file = io.BytesIO()
        picture.draw(self).save(file, "PNG")
        return file.getvalue()
