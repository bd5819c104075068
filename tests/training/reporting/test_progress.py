"""Training progress is a bar on a terminal, and one line per epoch elsewhere."""

import io

import pytest
from rich.console import Console

from digitpad.training.networks.fit import HISTORY_COLUMNS
from digitpad.training.reporting.progress import Bar, Lines

ROW = dict(zip(HISTORY_COLUMNS, (3, 0.5, 0.9, 0.25, 0.95, 0.01, 12.0), strict=True))
LINE = "Epoch 3/4: loss 0.5000, validation loss 0.2500, validation accuracy 95.00%, 12.0 s"


def test_lines(capsys: pytest.CaptureFixture[str]) -> None:
    lines = Lines()
    lines.begin(2, 4, 100)
    lines.step(50)
    lines.epoch(ROW)
    lines.end()
    assert capsys.readouterr().out == f"Resuming after epoch 2 of 4.\n{LINE}\n"


def test_a_bar_counts_the_steps_that_are_left_and_tells_the_time() -> None:
    text = io.StringIO()
    bar = Bar(Console(file=text, force_terminal=True, width=120))
    bar.begin(2, 4, 100)
    bar.step(50)
    (task,) = bar._bar.tasks
    assert (task.completed, task.total) == (50, 200)
    bar.epoch(ROW)
    assert task.completed == 100
    bar.end()
    assert LINE in text.getvalue()
    assert "left:" in text.getvalue()
