"""The nodes of a cluster, with Ray Data. What a node had begun when it died, another does."""

import logging
import pickle
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from digitpad import cluster
from digitpad.batch.answers import MOST_TRIES, Reader, Task
from digitpad.batch.sources.part import Part
from digitpad.errors import AddressError, DigitpadError


def run(parts: Iterable[Part], task: Task, num_workers: int | None, *, address: str) -> Iterator[tuple[int, Any]]:
    """Read parts, each with one core; arguments, answers and errors are as for `pool.run`.

    Args:
        parts: what is to be read.
        task: what is to be done with each.
        num_workers: the most actors, each of which takes a core; None for as many as there are cores.
        address: as for `cluster.connected`.

    Raises:
        AddressError, MissingPartError: as `cluster.connected`.
    """
    with cluster.connected(address):
        rows = [{"number": part.number, "part": pickle.dumps(part)} for part in parts]
        for row in _dataset(rows, task, num_workers).iter_rows():
            answer = pickle.loads(row["answer"])
            if isinstance(answer, DigitpadError):
                raise answer
            yield row["number"], answer


def _dataset(rows: list[dict[str, Any]], task: Task, num_workers: int | None) -> Any:
    """The answers to parts as a data set of Ray, computed when it is iterated over."""
    import ray
    from ray.data import ActorPoolStrategy, DataContext

    DataContext.get_current().enable_progress_bars = False
    logging.getLogger("ray.data").setLevel(logging.ERROR)
    num_cores = int(ray.cluster_resources().get("CPU", 0))
    if not num_cores:
        raise AddressError("Expected cores in the cluster; its nodes have none.")
    tally = ray.remote(num_cpus=0, max_restarts=-1, max_task_retries=-1)(_Tally).remote()
    # One actor at least, so that the pool can shrink with a cluster that loses nodes; else the actors of those would
    # wait for a core for ever, with their parts.
    strategy = ActorPoolStrategy(
        min_size=1,
        initial_size=min(num_cores, num_workers or num_cores, len(rows)),
        max_size=num_workers,
        max_tasks_in_flight_per_actor=2,
    )
    return ray.data.from_items(rows, override_num_blocks=len(rows)).map_batches(
        _Actor, fn_constructor_args=[task, tally], batch_size=1, compute=strategy, num_cpus=1
    )


class _Actor:
    """Reads parts on a node."""

    def __init__(self, task: Task, tally: Any) -> None:
        self._reader, self._tally = Reader(task), tally

    def __call__(self, batch: dict[str, Any]) -> dict[str, Any]:
        """Read the one part of a batch."""
        return {"number": batch["number"], "answer": [pickle.dumps(self._read(part)) for part in batch["part"]]}

    def _read(self, pickled: bytes) -> Any:
        import ray

        part = pickle.loads(pickled)
        if ray.get(self._tally.begin.remote(part.number)) > MOST_TRIES:
            return DigitpadError(
                f"Expected to read part {part.number:,}; the process or node that read it ended {MOST_TRIES} times. If "
                "memory is short, use fewer --workers."
            )
        return self._reader.read(part)


class _Tally:
    """Counts how often each part was begun: Ray Data itself would try for ever."""

    def __init__(self) -> None:
        self._begun = Counter[int]()

    def begin(self, number: int) -> int:
        """How often a part was begun, this time too."""
        self._begun[number] += 1
        return self._begun[number]
