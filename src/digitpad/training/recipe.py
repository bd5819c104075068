"""Recipes: everything that determines what is trained, and how, in one frozen dataclass for each kind of network."""

import dataclasses
import json
import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from digitpad.errors import RecipeError

NETWORKS = ("dense", "fast", "small", "cnn", "narrow", "wide")
"""The names of the networks that `networks.architectures` builds."""

_AT_LEAST = {"epochs": 1, "batch_size": 1, "patience": 1, "learning_rate": 1e-9}
_AT_LEAST |= {"teacher_epochs": 1, "lessons": 1, "steps_per_epoch": 1, "batch_pixels": 320**2, "num_pages": 3}
_BELOW: dict[str, float] = {
    "warmup": 1,
    "dropout": 1,
    "label_smoothing": 1,
    "zoom": 1,
    "restroked": 1,
    "stroke_px": 2,
    "shift_px": 5,
    "seed": 2**32,
}
_AT_MOST: dict[str, float] = {"unchanged": 1, "rotation_degrees": 180, "shear": 2, "elastic_px": 10}
_AT_MOST |= {"written": 1, "strange": 1, "cut": 1, "teachers": 9}
_MOST_GENERATED = 0.75

_ANYTHING_BELOW = 10_000_000


def _check(name: str, value: Any, kind: Any) -> None:
    if not isinstance(value, (int, float) if kind is float else kind) or isinstance(value, bool) != (kind is bool):
        raise RecipeError(f"Expected {name} to be {kind.__name__}; got {value!r}.")
    if kind in (str, bool):
        return
    low, high = _AT_LEAST.get(name, 0), _AT_MOST.get(name, _BELOW.get(name, _ANYTHING_BELOW))
    if not low <= value <= high or (value == high and name not in _AT_MOST):
        bound = "at most" if name in _AT_MOST else "below"
        raise RecipeError(f"Expected {name} to be at least {low} and {bound} {high}; got {str(value)[:40]}.")


@dataclass(frozen=True)
class Values:
    """Named values, each checked against its type and range."""

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):
            _check(field.name, getattr(self, field.name), field.type)

    def replace(self, /, **values: Any) -> Self:
        """A copy with some values replaced; RecipeError for an unknown key or a value out of range."""
        known = [field.name for field in dataclasses.fields(self)]
        for name in values:
            if name not in known:
                raise RecipeError(f"Expected a recipe key ({', '.join(known)}); got {name!r}.")
        return dataclasses.replace(self, **values)

    def to_toml(self) -> str:
        """The recipe as TOML that `load` can read."""
        return "".join(f"{name} = {json.dumps(value)}\n" for name, value in dataclasses.asdict(self).items())


@dataclass(frozen=True)
class PageRecipe(Values):
    """What the page network learns from, and how.

    Attributes:
        network: always "pages".
        seed: random seed of the splits, the initial weights and the pages.
        epochs: number of epochs; after each there is a checkpoint.
        steps_per_epoch: batches in an epoch; no page is seen twice.
        batch_pixels: pixels in a batch, as many pages as that makes.
        learning_rate: the peak learning rate; it rises from 0 during `warmup` and falls back to 0 along a cosine.
        warmup: share of all steps, 0 to 1.
        weight_decay: decoupled, as in AdamW.
        num_pages: how many pages the networks are weighed on, and how many the look at the test set is at.
    """

    network: str = "pages"
    seed: int = 0
    epochs: int = 40
    steps_per_epoch: int = 250
    batch_pixels: int = 1_200_000
    learning_rate: float = 0.003
    warmup: float = 0.03
    weight_decay: float = 1e-3
    num_pages: int = 600

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.network != "pages":
            raise RecipeError(f"Expected network to be pages; got {self.network!r}.")


