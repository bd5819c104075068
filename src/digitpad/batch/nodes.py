"""The nodes of a cluster, as tasks of Ray. A part whose process or node dies is read by another."""

from collections import Counter
from collections.abc import Generator, Iterable
from functools import lru_cache
from itertools import islice
from typing import Any

from digitpad import cluster
from digitpad.batch.answers import MOST_TRIES, Reader, Task
from digitpad.batch.sources.part import Part
from digitpad.errors import AddressError, DataError, DigitpadError

_AHEAD = 2
"""Parts that are handed over for each core, so that none waits for the next."""


def run(
    parts: Iterable[Part], task: Task, num_workers: int | None, *, address: str
) -> Generator[tuple[int, Any], None, None]:
    """Read parts, each with one core; arguments, answers and errors are as for `pool.run`.

    Args:
        parts: what is to be read; one is taken whenever a core is free.
        task: what is to be done with each.
        num_workers: how many cores at most; None for all, also those of nodes that join.
        address: as for `cluster.connected`.

    Raises:
        AddressError, MissingPartError: as `cluster.connected`.
    """
    with cluster.connected(address):
        import ray

        tasks, waiting = _Tasks(task), iter(parts)
        while True:
            most = num_workers or _AHEAD * _num_cores()
            for part in islice(waiting, max(0, most - len(tasks.running))):
                tasks.begin(part)
            if not tasks.running:
                return
            ready, _ = ray.wait(list(tasks.running))
            part = tasks.running.pop(ready[0])
            answer = tasks.answer(ready[0], part)
            if isinstance(answer, DataError):
                raise DataError(f"{answer} Every node needs it at the same place.")
            if isinstance(answer, DigitpadError):
                raise answer
            if answer is not None:
                yield part.number, answer


class _Tasks:
    """Tasks of Ray that read parts.

    Attributes:
        running: the part of each task, by its answer to come.
    """

    def __init__(self, task: Task) -> None:
        import ray

        self.running: dict[Any, Part] = {}
        self._tries = Counter[int]()
        self._read = ray.remote(num_cpus=1, max_retries=0)(_read)
        self._task = ray.put(task)

    def begin(self, part: Part) -> None:
        """Hand over a part."""
        self._tries[part.number] += 1
        self.running[self._read.remote(self._task, part)] = part

    def answer(self, answered: Any, part: Part) -> Any:
        """The answers to a part, or an error; None if it was handed over again."""
        import ray
        from ray.exceptions import RayError, RayTaskError

        try:
            return ray.get(answered)
        except RayTaskError as error:
            return DigitpadError(f"Expected the nodes to read part {part.number:,}; one failed: {_words(error)}")
        except RayError as error:
            if self._tries[part.number] == MOST_TRIES:
                return DigitpadError(
                    f"Expected to read part {part.number:,}; the process or node that read it died {MOST_TRIES} times. "
                    f"If memory is short, use fewer --workers. Ray's words: {_words(error)}"
                )
        self.begin(part)
        return None


def _num_cores() -> int:
    """How many cores the cluster has now."""
    import ray

    num_cores = int(ray.cluster_resources().get("CPU", 0))
    if not num_cores:
        raise AddressError("Expected cores in the cluster; its nodes have none.")
    return num_cores


def _words(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]


def _read(task: Task, part: Part) -> Any:
    return _reader(task).read(part)


@lru_cache(maxsize=1)
def _reader(task: Task) -> Reader:
    """The reader of a process, which loads its model once."""
    return Reader(task)
