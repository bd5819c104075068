"""Drawings read by the model in two processes: strokes -> PNG or JPEG bytes -> `Recognizer.predict` -> a table."""

import functools
import multiprocessing
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import Progress

from bench.drawings import ways
from bench.drawings.settings import BESIDE, Setting, draw
from digitpad import Recognizer
from digitpad.strokes import Stroke
from digitpad.training.datasets.pen import Characters

NUM_PROCESSES = 2
PART = 250

Table: TypeAlias = pd.DataFrame
Indices = NDArray[np.int64]


def read_all(characters: Characters, chosen: Mapping[Setting, Indices], model: Path) -> dict[Setting, Table]:
    """Draw and read characters, with the progress on stderr.

    Args:
        characters: all there are.
        chosen: int64 (num_drawings,), those to read at each setting.
        model: the model file.

    Returns:
        For each setting a table with a row for each drawing: the character's `label`, `writer`, `donor` and `category`,
        and the answer's `probabilities`, float32 (10,), `status`, `candidates`, and `not_digit`, 0 to 1, which is 1 for
        a blank drawing. At the settings in `BESIDE` also a column for each way to 28x28, with its pictures, uint8
        (28, 28), 0 for paper to 255 for ink.
    """
    known = pd.DataFrame({"label": characters.labels, "writer": characters.writers})
    known = known.assign(donor=characters.donors, category=characters.categories)
    context = multiprocessing.get_context("spawn")  # a process with the threads of TensorFlow must not be forked
    progress = Progress(console=Console(stderr=True))
    with ProcessPoolExecutor(NUM_PROCESSES, context) as pool, progress:
        parts = {
            setting: [
                pool.submit(_read, {number: characters.strokes[number] for number in part}, setting, model)
                for part in np.array_split(indices, range(PART, len(indices), PART))
            ]
            for setting, indices in chosen.items()
        }
        followed = progress.track(parts.items(), description="Reading")
        return {s: known.join(pd.concat([part.result() for part in some]), how="right") for s, some in followed}


def _read(characters: Mapping[int, list[Stroke]], setting: Setting, model: Path) -> Table:
    """The answers to some characters, by their numbers."""
    answers: dict[int, dict[str, Any]] = {}
    for number, strokes in characters.items():
        drawing = draw(strokes, setting, int(number))
        prediction = _recognizer(model).predict(drawing)
        answers[number] = {
            "probabilities": prediction.probabilities,
            "status": prediction.status,
            "candidates": prediction.candidates,
            "not_digit": 1.0 if prediction.status == "blank" else prediction.not_digit,
        }
        if setting in BESIDE.values():
            answers[number] |= {way: ways.see(drawing, way) for way in ways.WAYS} | {ways.OURS: prediction.seen}
    return pd.DataFrame.from_dict(answers, orient="index")


@functools.cache  # each process loads the model once
def _recognizer(model: Path) -> Recognizer:
    return Recognizer.load(model)
