"""Entry point: `python -m bench.teaching`, or `make bench-teaching`.

Lessons are kept in `runs/bench/`, so that an interrupted benchmark goes on where it stopped.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import typer
from numpy.typing import NDArray

from bench import record
from bench.teaching.writers import Writers
from digitpad import artifact
from digitpad.errors import DigitpadError
from digitpad.training import backend

backend.prepare()

from digitpad.teaching import evaluation, gate, tuning  # noqa: E402
from digitpad.teaching.evaluation import CalibratedNetwork, EvaluationSet, Pair  # noqa: E402
from digitpad.teaching.samples import Samples  # noqa: E402
from digitpad.teaching.teacher import Teacher  # noqa: E402
from digitpad.training.augmentation.mixture import Pictures  # noqa: E402
from digitpad.training.datasets import mnist, splits  # noqa: E402
from digitpad.training.datasets.splits import NOT_A_DIGIT, Split  # noqa: E402

PACKAGES = ("digitpad", "keras", "numpy", "onnxruntime", "tensorflow-cpu")
NUM_WRITERS, COUNTS = 20, (10, 20, 40)
POISON = (3, 8)
"""The digit that poison is written as, and what it is said to be."""

NUM_POISON, POISON_SEEDS = 40, 3
CONTROL, NUM_CONTROLS = 20, 5
"""Digits of another writer taught for control, because those who were read worst once are read better by any change;
and how many writers are taught so, the worst first."""

NUM_TIMED = 3
KEPT = Path("runs") / "bench" / "teaching.jsonl"
_EVALUATION, _POISON, _BOOTSTRAP = range(3_000_001, 3_000_004)
_RESAMPLES = 10_000


Lesson = dict[str, Any]
"""What was read before and after a lesson, and what the gate said."""

Right = dict[str, NDArray[np.bool_]]
"""Which pictures of each kind are right."""


class Bench:
    """A model, everything that it is asked, and what it answers before it is taught.

    Attributes:
        conditions: what a lesson depends on, beside what is taught.
    """

    def __init__(self, data: Path, model: Path) -> None:
        dataset, loaded = mnist.load(data), artifact.load(model)
        training, validation = splits.choose_validation(dataset.pool, seed=loaded.card["recipe"]["seed"], held_out=True)
        self.teacher = Teacher(loaded, dataset.pool[training], dataset.pool[validation])
        self.known = EvaluationSet.gather(dataset.pool[validation], [_EVALUATION])
        tuned = [tuning.STEPS, tuning.NEW, tuning.OLD, tuning.LEARNING_RATE, tuning.SHARE_LEARNED]
        self.conditions = [loaded.model_id, tuned, evaluation.MOST_LOST]
        self.pens = Writers.look(data / "pen", model)
        self.predicted = self.known.predict(self.teacher.before)
        self.before = self.judge(self.teacher.before, self.predicted)

    def judge(self, model: CalibratedNetwork, predicted: Pair) -> Right:
        """What is right: of the pen digits, also where refusals count as wrong, of MNIST and of non-digits."""
        digits, others = (evaluation.predict(model, Pictures.of(part)) for part in (self.pens.digits, self.pens.others))
        labels, known = self.pens.digits.labels, self.known
        on_mnist, on_drawings = predicted
        drawn = on_drawings.is_refused[known.drawings.labels == NOT_A_DIGIT]
        return {
            "pen": digits.digits == labels,
            "accepted": digits.is_right(labels),
            "mnist": on_mnist.digits == known.mnist.labels,
            "non-digits": np.concatenate([others.is_refused, drawn]),
        }

    def teach(self, indices: NDArray[np.int64], labels: NDArray[np.uint8]) -> tuple[Right, dict[str, Any]]:
        """Teach some pen digits as what they are said to be; what is right then, and what the gate says."""
        digits = Split(self.pens.digits.images[indices], labels)
        started = time.monotonic()
        taught = self.teacher.teach(digits)
        seconds = time.monotonic() - started
        predicted = self.known.predict(taught)
        samples, pictures = Samples(digits, np.full(len(digits), "one"), {}), Pictures.of(digits)
        learned = evaluation.predict(self.teacher.before, pictures), evaluation.predict(taught, pictures)
        checks = evaluation.check_corrections(*learned, samples) | evaluation.check(
            self.predicted, predicted, self.known
        )
        return self.judge(taught, predicted), {"seconds": seconds, "reasons": gate.verdict(checks)}

    def teach_writer(self, writer: int, count: int, teacher: int | None = None) -> dict[str, Any]:
        """Teach some digits of a writer, or for control of another one, and read everything else.

        Args:
            writer: whose other digits are read.
            count: how many digits are taught.
            teacher: whose digits are taught; None for the writer's own.
        """
        pens = self.pens
        taught, spared = pens.choose(teacher or writer, count), pens.choose(writer, count)
        after, said = self.teach(taught, pens.digits.labels[taught])
        is_theirs = pens.writers == writer
        is_rest = is_theirs & ~np.isin(np.arange(len(is_theirs)), spared)
        shares = {
            f"{part}, {kind}": self._shares(after, kind, which)
            for part, which in {"rest": is_rest, "others": ~is_theirs}.items()
            for kind in ("pen", "accepted")
            if which.any()
        }
        shares |= {kind: self._shares(after, kind) for kind in ("mnist", "non-digits")}
        return {"writer": writer, "taught": count, "num_rest": int(is_rest.sum()), **shares, **said}

    def _shares(self, after: Right, kind: str, which: Any = slice(None)) -> list[float]:
        """Shares that were right of some pictures of a kind, and that are now."""
        return [float(right[kind][which].mean()) for right in (self.before, after)]

    def poison(self, seed: int) -> dict[str, Any]:
        """Teach wrong corrections, and read what was not taught."""
        pens = self.pens
        written, told = POISON
        rng = np.random.default_rng([_POISON, seed])
        chosen = rng.permutation(np.flatnonzero(pens.digits.labels == written))[:NUM_POISON]
        after, said = self.teach(chosen, np.full(NUM_POISON, told, np.uint8))
        rest = np.flatnonzero(~np.isin(np.arange(len(pens.writers)), chosen))
        of_digit = rest[pens.digits.labels[rest] == written]
        shares = {
            "others": self._shares(after, "pen", rest),
            "others of the digit": self._shares(after, "pen", of_digit),
        }
        return {"seed": seed, **shares, **said}


def summarise(lessons: Sequence[Lesson], kind: str, *, served: bool = False) -> dict[str, Any]:
    """Errors before and after, means over writers, and what is left of them; intervals by bootstrap over writers.

    Args:
        lessons: one a writer.
        kind: of what is read.
        served: whether a lesson that the gate rejects leaves everything as it was.
    """
    pairs = np.array([1 - np.array(each[kind], float) for each in lessons if kind in each])
    if served:
        rejected = [bool(each["reasons"]) for each in lessons if kind in each]
        pairs[rejected, 1] = pairs[rejected, 0]
    rng = np.random.default_rng(_BOOTSTRAP)
    means = pairs[rng.integers(0, len(pairs), (_RESAMPLES, len(pairs)))].mean(axis=1)
    left, change = means[:, 1] / np.maximum(means[:, 0], 1e-9), means[:, 1] - means[:, 0]
    before, after = pairs.mean(axis=0).tolist()
    return {
        "n": len(pairs),
        "before": before,
        "after": after,
        "left": after / before if before else None,
        "left_interval": np.quantile(left, (0.025, 0.975)).tolist(),
        "change_interval": np.quantile(change, (0.025, 0.975)).tolist(),
        "most": float((pairs[:, 1] - pairs[:, 0]).max()),
    }


KINDS = ("rest, pen", "rest, accepted", "others, pen", "others, accepted", "mnist", "non-digits")


def plan_lessons(writers: Sequence[int], counts: Sequence[int]) -> list[tuple[int, int, int | None]]:
    """Writer, count and teacher of every lesson; for control, each writer is taught the digits of the next one."""
    own = [(writer, count, None) for count in counts for writer in writers]
    others = [*writers[1:], writers[0]]
    return [*own, *((writer, CONTROL, other) for writer, other in zip(writers, others, strict=True))][
        : len(own) + NUM_CONTROLS
    ]


def measure(data: Path, model: Path, *, num_writers: int, counts: Sequence[int], num_seeds: int) -> dict[str, Any]:
    """Teach every writer, then poison."""
    bench = Bench(data, model)
    writers = bench.pens.worst(~bench.before["pen"], num_writers)
    planned = plan_lessons(writers, counts)
    lessons = []
    for number, planned_lesson in enumerate(planned):
        key = json.dumps([bench.conditions, *planned_lesson])
        lessons.append(kept_or(key, partial(bench.teach_writer, *planned_lesson)))
        print(f"{number + 1}/{len(planned)}: {lessons[-1]}", file=sys.stderr)
    own, control = lessons[: len(writers) * len(counts)], lessons[len(writers) * len(counts) :]
    controlled = [each for each in own if each["taught"] == CONTROL][: len(control)]
    by_count = {str(count): [each for each in own if each["taught"] == count] for count in counts}
    return {
        "summary": {count: {kind: summarise(some, kind) for kind in KINDS} for count, some in by_count.items()},
        "served": {count: summarise(some, "rest, pen", served=True) for count, some in by_count.items()},
        "accepted": {count: sum(not each["reasons"] for each in some) for count, some in by_count.items()},
        "control": {"other": summarise(control, "rest, pen"), "own": summarise(controlled, "rest, pen")},
        "seconds": record.spread([each["seconds"] for each in lessons]),
        "lessons": own,
        "control_lessons": control,
        "poison": [bench.poison(seed) for seed in range(num_seeds)],
        "command": time_command(bench.pens, writers[0], model),
    }


def kept_or(key: str, work: Callable[[], Lesson]) -> Lesson:
    """A lesson that was kept by this key, or else a new one, which is kept."""
    KEPT.parent.mkdir(parents=True, exist_ok=True)
    lines = KEPT.read_text().splitlines() if KEPT.exists() else []
    found = {entry["key"]: entry["lesson"] for entry in map(json.loads, lines)}
    if key not in found:
        found[key] = work()
        with KEPT.open("a") as file:
            file.write(json.dumps({"key": key, "lesson": found[key]}) + "\n")
    lesson: Lesson = found[key]
    return lesson


def time_command(pens: Writers, writer: int, model: Path) -> dict[str, float]:
    """Seconds that all of `digitpad teach` takes with 40 corrections, from its start to its end."""
    seconds = []
    for number in range(NUM_TIMED):
        with tempfile.TemporaryDirectory() as name:
            kept, run = Path(name) / "kept.sqlite", Path(name) / "run"
            pens.keep(writer, 40, kept)
            command = [sys.executable, "-m", "digitpad", "teach", str(kept), "--from", str(model), "--out", str(run)]
            started = time.monotonic()
            code = subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode
            seconds.append(time.monotonic() - started)
        print(f"digitpad teach, {number + 1}/{NUM_TIMED}: {seconds[-1]:.1f} s, exit code {code}", file=sys.stderr)
    return record.spread(seconds)


def page(measured: dict[str, Any]) -> str:
    """`docs/teaching.md`, from the record."""
    values = {"record": measured, "num_poison": NUM_POISON, "poison_digits": POISON, **measured["results"]}
    return record.render("teaching/teaching.md.j2", values)


def main(quick: bool = False, model: Path = artifact.shipped()) -> None:  # noqa: B008
    """How well a model learns one hand, and what that costs others.

    The results go to bench/teaching.json and docs/teaching.md; with --quick two writers are taught, and nothing is
    written.
    """
    plan: dict[str, Any] = {"num_writers": NUM_WRITERS, "counts": COUNTS, "num_seeds": POISON_SEEDS}
    if quick:
        plan = {"num_writers": 2, "counts": (20,), "num_seeds": 1}
    try:
        results = measure(record.data(), model, **plan)
    except DigitpadError as error:
        sys.exit(f"bench.teaching: {error}")
    installed = record.versions(*PACKAGES) | {record.MODEL: artifact.load(model).model_id}
    measured = record.collect(installed, results, "teaching")
    print(page(measured))
    if not quick:
        record.write(record.FOLDER / "teaching.json", measured)
        (record.FOLDER.parent / "docs" / "teaching.md").write_text(page(measured))


if __name__ == "__main__":
    typer.run(main)
