"""Rows of measurements: chosen, grouped, and summed up with their spread."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np


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
        found = self.column(name)
        return float(np.std(found, ddof=1)) if len(found) > 1 else 0.0

    def percent(self, name: str) -> str:
        """The mean of a column of shares with its spread, such as "94.9 ± 0.2 %"."""
        spread = f" ± {100 * self.spread(name):.1f}" if len(self) > 1 else ""
        return f"{100 * self.mean(name):.1f}{spread} %"
