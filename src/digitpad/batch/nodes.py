"""The nodes of a cluster, with Ray Data. What a node had begun when it died, another does."""

import logging
import pickle
import warnings
from collections.abc import Generator, Iterable
from typing import Any

from digitpad import cluster
from digitpad.batch.answers import Reader, Task
from digitpad.batch.sources.part import Part
from digitpad.errors import AddressError, DataError, DigitpadError

_MOST_TRIES = 100
"""How often a part is tried. It is more than in a pool, since Ray tries a dead node some 20 times before it is sure."""


def run(parts: Iterable[Part], task: Task, num_workers: int | None, *, address: str) -> Generator[tuple[int, Any]]:
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
        import ray

        rows = [{"number": part.number, "part": pickle.dumps(part)} for part in parts]
        try:
            for row in _dataset(rows, task, num_workers).iter_rows():
                answer = pickle.loads(row["answer"])
                if isinstance(answer, DataError):
                    raise DataError(f"{answer} Every node needs it at the same place.")
                if isinstance(answer, DigitpadError):
                    raise answer
                yield row["number"], answer
        except ray.exceptions.RayError as error:
            words = str(error).strip().partition("\n")[0]
            raise DigitpadError(f"Expected the cluster to read every part; it gave up. Ray's words: {words}") from None


def _dataset(rows: list[dict[str, Any]], task: Task, num_workers: int | None) -> Any:
    """The answers to parts as a data set of Ray, computed when it is iterated over."""
    import ray
    from ray.data import ActorPoolStrategy, DataContext

    DataContext.get_current().enable_progress_bars = False
    logging.getLogger("ray.data").setLevel(logging.ERROR)
    num_cores = int(ray.cluster_resources().get("CPU", 0))
    if not num_cores:
        raise AddressError("Expected cores in the cluster; its nodes have none.")
    # One actor at least, so that the pool can shrink with a cluster that loses nodes; else the actors of those would
    # wait for a core for ever, with their parts.
    strategy = ActorPoolStrategy(
        min_size=1,
        initial_size=min(num_cores, num_workers or num_cores, len(rows)),
        max_size=num_workers,
        max_tasks_in_flight_per_actor=2,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # there is no other way yet to limit how often it tries
        return ray.data.from_items(rows, override_num_blocks=len(rows)).map_batches(
            _Actor,
            fn_constructor_args=[task],
            batch_size=1,
            compute=strategy,
            num_cpus=1,
            max_task_retries=_MOST_TRIES,
        )


class _Actor:
    """Reads parts on a node."""

    def __init__(self, task: Task) -> None:
        self._reader = Reader(task)

    def __call__(self, batch: dict[str, Any]) -> dict[str, Any]:
        """Read the one part of a batch."""
        answers = [pickle.dumps(self._reader.read(pickle.loads(part))) for part in batch["part"]]
        return {"number": batch["number"], "answer": answers}
