"""Training progress: a progress bar with the time left on a terminal, one line per epoch elsewhere."""

import functools
from collections.abc import Callable

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from digitpad.training.networks.fit import Watcher


def watcher() -> Watcher:
    """A `Bar` if standard output is a terminal, `Lines` otherwise."""
    console = Console()
    return Bar(console) if console.is_terminal else Lines()


class Lines(Watcher):
    """Prints one line per epoch, or says it otherwise."""

    _num_epochs = 0

    def __init__(self, say: Callable[[str], None] | None = None) -> None:
        self._say = say or functools.partial(print, flush=True)

    def begin(self, num_finished: int, num_epochs: int, num_steps: int) -> None:
        self._num_epochs = num_epochs
        if num_finished:
            self._say(f"Resuming after epoch {num_finished} of {num_epochs}.")

    def epoch(self, row: dict[str, float]) -> None:
        self._say(describe(row, self._num_epochs))


class Bar(Watcher):
    """A progress bar over all epochs, with a line above it for each finished epoch."""

    def __init__(self, console: Console) -> None:
        columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), TextColumn("left:"))
        self._bar = Progress(*columns, TimeRemainingColumn(), console=console)
        self._task = TaskID(0)
        self._first = self._done = self._num_steps = self._num_epochs = 0

    def begin(self, num_finished: int, num_epochs: int, num_steps: int) -> None:
        self._first = self._done = num_finished
        self._num_epochs, self._num_steps = num_epochs, num_steps
        self._task = self._bar.add_task("Training", total=(num_epochs - num_finished) * num_steps)
        self._bar.start()

    def step(self, step: int) -> None:
        self._bar.update(self._task, completed=(self._done - self._first) * self._num_steps + step)

    def epoch(self, row: dict[str, float]) -> None:
        self._done = int(row["epoch"])
        self.step(0)
        self._bar.console.print(describe(row, self._num_epochs), highlight=False)

    def end(self) -> None:
        self._bar.stop()


def describe(row: dict[str, float], num_epochs: int) -> str:
    """One epoch as a line of text."""
    accuracy = f"validation accuracy {row['validation_accuracy']:.2%}, " if "validation_accuracy" in row else ""
    return (
        f"Epoch {int(row['epoch'])}/{num_epochs}: loss {row['loss']:.4f}, "
        f"validation loss {row['validation_loss']:.4f}, {accuracy}{row['seconds']:.1f} s"
    )
