"""The results as pictures: the grid, and the worst mistakes."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, TwoSlopeNorm
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from bench.drawings.reading import Table
from bench.drawings.settings import BRUSH_BY_FILL, BRUSHES, FILLS, LINES, PLACE_MAP
from bench.drawings.ways import OURS

Cell = dict[str, Any]

INK, GREY, BLUE, PALE = "#0f172a", "#64748b", "#2563eb", "#93c5fd"
COLOURS = LinearSegmentedColormap.from_list(
    "accuracy", ["#7f1d1d", "#dc2626", "#fdba74", "#fffbeb", "#bae6fd", "#3b82f6"]
)
SCALE = TwoSlopeNorm(94, 70, 100)


def draw_grid(cells: Sequence[Cell], path: Path) -> None:
    """Draw two maps above a panel for each axis, from the cells of the results."""
    figure = Figure(figsize=(16, 13.5), dpi=110, facecolor="white")
    figure.set_layout_engine("constrained", h_pad=0.12, w_pad=0.08)
    halves = figure.add_gridspec(2, 1, height_ratios=[0.75, 1])
    maps, panels = halves[0].subgridspec(1, 2, width_ratios=[9, 5]), halves[1].subgridspec(2, 4)
    by_brush, by_place = figure.add_subplot(maps[0]), figure.add_subplot(maps[1])
    _draw_map(by_brush, _of(cells, BRUSH_BY_FILL), [f"{b}" for b in BRUSHES], [f"{fill:g}" for fill in FILLS])
    by_brush.set_xlabel("brush (px of 280).  Hatched: blots, which fill their own loops.  *: over the canvas's edge")
    by_brush.set_ylabel("size (share of the canvas)")
    _name(by_brush, "Brush and size: accuracy, %", fontsize=15)
    _draw_map(by_place, _of(cells, PLACE_MAP), ("left", "", "middle", "", "right"), ("top", "", "middle", "", "bottom"))
    by_place.set_xlabel("at the outer places the ink touches the edge")
    _name(by_place, "Place, at size 0.35, brush 12: %", fontsize=15)
    lines = {axis: _of(cells, axis) for axis in LINES}
    lowest = min(cell["accuracy"]["interval"][0] for line in lines.values() for cell in line if not cell["is_blot"])
    for number, (axis, line) in enumerate(lines.items()):
        axes = figure.add_subplot(panels[divmod(number, 4)])
        _draw_line(axes, line, floor=np.floor(100 * lowest - 0.5))
        _name(axes, axis[0].upper() + axis[1:], fontsize=13)
        if number % 4 == 0:
            axes.set_ylabel("accuracy, %, and 95 % interval", color=GREY)
    figure.savefig(path)


def draw_worst(mistakes: Table, path: Path) -> None:
    """Draw what the model saw of the worst mistakes."""
    rows, columns = -(-len(mistakes) // 10), 10
    figure = Figure(figsize=(15, 1.72 * rows + 0.5), dpi=110, layout="constrained", facecolor="white")
    figure.suptitle(
        "The worst mistakes at the reference setting: what the model saw; what was written → what it said, how sure",
        fontsize=14,
        weight="bold",
        color=INK,
    )
    panels = figure.subplots(rows, columns, squeeze=False).ravel()
    for axes in panels:
        axes.set_axis_off()
    for axes, (_, mistake) in zip(panels, mistakes.iterrows(), strict=False):
        probabilities = mistake.probabilities
        axes.imshow(mistake[OURS], cmap="gray", vmin=0, vmax=255, interpolation="nearest")
        title = f"{mistake.label} → {probabilities.argmax()}, {100 * probabilities.max():.0f} %"
        axes.set_title(title, fontsize=12, color=INK)
    figure.savefig(path)


def _of(cells: Sequence[Cell], axis: str) -> list[Cell]:
    return [cell for cell in cells if cell["axis"] == axis]


def _name(axes: Axes, name: str, fontsize: int) -> None:
    axes.set_title(name, fontsize=fontsize, loc="left", weight="bold", color=INK, pad=10)


def _draw_map(axes: Axes, cells: Sequence[Cell], columns: Sequence[str], rows: Sequence[str]) -> None:
    shares = 100 * np.array([cell["accuracy"]["share"] for cell in cells]).reshape(len(rows), len(columns))
    axes.imshow(shares, cmap=COLOURS, norm=SCALE, aspect="auto")
    for index, cell in enumerate(cells):
        row, column = divmod(index, len(columns))
        text = f"{shares[row, column]:.1f}" + ("*" if cell["is_cut"] else "")
        colour = "white" if shares[row, column] < 84 else INK
        axes.text(column, row, text, ha="center", va="center", fontsize=12.5, color=colour)
        corner = (column - 0.5, row - 0.5)
        axes.add_patch(Rectangle(corner, 1, 1, fill=False, edgecolor="white", linewidth=2))
        if cell["is_blot"]:
            axes.add_patch(Rectangle(corner, 1, 1, fill=False, hatch="//", edgecolor=INK, alpha=0.3, lw=0))
    axes.set_xticks(range(len(columns)), columns)
    axes.set_yticks(range(len(rows)), rows)
    axes.tick_params(length=0, labelsize=12, labelcolor=INK)
    for label in (axes.xaxis.label, axes.yaxis.label):
        label.set(size=12, color=GREY)
    axes.spines[:].set_visible(False)


def _draw_line(axes: Axes, cells: Sequence[Cell], floor: float) -> None:
    """Accuracy along an axis; a blot below the floor is given in words, so that it does not flatten the rest."""
    shares = 100 * np.array([cell["accuracy"]["share"] for cell in cells])
    low, high = 100 * np.array([cell["accuracy"]["interval"] for cell in cells]).T
    places = np.arange(len(cells))
    shown = shares >= floor
    axes.vlines(places[shown], low[shown], high[shown], color=PALE, linewidth=6)
    axes.plot(places[shown], shares[shown], "o", color=BLUE, markersize=8)
    for place in places[~shown]:
        axes.text(place, floor, f"a blot:\n{shares[place]:.1f}\n↓", ha="center", va="bottom", fontsize=10, color=GREY)
    labels = [cell["label"].replace(" x ", "\nx ").replace(", ", "\n") for cell in cells]
    is_long = max(len(line) for label in labels for line in label.split("\n")) * len(labels) > 70
    axes.set_xticks(places, labels, fontsize=9, rotation=30 if is_long else 0, ha="right" if is_long else "center")
    axes.set(xlim=(-0.6, len(cells) - 0.4), ylim=(floor, 100))
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    axes.grid(axis="y", color="#e2e8f0")
    axes.set_axisbelow(True)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.spines["bottom"].set_color("#cbd5e1")
    axes.tick_params(length=0, labelcolor=INK)
