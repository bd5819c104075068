"""The mixture that epochs are drawn from: MNIST's images, generated digits, and non-digits."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitpad.training.augmentation import glyphs, non_digits, synthetic
from digitpad.training.augmentation.augment import augment, move
from digitpad.training.augmentation.thinning import skeleton
from digitpad.training.datasets.splits import NOT_A_DIGIT, Split
from digitpad.training.preprocessing import contract
from digitpad.training.preprocessing.framing import PICTURE_PX
from digitpad.training.recipe import Recipe

_WRITTEN_AMONG_STRANGE = 0.55  # share of generated letters and signs; the rest is made in `non_digits`
_CUT = (0.1, 0.45)  # how much of a digit's height is cut off


@dataclass(frozen=True)
class Pictures:
    """What the network sees, with labels.

    Attributes:
        seen: float32 (num_images, 28, 28, 1), 0 for paper to 1 for ink.
        labels: uint8 (num_images,), 0 to 9, or `NOT_A_DIGIT`.
    """

    seen: NDArray[np.float32]
    labels: NDArray[np.uint8]

    @classmethod
    def of(cls, split: Split) -> "Pictures":
        """The images of a split as input of the network, with levels scaled to [0, 1]."""
        return cls(np.divide(split.images[..., None], 255, dtype=np.float32), split.labels)


@dataclass(frozen=True)
class Mixture:
    """The images that epochs are drawn from, in MNIST's form, uint8 (num_images, 28, 28).

    Attributes:
        digits: MNIST's digits as published.
        written: generated digits, after the contract.
        non_digits: non-digits, after the contract.
    """

    digits: Split
    written: Split
    non_digits: Split

    @classmethod
    def gather(cls, digits: Split, recipe: Recipe, rng: np.random.Generator, *, epochs: float) -> "Mixture":
        """Generate the images that a recipe mixes with MNIST.

        Args:
            digits: MNIST's images as published.
            recipe: gives the shares.
            rng: random generator.
            epochs: the number of epochs that the generated images would last if each was used once. Every epoch draws
                from all of them.
        """
        num_written, num_strange = (int(share * epochs * len(digits)) for share in (recipe.written, recipe.strange))
        num_signs = round(_WRITTEN_AMONG_STRANGE * num_strange)
        digits_written = synthetic.choose(glyphs.names("digits"), num_written, rng)
        written = contract.levels(synthetic.pictures(digits_written, rng))
        signs = contract.levels(synthetic.pictures(synthetic.choose(glyphs.names("others"), num_signs, rng), rng))
        odd = np.concatenate([signs, contract.levels(non_digits.make(digits, num_strange - num_signs, rng))])
        return cls(
            digits,
            Split(written, np.array(digits_written, np.uint8)),
            Split(odd, np.full(len(odd), NOT_A_DIGIT, np.uint8)),
        )

    def epoch(self, recipe: Recipe, rng: np.random.Generator) -> Split:
        """Draw an epoch: as many images as in `digits`, in the recipe's shares and in random order.

        Most images are changed, and all are shifted. A change blurs an image slightly, while the drawings that the
        network is meant for are sharp, so it must see both kinds.
        """
        num_written, num_strange = (int(share * len(self.digits)) for share in (recipe.written, recipe.strange))
        digits = _draw(self.digits, len(self.digits) - num_written - num_strange, rng)
        restroked = rng.random(len(digits)) < recipe.restroked
        digits.images[restroked] = skeleton(digits.images[restroked])
        incomplete = rng.random(len(digits)) < recipe.cut
        digits.images[incomplete] = _cut(digits.images[incomplete], rng)
        digits.labels[incomplete & (rng.random(len(digits)) < 0.5)] = NOT_A_DIGIT
        parts = [digits, _draw(self.written, num_written, rng), _draw(self.non_digits, num_strange, rng)]
        changed = rng.random(len(self.digits)) >= recipe.unchanged
        changed[: len(digits)] |= restroked | incomplete  # a skeleton has to be redrawn, and what is left moved
        order = rng.permutation(len(self.digits))
        images = np.concatenate([part.images for part in parts])[order]
        labels = np.concatenate([part.labels for part in parts])[order]
        changed = changed[order]
        images[changed] = contract.to_levels(augment(images[changed], recipe, rng))
        return Split(move(images, recipe.shift_px), labels)


def _cut(images: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Cut the top or the bottom off MNIST's digits, which are 20 px high at most."""
    rows = np.arange(PICTURE_PX)
    num_lost = np.round(4 + 20 * rng.uniform(*_CUT, len(images)))[:, None]
    kept = np.where(rng.random((len(images), 1)) < 0.5, rows >= num_lost, rows < PICTURE_PX - num_lost)
    return images * kept[..., None].astype(np.uint8)


def _draw(split: Split, count: int, rng: np.random.Generator) -> Split:
    """Draw images from a split at random, none twice before each was drawn once."""
    rounds = [rng.permutation(len(split)) for _ in range(-(-count // max(len(split), 1)))]
    return split[np.concatenate([*rounds, np.zeros(0, np.int64)])[:count].astype(np.int64)]
