"""What repeated passes saw: figures with their spread, and tables of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from record import Figures, spread

ERRORS = ("refused", "socket", "late", "wrong")
"""Answers other than 2xx, broken connections, answers that came too late, and wrong digits."""


@dataclass(frozen=True)
class Pass:
    """What one pass saw.

    Attributes:
        rate: predictions per second.
        latency: of whole predictions, ms.
        errors: how many of each of `ERRORS`.
    """

    rate: float
    latency: Figures
    errors: Figures


class Passes:
    """Repeated passes of several clients over the same routes."""

    def __init__(self) -> None:
        self._passes: dict[str, dict[str, list[Pass]]] = {}

    def add(self, client: str, route: str, seen: Pass) -> None:
        """Add a pass."""
        self._passes.setdefault(client, {}).setdefault(route, []).append(seen)

    def results(self, pairs: Sequence[tuple[str, str]]) -> dict[str, Figures]:
        """All figures, by what they are figures of.

        Args:
            pairs: routes of which the first is set against the second.
        """
        results: dict[str, Figures] = {}
        for client, routes in self._passes.items():
            for route, passes in routes.items():
                results |= {f"{route}, {client}, {name}": figures for name, figures in _summarise(passes)}
            for one, other in pairs:
                rates = [a.rate / b.rate for a, b in zip(routes[one], routes[other], strict=True)]
                results[f"{one} : {other}, {client}, predictions/s (ratio)"] = spread(rates)
        return results

    def show(self, pairs: Sequence[tuple[str, str]]) -> None:
        """Print a table a client."""
        results = self.results(pairs)
        for client, routes in self._passes.items():
            num_passes = len(next(iter(routes.values())))
            _print_row(f"{client}, {num_passes} passes", "predictions/s", "median ms", "p99 ms", "n", "errors")
            for route, passes in routes.items():
                figures = dict(_summarise(passes))
                counts = figures.pop("errors (count)")
                num_errors = sum(counts[name] for name in ERRORS)
                _print_row(route, *map(show_spread, figures.values()), f"{counts['n']:.0f}", f"{num_errors:.0f}")
            for one, other in pairs:
                ratio = results[f"{one} : {other}, {client}, predictions/s (ratio)"]
                _print_row(f"{one} : {other}", f"{show_spread(ratio)} x")
            print()


def show_spread(figures: Figures) -> str:
    """Mean and standard deviation."""
    return f"{figures['mean']:.4g} ± {figures['sd']:.3g}"


def _summarise(passes: Sequence[Pass]) -> Iterator[tuple[str, Figures]]:
    yield "predictions/s", spread([seen.rate for seen in passes])
    yield "median (ms)", spread([seen.latency["median"] for seen in passes])
    yield "p99 (ms)", spread([seen.latency["p99"] for seen in passes])
    counts = {name: sum(seen.errors[name] for seen in passes) for name in ERRORS}
    yield "errors (count)", {"n": sum(seen.latency["n"] for seen in passes)} | counts


def _print_row(name: str, *cells: str) -> None:
    print(f"{name:62s}", "".join(f"{cell:>17s}" for cell in cells))
