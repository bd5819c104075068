"""A recipe: everything that decides what is trained, in one frozen dataclass."""

import dataclasses
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from digitpad.errors import RecipeError

_AT_LEAST = {"epochs": 1, "batch_size": 1, "patience": 1, "learning_rate": 1e-9}
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
_AT_MOST |= {"written": 1, "strange": 1}
_MOST_GENERATED = 0.75

_ANYTHING_BELOW = 1_000_000


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
class Recipe:
    """What is trained, and how.

    Attributes:
        network: the name of a builder in `models.NETWORKS`.
        seed: of the splits, the initial weights, the order of the pictures, dropout and augmentation.
        held_out: whether the validation pictures are kept from training. If not, all pictures train, the last weights
            are kept, and what validation shows was trained on.
        epochs: the most epochs; early stopping may end sooner.
        batch_size: pictures a step.
        learning_rate: the highest; it rises from 0 during `warmup` and falls back to 0 along a cosine.
        warmup: share of all steps, 0 to 1.
        weight_decay: decoupled, as in AdamW.
        l2: penalty on the kernels of dense layers, added to the loss.
        dropout: share of activations dropped before a dense layer, 0 to 1.
        label_smoothing: share of the probability spread over all digits, 0 to 1.
        patience: epochs without a better validation loss after which training stops.
        unchanged: share of pictures that nothing but `shift_px` changes, 0 to 1; those drawn anew always are.
        rotation_degrees: pictures are turned by up to this much, either way.
        shear: they are leaned to the side by up to this much px a px.
        zoom: each axis is scaled by up to this share.
        elastic_px: they are bent; the standard deviation of the displacements.
        stroke_px: strokes get any width that the contract lets through, and this much beyond either end.
        shift_px: all are moved by up to so many whole px along each axis, though none is read like that: in short runs
            that teaches features which serve everywhere.
        test_time_augmentation: whether the network that is kept reads the picture in five places, its own and a pixel
            beside it, and answers with the mean.
        restroked: share of MNIST's pictures that are drawn anew from their skeletons.
        written: share of an epoch that are generated digits, in the styles that MNIST has few of.
        strange: share of an epoch that are no digits.
    """

    network: str = "cnn"
    seed: int = 0
    held_out: bool = True
    epochs: int = 7
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

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):
            _check(field.name, getattr(self, field.name), field.type)
        if self.written + self.strange > _MOST_GENERATED:
            raise RecipeError(
                f"Expected written and strange to be at most {_MOST_GENERATED} together, for the rest is MNIST; got "
                f"{self.written} and {self.strange}."
            )

    def replace(self, /, **values: Any) -> "Recipe":
        """The same recipe with other values; RecipeError for an unknown key or a value out of range."""
        known = [field.name for field in dataclasses.fields(self)]
        for name in values:
            if name not in known:
                raise RecipeError(f"Expected a value of a recipe ({', '.join(known)}); got {name!r}.")
        return dataclasses.replace(self, **values)

    def to_toml(self) -> str:
        """The recipe as a TOML file that `load` reads back."""
        return "".join(f"{name} = {json.dumps(value)}\n" for name, value in dataclasses.asdict(self).items())


_AS_PUBLISHED = Recipe(unchanged=1.0, shift_px=0, restroked=0.0, written=0.0)  # MNIST's digits as they are, no others

RECIPES = {
    # seconds, not minutes: MNIST alone and as it is, so it knows digits, but neither pens nor what is no digit
    "fast": _AS_PUBLISHED.replace(
        network="fast",
        epochs=3,
        batch_size=384,
        learning_rate=0.018,
        weight_decay=0.0,
        dropout=0.1,
        shift_px=1,
        test_time_augmentation=True,
        strange=0.0,
    ),
    "cnn": Recipe(),
    # made for drawings
    "pad": Recipe(network="wide", epochs=20, patience=20, shift_px=0, written=0.28),
    # every picture counts, so none is held out
    "accurate": Recipe(network="wide", held_out=False, epochs=20, shift_px=0, strange=0.15),
    # a model file of less than 60 KB
    "small": Recipe(
        network="small",
        epochs=30,
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
        batch_size=256,
        learning_rate=0.002,
        weight_decay=0.0,
        l2=1e-4,
        dropout=0.3,
        patience=8,
    ),
}
DEFAULT = "fast"


def load(name: str) -> Recipe:
    """A recipe by its name in `RECIPES`, or from a TOML file with values that replace some of a recipe's.

    A file may say `base = "dense"`; otherwise it is based on the default recipe.

    Raises:
        RecipeError: no such recipe or file, not TOML, an unknown key, or a value out of range.
    """
    if name in RECIPES:
        return RECIPES[name]
    path = Path(name)
    if not path.is_file():
        raise RecipeError(f"Expected one of the recipes {', '.join(RECIPES)}, or a TOML file; there is no {name!r}.")
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise RecipeError(f"Expected a recipe in TOML in {path}; it cannot be read: {error}.") from None
    base = values.pop("base", DEFAULT)
    if not isinstance(base, str) or base not in RECIPES:
        raise RecipeError(f"Expected base to be one of {', '.join(RECIPES)} in {path}; got {base!r}.")
    return RECIPES[base].replace(**values)


def parse(assignments: list[str]) -> Mapping[str, Any]:
    """Values set on the command line, each `name=value` with a TOML value; bare words count as text."""
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
