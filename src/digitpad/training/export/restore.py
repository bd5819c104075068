"""Back from a model file to a network that can be trained further."""

import dataclasses
from collections.abc import Iterator

import keras
import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import numpy_helper

from digitpad.artifact import Artifact
from digitpad.errors import ArtifactError, RecipeError
from digitpad.training.networks import architectures
from digitpad.training.recipe import Recipe

_WITH_KERNEL = ("Conv", "MatMul", "Gemm")


def recipe(model: Artifact) -> Recipe:
    """The recipe that a model was trained with.

    Raises:
        ArtifactError: the card has no recipe for digits of this version.
    """
    try:
        return Recipe(**model.card["recipe"])
    except (KeyError, TypeError, RecipeError) as error:
        raise ArtifactError(f"Expected a recipe on the card of {model.path}; it cannot be used: {error!r}.") from None


def network(model: Artifact) -> keras.Sequential:
    """Rebuild the network of a model file, with its weights.

    Args:
        model: a model for digits.

    Returns:
        A network for `architectures.keep`, from float32 (batch, 28, 28, 1), 0 to 1, to float32 (batch, 11), logits:
        batch normalisation is folded into the convolutions, there is no dropout, and it reads a picture once.

    Raises:
        ArtifactError: the card has no recipe of this version, or the weights do not fit its network.
    """
    once = dataclasses.replace(recipe(model), test_time_augmentation=False)
    found = architectures.keep(architectures.build(once), once)
    weights = list(_weights(onnx.load_model(model.path).graph))
    if [array.shape for array in weights] != [variable.shape for variable in found.weights]:
        raise ArtifactError(f"Expected the weights of a network {once.network} in {model.path}; they are of another.")
    found.set_weights(weights)
    return found


def _weights(graph: onnx.GraphProto) -> Iterator[NDArray[np.float32]]:
    """The kernel and bias of each layer behind the contract, in the order and form in which Keras holds them."""
    constants = {each.name: numpy_helper.to_array(each) for each in graph.initializer}
    constants |= {
        n.output[0]: constants[n.input[0]] for n in graph.node if n.op_type == "Cast" and n.input[0] in constants
    }
    first = next(index for index, node in enumerate(graph.node) if "seen" in node.output)
    known: set[str] = set()  # test-time augmentation runs the same layers several times
    dense = ""  # the product that a bias may be added to
    for node in graph.node[first + 1 :]:
        stored = [name for name in node.input if name in constants]
        if node.op_type in _WITH_KERNEL and stored and constants[stored[0]].ndim > 1:
            dense = node.output[0] if node.op_type != "Conv" else ""
        elif not (node.op_type == "Add" and dense in node.input):
            continue
        for name in stored:
            if name not in known:
                known.add(name)
                yield _as_keras(constants[name])


def _as_keras(array: NDArray[np.floating]) -> NDArray[np.float32]:
    """ONNX has the kernel of a convolution as (out, in, height, width), Keras as (height, width, in, out)."""
    return (array.transpose(2, 3, 1, 0) if array.ndim == 4 else array).astype(np.float32)
