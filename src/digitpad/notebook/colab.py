"""The pad as plain HTML in Colab, over Colab's own bridge from the page to Python."""

import html
import itertools
import json
from collections.abc import Callable
from typing import Any

from IPython.display import HTML, JSON

from digitpad import esm
from digitpad.errors import DigitpadError
from digitpad.notebook.reader import as_reader, read
from digitpad.recognizer import Recognizer
from digitpad.verdict import Thresholds

NAME = "mnist.predict_digit"
"""What the first pad calls; further ones get a number, because names are global to the process."""

_numbers = itertools.count(1)

_ELSEWHERE = (
    "This pad answers in Colab, while the notebook runs. Elsewhere use DrawingPad from digitpad.notebook instead."
)


def colab_pad(model: Recognizer | Any = None, *, thresholds: Thresholds | None = None) -> HTML:
    """A pad for the output of a cell in Colab.

    The page calls `google.colab.kernel.invokeFunction("mnist.predict_digit", [dataUrl], {})` and reads the JSON.
    Outside of Colab the output says what to use instead. A pad that was made stays known for as long as Python runs.

    Args:
        model: as for `DrawingPad`.
        thresholds: as for `DrawingPad`.

    Raises:
        InputError: as for `DrawingPad`.
    """
    reader = as_reader(model, thresholds)
    number = next(_numbers)
    name = NAME if number == 1 else f"{NAME}_{number}"

    def predict_digit(data_url: str) -> JSON:
        try:
            return JSON(read(reader, data_url)[1])
        except DigitpadError as error:
            return JSON({"error": str(error)})

    _register(name, predict_digit)
    settings = json.dumps({"name": name, "model": reader.model_id, "elsewhere": _ELSEWHERE})
    script = f'{esm.join("colab")}\nshow(document.getElementById("{name}"), {settings});'
    return HTML(
        f'<div id="{name}">{html.escape(_ELSEWHERE)}</div>\n'
        f"<style>{esm.style()}</style>\n"
        f'<script type="module">{script}</script>'
    )


def _register(name: str, function: Callable[[str], JSON]) -> None:
    """Make a function known to the page; where there is no Colab, the page says so."""
    try:
        from google.colab import output
    except ImportError:
        return
    output.register_callback(name, function)
