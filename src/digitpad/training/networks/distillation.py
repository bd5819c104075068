"""Distillation: teachers judge changed images, and a student learns their mean probabilities instead of the labels.

Only the probabilities are stored. The images are drawn again when they are needed: they depend on nothing but the
recipe and the number of the lesson. Every teacher and every lesson is a file of its own, so a killed run resumes.

Reference: Hinton, Vinyals and Dean 2015, Distilling the Knowledge in a Neural Network.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

from digitpad.training import runs
from digitpad.training.augmentation.mixture import Mixture, Pictures
from digitpad.training.datasets.splits import Split
from digitpad.training.networks import architectures
from digitpad.training.networks.fit import Watcher, fit, predict_logits
from digitpad.training.recipe import Recipe

Gather = Callable[[Recipe], tuple[Mixture, Pictures]]


@dataclass(frozen=True)
class Lessons:
    """Epochs of changed images with what the teachers say of them.

    Attributes:
        mixture: the mixture that the images are drawn from.
        recipe: of the student.
        probabilities: float16 (num_lessons, num_images, 11), the mean of the teachers' probabilities.
    """

    mixture: Mixture
    recipe: Recipe
    probabilities: NDArray[np.float16]

    def __getitem__(self, epoch: int) -> tuple[Split, NDArray[np.float32]]:
        """The images of an epoch, counted from 0, and the probabilities to learn, float32 (num_images, 11)."""
        number = epoch % len(self.probabilities)
        return _images(self.mixture, self.recipe, number), self.probabilities[number].astype(np.float32)


def prepare(
    folder: Path, mixture: Mixture, recipe: Recipe, *, gather: Gather, watcher: Watcher, say: Callable[[str], None]
) -> Lessons:
    """Train the teachers and let them judge the lessons, as far as that is not done yet.

    Args:
        folder: where teachers and lessons are kept.
        mixture: what the student learns from.
        recipe: of the student.
        gather: gives the mixture and the validation pictures of a teacher's recipe.
        watcher: receives the training progress of each teacher.
        say: called with messages for the user.

    Returns:
        The lessons.

    Raises:
        RunError: a file in the folder is damaged.
        DigitpadError: the training of a teacher diverged.
    """
    folder.mkdir(exist_ok=True)
    judged = [folder / f"lesson-{number:02}.npz" for number in range(recipe.lessons)]
    if not all(path.exists() for path in judged):
        teachers = [_teacher(folder, number, recipe, gather, watcher, say) for number in range(recipe.teachers)]
        say(f"The teachers judge {recipe.lessons} epochs of changed images.")
        for number, path in enumerate(judged):
            if not path.exists():
                runs.write_arrays(path, {"probabilities": _judge(teachers, _images(mixture, recipe, number))})
    return Lessons(mixture, recipe, np.stack([runs.read_arrays(path)["probabilities"] for path in judged]))


def _teacher(
    folder: Path, number: int, recipe: Recipe, gather: Gather, watcher: Watcher, say: Callable[[str], None]
) -> keras.Model:
    """A trained teacher."""
    own = recipe.of_teacher(number)
    say(f"Teacher {number + 1} of {recipe.teachers}: {own.network}, {own.epochs} epochs.")
    network = architectures.build(own)
    training, validation = gather(own)
    fit(network, training, validation, own, checkpoint=folder / f"teacher-{number}.npz", watcher=watcher)
    return network


def _images(mixture: Mixture, recipe: Recipe, number: int) -> Split:
    return mixture.epoch(recipe, np.random.default_rng([recipe.seed, number]))


def _judge(teachers: list[keras.Model], images: Split) -> NDArray[np.float16]:
    seen = Pictures.of(images).seen
    each = [softmax(predict_logits(teacher, seen), axis=1) for teacher in teachers]
    mean: NDArray[np.float16] = np.mean(each, axis=0).astype(np.float16)
    return mean