@dataclass(frozen=True)
class Recipe(Values):
    """What a digit network learns from, and how.

    Attributes:
        network: one of `NETWORKS`.
        seed: random seed of the splits, the initial weights, the order of the images, dropout and augmentation.
        held_out: whether the validation images are held out from training. If not, all images are trained on, the last
            weights are kept, and validation uses images that were trained on.
        epochs: maximum number of epochs; early stopping may end training sooner.
        min_images: if `epochs` amounts to fewer images, counting repetitions, as on data sets smaller than MNIST,
            `epochs` and `patience` are scaled up in proportion; 0 for exactly `epochs`.
        batch_size: images per step.
        learning_rate: the peak learning rate; it rises from 0 during `warmup` and falls back to 0 along a cosine.
        warmup: share of all steps, 0 to 1.
        weight_decay: decoupled, as in AdamW.
        l2: penalty on the kernels of dense layers, added to the loss.
        dropout: share of activations dropped before a dense layer, 0 to 1.
        label_smoothing: share of the probability spread over all classes, 0 to 1.
        patience: number of epochs without a better validation loss after which training stops.
        unchanged: share of images that only `shift_px` changes, 0 to 1; restroked images are always changed.
        rotation_degrees: maximum rotation, in either direction.
        shear: maximum slant, to either side, px per px.
        zoom: maximum scaling of each axis, as a share.
        elastic_px: standard deviation of the random displacements that bend an image.
        stroke_px: stroke widths are random within the range that the contract allows, extended by this much at both
            ends.
        shift_px: all images are shifted by up to this many whole px along each axis. The contract centres whatever is
            read, but in short runs the shifts teach features that work at any position.
        test_time_augmentation: whether the final network reads the picture at five positions, unshifted and shifted by
            one pixel in each direction, and averages the logits.
        restroked: share of MNIST's images that are redrawn from their skeletons.
        written: share of generated digits in an epoch, in styles that are rare in MNIST.
        strange: share of non-digits in an epoch.
        cut: share of MNIST's images whose top or bottom is cut off. Every second of these is labelled as no digit,
            since what is left of a 2 is also a >: so the network learns to be unsure of them.
        teachers: number of networks that are trained first, and whose mean probabilities the network then learns
            instead of the labels; 0 if it learns the labels. See `of_teacher`.
        teacher_epochs: number of epochs of each teacher.
        lessons: number of epochs of changed images that the teachers judge. The network sees them in rotation.
    """

    network: str = "cnn"
    seed: int = 0
    held_out: bool = True
    epochs: int = 7
    min_images: int = 384_000
    batch_size: int = 128
    learning_rate: float = 0.01
    warmup: float = 0.2
    weight_decay: float = 1e-3
    l2: float = 0.0
    dropout: float = 0.4
    label_smoothing: float = 0.0
    patience: int = 5
    unchanged: float = 0.3
    rotation_degrees: float = 14.0
    shear: float = 0.25
    zoom: float = 0.18
    elastic_px: float = 1.2
    stroke_px: float = 0.3
    shift_px: int = 1
    test_time_augmentation: bool = False
    restroked: float = 0.2
    written: float = 0.2
    strange: float = 0.25
    cut: float = 0.0
    teachers: int = 0
    teacher_epochs: int = 60
    lessons: int = 16

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.network not in NETWORKS:
            raise RecipeError(f"Expected network to be one of {', '.join(NETWORKS)}; got {self.network!r}.")
        if self.written + self.strange > _MOST_GENERATED:
            raise RecipeError(
                f"Expected written and strange to add up to at most {_MOST_GENERATED}, because the rest is MNIST; got "
                f"{self.written} and {self.strange}."
            )

    def of_teacher(self, number: int) -> "Recipe":
        """The recipe of a teacher: a wide network that learns the labels of images that are mixed and changed alike."""
        return dataclasses.replace(
            self,
            network="wide",
            seed=(1000 * (self.seed + 1) + number) % 2**32,
            epochs=self.teacher_epochs,
            patience=self.teacher_epochs,
            batch_size=128,
            dropout=0.4,
            teachers=0,
        )

    def replace(self, /, **values: Any) -> Self:
        """As in `Values`; an explicit number of epochs is exact."""
        exactly = {"min_images": 0} if "epochs" in values else {}
        return super().replace(**{**exactly, **values})

    def lasting(self, num_images: int) -> "Recipe":
        """A copy with enough epochs of `num_images` for `min_images`, and with `patience` scaled in proportion."""
        epochs = max(self.epochs, math.ceil(self.min_images / num_images))
        patience = math.ceil(self.patience * epochs / self.epochs)
        return dataclasses.replace(self, epochs=epochs, patience=patience)


