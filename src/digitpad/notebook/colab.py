"""The pad as plain HTML in Colab, connected to Python by Colab's own bridge."""

import html
import itertools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from IPython.display import HTML, JSON

from digitpad import esm
from digitpad.errors import DigitpadError
from digitpad.notebook import explaining
from digitpad.notebook.keeper import Keeper, attempt
from digitpad.notebook.reader import as_reader, read, read_page
from digitpad.recognizer import Recognizer
from digitpad.verdict import Thresholds

PREDICT, READ = "mnist.predict_digit", "mnist.read_digits"
EXPLAIN, WEIGHTS = "mnist.explain_digit", "mnist.layer_weights"
CORRECT, UNDO = "mnist.correct_digit", "mnist.undo_correction"
"""The functions that the first pad calls; later pads add a number, because names are global to the process."""

_numbers = itertools.count(1)

_ELSEWHERE = (
    "This pad works only in Colab while the notebook is running. Elsewhere, use DrawingPad from digitpad.notebook."
)


def colab_pad(
    model: Recognizer | Any = None, *, thresholds: Thresholds | None = None, keep: str | Path | None = None
) -> HTML:
    """Create a pad to show as the output of a cell in Colab.

    The page calls `google.colab.kernel.invokeFunction("mnist.predict_digit", [dataUrl], {})`, which returns JSON, and
    "mnist.read_digits" for numbers if the model is a `Recognizer`. To look inside that, it calls "mnist.explain_digit"
    with JSON and "mnist.layer_weights" with the name of a layer. What you say that a drawing is goes to
    "mnist.correct_digit" as JSON, and its id to "mnist.undo_correction" to take it back, both with the store's name.
    Outside Colab, the output says what to use instead. Each pad stays registered until Python exits.

    Args:
        model: as for `DrawingPad`.
        thresholds: as for `DrawingPad`.
        keep: as for `DrawingPad`.

    Raises:
        DigitpadError: as for `DrawingPad`.
    """
    reader = as_reader(model, thresholds)
    number = next(_numbers)
    suffix = "" if number == 1 else f"_{number}"
    _register(PREDICT + suffix, _answering(lambda data_url: read(reader, data_url)[1]))
    names = {"predict": PREDICT + suffix, "read": None, "explain": None, "weights": None}
    if isinstance(reader, Recognizer):
        _register(READ + suffix, _answering(lambda data_url: read_page(reader, data_url)[1]))
        names["read"] = READ + suffix
    if explaining.explains(reader):
        _register(EXPLAIN + suffix, _answering(lambda question: explaining.explain(reader, json.loads(question))))
        _register(WEIGHTS + suffix, _answering(lambda layer: explaining.weights(reader, layer)))
        names |= {"explain": EXPLAIN + suffix, "weights": WEIGHTS + suffix}
    settings = json.dumps(
        {"names": names, "model": reader.model_id, "elsewhere": _ELSEWHERE, "keeps": _keep(keep, suffix)}
    )
    script = f'{esm.join("colab")}\nshow(document.getElementById("{names["predict"]}"), {settings});'
    return HTML(
        f'<div id="{names["predict"]}">{html.escape(_ELSEWHERE)}</div>\n'
        f"<style>{esm.style()}</style>\n"
        f'<script type="module">{script}</script>'
    )


def _keep(kept: str | Path | None, suffix: str) -> dict[str, str] | None:
    """Register what keeps corrections; returns where they are kept, and the names of the functions."""
    if kept is None:
        return None
    keeper = Keeper(kept)
    _register(CORRECT + suffix, _guarding(keeper, lambda record: keeper.add(json.loads(record))))
    _register(UNDO + suffix, _guarding(keeper, keeper.store.remove))
    return {**keeper.place, "correct": CORRECT + suffix, "undo": UNDO + suffix}


def _guarding(keeper: Keeper, function: Callable[[str], object]) -> Callable[[str, str], JSON]:
    """A function for the page to call that leaves alone what is meant for another store.

    After a restart, the page may call the function of another pad, because the numbers begin anew.
    """

    def act(argument: str, name: str) -> JSON:
        if name != keeper.place["name"]:
            error = "Expected a correction for this pad's store; got one for another's. Run its cell again."
            return JSON({"error": error, "temporary": True})
        return JSON(attempt(lambda: function(argument)))

    return act


def _answering(function: Callable[[str], dict[str, Any]]) -> Callable[[str], JSON]:
    """A function that returns an answer as JSON, as one for the page to call."""

    def answer(argument: str) -> JSON:
        try:
            return JSON(function(argument))
        except DigitpadError as error:
            return JSON({"error": str(error)})

    return answer


def _register(name: str, function: Callable[..., JSON]) -> None:
    """Let the page call a function; outside Colab this does nothing, and the page says what to use instead."""
    try:
        from google.colab import output
    except ImportError:
        return
    output.register_callback(name, function)
