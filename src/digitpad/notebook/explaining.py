"""Tells the page of a pad what happens inside the model."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from digitpad import drawing
from digitpad.errors import ArtifactError, InputError
from digitpad.explanation import formats
from digitpad.notebook.reader import Reader
from digitpad.recognizer import Recognizer


def explains(reader: Reader) -> bool:
    """Whether it can be told what happens inside a reader's model."""
    try:
        return isinstance(reader, Recognizer) and bool(reader.explainer.layers)
    except ArtifactError:  # the pad reads all the same
        return False


def find(reader: Reader) -> Recognizer:
    """The recognizer that a reader is.

    Raises:
        InputError: it is a Keras model.
    """
    if isinstance(reader, Recognizer):
        return reader
    raise InputError(
        "Expected a pad with a Recognizer, to look inside its model; this one has a Keras model. Train one with "
        "`digitpad train`, and create the pad with Recognizer.load(RUN)."
    )


def explain(reader: Reader, question: Mapping[str, Any]) -> dict[str, Any]:
    """Explain what the network makes of a picture, in the form that the page expects.

    Args:
        reader: reads the drawings of the pad.
        question: `seen`, 28 rows of 28 levels; `without`, what to switch off; and `image`, the drawing as a data URL,
            which is only needed to switch off steps of the contract, or None.

    Raises:
        DigitpadError: as for `Recognizer.explain`, or there is no recognizer.
    """
    recognizer, image = find(reader), question["image"]
    explanation = recognizer.explainer.explain(
        np.array(question["seen"], np.uint8),
        pixels=None if image is None else drawing.read(image),
        without=question["without"],
    )
    return formats.to_dict(explanation, recognizer.explainer.steps) | {"model": recognizer.model_id}


def weights(reader: Reader, layer: str) -> dict[str, Any]:
    """The weights of a layer, in the form that the page expects.

    Raises:
        DigitpadError: as for `Explainer.weights`, or there is no recognizer.
    """
    recognizer = find(reader)
    return formats.weights_to_dict(*recognizer.explainer.weights(layer), recognizer.model_id)
