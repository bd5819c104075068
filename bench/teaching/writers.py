"""The pen data as the network sees it, writer by writer."""

import contextlib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.drawings.reading import Table, read_all
from bench.drawings.settings import REFERENCE
from bench.drawings.ways import OURS
from digitpad.corrections import store
from digitpad.corrections.correction import Answer, Correction, encode
from digitpad.training.datasets import pen
from digitpad.training.datasets.splits import NOT_A_DIGIT, Split
from digitpad.training.preprocessing.contract import to_pixels

FEWEST = 40
"""A writer with fewer digits is not taught."""

_NUM_SESSIONS = 8


@dataclass(frozen=True, eq=False)
class Writers:
    """Characters of the pen data at the reference setting.

    Attributes:
        digits: what the network sees of every digit, and which it is.
        writers: int16 (num_digits,), who wrote each.
        others: the same of characters that cannot pass for a digit.
    """

    digits: Split
    writers: NDArray[np.int16]
    others: Split

    @classmethod
    def look(cls, folder: Path, model: Path) -> "Writers":
        """Draw the pen data in a folder, and let a model look at it."""
        known = pen.load(folder)
        clear = np.flatnonzero(np.isin(known.others.labels, list(pen.CLEAR)))
        digits = read_all(known.digits, {REFERENCE: np.arange(len(known.digits))}, model)[REFERENCE]
        others = read_all(known.others, {REFERENCE: clear}, model)[REFERENCE]
        nothing = np.full(len(clear), NOT_A_DIGIT, np.uint8)
        return cls(Split(_seen(digits), known.digits.labels), known.digits.writers, Split(_seen(others), nothing))

    def worst(self, is_wrong: NDArray[np.bool_], count: int) -> list[int]:
        """The writers with at least `FEWEST` digits of whom the largest share is wrong; of equals the larger."""
        numbers, totals = np.unique(self.writers, return_counts=True)
        order = {
            int(writer): (-is_wrong[self.writers == writer].mean(), -total)
            for writer, total in zip(numbers, totals, strict=True)
            if total >= FEWEST
        }
        return sorted(order, key=order.__getitem__)[:count]

    def choose(self, writer: int, count: int) -> NDArray[np.int64]:
        """Indices of some digits of a writer, drawn at random but the same on every call; fewer are among more."""
        return np.random.default_rng(writer).permutation(np.flatnonzero(self.writers == writer))[:count]

    def keep(self, writer: int, count: int, kept: Path) -> None:
        """Put some digits of a writer into a new store, as corrections from several sessions."""
        with contextlib.closing(store.open(kept)) as corrections:
            for number, index in enumerate(self.choose(writer, count)):
                session = f"{number % _NUM_SESSIONS:032x}"
                picture = encode(to_pixels(255 - self.digits.images[index : index + 1])[0])
                truth, answer = str(self.digits.labels[index]), Answer("digit", "0", 0.0)
                made = datetime(2026, 1, 1, tzinfo=UTC)
                corrections.add(Correction(f"{index:032x}", session, made, truth, answer, "bench", picture, None))


def _seen(table: Table) -> NDArray[np.uint8]:
    return np.stack(table.sort_index()[OURS].to_list())
