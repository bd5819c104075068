"""Plots of training and evaluation results, for notebooks and, as SVG, for pages."""

import io
import re
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter
from numpy.typing import NDArray

_INK = "#123456"  # a placeholder that becomes the page's text colour in SVG
_FONTS = "font-family: 'DejaVu Sans', Verdana, sans-serif"
_ACCENT, _SECOND = "#3b82f6", "#f59e0b"
STYLE: Any = {
    "axes.edgecolor": _INK,
    "axes.labelcolor": _INK,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "font.size": 10,
    "legend.frameon": False,
    "svg.fonttype": "none",
    "svg.hashsalt": "digitpad",
    "text.color": _INK,
    "xtick.color": _INK,
    "ytick.color": _INK,
}


@mpl.rc_context(STYLE)
def curves(history: list[dict[str, float]], best_epoch: int) -> list[Figure]:
    """Training and validation loss and accuracy by epoch.

    Args:
        history: one row per epoch, with the columns in `fit.HISTORY_COLUMNS`.
        best_epoch: the epoch whose weights were kept.
    """
    epochs = [int(row["epoch"]) for row in history]
    panels = []
    for name in ("loss", "accuracy"):
        figure, axes = _panel(3.0)
        axes.plot(epochs, [row[name] for row in history], "o-", color=_SECOND, markersize=3, label="training")
        validation = [row[f"validation_{name}"] for row in history]
        axes.plot(epochs, validation, "o-", color=_ACCENT, markersize=3, label="validation")
        axes.axvline(best_epoch, color=_INK, linewidth=0.8, linestyle=":", label="selected epoch")
        axes.set(title=name.capitalize(), xlabel="epoch", xlim=(0.5, len(epochs) + 0.5))
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        if name == "loss":
            axes.set_yscale("log")
            axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
            axes.yaxis.set_minor_formatter(NullFormatter())
        axes.yaxis.set_major_formatter("{x:g}")
        axes.legend()
        panels.append(figure)
    return panels


@mpl.rc_context(STYLE)
def page_curves(history: list[dict[str, float]]) -> list[Figure]:
    """Losses of the page network by epoch: in total for training and validation, and for validation in parts.

    Args:
        history: one row per epoch, with the columns in `page_fit.HISTORY_COLUMNS`.
    """
    epochs = [int(row["epoch"]) for row in history]
    total, axes = _panel(3.0)
    for name, colour in (("loss", _SECOND), ("validation_loss", _ACCENT)):
        label = "training" if name == "loss" else "validation"
        axes.plot(epochs, [row[name] for row in history], color=colour, label=label)
    axes.set(title="Loss", xlabel="epoch", yscale="log")
    axes.legend()
    parts, axes = _panel(3.0)
    for name in (name for name in history[0] if name.startswith("validation_") and name != "validation_loss"):
        axes.plot(epochs, [row[name] for row in history], label=name.removeprefix("validation_"))
    axes.set(title="Validation loss, by what it is about", xlabel="epoch", yscale="log")
    axes.legend(ncols=3, fontsize=8)
    return [total, parts]


@mpl.rc_context(STYLE)
def confusion(counts: NDArray[np.int64]) -> list[Figure]:
    """The confusion matrix (10, 10), by true digit (row) and prediction (column), as counts and as shares."""
    shares = 100 * counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    return [
        _matrix(counts, "{:.0f}", "Counts"),
        _matrix(shares, "{:.1f}", "Share of each true digit, %"),
    ]


def _matrix(values: NDArray[Any], text: str, title: str) -> Figure:
    figure, axes = _panel(4.8)
    mistakes = np.where(np.eye(10, dtype=bool), 0, values)
    shade = mistakes / max(mistakes.max(), 1e-9)  # the diagonal stays pale so that mistakes stand out
    for row, column in np.argwhere(values):
        colour = "#22c55e22" if row == column else (0.94, 0.27, 0.27, 0.85 * float(shade[row, column]) ** 0.7)
        axes.add_patch(Rectangle((column - 0.5, row - 0.5), 1, 1, facecolor=colour, linewidth=0))
        axes.text(column, row, text.format(values[row, column]), ha="center", va="center", fontsize=8)
    axes.set(title=title, xlabel="predicted", ylabel="true", xlim=(-0.5, 9.5), ylim=(9.5, -0.5), aspect="equal")
    axes.set(xticks=range(10), yticks=range(10))
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    return figure


@mpl.rc_context(STYLE)
def reliability(figures: dict[str, Any], when: str, title: str) -> Figure:
    """Reliability diagram: accuracy by confidence, with the number of images in each bin.

    Args:
        figures: from `metrics.evaluate`.
        when: "before" or "after" temperature scaling.
        title: the title of the plot; the ECE is added to it.
    """
    ece = figures["ece"] if when == "after" else figures["uncalibrated"]["ece"]
    figure, axes = _panel(3.8)
    bins = figures["reliability"][when]
    axes.plot([0, 1], [0, 1], ":", color=_INK, linewidth=0.8)
    lows, accuracies = [row["low"] for row in bins], [row["accuracy"] for row in bins]
    axes.bar(
        lows,
        accuracies,
        [row["high"] - row["low"] for row in bins],
        align="edge",
        color=_ACCENT,
        alpha=0.7,
        linewidth=0,
    )
    axes.plot([row["confidence"] for row in bins], accuracies, ".", color=_SECOND, clip_on=False)
    for row in bins:
        axes.text((row["low"] + row["high"]) / 2, 0.04, f"{row['count']}", ha="center", rotation=90, fontsize=8)
    axes.set(title=f"{title}: ECE {100 * ece:.2f} %", xlabel="confidence", ylabel="accuracy", xlim=(0, 1), ylim=(0, 1))
    return figure


@mpl.rc_context(STYLE)
def to_svg(figure: Figure) -> str:
    """A figure as SVG with a transparent background, which takes the text colour of the page, light or dark."""
    text = io.StringIO()
    nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    figure.savefig(text, format="svg", transparent=True, metadata=nothing)
    svg = re.sub(r"font-family: [^;\"]*", _FONTS, text.getvalue())  # Matplotlib names ten fonts in every text
    # round coordinates to hundredths of a point, but leave the text between tags alone
    svg = re.sub(r"<[^>]*>", lambda tag: re.sub(r"(\d\.\d\d)\d+", r"\1", tag[0]), svg[svg.index("<svg") :])
    svg = re.sub(r"\s*\n\s*", "\n", svg)
    used = set(re.findall(r"#([\w-]+)", svg))  # the other ids would stand several times on a page with several figures
    svg = re.sub(r' id="([\w-]+)"', lambda found: found[0] if found[1] in used else "", svg)
    return svg.replace(_INK, "currentColor")


def _panel(height: float) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(5, height), layout="constrained")
    return figure, figure.subplots()
