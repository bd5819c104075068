"""The report of a lesson: a single self-contained HTML file."""

from typing import Any

from digitpad import answer
from digitpad.corrections.correction import NOT_A_DIGIT as NO_DIGIT
from digitpad.teaching.evaluation import Predictions
from digitpad.teaching.samples import Samples
from digitpad.training.datasets.splits import NOT_A_DIGIT
from digitpad.training.reporting import story


def list_pictures(samples: Samples, before: Predictions, after: Predictions) -> list[dict[str, Any]]:
    """Every picture of the corrections with what was read of it, as JSON values.

    Args:
        samples: the pictures.
        before: what the first model reads of them.
        after: what the second one does.
    """
    labels, is_held_out = samples.digits.labels, samples.is_held_out
    was_right, is_right = before.is_right(labels), after.is_right(labels)
    return [
        {
            "truth": NO_DIGIT if label == NOT_A_DIGIT else f"{label}",
            "session": str(samples.sessions[index]),
            "is_held_out": bool(is_held_out[index]),
            "before": before.describe(index),
            "after": after.describe(index),
            "was_right": bool(was_right[index]),
            "is_right": bool(is_right[index]),
            "picture": answer.to_data_url(samples.digits.images[index]),
        }
        for index, label in enumerate(labels)
    ]


def render(figures: dict[str, Any]) -> str:
    """Render the report.

    Args:
        figures: the contents of the `metrics.json` of a lesson.

    Returns:
        Self-contained HTML.
    """
    return story.environment("digitpad.teaching").get_template("report.html.j2").render(figures)
