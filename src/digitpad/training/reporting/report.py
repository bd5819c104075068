"""The report of a run: a single self-contained HTML file."""

from typing import Any

from digitpad.training import runs
from digitpad.training.reporting import story
from digitpad.training.runs import RunFolder


def write(run: RunFolder) -> None:
    """Write `report.html` from `metrics.json`."""
    runs.write(run.report, render(runs.read_json(run.metrics)))


def render(metrics: dict[str, Any]) -> str:
    """Render the report.

    Args:
        metrics: the contents of a run's `metrics.json`.

    Returns:
        Self-contained HTML.
    """
    return story.environment().get_template("report.html.j2").render(story.context(metrics))
