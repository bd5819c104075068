"""What an experiment is: cases that are measured one by one, a verdict on each claim, and a figure."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from matplotlib.figure import Figure

from digitpad.lab.data import Data
from digitpad.lab.results import Row
from digitpad.lab.table import Table

Case = dict[str, Any]
"""The settings of one measurement, as JSON values; no two cases of an experiment are the same."""


@dataclass(frozen=True)
class Scale:
    """How much is done.

    Attributes:
        quick: whether everything is done in seconds, on few pictures: enough to see the law, not to give figures.
        num_seeds: how often what depends on chance is repeated.
    """

    quick: bool
    num_seeds: int

    @property
    def seeds(self) -> range:
        """The seeds of the repetitions."""
        return range(self.num_seeds)


@dataclass(frozen=True)
class Finding:
    """A claim, and what came of it.

    Attributes:
        claim: one sentence.
        expected: what theory or the literature says, with its source.
        measured: what was measured, how often, with its spread.
        held: whether the claim held.
        is_law: whether it is to hold in the quick form as well; if not, it is a figure or an open question.
    """

    claim: str
    expected: str
    measured: str
    held: bool
    is_law: bool = True


@dataclass(frozen=True)
class Experiment:
    """An experiment.

    Attributes:
        name: what it is called on the command line.
        title: of its section.
        question: what it asks, in one or two sentences.
        cases: lists what is measured at a scale.
        measure: measures one case.
        judge: says which claims held, from all rows; a row is its case and what was measured.
        draw: draws the rows.
    """

    name: str
    title: str
    question: str
    cases: Callable[[Scale], list[Case]]
    measure: Callable[[Data, Case], Row]
    judge: Callable[[Table], list[Finding]]
    draw: Callable[[Table], Figure]
