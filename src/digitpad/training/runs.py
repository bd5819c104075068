"""The run folder: the files of a training run, and how they are written and read."""

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
    """Write a file atomically: to a temporary file next to it, which is then renamed."""
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
    """A digitpad command as the user would type it here."""
    program = sys.argv[0] if Path(sys.argv[0]).name == "digitpad" else "digitpad"
    return shlex.join([program, *arguments])


def resume_command(path: Path) -> str:
    """The command that resumes the run in a folder."""
    return command("train", "--out", str(path), "--resume")


class RunFolder:
    """The files of one training run.

    Attributes:
        path: the folder.
        recipe: the recipe, as TOML.
        data: the data set: its source, folder and digests, and whether it was verified.
        splits: indices of the training and validation images.
        checkpoint: the state from which an unfinished run resumes.
        history: the training curves, one line per epoch.
        film: what the network made of eight pictures after every epoch; not of runs for pages.
        teaching: of a recipe with teachers, their checkpoints and what they say of each lesson.
        looks: when the test split was looked at.
        test: the results of the latest look at the test split.
        keras_model: the model for Keras, with the contract and the temperature inside.
        onnx_model: the same for ONNX Runtime, with card and probes.
        layers: what tells what happens inside that model.
        page_model: of a run for pages, instead of `onnx_model`.
        metrics: all results.
        report: the HTML report.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self.recipe = self.path / "recipe.toml"
        self.data = self.path / "data.json"
        self.splits = self.path / "splits.npz"
        self.checkpoint = self.path / "checkpoint.npz"
        self.history = self.path / "history.csv"
        self.film = self.path / "film.npz"
        self.teaching = self.path / "teaching"
        self.looks = self.path / "looks.json"
        self.test = self.path / "test.json"
        self.keras_model = self.path / "model.keras"
        self.onnx_model = self.path / "digits.onnx"
        self.layers = self.path / "layers.onnx"
        self.page_model = self.path / "pages.onnx"
        self.metrics = self.path / "metrics.json"
        self.report = self.path / "report.html"

    @classmethod
    def create(cls, path: str | Path, recipe: str) -> "RunFolder":
        """Create the folder of a new run and write its recipe; RunError if it has files or cannot be created."""
        run = cls(path)
        run.require_empty()
        try:
            run.path.mkdir(parents=True, exist_ok=True)
            write(run.recipe, recipe)
        except OSError as error:
            raise RunError(f"Expected {run.path} to be a writable folder; it is not: {error.strerror}.") from None
        return run

    def require_empty(self) -> None:
        """Raise RunError if the folder has files, not counting partial ones left by a killed process."""
        if self.path.is_dir() and any(path.suffix != ".part" for path in self.path.iterdir()):
            raise RunError(
                f"Expected a new or empty folder; {self.path} has files. Choose another --out, or use --resume."
            )

    def files(self) -> list[Path]:
        """The files that are there, in the order in which they were written."""
        there = [path for path in vars(self).values() if path.is_file()]
        return sorted(there, key=lambda path: path.stat().st_mtime_ns)

    def is_finished(self) -> bool:
        """Whether the run has its results, both models and the report."""
        parts = (self.test, self.keras_model, self.metrics, self.report)
        return all(part.is_file() for part in parts) and (self.onnx_model.is_file() or self.page_model.is_file())

    def data_folder(self) -> str | None:
        """The folder that the data was read from; None if it came from elsewhere or has not been read yet."""
        folder: str | None = read_json(self.data)["folder"] if self.data.exists() else None
        return folder

    @classmethod
    def open(cls, path: str | Path) -> "RunFolder":
        """Open the folder of an existing run; RunError if it is not a run folder."""
        run = cls(path)
        if not run.recipe.is_file():
            raise RunError(f"Expected a run folder created by `digitpad train`; {run.path} has no recipe.toml.")
        return run


def write_arrays(path: Path, arrays: Mapping[str, ArrayLike]) -> None:
    """Write named arrays as `.npz`, atomically as in `write`."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **arrays)
    write(path, buffer.getvalue())


def read_arrays(path: Path) -> dict[str, NDArray[Any]]:
    """Read what `write_arrays` wrote; RunError if it is missing or damaged."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            return dict(stored)
    except Exception as error:  # NumPy may raise almost anything on a damaged archive
        raise RunError(f"Expected intact arrays in {path}; the file is damaged or missing: {error}.") from None


def write_json(path: Path, value: Any) -> None:
    """Write indented JSON, atomically as in `write`."""
    write(path, json.dumps(value, indent=2, allow_nan=False) + "\n")


def read_json(path: Path) -> Any:
    """Read a JSON file of a run; RunError if it is missing or damaged."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise RunError(
            f"Expected {path.name} in {path.parent}; it is missing. If the run was interrupted, finish it with: "
            f"{resume_command(path.parent)}"
        ) from None
    except (OSError, ValueError) as error:
        raise RunError(f"Expected {path} to be readable JSON; it is not: {error}.") from None
