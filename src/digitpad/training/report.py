"""The report of a run: one HTML file with everything in it, to look at and to show."""

import base64
import io
from importlib.resources import files
from typing import Any

import numpy as np
from jinja2 import Environment, StrictUndefined
from PIL import Image

from digitpad.training import panels, runs
from digitpad.training.runs import RunFolder

_DRAWINGS = {"generated": "Generated drawings", "pen": "Pen strokes"}


def write(run: RunFolder) -> None:
    """Write `report.html` from `metrics.json`."""
    runs.write(run.report, render(runs.read_json(run.metrics)))


def render(metrics: dict[str, Any]) -> str:
    """The page.

    Args:
        metrics: the contents of a run's `metrics.json`.

    Returns:
        HTML that needs nothing from outside.
    """
    test, drawings = metrics["test"], {kind: drawn for kind, drawn in metrics["drawings"].items() if drawn}
    temperature = {when: f"{when.capitalize()} the temperature" for when in ("before", "after")}
    figures = {
        "curves": panels.curves(metrics["history"], metrics["epochs"]["best"]),
        "confusion": panels.confusion(np.array(test["confusion"])),
        "reliability": [panels.reliability(test, when, title) for when, title in temperature.items()],
        "drawings": [panels.reliability(drawn, "after", _DRAWINGS[kind]) for kind, drawn in drawings.items()],
    }
    pictures = {name: [panels.to_svg(figure) for figure in group] for name, group in figures.items()}
    worst = {kind: _mistakes(found) for kind, found in {"test": test, **drawings}.items()}
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    template = environment.from_string((files("digitpad.training") / "report.html.j2").read_text("utf-8"))
    return template.render(**metrics, figures=pictures, mistakes=worst, names=_DRAWINGS)


def _mistakes(figures: dict[str, Any]) -> list[dict[str, Any]]:
    return [{**mistake, "picture": _to_data_url(mistake["seen"])} for mistake in figures["worst"]]


def _to_data_url(seen: str) -> str:
    pixels = np.frombuffer(base64.b64decode(seen), np.uint8).reshape(28, 28)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()
