"""What an epoch is made of: MNIST's pictures, generated digits, and what is no digit."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitpad.training.augmentation import glyphs, handwriting, non_digits
from digitpad.training.augmentation.augment import augment, move
from digitpad.training.augmentation.skeleton import skeleton
from digitpad.training.datasets.splits import Split
from digitpad.training.preprocessing import contract
from digitpad.training.recipe import Recipe

NOT_A_DIGIT = 10
"""The label of what is no digit."""

_WRITTEN_AMONG_STRANGE = 0.55  # letters and signs from a pen; the rest is made of MNIST's digits and of scribbles


@dataclass(frozen=True)
class Pictures:
    """What the network sees, with the true digits.

    Attributes:
        seen: float32 (num_images, 28, 28, 1), 0 for paper to 1 for ink.
        labels: uint8 (num_images,), 0 to 9, or `NOT_A_DIGIT`.
    """

    seen: NDArray[np.float32]
    labels: NDArray[np.uint8]

    @classmethod
    def of(cls, split: Split) -> "Pictures":
        """Pictures as the network is to see them, their levels scaled to [0, 1]."""
        return cls(np.divide(split.images[..., None], 255, dtype=np.float32), split.labels)


@dataclass(frozen=True)
class Mixture:
    """Where epochs are drawn from, pictures of MNIST's form, uint8 (num_images, 28, 28).

    Attributes:
        digits: of MNIST, as they were published.
        written: generated digits, as the contract shows them.
        non_digits: no digits, likewise.
    """

    digits: Split
    written: Split
    non_digits: Split

    @classmethod
    def gather(cls, digits: Split, recipe: Recipe, rng: np.random.Generator, *, epochs: float) -> "Mixture":
        """Generate what a recipe wants beside MNIST.

        Args:
            digits: pictures of MNIST as they were published.
            recipe: gives the shares.
            rng: where the chance comes from.
            epochs: for how many epochs the pictures would do, if none came twice; an epoch draws its own among them.
        """
        num_written, num_strange = (int(share * epochs * len(digits)) for share in (recipe.written, recipe.strange))
        num_signs = round(_WRITTEN_AMONG_STRANGE * num_strange)
        digits_written = handwriting.choose(glyphs.names("digits"), num_written, rng)
        written = contract.levels(handwriting.pictures(digits_written, rng))
        signs = contract.levels(handwriting.pictures(handwriting.choose(glyphs.names("others"), num_signs, rng), rng))
        odd = np.concatenate([signs, contract.levels(non_digits.make(digits, num_strange - num_signs, rng))])
        return cls(
            digits,
            Split(written, np.array(digits_written, np.uint8)),
            Split(odd, np.full(len(odd), NOT_A_DIGIT, np.uint8)),
        )

    def epoch(self, recipe: Recipe, rng: np.random.Generator) -> Split:
        """As many pictures as MNIST gave, in the recipe's shares and in random order, most of them changed, all moved.

        Moving pixels about blurs a picture a little, and the drawings that a network is there for are not blurred; so
        it must see both.
        """
        num_written, num_strange = (int(share * len(self.digits)) for share in (recipe.written, recipe.strange))
        digits = _draw(self.digits, len(self.digits) - num_written - num_strange, rng)
        restroked = rng.random(len(digits)) < recipe.restroked
        digits.images[restroked] = skeleton(digits.images[restroked])
        parts = [digits, _draw(self.written, num_written, rng), _draw(self.non_digits, num_strange, rng)]
        changed = rng.random(len(self.digits)) >= recipe.unchanged
        changed[: len(digits)] |= restroked  # a skeleton is no picture yet
        order = rng.permutation(len(self.digits))
        images = np.concatenate([part.images for part in parts])[order]
        labels = np.concatenate([part.labels for part in parts])[order]
        changed = changed[order]
        images[changed] = contract.to_levels(augment(images[changed], recipe, rng))
        return Split(move(images, recipe.shift_px), labels)


def _draw(split: Split, count: int, rng: np.random.Generator) -> Split:
    """Some pictures of a split, none twice before all were once."""
    rounds = [rng.permutation(len(split)) for _ in range(-(-count // max(len(split), 1)))]
    return split[np.concatenate([*rounds, np.zeros(0, np.int64)])[:count].astype(np.int64)]
