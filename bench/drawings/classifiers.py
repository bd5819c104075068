"""Two classifiers that read 28x28 pictures: digitpad's network without its contract, and a plain CNN.

Both map uint8 (num_pictures, 28, 28), 0 for paper to 255 for ink, to probabilities, float32 (num_pictures, 10).
"""

import sys
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from onnx.utils import Extractor

from bench.training.lessons import keras_network
from digitpad.training.datasets import mnist

Pictures = NDArray[np.uint8]
Classifier = Callable[[Pictures], NDArray[np.float32]]

CACHE = Path(__file__).parents[2] / "runs" / "bench" / "plain-cnn.keras"
EPOCHS = 15
BATCH_SIZE = 500


def cut(model: Path) -> Classifier:
    """The classifier of a model file: the part of its graph from the 28x28 picture on."""
    graph = Extractor(onnx.load(model)).extract_model(["seen", "ink"], ["probabilities"])
    session = onnxruntime.InferenceSession(graph.SerializeToString(), providers=["CPUExecutionProvider"])
    names = {entry.name for entry in session.get_inputs()}

    def classify(pictures: Pictures) -> NDArray[np.float32]:
        answers = []
        for start in range(0, len(pictures), BATCH_SIZE):
            seen = _levels(pictures[start : start + BATCH_SIZE])
            given = {"seen": seen, "ink": np.ones(len(seen), np.float32)}
            answers.append(session.run(["probabilities"], {name: given[name] for name in names})[0])
        return np.concatenate(answers)

    return classify


def plain_cnn(folder: Path, *, epochs: int = EPOCHS) -> Classifier:
    """The network of Keras' example, from its cache or else trained on MNIST now, without augmentation.

    Args:
        folder: the one with MNIST.
        epochs: of the training; only a network that had all 15 is cached.
    """
    if CACHE.exists():
        network = keras.saving.load_model(CACHE, compile=False)
    else:
        cached = f"kept in {CACHE}" if epochs == EPOCHS else f"not kept: {epochs} of {EPOCHS} epochs"
        print(f"Training the plain CNN, once, which takes minutes ({cached}).", file=sys.stderr, flush=True)
        network = _train(folder, epochs)
        if epochs == EPOCHS:
            CACHE.parent.mkdir(parents=True, exist_ok=True)
            network.save(CACHE)
    return lambda pictures: np.asarray(network.predict(_levels(pictures), batch_size=BATCH_SIZE, verbose=0), np.float32)


def _train(folder: Path, epochs: int) -> keras.Model:
    keras.utils.set_random_seed(0)
    pool, network = mnist.load(folder).pool, keras_network()
    network.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
    network.fit(_levels(pool.images), pool.labels, batch_size=128, epochs=epochs, validation_split=0.1, verbose=0)
    return network


def _levels(pictures: Pictures) -> NDArray[np.float32]:
    return np.asarray(pictures[..., None] / 255, np.float32)
