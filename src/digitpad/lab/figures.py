"""Figures of the experiments, in one style, as SVG in the text colour of the page."""

from collections.abc import Callable

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter

from digitpad.lab.table import Table
from digitpad.training.reporting import plots

COLOURS = ("#3b82f6", "#f59e0b", "#10b981", "#ef4444", "#8b5cf6", "#64748b", "#ec4899")


def panels(number: int, draw: Callable[..., None], width: float = 3.6, height: float = 2.9) -> Figure:
    """A figure with panels side by side, which `draw` gets as axes."""
    with mpl.rc_context(plots.STYLE):
        figure = Figure(figsize=(width * number, height), layout="constrained")
        draw(*(figure.add_subplot(1, number, place + 1) for place in range(number)))
    return figure


def label(axes: Axes, title: str, x: str, y: str) -> None:
    """Title and name the axes."""
    axes.set_title(title, fontsize=10)
    axes.set_xlabel(x)
    axes.set_ylabel(y)


def use_logs(axes: Axes, which: str) -> None:
    """Make the x axis, the y axis or both logarithmic, with numbers that are easy to read. Call this last."""
    for name in which:
        axes.set(**{f"{name}scale": "log"})
        axis = getattr(axes, f"{name}axis")
        low, high = sorted(getattr(axes, f"get_{name}lim")())
        axis.set_major_locator(LogLocator(subs=(1, 2, 5) if high < 200 * low else (1,)))
        axis.set_minor_formatter(NullFormatter())
        if 1e-4 < low < high < 1e6:
            axis.set_major_formatter("{x:g}")


def series(axes: Axes, table: Table, x: str, y: str, place: int, name: str | None = None, *, style: str = "o-") -> None:
    """Plot the mean of a column, and its spread, by the values of another."""
    points = [(at, rows.mean(y), rows.spread(y)) for at, rows in table.groups(x)]
    at, means, spreads = zip(*points, strict=True)
    axes.errorbar(at, means, spreads, fmt=style, color=COLOURS[place], label=name, capsize=3, markersize=4)
