"""Shrinking an ONNX graph without changing its results: short names, no duplicate constants, no unused bits."""

import itertools
import string
from collections.abc import Iterator

import numpy as np
import onnx
from onnx import helper, numpy_helper

_HALF_FROM = 100  # elements; below, the node that casts them back takes more bytes than are saved


def slim(model: bytes) -> bytes:
    """Make a model file smaller without changing any result.

    The converter names every tensor after the path of its layer, which takes more than half of a small network's file.
    These names are shortened to one or two letters, equal constants are stored once, and float32 constants that float16
    represents exactly are stored as float16 and cast back when the model is loaded.

    Args:
        model: a serialised ONNX model without subgraphs.

    Returns:
        The same model, smaller; its inputs and outputs keep their names.
    """
    proto = onnx.load_model_from_string(model)
    graph = proto.graph
    names = {"": ""} | {value.name: value.name for value in [*graph.input, *graph.output]}  # "": an omitted input
    fresh = (name for name in _names() if name not in names)
    constants: dict[bytes, onnx.TensorProto] = {}
    for constant in graph.initializer:
        name, constant.name = constant.name, ""
        content = constant.SerializeToString(deterministic=True)
        if content not in constants:
            constant.name = next(fresh)
            constants[content] = constant
        names[name] = constants[content].name
    # an output that is a constant needs a node, because constants get other names
    copied = [helper.make_node("Identity", [names[each.name]], [each.name]) for each in graph.output]
    copied = [node for node in copied if node.input != node.output]
    for node in graph.node:
        node.name = ""
        for values in (node.input, node.output):
            for name in values:
                if name not in names:
                    names[name] = next(fresh)
            values[:] = [names[name] for name in values]
    halves = {c.name: half for c in constants.values() if (half := _half(c, next(fresh)))}
    nodes = [helper.make_node("Cast", [half.name], [name], to=onnx.TensorProto.FLOAT) for name, half in halves.items()]
    nodes += [*graph.node, *copied]
    kept = [halves.get(constant.name, constant) for constant in constants.values()]
    del graph.initializer[:], graph.node[:], graph.value_info[:]
    graph.initializer.extend(kept)
    graph.node.extend(nodes)
    return bytes(proto.SerializeToString(deterministic=True))


def _half(constant: onnx.TensorProto, name: str) -> onnx.TensorProto | None:
    """A constant as float16 under another name, or None if that saves nothing or is not exact."""
    values = numpy_helper.to_array(constant)
    if values.dtype != np.float32 or values.size < _HALF_FROM:
        return None
    with np.errstate(over="ignore"):
        half = values.astype(np.float16)
    return numpy_helper.from_array(half, name) if np.array_equal(half, values) else None


def _names() -> Iterator[str]:
    """All strings of lower-case letters, shortest first."""
    for length in itertools.count(1):
        yield from map("".join, itertools.product(string.ascii_lowercase, repeat=length))
