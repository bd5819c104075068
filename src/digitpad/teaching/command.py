"""The command `digitpad teach`: options, folders and exits around a lesson."""

import contextlib
import time
from pathlib import Path
from typing import Any

from digitpad import artifact
from digitpad.corrections import store
from digitpad.teaching import lesson
from digitpad.training import runs
from digitpad.training.datasets import mnist
from digitpad.training.runs import RunFolder

REJECTED = 3
"""The exit code of a lesson whose model the gate rejects."""


def teach(kept: str, start: Path | None, data: Path | None, out: Path | None) -> int:
    """Teach a model, and print what came of it.

    Args:
        kept: where the corrections are kept, as for `store.open`.
        start: the model to begin with, a file or a run's folder; None for the model that ships with digitpad.
        data: folder with MNIST.
        out: folder of the run; None for a new one in `runs/`.

    Returns:
        The exit code: 0, or `REJECTED`.
    """
    run = RunFolder(out or Path("runs") / f"{time.strftime('%Y%m%d-%H%M%S')}-taught")
    run.require_empty()
    with contextlib.closing(store.open(kept, must_exist=True)) as corrections:
        figures = lesson.teach(corrections.iterate(), start or artifact.shipped(), mnist.load(data), run, say=print)
    print(f"\n{summarise(figures)}\n\nReport:     {run.report}\nModel:      {run.onnx_model}")
    if not figures["teaching"]["accepted"]:
        return REJECTED
    print(f"Serve it:   {runs.command('serve', '--model', str(run.path))}")
    return 0


def summarise(figures: dict[str, Any]) -> str:
    """The checks and the verdict of a lesson as text."""
    teaching = figures["teaching"]
    lines = [f"{'right of':44} {'n':>6} {'before':>8} {'after':>8}  change (95 % interval), points"]
    for check in teaching["checks"].values():
        low, high = check["interval"]
        lines.append(
            f"{check['name']:44} {check['num_pictures']:6,} {check['before']:8.2%} {check['after']:8.2%} "
            f"{100 * (check['after'] - check['before']):+7.2f} ({100 * low:+.2f} to {100 * high:+.2f})"
            f"{'' if check['is_passed'] else '  FAILED'}"
        )
    if teaching["accepted"]:
        return "\n".join(
            [*lines, "", f"Accepted, after {figures['seconds']:.0f} s: nothing got worse than the gate allows."]
        )
    return "\n".join(
        [*lines, "", "Rejected, and not to be served:", *(f"  {reason}" for reason in teaching["reasons"])]
    )
