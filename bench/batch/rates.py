"""How many pictures a second one core reads: with `digitpad batch`, in a loop, and with Keras."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench import fresh, record
from bench.batch import processes
from bench.record import Figures
from digitpad import Recognizer, drawing

OURS, LOOP = "digitpad batch", "a loop"
KERAS_BATCH = 128
KERAS_ONE, KERAS_MANY = "model.predict, one at a time", f"model.predict, {KERAS_BATCH} at a time"

Read = Callable[[Sequence[Path]], object]


@dataclass(frozen=True)
class Kind:
    """A kind of picture.

    Attributes:
        name: what it is called in the results.
        folder: where the pictures are; the command reads all of them.
        counts: how many are read in a round, by the way of reading.
        is_page: whether a picture has many digits.
    """

    name: str
    folder: Path
    counts: dict[str, int]
    is_page: bool = False


def measure(kinds: Sequence[Kind], out: Path, num_rounds: int) -> dict[str, Figures]:
    """Pictures a second on one core, from the files; the ways of reading take turns."""
    results: dict[str, Figures] = {}
    with processes.on_cores(0):
        keras = _keras()
        for kind in kinds:
            ways = {OURS: _command(kind, out), LOOP: _loop(is_page=kind.is_page), **keras}
            rates: dict[str, list[float]] = {way: [] for way in kind.counts}
            for way in rates.keys() - {OURS}:  # Keras compiles at a new size
                ways[way](sorted(kind.folder.iterdir())[: KERAS_BATCH if way == KERAS_MANY else 2])
            for way, _ in record.alternate(dict.fromkeys(rates, num_rounds)):
                paths = sorted(kind.folder.iterdir())[: kind.counts[way]]
                started = time.perf_counter()
                ways[way](paths)
                rates[way].append(len(paths) / (time.perf_counter() - started))
            results |= {f"{kind.name}, {way} (pictures/s)": record.spread(some) for way, some in rates.items()}
            for way in [way for way in rates if way != OURS]:
                results[f"{OURS} : {way}, {kind.name} (ratio)"] = record.ratios(rates[OURS], rates[way])
    return results


def _command(kind: Kind, out: Path) -> Read:
    options = ("--workers", "1", *(["--page"] if kind.is_page else []))

    def read(_: Sequence[Path]) -> None:
        out.unlink(missing_ok=True)
        processes.run(processes.batch(kind.folder, out, *options))

    return read


def _loop(*, is_page: bool) -> Read:
    recognizer = Recognizer.load()
    read = recognizer.read if is_page else recognizer.predict
    return lambda paths: [read(path) for path in paths]


def _keras() -> dict[str, Read]:
    model = fresh.probabilities(fresh.reader())

    def predict(at_once: int, paths: Sequence[Path]) -> None:
        for start in range(0, len(paths), at_once):
            model.predict(np.stack([drawing.read(path) for path in paths[start : start + at_once]]), at_once, verbose=0)

    return {KERAS_ONE: lambda paths: predict(1, paths), KERAS_MANY: lambda paths: predict(KERAS_BATCH, paths)}
