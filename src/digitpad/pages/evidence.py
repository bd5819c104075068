"""Evidence: what both networks say of the glyphs on a page."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitpad.artifact import SMALL_OUTPUTS, Artifact
from digitpad.pages import finder
from digitpad.pages.finder import Finding, Glyph
from digitpad.pages.levels import Picture

Outputs = dict[str, NDArray[np.float32]]

_BUCKET_PX = 16
"""Patches are filled up to multiples of this, so that many have the same size and are read at once."""

FLOOR = 1e-7
"""Probabilities below this are no more telling."""

_DIGIT_FLOOR = 1e-5
"""The least chance of being a digit at all. It is 1 minus a float32 near 1, which differs by 1e-7 between runtimes."""


@dataclass(frozen=True, eq=False)
class Evidence:
    """What both networks say of the glyphs of a page.

    Attributes:
        finding: what the page network found.
        digit: log probabilities of the digit network, float64 (n, 11).
        page: log probabilities of the page network, float64 (n, 11).
        outputs: of the digit network, by name, for each glyph.
    """

    finding: Finding
    digit: NDArray[np.float64]
    page: NDArray[np.float64]
    outputs: list[Outputs]

    @property
    def glyphs(self) -> list[Glyph]:
        """At all levels."""
        return self.finding.glyphs


def gather(picture: Picture, run: finder.Run, digits: Artifact, most_px: int | None = None) -> Evidence:
    """Find the glyphs of a picture, and ask both networks about each.

    Args:
        picture: uint8 (height, width, 3), RGB.
        run: runs the page graph.
        digits: the digit model.
        most_px: see `finder.find`.
    """
    finding = finder.find(picture, run, most_px)
    digit, outputs = look([glyph.patch for glyph in finding.glyphs], digits)
    logits = np.array([glyph.logits for glyph in finding.glyphs], np.float64).reshape(-1, 11)
    logits -= logits.max(axis=1, keepdims=True, initial=-np.inf)
    page = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    return Evidence(finding, digit, np.maximum(page, np.log(FLOOR)), outputs)


def look(patches: Sequence[NDArray[np.uint8]], digits: Artifact) -> tuple[NDArray[np.float64], list[Outputs]]:
    """Ask the digit network about patches, uint8 (height, width), black on white.

    Returns:
        Log probabilities of the digits and of not being one, float64 (n, 11), and all outputs by name for each.
    """
    outputs = _outputs(patches, digits)
    return np.array([_log_shares(output) for output in outputs]).reshape(-1, 11), outputs


def padded(shape: tuple[int, ...]) -> tuple[int, int]:
    """Height and width of a patch when it is filled up, px."""
    height, width = (-(-side // _BUCKET_PX) * _BUCKET_PX for side in shape)
    return height, width


def _log_shares(output: Outputs) -> NDArray[np.float64]:
    """Log probabilities of the digits and of not being one, (11,).

    Each factor has its own floor: under one floor for their product, the chance of being a digit would say which digits
    are above it, and so how likely each is, where that chance is little more than rounding.
    """
    not_digit = float(output["not_digit"])
    digits = np.log(np.maximum(output["probabilities"].astype(np.float64), FLOOR))
    return np.append(digits + np.log(max(1 - not_digit, _DIGIT_FLOOR)), np.log(max(not_digit, FLOOR)))


def _outputs(patches: Sequence[NDArray[np.uint8]], digits: Artifact) -> list[Outputs]:
    """The outputs of the digit network for patches, black on white, filled up with white."""
    buckets: dict[tuple[int, int], list[int]] = {}
    for index, patch in enumerate(patches):
        buckets.setdefault(padded(patch.shape), []).append(index)
    outputs: list[Outputs] = [{} for _ in patches]
    for (height, width), indices in buckets.items():
        pixels = np.full((len(indices), height, width, 4), 255, np.uint8)
        for place, index in zip(pixels, indices, strict=True):
            patch = patches[index]
            place[: patch.shape[0], : patch.shape[1], :3] = patch[..., None]
        named = digits.run(pixels, SMALL_OUTPUTS)
        for number, index in enumerate(indices):
            outputs[index] = {name: value[number] for name, value in named.items()}
    return outputs
