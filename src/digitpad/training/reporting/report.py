"""The report of a run: one HTML file with everything in it, to look at and to show."""

from typing import Any

from digitpad.training import runs
from digitpad.training.reporting import story
from digitpad.training.runs import RunFolder


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
    return story.environment().get_template("report.html.j2").render(story.context(metrics))
