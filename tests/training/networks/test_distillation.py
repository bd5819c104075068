"""A student learns what its teachers say; teachers and lessons that are there already are not made again."""

from pathlib import Path

import numpy as np
import pytest
from scipy.special import softmax

from digitpad.training.augmentation.mixture import Mixture, Pictures
from digitpad.training.networks import architectures, distillation
from digitpad.training.networks.distillation import Lessons
from digitpad.training.networks.fit import Watcher, fit, is_trained, predict_logits
from digitpad.training.recipe import RECIPES, Recipe
from tests.training.conftest import SMALL, drawn_split

STUDENT = RECIPES["dense"].replace(
    epochs=3, batch_size=32, dropout=0.0, unchanged=0.5, written=0.1, strange=0.2, teachers=2, lessons=2
)
NUM_IMAGES = 300


def gather(recipe: Recipe) -> tuple[Mixture, Pictures]:
    rng = np.random.default_rng(recipe.seed)
    mixture = Mixture.gather(drawn_split(NUM_IMAGES, 0), recipe, rng, epochs=1)
    return mixture, Pictures.of(Mixture.gather(drawn_split(60, 1), SMALL, rng, epochs=1).epoch(SMALL, rng))


@pytest.fixture(autouse=True)
def dense_teachers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Teachers that compile quickly."""
    of_teacher = Recipe.of_teacher
    changes = {"network": "dense", "epochs": 8, "batch_size": 32, "dropout": 0.0}
    monkeypatch.setattr(Recipe, "of_teacher", lambda recipe, number: of_teacher(recipe, number).replace(**changes))


def prepare(folder: Path, said: list[str] | None = None) -> Lessons:
    mixture, _ = gather(STUDENT)
    said = [] if said is None else said
    return distillation.prepare(folder, mixture, STUDENT, gather=gather, watcher=Watcher(), say=said.append)


@pytest.fixture(scope="module")
def teaching(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("run") / "teaching"


def test_lessons_are_what_the_teachers_say_on_average_and_come_in_rotation(teaching: Path) -> None:
    lessons = prepare(teaching)
    names = ["lesson-00.npz", "lesson-01.npz", "teacher-0.npz", "teacher-1.npz"]
    assert sorted(path.name for path in teaching.iterdir()) == names
    images, probabilities = lessons[3]
    assert (images.images == lessons[1][0].images).all()
    assert (images.images != lessons[0][0].images).any()
    said = []
    for number in range(STUDENT.teachers):
        own, (mixture, unseen) = STUDENT.of_teacher(number), gather(STUDENT.of_teacher(number))
        network = architectures.build(own)
        fit(network, mixture, unseen, own, checkpoint=teaching / f"teacher-{number}.npz", watcher=Watcher())
        said.append(softmax(predict_logits(network, Pictures.of(images).seen), axis=1))
    assert abs(said[0] - said[1]).max() > 0.01
    np.testing.assert_allclose(probabilities, np.mean(said, axis=0), atol=1e-3)


def test_what_is_there_is_not_made_again(teaching: Path) -> None:
    before = prepare(teaching)
    (teaching / "lesson-01.npz").unlink()
    changed = {path: path.stat().st_mtime_ns for path in teaching.iterdir()}
    said: list[str] = []
    after = prepare(teaching, said)
    assert (after.probabilities == before.probabilities).all()
    kept = {path: path.stat().st_mtime_ns for path in changed}
    assert kept == changed
    said.clear()
    prepare(teaching, said)
    assert said == []


def test_a_student_learns_from_its_lessons_alone(teaching: Path, tmp_path: Path) -> None:
    lessons = prepare(teaching)
    wrong = Lessons(lessons.mixture, lessons.recipe, np.roll(lessons.probabilities, 1, axis=2))
    mixture, unseen = gather(STUDENT)
    right = []
    for number, some in enumerate((lessons, wrong)):
        network = architectures.build(STUDENT)
        checkpoint = tmp_path / f"{number}.npz"
        assert not is_trained(checkpoint, STUDENT, NUM_IMAGES)
        fit(network, mixture, unseen, STUDENT, checkpoint=checkpoint, watcher=Watcher(), lessons=some)
        assert is_trained(checkpoint, STUDENT, NUM_IMAGES)
        answers = predict_logits(network, unseen.seen).argmax(axis=1)
        right.append(np.mean([(answers - unseen.labels) % 11 == shift for shift in (0, 1)], axis=1))
    assert right[0][0] > 0.5 > right[0][1]
    assert right[1][1] > 0.5 > right[1][0]
