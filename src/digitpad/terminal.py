"""Predictions as text for a terminal, and as lines of JSON for programs."""

import json
import os
import sys

import numpy as np
from numpy.typing import NDArray

from digitpad import answer
from digitpad.prediction import Prediction
from digitpad.words import percent

_SHADES = " .:-=+*#%@"

_CHANGED_PX = 0.15
"""Smaller changes are not shown. The two widths are measured at different resolutions, and may differ by 0.1 px."""


def show(name: str, prediction: Prediction, top: int) -> str:
    """Format the answer to one drawing, with the picture that the model saw."""
    told = f"{shorten(name)}: {answer.headline(prediction)}. {prediction.reason}"
    if prediction.box is None:
        return told
    ranking = ", ".join(f"{digit} {percent(probability)}" for digit, probability in prediction.top_k(top))
    return f"{told} Top {top}: {ranking}.\n{_picture(prediction.seen)}\nPreprocessing: {_steps(prediction)}."


def to_json(name: str, prediction: Prediction, top: int) -> str:
    """Format the answer to one drawing as one line of JSON: the picture's name, then the keys of `answer.to_dict`."""
    return json.dumps({"picture": shorten(name), **answer.to_dict(prediction, top)})


def _steps(prediction: Prediction) -> str:
    """Describe the preprocessing steps with the model's own numbers."""
    assert prediction.box and prediction.stroke, "a blank drawing has no box"
    top_edge, left, bottom, right = prediction.box
    height, width = prediction.size
    drawn, seen = prediction.stroke
    steps = [
        f"{right - left:.0f} x {bottom - top_edge:.0f} px of ink in a {width} x {height} drawing",
        f"scaled by {prediction.scale:.3g}",
        *([f"strokes changed from {drawn:.1f} to {seen:.1f} px"] if abs(seen - drawn) >= _CHANGED_PX else []),
        "centred by mass",
    ]
    return ", ".join(steps)


def _picture(seen: NDArray[np.uint8]) -> str:
    """28x28 pixels as 14 lines: grey half blocks if the terminal shows colours, else shades of ASCII characters."""
    upper, lower = seen[0::2], seen[1::2]
    if _shows_colours():
        lines = [
            "".join(f"\x1b[38;5;{_grey(u)};48;5;{_grey(v)}m▀" for u, v in zip(*rows, strict=True))
            for rows in zip(upper, lower, strict=True)
        ]
        return "\n".join(f"  {line}\x1b[0m" for line in lines)
    shades = (upper.astype(int) + lower) * len(_SHADES) // 512
    lines = ["".join(_SHADES[shade] for shade in row) for row in shades]
    return "\n".join(f"  |{line}|" for line in lines)


def _shows_colours() -> bool:
    wanted = "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"
    return wanted and sys.stdout.isatty() and sys.stdout.encoding.lower().startswith("utf")


def _grey(level: int) -> int:
    """The nearest of the 24 greys in the 256-colour palette."""
    return 232 + int(level) * 23 // 255


def shorten(name: str) -> str:
    """The name of a picture; of a data URL only the beginning."""
    return name if not name.startswith("data:") else name[:40] + "..."
