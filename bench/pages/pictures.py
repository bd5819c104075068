"""The results as pictures: what every fault costs, and the worst generated pages. Nothing of the real sets is shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from bench.drawings.pictures import BLUE, GREY, INK, PALE
from bench.pages.faults import CURVES, NO_FAULT
from bench.pages.papers import Picture
from bench.pages.score import Outcome

COLOURS = {"right": "#16a34a", "wrong": "#dc2626", "unread": "#ea580c", "missed": "#ea580c", "invented": "#c026d3"}
MISTAKES = frozenset(COLOURS) - {"right"}

_COLUMNS = 4


@dataclass(frozen=True)
class Marked:
    """A generated page, and what became of its digits."""

    pixels: Picture
    outcomes: Sequence[Outcome]

    @property
    def num_mistakes(self) -> int:
        """How many digits were not read right, or invented."""
        return sum(outcome.what in MISTAKES for outcome in self.outcomes)


def draw_faults(faults: Mapping[str, Mapping[str, Any]], num_best: int, path: Path) -> None:
    """Draw a panel for each kind of fault.

    Args:
        faults: from `figures.faults`.
        num_best: how many numbers are read exactly without fault.
        path: of the picture.
    """
    rows = -(-len(faults) // _COLUMNS)
    figure = Figure(figsize=(16, 3.6 * rows + 0.6), dpi=110, facecolor="white")
    figure.set_layout_engine("constrained", h_pad=0.12, w_pad=0.08)
    figure.suptitle("Whole numbers read exactly, % of those without fault", fontsize=15, weight="bold", color=INK)
    panels = figure.subplots(rows, _COLUMNS, squeeze=False).ravel()
    for axes in panels[len(faults) :]:
        axes.set_axis_off()
    for axes, (curve, cases) in zip(panels, faults.items(), strict=False):
        _draw_curve(axes, cases, num_best, has_best=NO_FAULT not in CURVES[curve].values())
        axes.set_title(curve[0].upper() + curve[1:], fontsize=13, loc="left", weight="bold", color=INK, pad=10)
    figure.savefig(path)


def draw_worst(pages: Sequence[Marked], path: Path) -> None:
    """Draw generated pages with what became of their digits."""
    rows = max(1, -(-len(pages) // _COLUMNS))
    figure = Figure(figsize=(16, 4.3 * rows + 0.9), dpi=110, layout="constrained", facecolor="white")
    title = "The worst generated pages: green is right, red wrong, orange missed, violet invented"
    figure.suptitle(title, fontsize=15, weight="bold", color=INK)
    panels = figure.subplots(rows, _COLUMNS, squeeze=False).ravel()
    for axes in panels:
        axes.set_axis_off()
    for axes, page in zip(panels, pages, strict=False):
        axes.imshow(page.pixels, interpolation="nearest")
        for outcome in page.outcomes:
            _mark(axes, outcome)
        digits = sum(outcome.true is not None for outcome in page.outcomes)
        axes.set_title(f"mistakes: {page.num_mistakes}, digits: {digits}", fontsize=12, loc="left", color=INK)
    figure.savefig(path)


def _draw_curve(axes: Axes, cases: Mapping[str, Any], num_best: int, *, has_best: bool) -> None:
    """Shares along one fault; the first is that without fault, if it is not among them."""
    unit = 100 / max(num_best, 1)
    kept = [unit * case["count"] for case in cases.values()]
    edges = [[unit * case["n"] * edge for edge in case["interval"]] for case in cases.values()]
    labels = [label.replace("frame ", "frame\n") for label in cases]
    first = 1 if has_best else 0
    places = np.arange(len(kept)) + first
    low, high = np.array(edges).T
    axes.axhline(100, color=GREY, linewidth=1, linestyle=":")
    axes.vlines(places, low, high, color=PALE, linewidth=6)
    axes.plot(places, kept, "o", color=BLUE, markersize=8)
    if has_best:
        axes.plot([0], [100], "o", color=GREY, markersize=8)
    axes.set_xticks(np.arange(len(kept) + first), ["none"] * first + labels, fontsize=9)
    axes.set(xlim=(-0.6, len(kept) + first - 0.4), ylim=(0, max(105.0, float(high.max()))))
    axes.grid(axis="y", color="#e2e8f0")
    axes.set_axisbelow(True)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.spines["bottom"].set_color("#cbd5e1")
    axes.tick_params(length=0, labelcolor=INK)


def _mark(axes: Axes, outcome: Outcome) -> None:
    """The box of a digit or of a mark, with what was read where it is not right."""
    if outcome.what not in COLOURS:
        return
    shown = outcome.true or outcome.mark
    assert shown, "an outcome is of a digit, of a mark, or of both"
    left, top, width, height = shown.box
    colour = COLOURS[outcome.what]
    axes.add_patch(Rectangle((left - 1.5, top - 1.5), width + 2, height + 2, fill=False, edgecolor=colour, lw=1.3))
    if outcome.what in ("wrong", "invented") and outcome.mark:
        box = {"facecolor": colour, "edgecolor": "none", "pad": 0.8}
        axes.text(left, top - 3, str(outcome.mark.label), fontsize=8, color="white", bbox=box, clip_on=True)
