"""Explains what a digit model does, with the graphs that tell it."""

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitpad import artifact, verdict
from digitpad.artifact import CONTRACT, LAYERS, Artifact
from digitpad.errors import ArtifactError, InputError
from digitpad.explanation.explanation import Explanation, Layer
from digitpad.prediction import Prediction
from digitpad.scaling import Pixels
from digitpad.verdict import Thresholds


def how_to_make(model: Path) -> str:
    """The command that makes what explains a model, where the training plane is installed."""
    return shlex.join(["python", "-m", "digitpad.training.export.layers_file", str(model)])


class Explainer:
    """Explains the answers of one digit model; threads can share it.

    Attributes:
        layers: the layers of the network but the last, which computes the logits.
        steps: the steps of the contract that can be switched off.
    """

    def __init__(self, layers: Artifact, contract: Artifact, thresholds: Thresholds) -> None:
        self._layers, self._contract, self._thresholds = layers, contract, thresholds
        try:
            self._read_card(layers.card, contract.card)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise ArtifactError(
                f"Expected the layers on the card of {layers.path}; they cannot be read: {error!r}."
            ) from None

    def _read_card(self, card: dict[str, Any], contract: dict[str, Any]) -> None:
        self.layers = tuple(map(Layer.from_card, card["layers"]))
        self.steps = tuple(map(str, contract["steps"]))
        self._grid = Layer.from_card(card["grid"])
        self._is_exact, self._num_readings = bool(card["is_exact"]), int(card["num_readings"])
        self._numbered = _number(self.layers)

    @classmethod
    def load(cls, model: Artifact, *, num_threads: int = 1) -> "Explainer":
        """Load what explains a model, the `layers.onnx` beside it.

        Raises:
            ArtifactError: there is none, it is damaged, or it belongs to another model.
        """
        path = model.path.with_name(f"{LAYERS.name}.onnx")
        if not path.is_file():
            raise ArtifactError(
                f"Expected {path.name} beside {model.path}, which tells what happens inside that model; there is none. "
                f"Make it, where the training plane is installed: {how_to_make(model.path)}"
            )
        layers = artifact.load(path, LAYERS, num_threads=num_threads)
        if layers.card.get("model") != model.model_id:
            raise ArtifactError(
                f"Expected {path} to belong to {model.path}, model {model.model_id}; it belongs to "
                f"{layers.card.get('model')}. Make it again: {how_to_make(model.path)}"
            )
        contract = artifact.load(artifact.shipped(CONTRACT), CONTRACT, num_threads=num_threads)
        return cls(layers, contract, Thresholds.from_card(model.card, model.path))

    def explain(
        self,
        seen: NDArray[np.uint8],
        *,
        prediction: Prediction | None = None,
        pixels: Pixels | None = None,
        without: Sequence[str] = (),
    ) -> Explanation:
        """Explain what the network makes of a picture.

        Args:
            seen: uint8 (28, 28), what the model saw, from 0 for paper to 255 for ink.
            prediction: the answer in which it is, if there is one.
            pixels: uint8 (height, width, 4), the drawing; needed only to leave out steps of the contract.
            without: what to switch off; see `Recognizer.explain`.

        Raises:
            InputError: there is no such thing to switch off, the drawing is needed, or the digit was read apart from
                other marks on it, which steps of the contract would count as part of it.
        """
        steps = [self.steps.index(name) for name in self.steps if name in without]
        off = sorted({number for name in without if name not in self.steps for number in self._numbers(name)})
        if steps and prediction and prediction.isolated:
            raise InputError(
                f"Expected to leave out nothing of {', '.join(self.steps)}: these steps need the ink alone, and this "
                "digit was read apart from other marks."
            )
        seen = self._see(seen, pixels, steps)
        found = self._layers.run(
            seen[None, ..., None], [*LAYERS.outputs, *(each.output for each in self.layers)], off=off
        )
        probabilities, not_digit = found["probabilities"], float(found["not_digit"])
        return Explanation(
            prediction=prediction,
            seen=seen,
            logits=found["logits"],
            bias=found["bias"],
            evidence=found["evidence"],
            is_exact=self._is_exact,
            grid=self._grid,
            maps={layer.name: found[layer.output] for layer in self.layers},
            layers=self.layers,
            num_readings=self._num_readings,
            verdict=verdict.judge(probabilities, not_digit, self._thresholds) if seen.any() else verdict.blank(),
            probabilities=probabilities,
            not_digit=not_digit,
            without=tuple(dict.fromkeys(without)),
        )

    def _see(self, seen: NDArray[np.uint8], pixels: Pixels | None, steps: list[int]) -> NDArray[np.uint8]:
        """What the model would see without some steps of the contract."""
        if not steps:
            return seen
        if pixels is None:
            raise InputError("Expected the drawing, to leave out steps of the contract; got only what the model saw.")
        levels: NDArray[np.float32] = self._contract.run(pixels[None], off=steps)["seen"][0, ..., 0]
        return np.rint(levels * 255).astype(np.uint8)

    def weights(self, name: str) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """The weights of a layer.

        Returns:
            The kernel, float32 (channels, channels before, window, window), or (length, channels) for a dense layer;
            and the bias, float32 (channels,).

        Raises:
            InputError: there is no layer of this name with weights.
        """
        named = {layer.name: layer.output for layer in self.layers if layer.pooling is None}
        if name not in named:
            raise InputError(f"Expected a layer with weights: {', '.join(named)}; got {name!r}.")
        nothing = np.zeros((1, 28, 28, 1), np.uint8)
        kernel, bias = (f"{named[name]}_{part}" for part in ("kernel", "bias"))
        found = self._layers.run(nothing, [kernel, bias])
        return found[kernel], found[bias]

    def _numbers(self, name: str) -> list[int]:
        """The maps that a name such as "convolution 2" or "convolution 2/17" stands for."""
        if name in self._numbered:
            return self._numbered[name]
        names = ", ".join([*self.steps, *(f"{layer.name}/0 to /{layer.shape[2] - 1}" for layer in self.layers)])
        raise InputError(f"Expected a step of the contract, a layer or one of its maps: {names}; got {name!r}.")


def _number(layers: Sequence[Layer]) -> dict[str, list[int]]:
    """The maps that each name stands for, counted through all layers."""
    named: dict[str, list[int]] = {}
    first = 0
    for layer in layers:
        numbers = range(first, first + layer.shape[2])
        named[layer.name] = list(numbers)
        named |= {f"{layer.name}/{index}": [number] for index, number in enumerate(numbers)}
        first = numbers.stop
    return named
