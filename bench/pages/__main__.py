"""Entry point: `python -m bench.pages`, or `make bench-pages`."""

import dataclasses
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import typer

from bench import record
from bench.pages import generated, pictures, programs, readers, sets, speed
from bench.pages.pictures import Marked
from bench.pages.pool import Pool
from bench.pages.readers import Models
from bench.pages.sets import Sets
from digitpad import artifact
from digitpad.errors import DigitpadError
from digitpad.training import backend
from digitpad.training.datasets import pen

backend.prepare()

from bench.pages import beside, figures, ours  # noqa: E402

SHIPPED = Models(artifact.shipped(), artifact.shipped(artifact.PAGES))
PACKAGES = ("digitpad", "keras", "numpy", "onnxruntime", "opencv-python-headless", "pillow", "tensorflow-cpu")

Item = TypeVar("Item")


@dataclasses.dataclass(frozen=True)
class Plan:
    """How much is read.

    Attributes:
        steps: every n-th number, page and single picture of each kind is read.
        others: the most clear non-digits of the pen set that are read.
        digits: of the pen set.
        spoilt: numbers that are drawn with faults.
        runs: reads of pages that are timed.
        starts: processes that read a photograph.
        made: generated pages, of which the worst are drawn.
        epochs: of the plain CNN, if it has yet to be trained.
    """

    steps: tuple[int, int, int]
    others: int
    digits: int
    spoilt: int
    runs: int
    starts: int
    made: int
    epochs: int


FULL = Plan((1, 1, 1), others=10_000, digits=2_000, spoilt=150, runs=30, starts=5, made=120, epochs=15)
QUICK = Plan((12, 12, 40), others=60, digits=60, spoilt=10, runs=6, starts=1, made=12, epochs=1)


def main(
    quick: bool = False,
    model: Path = SHIPPED.digits,
    pages: Path = SHIPPED.pages,
    out: Path = record.FOLDER.parent,
) -> None:
    """How well numbers and pages are read by two models, beside OCR programs.

    The results go to bench/ and docs/ in the folder OUT; with --quick a small part is read, and nothing is written.
    """
    try:
        data, installed = record.data(), programs.find_versions()
        results, worst = measure(data, Models(model, pages), installed, QUICK if quick else FULL)
    except DigitpadError as error:
        sys.exit(f"bench.pages: {error}")
    notes = ("pages", *(f"no {name}" for name, version in installed.items() if version == programs.NOT_INSTALLED))
    measured = record.collect(record.versions(*PACKAGES) | installed, results, *notes)
    print(page(measured))
    if not quick:
        save(out, measured, worst)


def save(out: Path, measured: dict[str, Any], worst: Sequence[Marked]) -> None:
    """Write the record, its page and its pictures."""
    for folder in (out / "bench", out / "docs"):
        folder.mkdir(parents=True, exist_ok=True)
    record.write(out / "bench" / "pages.json", measured)
    (out / "docs" / "pages.md").write_text(page(measured))
    found = measured["results"]["faults"]
    pictures.draw_faults(found["curves"], found["none"]["count"], out / "docs" / "pages-faults.png")
    pictures.draw_worst(worst, out / "docs" / "pages-worst.png")


def page(measured: dict[str, Any]) -> str:
    """`docs/pages.md`, from the record."""
    return record.render("pages/pages.md.j2", {"record": measured, **measured["results"]})


def measure(
    data: Path, models: Models, installed: dict[str, str], plan: Plan
) -> tuple[dict[str, Any], Sequence[Marked]]:
    """Read everything; the results as JSON values, and the worst generated pages.

    Args:
        data: the folder with `pen/`, `pages/`, `singles.zip` and `mnist/`.
        models: the model files.
        installed: the versions of the OCR programs.
        plan: how much to read.
    """
    chosen = choose(sets.load(data), plan)
    bank = generated.bank(data)
    worst = ours.find_worst(models, bank, plan.made)
    timed = speed.measure(models, bank, chosen.numbers, plan.runs, plan.starts)  # before other processes are busy
    with Pool() as pool:
        of_pages = pool.run(partial(readers.read_page, models), [page.path for page in chosen.pages], "Pages")
        results = {
            "models": {"digits": models.recognizer.model_id, "pages": models.pages_id},
            "numbers": ours.read_numbers(pool, models, chosen.numbers),
            "pages": figures.pages(chosen.pages, of_pages),
            "confidence": figures.confidence([page.truth for page in chosen.pages], of_pages),
            "singles": ours.read_singles(pool, models, chosen.singles),
            "characters": ours.read_characters(pool, models, pen.load(data / "pen"), plan.digits, plan.others),
            "faults": ours.read_faults(pool, models, chosen.numbers, plan.spoilt),
            "speed": timed,
        }
    return results | {"beside": beside.compare(chosen, installed, data, plan.epochs)}, worst


def choose(known: Sets, plan: Plan) -> Sets:
    """The part of the sets that is read: of every kind the first, and then evenly."""
    by_numbers, by_pages, by_singles = plan.steps
    return Sets(
        _every(known.numbers, by_numbers, lambda number: number.has_signs),
        _every(known.pages, by_pages, lambda page: (page.kind, page.has_print)),
        _every(known.singles, by_singles, lambda single: single.kind),
    )


def _every(items: Sequence[Item], step: int, kind: Callable[[Item], object]) -> list[Item]:
    """Every n-th item of each kind."""
    by_kind: dict[object, list[Item]] = {}
    for item in items:
        by_kind.setdefault(kind(item), []).append(item)
    return [item for some in by_kind.values() for item in some[::step]]


if __name__ == "__main__":
    typer.run(main)
