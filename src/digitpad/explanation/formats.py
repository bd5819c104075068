"""An explanation as JSON."""

import base64
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitpad.explanation.explanation import Explanation
from digitpad.prediction import rank


def to_dict(explanation: Explanation, steps: Sequence[str]) -> dict[str, Any]:
    """An explanation as a JSON object.

    Args:
        explanation: from `Recognizer.explain`.
        steps: what can be switched off in the contract: `Explainer.steps`.

    Returns:
        `seen`, `logits`, `bias`, `is_exact`, `grid`, `layers`, `num_readings`, `not_digit` and `without` as in
        `Explanation`; `status`, `reason`, `digit`, `candidates` and `top_k` of the picture, in the form of an answer,
        in which what is switched off counts; `evidence` and `maps`, the maps by the names of their layers, each as
        from `pack`; and `steps`.
    """
    ranking = [] if explanation.digit is None else rank(explanation.probabilities, 10)
    return {
        "status": explanation.verdict.status,
        "reason": explanation.verdict.reason,
        "digit": explanation.digit,
        "candidates": list(explanation.verdict.candidates),
        "top_k": [{"digit": digit, "probability": probability} for digit, probability in ranking],
        "not_digit": explanation.not_digit,
        "seen": explanation.seen.tolist(),
        "logits": explanation.logits.tolist(),
        "bias": explanation.bias.tolist(),
        "evidence": pack(explanation.evidence),
        "is_exact": explanation.is_exact,
        "grid": asdict(explanation.grid),
        "maps": {name: pack(maps) for name, maps in explanation.maps.items()},
        "layers": [asdict(layer) for layer in explanation.layers],
        "num_readings": explanation.num_readings,
        "steps": list(steps),
        "without": list(explanation.without),
    }


def weights_to_dict(kernel: NDArray[np.float32], bias: NDArray[np.float32], model: str) -> dict[str, Any]:
    """The weights of a layer, from `Explainer.weights`, as a JSON object.

    Returns:
        `kernel` and `bias`, each as from `pack`, and `model`, the id of the model that has them.
    """
    return {"kernel": pack(kernel), "bias": pack(bias), "model": model}


def pack(array: NDArray[np.float32]) -> dict[str, Any]:
    """An array as JSON: its `shape`, and `data`, its values as little-endian float32, row by row, in Base64."""
    return {"shape": list(array.shape), "data": base64.b64encode(array.astype("<f4").tobytes()).decode()}
