"""How far a batch is: a bar with rate and time left on a terminal, a line every ten seconds elsewhere."""

import sys
import time
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

_EVERY_S = 10.0


class Shown:
    """Shows on standard error how many pictures are read, where their number is known, else how many parts."""

    def __init__(self, num_pictures: int | None, num_parts: int, *, done: int) -> None:
        """Prepare it.

        Args:
            num_pictures: how many pictures there are, or None.
            num_parts: how many parts there are.
            done: how many of the pictures, or else of the parts, were finished before.
        """
        self._counts_pictures = num_pictures is not None
        self._unit = "pictures" if self._counts_pictures else "parts"
        self._total = num_pictures if num_pictures is not None else num_parts
        self._first = self._done = done
        self._began = self._told = time.monotonic()
        console = Console(stderr=True)
        self._bar = _bar(console, self._unit) if console.is_terminal else None
        self._task = self._bar.add_task("", total=self._total, completed=done) if self._bar else None

    def __enter__(self) -> Self:
        if self._bar:
            self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar:
            self._bar.stop()

    def add(self, num_pictures: int) -> None:
        """Another part is finished, with so many pictures."""
        self._done += num_pictures if self._counts_pictures else 1
        if self._bar and self._task is not None:
            self._bar.update(self._task, completed=self._done)
        elif time.monotonic() - self._told >= _EVERY_S:
            self._told = time.monotonic()
            print(self._line(), file=sys.stderr, flush=True)

    def _line(self) -> str:
        rate = (self._done - self._first) / max(time.monotonic() - self._began, 1e-9)
        left = (self._total - self._done) / max(rate, 1e-9)
        return f"{self._done:,} of {self._total:,} {self._unit}, {rate:,.0f} a second, {left:,.0f} s left"


class _Rate(ProgressColumn):
    """Pictures or parts a second."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text("" if speed is None else f"{speed:,.0f} a second")


def _bar(console: Console, unit: str) -> Progress:
    done = TextColumn("{task.completed:,.0f} of {task.total:,.0f} " + unit)
    columns = (BarColumn(), done, _Rate(), TextColumn("left:"))
    return Progress(*columns, TimeRemainingColumn(), console=console)
