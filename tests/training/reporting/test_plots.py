"""Figures keep their text when they are converted to SVG."""

import re

from digitpad.training.reporting import plots

ROW = {"epoch": 1, "loss": 0.2, "accuracy": 0.94, "validation_loss": 0.1, "validation_accuracy": 0.975}


def test_numbers_that_are_read_are_not_cut_off() -> None:
    _, accuracy = plots.curves([ROW], best_epoch=1)
    accuracy.axes[0].set_yticks([0.945, 0.955])
    svg = plots.to_svg(accuracy)
    assert {"0.945", "0.955"} <= set(re.findall(r">([\d.]+)</text>", svg))
    assert not re.search(r"<[^>]*\d\.\d{3}", svg)  # coordinates are
