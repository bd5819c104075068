"""Other readers of digits on the same pictures: OCR programs, and the usual way."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from bench.drawings import classifiers
from bench.pages import figures, papers, pool, programs, usual
from bench.pages.answers import Answers
from bench.pages.programs import NOT_INSTALLED, Mode
from bench.pages.sets import Sets
from digitpad import drawing
from digitpad.drawing import Drawing
from digitpad.scaling import Scaled

USUAL = "Otsu, contours and a CNN"

Reader = Callable[[Mode, Iterator[Scaled]], list[Answers]]
"""Reads pictures as `drawing.read_page` reads them, one after the other."""


def compare(chosen: Sets, installed: Mapping[str, str], data: Path, epochs: int) -> dict[str, Any]:
    """The figures of every reader, or `NOT_INSTALLED`.

    Args:
        chosen: what is read; of numbers only those without signs.
        installed: the programs' versions.
        data: the folder with MNIST.
        epochs: of the CNN, if it has yet to be trained.
    """
    found: dict[str, Any] = {}
    for program, version in installed.items():
        is_missing = version == NOT_INSTALLED
        found[program] = NOT_INSTALLED if is_missing else measure(chosen, partial(programs.read_all, program))
    classify = classifiers.plain_cnn(data, epochs=epochs)
    pool.say(f"Reading with {USUAL}.")
    return found | {USUAL: measure(chosen, lambda _, pages: usual.read_all(pages, classify))}


def measure(chosen: Sets, read: Reader) -> dict[str, Any]:
    """The figures of one reader: of `numbers` on white, `pages` and `singles`."""
    known = [number for number in chosen.numbers if not number.has_signs]
    drawn = read("line", _open([papers.on_white(number.strokes) for number in known]))
    of_pages = read("page", _open([page.path for page in chosen.pages]))
    of_singles = read("single", _open([single.data for single in chosen.singles]))
    return {
        "numbers": figures.numbers(known, drawn),
        "pages": figures.pages(chosen.pages, of_pages),
        "singles": figures.singles(chosen.singles, [(answer.largest, len(answer.read) > 1) for answer in of_singles]),
    }


def _open(pictures: Sequence[Drawing]) -> Iterator[Scaled]:
    return map(drawing.read_page, pictures)
