"""The report of a run: a single self-contained HTML file."""

from typing import Any

from digitpad.training import runs
from digitpad.training.reporting import story
from digitpad.training.runs import RunFolder


def write(run: RunFolder) -> None:
    """Write `report.html` from `metrics.json` and the film."""
    runs.write(run.report, render(runs.read_json(run.metrics), run))


def render(metrics: dict[str, Any], run: RunFolder | None = None) -> str:
    """Render the report.

    Args:
        metrics: the contents of a run's `metrics.json`.
        run: the run, which may have a film.

    Returns:
        Self-contained HTML.
    """
    is_of_pages = metrics["network"]["name"] == "pages"
    template = "pages.html.j2" if is_of_pages else "report.html.j2"
    context = story.page_context(metrics) if is_of_pages else story.context(metrics, run)
    return story.environment().get_template(template).render(context)
