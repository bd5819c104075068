"""Who measures the cases of an experiment: this process, one after another, or the nodes of a cluster."""

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol

from digitpad.errors import DigitpadError
from digitpad.lab.data import Data
from digitpad.lab.experiment import Case, Experiment
from digitpad.lab.results import Row
from digitpad.training import backend
from digitpad.training.reporting import machine


class Workers(Protocol):
    """Who measures."""

    def measure(self, experiment: Experiment, cases: Sequence[Case]) -> Iterator[tuple[Case, Row]]:
        """Measure cases; yields each with what was measured, and the seconds it took, as soon as there is one."""

    def describe(self) -> dict[str, Any]:
        """The machine that measured: `system`, `num_cores` and `processor`."""


class Here:
    """This process."""

    def __init__(self, data: Data) -> None:
        self._data = data

    def measure(self, experiment: Experiment, cases: Sequence[Case]) -> Iterator[tuple[Case, Row]]:
        """As in `Workers`."""
        for case in cases:
            yield case, _measure(experiment.measure, self._data, case)

    def describe(self) -> dict[str, Any]:
        """As in `Workers`."""
        return _describe()


class Nodes:
    """The nodes of the cluster that this process is connected to: each core measures a case, again if its node dies."""

    def __init__(self, data: Data) -> None:
        import ray

        self._data = ray.put(data)
        self._seen: list[dict[str, Any]] = []

    def measure(self, experiment: Experiment, cases: Sequence[Case]) -> Iterator[tuple[Case, Row]]:
        """As in `Workers`.

        Raises:
            DigitpadError: a case cannot be measured.
        """
        import ray
        from ray.exceptions import RayError

        task = ray.remote(num_cpus=1)(_measure_on_a_core)
        waiting = {task.remote(experiment.measure, self._data, case): case for case in cases}
        while waiting:
            ready, _ = ray.wait(list(waiting))
            case = waiting.pop(ready[0])
            try:
                row, seen = ray.get(ready[0])
            except RayError as error:
                cause = getattr(error, "cause", None) or error
                raise DigitpadError(
                    f"Expected {experiment.name} to be measured with {case}; there was an error on a node: "
                    f"{type(cause).__name__}: {cause}"
                ) from None
            self._seen += [seen] if seen not in self._seen else []
            yield case, row

    def describe(self) -> dict[str, Any]:
        """As in `Workers`; of several kinds of machines, all are named."""
        names = ("system", "processor")
        return {
            "num_cores": 1,
            **{name: " and ".join(dict.fromkeys(seen[name] for seen in self._seen)) for name in names},
        }


def _measure_on_a_core(measure: Callable[[Data, Case], Row], data: Data, case: Case) -> tuple[Row, dict[str, Any]]:
    backend.limit(1)
    return _measure(measure, data, case), _describe()


def _measure(measure: Callable[[Data, Case], Row], data: Data, case: Case) -> Row:
    started = time.perf_counter()
    row = measure(data, case)
    return {**row, "seconds": round(time.perf_counter() - started, 3)}


def _describe() -> dict[str, Any]:
    return {**machine.describe(), "processor": machine.processor()}
