"""The command `digitpad batch`: pictures in, a table out."""

import sys
from collections import Counter
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from digitpad import artifact, quiet
from digitpad.batch import nodes, parts, pool
from digitpad.batch.answers import UNREADABLE, Task
from digitpad.batch.parts import Finished, Plan
from digitpad.batch.progress import Shown
from digitpad.batch.source import Source, open_source
from digitpad.batch.sources.place import Place
from digitpad.errors import INTERRUPTED, InputError
from digitpad.training import backend, runs

if TYPE_CHECKING:
    from digitpad.batch.evaluation import Evaluation


def batch(
    source: str,
    out: str,
    *,
    page: bool,
    column: str | None,
    labels: str | None,
    model: Path | None,
    num_workers: int | None,
    ray: str | None,
    resume: bool,
) -> None:
    """Read all pictures of a source into a table, then say how many of each kind of answer there are.

    Args:
        source: as for `open_source`.
        out: a path or URL of the table; its name says its form.
        page: whether each picture is a page of digits.
        column: of the pictures.
        labels: column of the true digits.
        model: a model file or a run's folder; None for the model that ships.
        num_workers: number of processes; None for one a core.
        ray: address of a Ray cluster; None for processes on this machine.
        resume: whether to go on with an interrupted run.
    """
    table = Place.of(out)
    parts.check_out(table, resume=resume)
    if page and labels:
        raise InputError("Expected --labels for single digits; a page has many. Leave out --page or --labels.")
    loaded = artifact.load(model or artifact.shipped())
    found = open_source(source, column=column, labels=labels)
    if any(map(found.would_read, parts.tables_of(table))):
        raise InputError(f"Expected --out outside of {source}, whose tables are all read; got {table}.")
    if page:
        found = found.of_pages()
    if found.notice:
        print(found.notice, file=sys.stderr)
    finished = Finished(table, Plan(found.fingerprint, loaded.model_id, page, len(found.parts)))
    try:
        with finished:
            if not finished.begin(resume=resume):
                print(f"This run is already finished. Its table: {table}")
                return
            _read(found, finished, Task(loaded.path.read_bytes(), page), num_workers, ray)
            _finish(found, finished, page=page)
    except KeyboardInterrupt:
        print(f"\nStopped. {_how_to_go_on(finished, resume=resume)}", file=sys.stderr)
        quiet.leave(INTERRUPTED)


def _how_to_go_on(finished: Finished, *, resume: bool) -> str:
    if not finished.numbers:
        return "No part was finished."
    again = runs.command(*sys.argv[1:], *([] if resume else ["--resume"]))
    return f"Finished parts are kept. Go on with: {again}"


def _read(source: Source, finished: Finished, task: Task, num_workers: int | None, ray: str | None) -> None:
    """Read the parts that are not finished."""
    if len(finished.numbers) == len(source.parts):
        return
    left = (part for part in source.parts if part.number not in finished.numbers)
    if ray:
        run = partial(nodes.run, left, task, num_workers, address=ray)
    else:
        run = partial(pool.run, left, task, num_workers or backend.num_cores())
    counts = (source.parts[number].num_pictures or 0 for number in finished.numbers)
    done = len(finished.numbers) if source.num_pictures is None else sum(counts)
    # Ctrl-C may come while a part is written, and the others who read are to end then too.
    with Shown(source.num_pictures, len(source.parts), done=done) as shown, closing(run()) as answered:
        for number, answers in answered:
            finished.add(number, answers)
            shown.add(len(answers))


def _finish(source: Source, finished: Finished, *, page: bool) -> None:
    """Join the parts, and say what came out."""
    statuses = Counter[str]()
    evaluation = _evaluation() if source.has_labels and not page else None

    def see(answers: pa.Table) -> None:
        statuses.update(answers["status"].to_pylist())
        if evaluation:
            evaluation.add(answers)

    finished.join(see)
    print(_summary(statuses))
    if evaluation:
        _show(evaluation, finished.out)
    finished.complete()
    print(f"Table:      {finished.out}")


def _evaluation() -> "Evaluation":
    from digitpad.batch.evaluation import Evaluation  # scikit-learn takes a second to import

    return Evaluation()


def _show(evaluation: "Evaluation", table: Place) -> None:
    """Print how right the answers are, and write it beside the table."""
    from digitpad.batch.evaluation import describe

    if figures := evaluation.figures():
        beside = replace(table, path=f"{table.path}.evaluation.json")
        parts.write_json(beside, figures)
        print(f"\n{describe(figures)}\n\nEvaluation: {beside}")


def _summary(statuses: Counter[str]) -> str:
    """How many pictures were answered how, such as "1,000 pictures: 990 digit, 8 unsure, 2 unreadable"."""
    each = ", ".join(f"{count:,} {status}" for status, count in statuses.most_common())
    summary = f"{statuses.total():,} {'picture' if statuses.total() == 1 else 'pictures'}: {each}."
    if statuses[UNREADABLE]:
        summary += " The column error says why a picture could not be read."
    return summary
