"""One lesson: a model learns from corrections, is evaluated, and passes the gate or not."""

import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from digitpad import artifact
from digitpad.artifact import Artifact
from digitpad.corrections.correction import Correction
from digitpad.errors import InputError
from digitpad.recognizer import Recognizer
from digitpad.teaching import evaluation, gate, report
from digitpad.teaching.evaluation import CalibratedNetwork, EvaluationSet
from digitpad.teaching.samples import Samples, gather
from digitpad.teaching.teacher import Teacher
from digitpad.training import pipeline, runs
from digitpad.training.augmentation.mixture import Pictures
from digitpad.training.datasets.mnist import Dataset
from digitpad.training.datasets.splits import Split
from digitpad.training.evaluation.calibration import Calibrated
from digitpad.training.export import keras_file, layers_file, onnx_file, restore, verify
from digitpad.training.recipe import Recipe
from digitpad.training.reporting import machine, record
from digitpad.training.runs import RunFolder

_EVALUATION = 2_000_011
"""Second seed of the generator of the evaluation's drawings, used with the seed of the model's recipe."""

_NOT_MEASURED = ("test", "drawings", "validation", "epochs", "format_version", "contract_version")
"""What the card of the first model says that need not be true of the second."""


def teach(
    corrections: Iterable[Correction], start: Path, dataset: Dataset, run: RunFolder, *, say: Callable[[str], None]
) -> dict[str, Any]:
    """Teach a model corrections, and write the new one with a report.

    MNIST's test set stays sealed.

    Args:
        corrections: from a store, oldest first.
        start: the model to begin with, a file or a run's folder.
        dataset: from `mnist.load`.
        run: a new folder.
        say: called with messages for the user.

    Returns:
        All results, as in `metrics.json`; `teaching` is what the model card says of the lesson.

    Raises:
        InputError: there is no correction to learn from.
        ArtifactError: the model cannot be used, was rejected itself, or is not one of digitpad's recipes.
        VerificationError: a saved model does not give the same answers as the one in memory.
    """
    started = time.monotonic()
    model = artifact.load(start)
    artifact.check_accepted(model)
    recipe = restore.recipe(model)
    samples = gather(corrections, Recognizer(model), refuses=recipe.strange > 0)
    _announce(samples, say)
    run.path.mkdir(parents=True, exist_ok=True)
    training, validation = pipeline.prepare(run, dataset, seed=recipe.seed, held_out=recipe.held_out, say=say)
    teacher = Teacher(model, training, validation)
    say("Teaching.")
    after = teacher.teach(samples.digits[np.flatnonzero(~samples.is_held_out)])
    known, pictures = EvaluationSet.gather(validation, [recipe.seed, _EVALUATION]), Pictures.of(samples.digits)
    read = evaluation.predict(teacher.before, pictures), evaluation.predict(after, pictures)
    others = evaluation.check(known.predict(teacher.before), known.predict(after), known)
    checks = evaluation.check_corrections(*read, samples) | remember(others, model)
    figures = _figures(model, after.calibrated, samples, checks)
    figures["teaching"]["data"] = _describe_data(run, model, recipe)
    figures["pictures"] = report.list_pictures(samples, *read)
    _save(run, after, validation, figures, say)
    figures["seconds"] = time.monotonic() - started
    runs.write_json(run.metrics, figures)
    runs.write(run.report, report.render(figures))
    return figures


def remember(checks: dict[str, gate.Check], model: Artifact) -> dict[str, gate.Check]:
    """Compare with the first model too, if this one was taught before."""
    earlier = model.card.get("teaching", {}).get("checks", {})
    return {
        name: replace(check, first=earlier[name]["first"] or earlier[name]["before"]) if name in earlier else check
        for name, check in checks.items()
    }


def _describe_data(run: RunFolder, model: Artifact, recipe: Recipe) -> dict[str, Any]:
    """The data of a lesson, and whether its validation images are ones that the first model did not learn from."""
    data = runs.read_json(run.data)
    is_same = data["sha256"] == model.card.get("data", {}).get("sha256")
    return {"source": data["source"], "notice": data["notice"], "is_unseen": is_same and recipe.held_out}


def _announce(samples: Samples, say: Callable[[str], None]) -> None:
    for name, reason in samples.left_out.items():
        say(f"Left out {name}: {reason}.")
    if not len(samples):
        found = "all were left out" if samples.left_out else "there are none"
        raise InputError(f"Expected corrections to learn from; {found}. Make some on a pad that keeps them.")
    num_held_out, num_sessions = int(samples.is_held_out.sum()), len(np.unique(samples.sessions))
    held_out = f"{num_held_out:,} of them held out" if num_held_out else "none of them held out"
    say(f"Corrections: {len(samples):,} pictures from {num_sessions:,} sessions, {held_out}.")


def _figures(
    model: Artifact, calibrated: Calibrated, samples: Samples, checks: dict[str, gate.Check]
) -> dict[str, Any]:
    reasons = gate.verdict(checks)
    teaching = {
        "from": model.model_id,
        "num_pictures": len(samples),
        "num_held_out": int(samples.is_held_out.sum()),
        "accepted": not reasons,
        "reasons": reasons,
        "checks": {name: {**asdict(check), "is_passed": check.is_passed} for name, check in checks.items()},
    }
    return {
        **{name: value for name, value in model.card.items() if name not in _NOT_MEASURED},
        **asdict(calibrated),
        "versions": record.versions(),
        "teaching": teaching,
        "left_out": samples.left_out,
        "machine": machine.describe(),
    }


def _save(
    run: RunFolder, taught: CalibratedNetwork, validation: Split, figures: dict[str, Any], say: Callable[[str], None]
) -> None:
    """Write both model files, and verify them in a fresh process."""
    reader = keras_file.build_reader(taught.network, taught.calibrated.temperature)
    keras_file.save(reader, run.keras_model)
    card = {name: value for name, value in figures.items() if name not in ("pictures", "left_out", "machine")}
    graph = onnx_file.export(run.keras_model)
    runs.write(run.onnx_model, artifact.seal(graph, card, verify.probes(reader, validation)))
    layers_file.write(run.onnx_model)
    say("Verifying both models in a fresh process.")
    figures["verification"] = verify.verify(reader, validation.images, run)
