"""The lab in a notebook: an experiment's figure and verdicts, and knobs to turn."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import ipywidgets as widgets
from IPython.display import Markdown, display
from matplotlib.figure import Figure

from digitpad.lab import knobs
from digitpad.lab.data import Data
from digitpad.lab.experiment import Finding, Scale
from digitpad.lab.experiments import EXPERIMENTS
from digitpad.lab.experiments.initialisation import ACTIVATIONS, VARIANCES
from digitpad.lab.run import measure


def show(name: str, data: Data, out: Path) -> None:
    """Run an experiment in its quick form, and show its figure and what came of each claim.

    Args:
        name: one of `experiments.EXPERIMENTS`.
        data: MNIST.
        out: a folder for the measurements; what is there is not measured again.
    """
    experiment = EXPERIMENTS[name]
    table = measure(experiment, data, Scale(quick=True, num_seeds=1), out)
    display(experiment.draw(table), Markdown(_tell(experiment.judge(table))))


def _tell(findings: Sequence[Finding]) -> str:
    rows = [
        f"| {each.claim} | {each.expected} | {each.measured} | {'yes' if each.held else '**no**'} |"
        for each in findings
    ]
    return "\n".join(["| claim | expected | measured | held |", "| --- | --- | --- | --- |", *rows])


def turn_rate(data: Data) -> "Knobs":
    """A knob for the learning rate of `knobs.descend`."""
    rate = widgets.FloatLogSlider(
        value=0.05, min=-2.5, max=0.5, step=0.05, description="rate", continuous_update=False, readout_format=".3g"
    )
    return _panel(lambda rate: knobs.descend(data, rate), rate=rate)


def turn_network(data: Data) -> "Knobs":
    """Knobs for the width, depth, activation and initialisation of `knobs.learn`."""
    sliders = {
        "width": widgets.IntSlider(value=64, min=4, max=256, step=4, continuous_update=False, description="width"),
        "depth": widgets.IntSlider(value=4, min=1, max=12, continuous_update=False, description="depth"),
    }
    choices = {
        "activation": widgets.Dropdown(options=list(ACTIVATIONS), value="relu", description="activation"),
        "initializer": widgets.Dropdown(options=list(VARIANCES), value="He", description="weights"),
    }
    return _panel(lambda **chosen: knobs.learn(data, **chosen), **sliders, **choices)


class Knobs(widgets.VBox):
    """Controls above what is drawn for their values."""

    def __repr__(self) -> str:
        return "Knobs: run this cell to turn them."


def _panel(draw: Callable[..., Figure], **controls: Any) -> "Knobs":
    """Controls, and what is drawn anew whenever one is turned."""
    shown = widgets.interactive_output(lambda **values: display(draw(**values)), controls)
    return Knobs([widgets.HBox(list(controls.values())), shown])
