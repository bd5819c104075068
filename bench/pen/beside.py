"""The contract beside other ways to 28x28: two classifiers behind each way, on the same drawings."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from digitpad.training.datasets.pen import Characters
from pen import figures, plain, rivals
from pen.reading import Answers, Job
from pen.settings import BESIDE, Setting

CACHE = Path(__file__).parents[2] / "runs" / "bench" / "plain-cnn.keras"


def compare(
    digits: Characters,
    jobs: Mapping[Setting, Job],
    answers: Mapping[Setting, Answers],
    *,
    model: Path,
    mnist: Path,
    epochs: int,
) -> dict[str, dict[str, dict[str, Any]]]:
    """Figures by classifier, way and setting.

    Args:
        digits: all of them.
        jobs: what was drawn, by setting.
        answers: with the pictures of all ways, where the setting is one of `BESIDE`.
        model: the model file.
        mnist: the folder with MNIST, for the plain CNN.
        epochs: of the plain CNN, if it has yet to be trained.
    """
    classifiers = {"digitpad": rivals.cut(model), "plain CNN": plain.load(CACHE, mnist, epochs=epochs)}
    return {
        name: {
            way: {
                label: figures.classified(classify(answers[setting].pictures[way]), digits, jobs[setting].indices)
                for label, setting in BESIDE.items()
            }
            for way in (*rivals.WAYS, rivals.OURS)
        }
        for name, classify in classifiers.items()
    }
