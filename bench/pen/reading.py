"""Drawings read by the model in two processes: strokes -> PNG or JPEG bytes -> `Recognizer.predict` -> answers."""

import multiprocessing
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from digitpad import Recognizer
from digitpad.recognizer import Prediction
from digitpad.training.datasets import pen as data
from pen import rivals
from pen.settings import Setting, draw

NUM_PROCESSES = 2
_PART = 250
_REPORT_AFTER_S = 15.0


@dataclass(frozen=True, eq=False)
class Job:
    """Characters to draw and read.

    Attributes:
        kind: which of the characters.
        setting: how they are drawn.
        indices: int64 (num_drawings,), which of them.
        ways: the ways to 28x28 whose pictures are kept.
    """

    kind: Literal["digits", "others"]
    setting: Setting
    indices: NDArray[np.int64]
    ways: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Answers:
    """What the model answered to a job's drawings.

    Attributes:
        probabilities: float32 (num_drawings, 10).
        not_digit: float32 (num_drawings,), how sure the model is that it is no digit, 0 to 1.
        statuses: str (num_drawings,).
        candidates: bool (num_drawings, 10), the digits that it may be.
        pictures: uint8 (num_drawings, 28, 28), 0 for paper to 255 for ink, by the job's ways.
    """

    probabilities: NDArray[np.float32]
    not_digit: NDArray[np.float32]
    statuses: NDArray[np.str_]
    candidates: NDArray[np.bool_]
    pictures: dict[str, NDArray[np.uint8]]

    def first(self, count: int) -> "Answers":
        """The answers to the first drawings only."""
        return Answers(
            probabilities=self.probabilities[:count],
            not_digit=self.not_digit[:count],
            statuses=self.statuses[:count],
            candidates=self.candidates[:count],
            pictures={way: pictures[:count] for way, pictures in self.pictures.items()},
        )


class Reader:
    """Draws and reads, in its own process."""

    def __init__(self, pen: Path, model: Path) -> None:
        loaded = data.load(pen)
        self._strokes = {"digits": loaded.digits.strokes, "others": loaded.others.strokes}
        self._recognizer = Recognizer.load(model)

    def read(self, job: Job) -> Answers:
        """Draw and read a job's characters, one after the other."""
        drawings = [draw(self._strokes[job.kind][index], job.setting, index) for index in job.indices.tolist()]
        predictions = [self._recognizer.predict(drawing) for drawing in drawings]
        pictures = {
            way: np.stack(
                [p.seen for p in predictions] if way == rivals.OURS else [rivals.see(d, way) for d in drawings]
            )
            for way in job.ways
        }
        return Answers(
            probabilities=np.stack([prediction.probabilities for prediction in predictions]),
            not_digit=np.array([_not_digit(prediction) for prediction in predictions], np.float32),
            statuses=np.array([prediction.status for prediction in predictions]),
            candidates=np.stack([np.isin(np.arange(10), prediction.candidates) for prediction in predictions]),
            pictures=pictures,
        )


def read_all(jobs: Sequence[Job], *, pen: Path, model: Path) -> list[Answers]:
    """Do all jobs; how far it is goes to stderr.

    Args:
        jobs: what to draw and read.
        pen: the folder of the pen data.
        model: the model file.

    Returns:
        One a job, in the same order.
    """
    parts = [(number, part) for number, job in enumerate(jobs) for part in _split(job)]
    found: list[list[Answers]] = [[] for _ in jobs]
    total, done, started = sum(len(job.indices) for job in jobs), 0, time.monotonic()
    reported = started
    # Spawned, because a process with the threads of TensorFlow or ONNX Runtime in it must not be forked.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(NUM_PROCESSES, context, _start, (pen, model)) as pool:
        answers = pool.map(_read, [part for _, part in parts])
        for (number, part), answer in zip(parts, answers, strict=True):
            found[number].append(answer)
            done += len(part.indices)
            if time.monotonic() > reported + _REPORT_AFTER_S or done == total:
                reported = time.monotonic()
                print(f"{done:,} of {total:,} drawings read, {reported - started:.0f} s", file=sys.stderr, flush=True)
    return [_join(answers) for answers in found]


_reader: Reader | None = None  # of this process


def _start(pen: Path, model: Path) -> None:
    global _reader
    _reader = Reader(pen, model)


def _read(job: Job) -> Answers:
    assert _reader is not None, "every process of the pool begins with _start"
    return _reader.read(job)


def _split(job: Job) -> Iterator[Job]:
    for start in range(0, len(job.indices), _PART):
        yield replace(job, indices=job.indices[start : start + _PART])


def _join(parts: Sequence[Answers]) -> Answers:
    return Answers(
        probabilities=np.concatenate([part.probabilities for part in parts]),
        not_digit=np.concatenate([part.not_digit for part in parts]),
        statuses=np.concatenate([part.statuses for part in parts]),
        candidates=np.concatenate([part.candidates for part in parts]),
        pictures={way: np.concatenate([part.pictures[way] for part in parts]) for way in parts[0].pictures},
    )


def _not_digit(prediction: Prediction) -> float:
    """How sure the model is that it is no digit; of a blank drawing, wholly."""
    return 1.0 if prediction.status == "blank" else prediction.not_digit
