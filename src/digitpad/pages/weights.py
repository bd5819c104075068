"""Weights: how much each of the two networks counts."""

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitpad.errors import ArtifactError


@dataclass(frozen=True)
class Weights:
    """How much the two networks count; fitted on generated pages.

    Attributes:
        digit: of the logarithms of the digit network's probabilities.
        page: of those of the page network.
        not_digit: added to the sum for not being a digit.
        prior: the share of glyphs that were no digits on those pages, between 0 and 1.
    """

    digit: float
    page: float
    not_digit: float
    prior: float

    @classmethod
    def from_card(cls, card: dict[str, Any], path: Path) -> "Weights":
        """The weights on the card of the model file at `path`; ArtifactError if there are none."""
        names, found = [field.name for field in fields(cls)], card.get("weights")
        values: list[Any] = [found.get(name) for name in names] if isinstance(found, dict) else []
        are_numbers = bool(values) and all(type(value) in (int, float) and np.isfinite(value) for value in values)
        if not are_numbers or not 0 < values[names.index("prior")] < 1:
            raise ArtifactError(
                f"Expected weights for {', '.join(names)}, the last between 0 and 1, on the card of {path}; "
                f"got {found!r}. Train the model again with this version of digitpad."
            )
        return cls(*map(float, values))

    def combine(self, digit: NDArray[np.float64], page: NDArray[np.float64]) -> NDArray[np.float64]:
        """Probabilities, float64 (n, 11), from the log probabilities of both networks, (n, 11) each."""
        total = self.digit * digit + self.page * page
        total[:, -1] += self.not_digit
        total = np.exp(total - total.max(axis=1, keepdims=True))
        combined: NDArray[np.float64] = total / total.sum(axis=1, keepdims=True)
        return combined
