"""One network behind four runtimes: from a PNG data URL to probabilities, and from many drawings to theirs."""

import contextlib
import io
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from bench import fresh
from digitpad import Recognizer, artifact, drawing
from digitpad.training.export import keras_file, onnx_file

Pixels = NDArray[np.uint8]
Probabilities = NDArray[np.float32]

MINIBATCHES = (32, 128, 512)
"""How many drawings of a larger batch Keras gets at once; the best counts."""

ONNX, KERAS, LITE = "digits.onnx", "model.keras", "digits.tflite"
"""Files with the same reader, contract and network, for ONNX Runtime, Keras and LiteRT."""


def write(folder: Path, pixels: Pixels) -> None:
    """Write the reader of the model that ships for each runtime, with fresh weights, which are as fast as trained ones.

    Args:
        folder: where to.
        pixels: uint8 (height, width, 4); LiteRT reads one drawing of this size only, where it is fastest.
    """
    card, reader = Recognizer.load().card, fresh.reader()
    keras_file.save(reader, folder / KERAS)
    probe = artifact.Probe(pixels, keras_file.answer(reader, pixels[None])["probabilities"][0])
    (folder / ONNX).write_bytes(artifact.seal(onnx_file.export(folder / KERAS), card, [probe]))
    fixed = keras.Input(batch_shape=(1, *pixels.shape), dtype="uint8")
    with contextlib.redirect_stdout(io.StringIO()):  # it describes at length what it saves
        lite = tf.lite.TFLiteConverter.from_keras_model(keras.Model(fixed, reader(fixed)["probabilities"])).convert()
    (folder / LITE).write_bytes(lite)


def one_at_a_time(folder: Path) -> dict[str, Callable[[str], Probabilities]]:
    """For each runtime a function from a data URL to probabilities, float32 (10,), on one thread if possible."""
    recognizer, reader = Recognizer.load(folder / ONNX), _probabilities(folder / KERAS)
    compiled = tf.function(reader)
    interpreter = Interpreter(str(folder / LITE), num_threads=1)
    interpreter.allocate_tensors()
    source, target = interpreter.get_input_details()[0]["index"], interpreter.get_output_details()[0]["index"]

    def lite(url: str) -> Any:
        interpreter.set_tensor(source, drawing.read(url)[None])
        interpreter.invoke()
        return interpreter.get_tensor(target)[0]

    return {
        "digitpad": lambda url: recognizer.predict(url).probabilities,
        "LiteRT": lite,
        "tf.function(model)(x)": lambda url: np.asarray(compiled(drawing.read(url)[None])[0]),
        "model(x)": lambda url: np.asarray(reader(drawing.read(url)[None], training=False)[0]),
        "model.predict": lambda url: reader.predict(drawing.read(url)[None], verbose=0)[0],
    }


def many_at_once(folder: Path) -> dict[str, Callable[[Sequence[Pixels]], Probabilities]]:
    """For each runtime a function from drawings of one size to probabilities, float32 (num_drawings, 10)."""
    one, two = Recognizer.load(folder / ONNX), Recognizer.load(folder / ONNX, num_threads=2)
    reader = _probabilities(folder / KERAS)
    compiled = tf.function(reader)

    def ours(recognizer: Recognizer, drawings: Sequence[Pixels]) -> Probabilities:
        return np.stack([answer.probabilities for answer in recognizer.predict_batch(drawings)])

    def predict(size: int, drawings: Sequence[Pixels]) -> Any:
        return reader.predict(np.stack(drawings), size, verbose=0)

    def call(size: int, drawings: Sequence[Pixels]) -> Any:
        chunks = [np.stack(drawings[start : start + size]) for start in range(0, len(drawings), size)]
        return np.concatenate([compiled(chunk) for chunk in chunks])

    return {
        "digitpad, 1 thread": partial(ours, one),
        "digitpad, 2 threads": partial(ours, two),
        **{f"model.predict, {size} at once": partial(predict, size) for size in MINIBATCHES},
        **{f"tf.function(model), {size} at once": partial(call, size) for size in MINIBATCHES},
    }


def _probabilities(path: Path) -> keras.Model:
    return fresh.probabilities(keras_file.load(path))
