"""The run folder: what a training run leaves behind, and where."""

import io
import json
import os
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from digitpad.errors import RunError


def write(path: Path, data: bytes | str) -> None:
    """Write a file whole or not at all: to a temporary name beside it, then renamed."""
    partial = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with partial.open("wb") as file:
            file.write(data.encode() if isinstance(data, str) else data)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def command(*arguments: str) -> str:
    """A command of this program as a person would type it here."""
    program = sys.argv[0] if Path(sys.argv[0]).name == "digitpad" else "digitpad"
    return shlex.join([program, *arguments])


def resume_command(path: Path) -> str:
    """What a person types to go on with the run in a folder."""
    return command("train", "--out", str(path), "--resume")


class RunFolder:
    """The files of one training run.

    Attributes:
        path: the folder.
        recipe: the recipe, in TOML.
        data: the data set: source, digests, whether verified, how it was split.
        splits: indices of the training and validation pictures.
        checkpoint: what an unfinished run goes on from.
        history: the curves, one line an epoch.
        looks: when the test split was looked at.
        test: what the latest look at the test split showed.
        keras_model: the model, contract and temperature inside, for Keras.
        onnx_model: the same for ONNX Runtime, with its card and probes.
        metrics: all figures.
        report: the page to look at.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self.recipe = self.path / "recipe.toml"
        self.data = self.path / "data.json"
        self.splits = self.path / "splits.npz"
        self.checkpoint = self.path / "checkpoint.npz"
        self.history = self.path / "history.csv"
        self.looks = self.path / "looks.json"
        self.test = self.path / "test.json"
        self.keras_model = self.path / "model.keras"
        self.onnx_model = self.path / "digits.onnx"
        self.metrics = self.path / "metrics.json"
        self.report = self.path / "report.html"

    @classmethod
    def create(cls, path: str | Path, recipe: str) -> "RunFolder":
        """Make the folder of a new run and put its recipe in; RunError if it has files already or cannot be made."""
        run = cls(path)
        run.require_empty()
        try:
            run.path.mkdir(parents=True, exist_ok=True)
            write(run.recipe, recipe)
        except OSError as error:
            raise RunError(
                f"Expected a folder that can be written in {run.path}; it cannot: {error.strerror}."
            ) from None
        return run

    def require_empty(self) -> None:
        """RunError if the folder has files; what a kill left half written does not count."""
        if self.path.is_dir() and any(path.suffix != ".part" for path in self.path.iterdir()):
            raise RunError(
                f"Expected a new or empty folder; {self.path} has files. Choose another --out, or use --resume."
            )

    def is_finished(self) -> bool:
        """Whether the run came to its end and its parts are there."""
        parts = (self.test, self.keras_model, self.onnx_model, self.metrics, self.report)
        return all(part.is_file() for part in parts)

    @classmethod
    def open(cls, path: str | Path) -> "RunFolder":
        """The folder of a run that was begun; RunError if it is none."""
        run = cls(path)
        if not run.recipe.is_file():
            raise RunError(f"Expected a run folder, as `digitpad train` makes them; {run.path} has no recipe.toml.")
        return run


def write_arrays(path: Path, arrays: Mapping[str, ArrayLike]) -> None:
    """Write arrays by name as `.npz`; see `write`."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **arrays)
    write(path, buffer.getvalue())


def read_arrays(path: Path) -> dict[str, NDArray[Any]]:
    """Read what `write_arrays` wrote; RunError if it is missing or damaged."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            return dict(stored)
    except Exception as error:  # a damaged archive makes NumPy raise nearly anything
        raise RunError(f"Expected whole arrays in {path}; the file is damaged or missing: {error}.") from None


def write_json(path: Path, value: Any) -> None:
    """Write JSON that people can read; see `write`."""
    write(path, json.dumps(value, indent=2, allow_nan=False) + "\n")


def read_json(path: Path) -> Any:
    """Read a JSON file of a run; RunError if it is missing or damaged."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise RunError(
            f"Expected {path.name} in {path.parent}; it is missing. If the run was broken off, finish it: "
            f"{resume_command(path.parent)}"
        ) from None
    except (OSError, ValueError) as error:
        raise RunError(f"Expected {path} to be readable JSON; it is not: {error}.") from None
