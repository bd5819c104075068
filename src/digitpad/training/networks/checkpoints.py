"""Checkpoints: everything that a killed run needs to go on, in one file."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitpad.errors import RunError
from digitpad.training import runs
from digitpad.training.recipe import Values


def save(
    path: Path, recipe: Values, variables: Sequence[Any], state: Mapping[str, Any], **kept: Sequence[NDArray[Any]]
) -> None:
    """Write a checkpoint.

    Args:
        path: the file, which is replaced.
        recipe: the recipe of the run.
        variables: of the network and the optimizer.
        state: JSON values.
        kept: further lists of arrays.
    """
    arrays = {f"variable_{number}": np.asarray(value) for number, value in enumerate(variables)}
    for name, values in kept.items():
        arrays |= {f"{name}_{number}": value for number, value in enumerate(values)}
    counts = {name: len(values) for name, values in kept.items()}
    text = json.dumps({"recipe": recipe.to_toml(), "counts": counts, **state})
    runs.write_arrays(path, {"state": text, **arrays})


def state(path: Path) -> dict[str, Any]:
    """The JSON values of a checkpoint; RunError if it is damaged."""
    arrays = runs.read_arrays(path)
    try:
        return dict(json.loads(str(arrays["state"])))
    except (KeyError, TypeError, ValueError) as error:
        raise RunError(f"Expected a checkpoint in {path}; it is damaged: {error}.") from None


def restore(
    path: Path, recipe: Values, variables: Sequence[Any]
) -> tuple[dict[str, Any], dict[str, list[NDArray[Any]]]]:
    """Read a checkpoint into the variables.

    Returns:
        `state` and `kept`, as in `save`.

    Raises:
        RunError: the file is damaged, or belongs to another recipe or network.
    """
    arrays = runs.read_arrays(path)
    try:
        state = json.loads(str(arrays["state"]))
        if state["recipe"] != recipe.to_toml():
            raise RunError(f"Expected {path} to come from this recipe; it comes from another one.")
        for number, variable in enumerate(variables):
            variable.assign(arrays[f"variable_{number}"])
        kept = {name: [arrays[f"{name}_{i}"] for i in range(count)] for name, count in state["counts"].items()}
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise RunError(f"Expected a checkpoint of this network in {path}; it does not fit: {error}.") from None
    return state, kept
