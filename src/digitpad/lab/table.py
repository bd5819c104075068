"""Rows of measurements: chosen, grouped, and summed up with their spread."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

DIVERGED = 1e30
"""What stands for a number that is not finite, which neither JSON nor a mean knows."""


def finite(value: float) -> float:
    """A number, or `DIVERGED` if it is not finite or even larger."""
    return value if value < DIVERGED else DIVERGED


def tell(values: Sequence[float], form: str = ".1f") -> str:
    """The mean of some numbers with their spread, such as "94.9 ± 0.2"; a single one has none."""
    spread = f" ± {_spread(values):{form.lstrip('+')}}" if len(values) > 1 else ""
    return f"{np.mean(values):{form}}{spread}"


def _spread(values: Sequence[float]) -> float:
    return float(np.std(values, ddof=1)) if len(values) > 1 else 0.0


class Table(Sequence[dict[str, Any]]):
    """Rows with the same columns, in the order in which they were measured."""

    def __init__(self, rows: Iterable[dict[str, Any]]) -> None:
        self._rows = list(rows)

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, index: Any) -> Any:
        return self._rows[index]

    def where(self, **values: Any) -> "Table":
        """The rows that have these values."""
        return Table(row for row in self._rows if all(row.get(name) == value for name, value in values.items()))

    def column(self, name: str) -> list[Any]:
        """The values of a column, of the rows that have one."""
        return [row[name] for row in self._rows if name in row]

    def values(self, name: str) -> list[Any]:
        """The different values of a column, in order of appearance."""
        return list(dict.fromkeys(self.column(name)))

    def groups(self, name: str) -> Iterator[tuple[Any, "Table"]]:
        """Every value of a column with its rows."""
        for value in self.values(name):
            yield value, self.where(**{name: value})

    def mean(self, name: str) -> float:
        """The mean of a column."""
        return float(np.mean(self.column(name)))

    def ratio(self, over: str, under: str) -> float:
        """The mean of a column's values over another's, row by row."""
        return float(np.mean([row[over] / row[under] for row in self._rows]))

    def spread(self, name: str) -> float:
        """The standard deviation of a column, over one less than there are rows; 0 for a single row."""
        return _spread(self.column(name))

    def percent(self, name: str) -> str:
        """The mean of a column of shares with its spread, such as "94.9 ± 0.2 %"."""
        return f"{tell([100 * value for value in self.column(name)])} %"
