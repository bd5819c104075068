"""What digitpad reads: figures of numbers, single pictures, characters and faults, and the worst generated pages."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np

from bench.pages import figures, generated, readers, score
from bench.pages.answers import Answers
from bench.pages.faults import CURVES, NO_FAULT, Case
from bench.pages.pictures import Marked
from bench.pages.pool import Pool
from bench.pages.readers import Models, Task
from bench.pages.sets import Number, Single
from digitpad.training.datasets import pen
from digitpad.training.pages.bank import Bank

WORST, WORST_PX = 12, 320
"""How many of the worst generated pages are drawn, and how wide they are."""


def read_numbers(pool: Pool, models: Models, known: Sequence[Number]) -> dict[str, Any]:
    """Figures of numbers on `white` and on `generated` paper, and of those with `signs`, on white."""
    plain = [number for number in known if not number.has_signs]
    signs = [number for number in known if number.has_signs]
    white = _read_drawn(pool, models, "white", [*plain, *signs])
    return {
        "white": figures.numbers(plain, white[: len(plain)]),
        "generated": figures.numbers(plain, _read_drawn(pool, models, "generated", plain)),
        "signs": figures.numbers(signs, white[len(plain) :])["all"],
    }


def read_singles(pool: Pool, models: Models, known: Sequence[Single]) -> dict[str, Any]:
    """Figures of single pictures through `read` and through `predict`."""
    files = [single.data for single in known]
    both = pool.run(partial(readers.read_both, models), files, "Single pictures")
    return {
        "read": figures.singles(known, [(answer.largest, len(answer.read) > 1) for answer, _ in both]),
        "predict": figures.singles(known, [(predicted, False) for _, predicted in both]),
    }


def read_characters(pool: Pool, models: Models, known: pen.Pen, num_digits: int, most_others: int) -> dict[str, Any]:
    """Figures of the pen set's `digits`, a sample over all writers, and of its `clear` non-digits."""
    clear = np.flatnonzero(np.isin(known.others.labels, sorted(pen.CLEAR)))
    even = clear[:: -(-len(clear) // most_others)]
    chosen = {"digits": (known.digits, pen.sample(known.digits.writers, num_digits)), "clear": (known.others, even)}
    found = {}
    for name, (characters, indices) in chosen.items():
        tasks = [Task(int(index), characters.strokes[index]) for index in indices]
        answers = pool.run(partial(readers.read_character, models), tasks, f"Pen strokes, {name}")
        found[name] = figures.characters([str(characters.labels[index]) for index in indices], answers)
    return found


def read_faults(pool: Pool, models: Models, known: Sequence[Number], count: int) -> dict[str, Any]:
    """Figures of numbers without fault, `none`, and with every fault, `curves`."""
    fitting = [number for number in known if not number.has_signs and 2 <= len(number.label) <= 4]
    order = np.random.default_rng(0).permutation(len(fitting))[:count]
    spoilt = [fitting[index] for index in sorted(order)]
    tasks = [Task(index, number.strokes) for index, number in enumerate(spoilt)]
    cases = list(dict.fromkeys([NO_FAULT, *(case for cases in CURVES.values() for case in cases.values())]))
    pairs = [(case, task) for task in tasks for case in cases]
    answers = pool.run(partial(readers.read_fault, models), pairs, "Numbers with faults")
    by_case: dict[Case, list[Answers]] = {case: answers[at :: len(cases)] for at, case in enumerate(cases)}
    best = figures.numbers(spoilt, by_case[NO_FAULT])["all"]
    curves = {curve: {label: by_case[case] for label, case in some.items()} for curve, some in CURVES.items()}
    return {"none": best, "curves": figures.faults(spoilt, curves, best)}


def find_worst(models: Models, bank: Bank, count: int) -> list[Marked]:
    """The generated pages with the most mistakes, the worst first."""
    made = generated.pages(bank, WORST_PX, count)
    marked = [Marked(each.pixels, score.judge(generated.truth(each), models.read(each.pixels))) for each in made]
    mistaken = [each for each in marked if each.num_mistakes]
    return sorted(mistaken, key=lambda each: -each.num_mistakes)[:WORST]


def _read_drawn(pool: Pool, models: Models, surface: readers.Surface, known: Sequence[Number]) -> list[Answers]:
    tasks = [Task(index, number.strokes) for index, number in enumerate(known)]
    return pool.run(partial(readers.read_number, models, surface), tasks, f"Numbers on {surface} paper")
