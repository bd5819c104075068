"""The pad as plain HTML in Colab, connected to Python by Colab's own bridge."""

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
"""The function that the first pad calls; later pads add a number, because names are global to the process."""

_numbers = itertools.count(1)

_ELSEWHERE = (
    "This pad works only in Colab while the notebook is running. Elsewhere, use DrawingPad from digitpad.notebook."
)


def colab_pad(model: Recognizer | Any = None, *, thresholds: Thresholds | None = None) -> HTML:
    """Create a pad to show as the output of a cell in Colab.

    The page calls `google.colab.kernel.invokeFunction("mnist.predict_digit", [dataUrl], {})`, which returns JSON.
    Outside Colab, the output says what to use instead. Each pad stays registered until Python exits.

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
    """Let the page call a function; outside Colab this does nothing, and the page says what to use instead."""
    try:
        from google.colab import output
    except ImportError:
        return
    output.register_callback(name, function)
