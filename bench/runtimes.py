"""One network behind four runtimes: from a PNG data URL to probabilities, and from many drawings to theirs."""

import contextlib
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from digitpad import Recognizer, artifact, drawing
from digitpad.training.export import keras_file, onnx_file
from digitpad.training.networks import architectures
from digitpad.training.recipe import Recipe

Pixels = NDArray[np.uint8]
Probabilities = NDArray[np.float32]

MINIBATCHES = (32, 128, 512)
"""How many drawings Keras is given at once, of more; the best counts."""


@dataclass(frozen=True)
class Files:
    """The same reader, contract and network, in the form of each runtime.

    Attributes:
        onnx: for ONNX Runtime, as digitpad ships it.
        keras: for Keras.
        lite: for LiteRT, with the number and size of the drawings fixed, as it works best.
    """

    onnx: Path
    keras: Path
    lite: Path


def write(folder: Path, pixels: Pixels) -> Files:
    """Write the reader of the model that ships, with fresh weights, which take as long as trained ones.

    Args:
        folder: where to.
        pixels: uint8 (height, width, 4), a drawing of the size that LiteRT shall read.
    """
    card = Recognizer.load().card
    recipe = Recipe(**card["recipe"])
    network = architectures.keep(architectures.build(recipe), recipe)
    reader = keras_file.build_reader(network, card["temperature"])
    files = Files(folder / "digits.onnx", folder / "model.keras", folder / "digits.tflite")
    keras_file.save(reader, files.keras)
    probe = artifact.Probe(pixels, keras_file.answer(reader, pixels[None])["probabilities"][0])
    files.onnx.write_bytes(artifact.seal(onnx_file.export(files.keras), card, [probe]))
    fixed = keras.Input(batch_shape=(1, *pixels.shape), dtype="uint8")
    with contextlib.redirect_stdout(io.StringIO()):  # it describes at length what it saves
        lite = tf.lite.TFLiteConverter.from_keras_model(keras.Model(fixed, reader(fixed)["probabilities"])).convert()
    files.lite.write_bytes(lite)
    return files


def one_at_a_time(files: Files) -> dict[str, Callable[[str], Probabilities]]:
    """For each runtime a function from a data URL to probabilities, float32 (10,), on one thread if it can."""
    recognizer, reader = Recognizer.load(files.onnx), _probabilities(files.keras)
    compiled = tf.function(reader)
    interpreter = Interpreter(str(files.lite), num_threads=1)
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


def many_at_once(files: Files) -> dict[str, Callable[[Sequence[Pixels]], Probabilities]]:
    """For each runtime a function from drawings of one size to probabilities, float32 (num_drawings, 10)."""
    reader = _probabilities(files.keras)
    compiled = tf.function(reader)

    def by(recognizer: Recognizer) -> Callable[[Sequence[Pixels]], Probabilities]:
        return lambda drawings: np.stack([answer.probabilities for answer in recognizer.predict_batch(drawings)])

    def predict(size: int) -> Callable[[Sequence[Pixels]], Any]:
        return lambda drawings: reader.predict(np.stack(drawings), size, verbose=0)

    def call(size: int) -> Callable[[Sequence[Pixels]], Any]:
        def answer(drawings: Sequence[Pixels]) -> Any:
            chunks = [np.stack(drawings[start : start + size]) for start in range(0, len(drawings), size)]
            return np.concatenate([compiled(chunk) for chunk in chunks])

        return answer

    return {
        "digitpad, 1 thread": by(Recognizer.load(files.onnx)),
        "digitpad, 2 threads": by(Recognizer.load(files.onnx, num_threads=2)),
        **{f"model.predict, {size} at once": predict(size) for size in MINIBATCHES},
        **{f"tf.function(model), {size} at once": call(size) for size in MINIBATCHES},
    }


def _probabilities(path: Path) -> keras.Model:
    """The reader without its other outputs, which would be copied for nothing."""
    reader = keras_file.load(path)
    return keras.Model(reader.inputs[0], reader(reader.inputs[0])["probabilities"])
