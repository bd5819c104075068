"""Doubling the resolution in an ONNX graph: one `Resize` for a chain of nodes that copy all pixels several times."""

import numpy as np
import onnx
from onnx import NodeProto, helper, numpy_helper

_CHAIN = ("Unsqueeze", "Tile", "Reshape", "Transpose")
_SCALES = "digitpad.doubled"


def simplify(model: bytes) -> bytes:
    """Replace each chain that repeats rows and columns, as the converter writes `UpSampling2D(2)`, by a `Resize`.

    A chain starts at a convolution and ends at an addition. The results are the same, in less time and memory.

    Args:
        model: a serialised ONNX model without subgraphs, with channels before rows and columns where chains begin.

    Returns:
        The same model with fewer nodes; as it was if it has no such chain.
    """
    proto = onnx.load_model_from_string(model)
    graph = proto.graph
    made_by = {name: node for node in graph.node for name in node.output}
    sources = {
        name: source
        for node in graph.node
        if node.op_type == "Add"
        for name in node.input
        if (source := _source(name, made_by))
    }
    if not sources:
        return model
    nodes = [_resize(sources, node) for node in graph.node]
    needed = _needed(nodes, [output.name for output in graph.output])
    used = {name for node in needed for name in node.input}
    scales = numpy_helper.from_array(np.array([1, 1, 2, 2], np.float32), _SCALES)
    constants = [constant for constant in (*graph.initializer, scales) if constant.name in used]
    del graph.node[:], graph.initializer[:], graph.value_info[:]
    graph.node.extend(needed)
    graph.initializer.extend(constants)
    return bytes(proto.SerializeToString(deterministic=True))


def _source(name: str, made_by: dict[str, NodeProto]) -> str | None:
    """Where the chain begins that ends in a tensor; None if it is no such chain."""
    num_tiles = 0
    while (node := made_by.get(name)) and node.op_type in _CHAIN:
        num_tiles += node.op_type == "Tile"
        name = node.input[0]
    return name if num_tiles == 2 and node and node.op_type == "Conv" else None


def _resize(sources: dict[str, str], node: NodeProto) -> NodeProto:
    name = node.output[0]
    if name not in sources:
        return node
    nearest = {"mode": "nearest", "coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}
    return helper.make_node("Resize", [sources[name], "", _SCALES], [name], **nearest)


def _needed(nodes: list[NodeProto], names: list[str]) -> list[NodeProto]:
    """The nodes that some tensors depend on, in order."""
    wanted, needed = set(names), []
    for node in reversed(nodes):
        if wanted.intersection(node.output):
            wanted.update(node.input)
            needed.append(node)
    return needed[::-1]
