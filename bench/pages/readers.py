"""digitpad behind the tasks: what is drawn or opened in a process of the pool, and what is read there."""

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import cv2

from bench.drawings import settings
from bench.pages import papers
from bench.pages.answers import Answers, from_reading
from bench.pages.faults import Case
from digitpad import Recognizer, artifact
from digitpad.drawing import Drawing
from digitpad.strokes import Stroke

Surface = Literal["white", "generated"]


@dataclass(frozen=True)
class Models:
    """The model files: `digits.onnx` and `pages.onnx`."""

    digits: Path
    pages: Path

    @property
    def recognizer(self) -> Recognizer:
        """Reads with them on one thread; each process loads them once."""
        return _load(self.digits, self.pages)

    @property
    def pages_id(self) -> str:
        """What identifies the page model."""
        return artifact.load(self.pages, artifact.PAGES).model_id

    def read(self, picture: Drawing) -> Answers:
        """Read a page."""
        return from_reading(self.recognizer.read(picture))

    def predict(self, picture: Drawing) -> str | None:
        """Read one digit; None if there is no answer."""
        prediction = self.recognizer.predict(picture)
        return str(prediction.digit) if prediction.status in ("digit", "unsure") else None


@functools.cache
def _load(digits: Path, pages: Path) -> Recognizer:
    cv2.setNumThreads(1)  # the processes of the pool are enough
    return Recognizer.load(digits, pages=pages)


@dataclass(frozen=True, eq=False)
class Task:
    """Strokes to draw in some way and to read.

    Attributes:
        number: fixes what is random.
        strokes: float64 (num_points, 2) each.
    """

    number: int
    strokes: Sequence[Stroke]


def read_number(models: Models, surface: Surface, task: Task) -> Answers:
    """Draw a number on white or generated paper, and read it."""
    if surface == "white":
        return models.read(papers.on_white(task.strokes))
    return models.read(papers.on_generated_paper(task.strokes, task.number))


def read_fault(models: Models, spoilt: tuple[Case, Task]) -> Answers:
    """Draw a number on light paper, spoil it, and read it."""
    case, task = spoilt
    picture = papers.on_light_paper(task.strokes, case.height_px)
    return models.read(case.fault(picture, task.number) if case.fault else picture)


def read_page(models: Models, path: Path) -> Answers:
    """Read a picture of a page."""
    return models.read(path)


def read_both(models: Models, picture: bytes) -> tuple[Answers, str | None]:
    """Read a picture of one digit as a page, and as a drawing."""
    return models.read(picture), models.predict(picture)


def read_character(models: Models, task: Task) -> tuple[Answers, str | None]:
    """Draw a character at the reference setting of `bench.drawings`, and read it as a page and as a drawing."""
    return read_both(models, settings.draw(task.strokes, settings.REFERENCE, task.number))
