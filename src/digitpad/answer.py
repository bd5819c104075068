"""Predictions as JSON, in the same form for every interface, and as a headline."""

import base64
import io
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from digitpad.prediction import Prediction
from digitpad.words import either, percent, say

_INK_PICTURE_PX = 112
"""Maximum side of the ink picture in px; it is only for display."""


def to_dict(prediction: Prediction, top_k: int = 3) -> dict[str, Any]:
    """Convert a prediction to a JSON object.

    Args:
        prediction: from `Recognizer.predict`.
        top_k: number of digits to list.

    Returns:
        `status`, `reason`, `digit`, `confidence`, `candidates` and `not_digit` as in `Prediction`; `top_k`, a list of
        `digit` and `probability`, most probable first; `seen`, 28 rows of 28 integers from 0 (paper) to 255 (ink); and
        `steps`, the results of the preprocessing steps: `size`, `isolated`, `ink`, `box`, `centre`, `scale` and
        `stroke` as in `Prediction`, and `ink_picture`, a PNG data URL of the detected ink, white on black, or None if
        the prediction has no `distance`.
    """
    return {
        "status": prediction.status,
        "reason": prediction.reason,
        "digit": prediction.digit,
        "confidence": prediction.confidence,
        "candidates": list(prediction.candidates),
        "not_digit": prediction.not_digit,
        "top_k": [{"digit": digit, "probability": probability} for digit, probability in prediction.top_k(top_k)],
        "seen": prediction.seen.tolist(),
        "steps": {
            "size": prediction.size,
            "isolated": prediction.isolated,
            "ink": prediction.ink,
            "box": prediction.box,
            "centre": prediction.centre,
            "scale": prediction.scale,
            "stroke": prediction.stroke,
            "ink_picture": None if prediction.distance is None else to_data_url(prediction.distance),
        },
    }


def headline(prediction: Prediction) -> str:
    """The answer in a few words, such as "7, 99.2 % confident", "7? Unsure: 7 or 1", "Not a digit" or "Blank"."""
    likely = prediction.candidates
    if len(likely) < 2:
        likely = tuple(digit for digit, _ in prediction.top_k(2))
    words = say(
        "headline",
        prediction.status,
        confidence=percent(prediction.confidence),
        candidates=either(likely) if likely else "",
    )
    match prediction.status:
        case "digit":
            return f"{prediction.digit}, {words}"
        case "unsure":
            return f"{prediction.digit}? {words}"
        case _:
            return words


def to_data_url(grey: NDArray[np.uint8]) -> str:
    """A picture, uint8 (height, width), as a PNG data URL to look at, shrunk where it is large."""
    picture, file = Image.fromarray(grey), io.BytesIO()
    picture.reduce(math.ceil(max(picture.size) / _INK_PICTURE_PX)).save(file, "PNG", compress_level=1)
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()