_AS_PUBLISHED = Recipe(unchanged=1.0, shift_px=0, restroked=0.0, written=0.0)  # no generated digits

RECIPES = {
    # trains in seconds, on MNIST as published, so it has seen neither pen drawings nor non-digits
    "fast": _AS_PUBLISHED.replace(
        network="fast",
        epochs=3,
        min_images=160_000,  # nearly three epochs of MNIST
        batch_size=384,
        learning_rate=0.018,
        weight_decay=0.0,
        dropout=0.1,
        shift_px=1,
        test_time_augmentation=True,
        strange=0.0,
    ),
    "cnn": Recipe(),
    # for drawings
    "pad": Recipe(
        network="narrow",
        epochs=48,
        patience=48,
        dropout=0.2,
        shift_px=0,
        written=0.28,
        cut=0.03,
        teachers=2,
        teacher_epochs=40,
    ),
    # trains on every image, so none is held out
    "accurate": Recipe(
        network="wide",
        held_out=False,
        epochs=48,
        shift_px=0,
        unchanged=0.15,
        restroked=0.05,
        written=0.05,
        strange=0.05,
        teachers=3,
    ),
    # for a model file of less than 60 KB
    "small": Recipe(
        network="small",
        epochs=30,
        min_images=192_000,
        batch_size=64,
        dropout=0.0,
        patience=30,
        rotation_degrees=10.0,
        elastic_px=1.0,
        shift_px=0,
        restroked=0.0,
        written=0.05,
        strange=0.1,
    ),
    "dense": _AS_PUBLISHED.replace(
        network="dense",
        epochs=20,
        min_images=768_000,
        batch_size=256,
        learning_rate=0.002,
        weight_decay=0.0,
        l2=1e-4,
        dropout=0.3,
        patience=8,
    ),
}
DEFAULT = "fast"

PAGES = PageRecipe()
"""The recipe `page`."""

_ALL: dict[str, Recipe | PageRecipe] = {**RECIPES, "page": PAGES}


def load(name: str) -> Recipe | PageRecipe:
    """Load a recipe by its name in `RECIPES`, `page`, or from a TOML file that overrides some values of another recipe.

    A file may set `base = "dense"`; otherwise it is based on the default recipe.

    Raises:
        RecipeError: there is no such recipe or file, the file is not TOML, a key is unknown, or a value is out of
            range.
    """
    if name in _ALL:
        return _ALL[name]
    path = Path(name)
    if not path.is_file():
        raise RecipeError(f"Expected one of the recipes {', '.join(_ALL)}, or a TOML file; there is no {name!r}.")
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise RecipeError(f"Expected a TOML recipe in {path}; it cannot be read: {error}.") from None
    base = values.pop("base", "page" if values.get("network") == PAGES.network else DEFAULT)
    if not isinstance(base, str) or base not in _ALL:
        raise RecipeError(f"Expected base to be one of {', '.join(_ALL)} in {path}; got {base!r}.")
    return _ALL[base].replace(**values)


def parse(assignments: list[str]) -> Mapping[str, Any]:
    """Parse `name=value` assignments from the command line. Values are TOML; bare words count as strings."""
    values: dict[str, Any] = {}
    for assignment in assignments:
        name, equals, text = assignment.partition("=")
        if not equals:
            raise RecipeError(f"Expected name=value; got {assignment!r}.")
        try:
            parsed = tomllib.loads(f"value = {text}")
        except ValueError:
            parsed = {}
        values[name.strip()] = parsed["value"] if list(parsed) == ["value"] else text.strip()
    return values
