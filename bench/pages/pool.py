"""Work in two processes, with the progress on stderr."""

import multiprocessing
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Self, TypeVar

from rich.console import Console
from rich.progress import track

NUM_PROCESSES = 2
_CHUNK = 20

Item = TypeVar("Item")
Result = TypeVar("Result")


class Pool:
    """Two processes, which start with the first work and end with the context."""

    def __enter__(self) -> Self:
        context = multiprocessing.get_context("spawn")  # a process with the threads of TensorFlow must not be forked
        self._processes = ProcessPoolExecutor(NUM_PROCESSES, context)
        return self

    def __exit__(self, *_: object) -> None:
        self._processes.shutdown(cancel_futures=True)

    def run(self, task: Callable[[Item], Result], items: Sequence[Item], what: str) -> list[Result]:
        """Do a task for every item; the results are in the same order."""
        results = self._processes.map(task, items, chunksize=max(1, min(_CHUNK, len(items) // (4 * NUM_PROCESSES))))
        return list(track(results, f"{what:32}", len(items), console=Console(stderr=True)))


def say(sentence: str) -> None:
    """Tell whoever waits."""
    print(f"bench.pages: {sentence}", file=sys.stderr, flush=True)
