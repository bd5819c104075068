"""The story of a run: the part of the page that the report and the site share."""

import base64
import io
from typing import Any

import numpy as np
from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from PIL import Image

from digitpad.training.reporting import film, plots
from digitpad.training.runs import RunFolder

_DRAWINGS = {"generated": "Generated drawings", "pen": "Pen strokes"}


def environment(*packages: str) -> Environment:
    """Jinja environment with the templates of some packages, and `story.html.j2` with its style, `story.css`."""
    return Environment(
        loader=ChoiceLoader([PackageLoader(package, "") for package in (*packages, "digitpad.training.reporting")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def context(metrics: dict[str, Any], run: RunFolder | None = None) -> dict[str, Any]:
    """The variables of `story.html.j2`.

    Args:
        metrics: the contents of a run's `metrics.json`.
        run: the run, if its film is to be in the story; a page that has it elsewhere sets `film_page`.
    """
    test, drawings = metrics["test"], {kind: drawn for kind, drawn in metrics["drawings"].items() if drawn}
    temperature = {when: f"{when.capitalize()} temperature scaling" for when in ("before", "after")}
    figures = {
        "curves": plots.curves(metrics["history"], metrics["epochs"]["best"]),
        "confusion": plots.confusion(np.array(test["confusion"])),
        "reliability": [plots.reliability(test, when, title) for when, title in temperature.items()],
        "drawings": [plots.reliability(drawn, "after", _DRAWINGS[kind]) for kind, drawn in drawings.items()],
    }
    pictures = {name: [plots.to_svg(figure) for figure in group] for name, group in figures.items()}
    worst = {kind: _mistakes(found) for kind, found in {"test": test, **drawings}.items()}
    shown = film.context(run.film, metrics) if run else None
    return {**metrics, "figures": pictures, "mistakes": worst, "names": _DRAWINGS, "film": shown, "film_page": None}


def page_context(metrics: dict[str, Any]) -> dict[str, Any]:
    """The variables of `pages.html.j2`, from the `metrics.json` of a run for pages."""
    test, figures = metrics["test"], [*plots.page_curves(metrics["history"])]
    if test["reliability"]:
        honest = {"ece": test["ece"], "reliability": {"after": test["reliability"]}}
        figures.append(plots.reliability(honest, "after", "Digits"))
    return {**metrics, "figures": [plots.to_svg(figure) for figure in figures]}


def _mistakes(figures: dict[str, Any]) -> list[dict[str, Any]]:
    return [{**mistake, "picture": _to_data_url(mistake["seen"])} for mistake in figures["worst"]]


def _to_data_url(seen: str) -> str:
    pixels = np.frombuffer(base64.b64decode(seen), np.uint8).reshape(28, 28)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()
