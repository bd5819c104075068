"""A graph that doubles the resolution does so in one step, with the same results."""

from pathlib import Path

import keras
import numpy as np
import onnx
import onnxruntime
import pytest
from keras import layers

from digitpad.training.export import doubling


@pytest.fixture(scope="module")
def model() -> keras.Model:
    pixels = keras.Input((None, None, 3), batch_size=1)
    fine = layers.Conv2D(4, 3, 1, "same")(pixels)
    coarse = layers.Conv2D(4, 3, 4, "same")(pixels)
    middle = layers.Add()([layers.UpSampling2D(2)(layers.Conv2D(4, 1)(coarse)), layers.AveragePooling2D(2)(fine)])
    return keras.Model(pixels, layers.Add()([fine, layers.UpSampling2D(2)(layers.Conv2D(4, 1)(middle))]))


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="only TensorFlow exports graphs")
@pytest.mark.filterwarnings("ignore::FutureWarning")  # from the converter, about its own use of NumPy
def test_it_computes_what_it_computed(model: keras.Model, tmp_path: Path) -> None:
    picture = np.random.default_rng(0).normal(size=(1, 16, 24, 3)).astype(np.float32)
    expected = model(picture)
    model.export(tmp_path / "graph.onnx", format="onnx", opset_version=18, verbose=False)
    before = (tmp_path / "graph.onnx").read_bytes()
    after = doubling.simplify(before)
    graph = onnx.load_model_from_string(after).graph
    onnx.checker.check_model(onnx.load_model_from_string(after))
    kinds = [node.op_type for node in graph.node]
    assert {constant.name for constant in graph.initializer} <= {name for node in graph.node for name in node.input}
    assert kinds.count("Resize") == 2 and "Tile" not in kinds
    assert doubling.simplify(after) == after

    answers = []
    for model_bytes in (before, after):
        session = onnxruntime.InferenceSession(model_bytes, providers=["CPUExecutionProvider"])
        answers.append(session.run(None, {session.get_inputs()[0].name: picture})[0])
    assert np.allclose(answers[0], answers[1], atol=1e-5)
    assert np.allclose(answers[1], expected, atol=1e-4)
