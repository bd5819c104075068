"""A slim graph computes the same results from fewer bytes."""

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from digitpad.training.export.slim import slim

RNG = np.random.default_rng(0)


def graph(weights: NDArray[np.float32]) -> bytes:
    """A graph of x (n, 20) with long names, the same constant twice, and an optional input that is left out."""
    constants = {
        "a/very/long/name/of/weights": weights,
        "a/very/long/name/of/the/same/weights": weights,
        "low": np.float32(-1.0),
        "a": np.float32(1.5),
    }
    nodes = [
        helper.make_node("MatMul", ["x", "a/very/long/name/of/weights"], ["first/product"], name="first/node"),
        helper.make_node("MatMul", ["x", "a/very/long/name/of/the/same/weights"], ["second/product"]),
        helper.make_node("Add", ["first/product", "second/product"], ["sum"]),
        helper.make_node("Clip", ["sum", "", "a"], ["clipped"]),
        helper.make_node("Max", ["clipped", "low"], ["y"]),
    ]
    shapes = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", size]) for name, size in (("x", 20), ("y", 9))
    ]
    tensors = [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()]
    body = helper.make_graph(nodes, "test", shapes[:1], shapes[1:], tensors)
    opsets = [helper.make_opsetid("", 18)]
    return bytes(helper.make_model(body, opset_imports=opsets, ir_version=8).SerializeToString())


def run(model: bytes, x: NDArray[np.float32]) -> NDArray[np.float32]:
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    (y,) = session.run(None, {"x": x})
    return np.asarray(y)


def weights_of(model: bytes) -> dict[str, NDArray[np.generic]]:
    tensors = onnx.load_model_from_string(model).graph.initializer
    return {tensor.name: numpy_helper.to_array(tensor) for tensor in tensors}


def test_it_computes_what_it_computed() -> None:
    x = RNG.normal(size=(5, 20)).astype(np.float32)
    for weights in (RNG.normal(size=(20, 9)).astype(np.float32), RNG.normal(size=(20, 9)).astype(np.float16)):
        model = graph(weights.astype(np.float32))
        onnx.checker.check_model(onnx.load_model_from_string(slim(model)))
        assert np.array_equal(run(slim(model), x), run(model, x))
        assert np.array_equal(run(slim(slim(model)), x), run(model, x))


def test_names_are_short_and_equal_constants_stand_once() -> None:
    model = graph(RNG.normal(size=(20, 9)).astype(np.float32))
    kept = weights_of(slim(model))
    assert len(kept) == 3
    assert max(map(len, kept)) == 1
    assert len(slim(model)) < len(model) - 20 * 9 * 4


def test_a_constant_that_is_an_output_too_keeps_its_name_as_such() -> None:
    weights = RNG.normal(size=(20, 9)).astype(np.float16).astype(np.float32)
    proto = onnx.load_model_from_string(graph(weights))
    proto.graph.output.append(helper.make_tensor_value_info("a/very/long/name/of/weights", TensorProto.FLOAT, [20, 9]))
    slimmed = slim(proto.SerializeToString())
    assert len(weights_of(slimmed)) == 3
    session = onnxruntime.InferenceSession(slimmed, providers=["CPUExecutionProvider"])
    told, _ = session.run(["a/very/long/name/of/weights", "y"], {"x": np.zeros((1, 20), np.float32)})
    np.testing.assert_array_equal(told, weights)


def test_what_half_precision_holds_is_stored_in_half() -> None:
    weights = RNG.normal(size=(20, 9)).astype(np.float16).astype(np.float32)
    kept = weights_of(slim(graph(weights)))
    assert sorted(value.dtype.name for value in kept.values()) == ["float16", "float32", "float32"]
    weights[3, 4] = np.nextafter(weights[3, 4], np.float32(9))
    assert {value.dtype.name for value in weights_of(slim(graph(weights))).values()} == {"float32"}
    weights[3, 4] = 1e30  # far beyond half precision
    assert {value.dtype.name for value in weights_of(slim(graph(weights))).values()} == {"float32"}
