"""The results of a run as text. Needs only the files of the run."""

from pathlib import Path
from typing import Any

from digitpad.errors import RunError
from digitpad.training import runs
from digitpad.training.datasets import splits
from digitpad.training.runs import RunFolder


def of_run(path: str | Path) -> str:
    """The results on the test split, as text.

    Raises:
        RunError: not a run folder, or a run that has not looked at its test split yet.
    """
    run = RunFolder.open(path)
    test, data = runs.read_json(run.test), runs.read_json(run.data)
    try:
        text = _describe(test, data, splits.looks(run.looks))
        if run.metrics.is_file():
            text += _drawings(runs.read_json(run.metrics).get("drawings", {}))
    except (KeyError, TypeError) as error:
        raise RunError(
            f"Expected the results of a run in {run.test} and {run.data}; they are incomplete: {error}."
        ) from None
    if not run.is_finished():
        text += "\n\nThis run is not finished, and its models are not verified. "
        text += f"Finish it with: {runs.resume_command(run.path)}"
    return text


def _describe(test: dict[str, Any], data: dict[str, Any], looks: list[str]) -> str:
    looked = _times(len(looks))
    if "num_pages" in test:
        return _describe_pages(test, data, looked)
    return "\n".join(
        [
            f"Test set of {data['source']}, {test['num_images']:,} images, looked at {looked}:",
            describe_accuracy(test),
            "  (without temperature scaling, which was fitted on drawings: "
            f"NLL {test['uncalibrated']['nll']:.4f}, ECE {test['uncalibrated']['ece']:.2%})",
            "",
            describe_classes(test),
        ]
    )


def describe_accuracy(figures: dict[str, Any]) -> str:
    """Accuracy and calibration, from what `metrics.evaluate` returns."""
    (low, high), top2 = figures["accuracy_interval"], figures["top2"]
    return (
        f"  accuracy  {figures['accuracy']:.2%}   (95 % interval {low:.2%} to {high:.2%}; top 2: {top2:.2%})\n"
        f"  NLL       {figures['nll']:.4f}   Brier {figures['brier']:.4f}   ECE {figures['ece']:.2%}"
    )


def describe_classes(figures: dict[str, Any]) -> str:
    """A line for each digit, and what is confused most, from what `metrics.evaluate` returns."""
    lines = [
        "  digit  precision  recall      F1    images",
        *(_class_line(digit, figures["classes"][str(digit)]) for digit in range(10)),
    ]
    if figures["confused_pairs"]:
        worst = figures["confused_pairs"][:5]
        pairs = (f"{pair['true']} read as {pair['predicted']} ({pair['count']})" for pair in worst)
        lines += ["", f"  most confused: {', '.join(pairs)}"]
    return "\n".join(lines)


def _describe_pages(test: dict[str, Any], data: dict[str, Any], looked: str) -> str:
    num_digits, num_pages = test["num_digits"], test["num_pages"]
    shares = ", ".join(f"{test[name] / num_digits:.1%} {name}" for name in ("right", "wrong", "unread", "missed"))
    return "\n".join(
        [
            f"{num_pages:,} pages of digits from the test set of {data['source']}, looked at {looked}:",
            f"  {num_digits:,} digits: {shares}",
            f"  {test['invented'] / num_pages:.2f} digits invented per page; {test['taken_for_digits']:,} of "
            f"{test['not_digits']:,} letters and signs taken for digits",
        ]
    )


def _drawings(drawings: dict[str, Any]) -> str:
    if not drawings:
        return ""
    lines = ["", "", "  drawings   accuracy     ECE  digits accepted  non-digits rejected"]
    for kind, figures in drawings.items():
        if figures:
            refusals = figures["refusals"]
            shares = f"{refusals['kept']:16.2%}  {1 - refusals['passed']:19.2%}"
            lines.append(f"  {kind:9s}  {figures['accuracy']:8.2%}  {figures['ece']:6.2%} {shares}")
    return "\n".join(lines)


def _class_line(digit: int, figures: dict[str, Any]) -> str:
    return (
        f"  {digit:5d}  {figures['precision']:9.2%}  {figures['recall']:6.2%}  {figures['f1-score']:6.2%}  "
        f"{figures['support']:8.0f}"
    )


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count} times")
