"""Keras and its backend: preparing them, and running a module in a separate process."""

import contextlib
import importlib.util
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from digitpad.errors import DigitpadError, InputError, MissingPartError

_BACKENDS = ("tensorflow", "jax", "torch")
_EXPORT = ("tf2onnx", "tensorflow")


def prepare() -> None:
    """Choose the backend and silence its startup messages. Call this before the first import of Keras.

    Raises:
        InputError, MissingPartError: as `check`.
    """
    check()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with _silence():
        importlib.import_module("keras")
    logging.getLogger("tensorflow").setLevel(logging.ERROR)  # it warns about every new input shape, and of its import


def check() -> None:
    """Check that training can begin, without importing anything.

    Raises:
        InputError: KERAS_BACKEND names an unknown backend.
        MissingPartError: a package that training needs is not installed.
    """
    name = os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    if name not in _BACKENDS:
        raise InputError(f"Expected KERAS_BACKEND to be one of {', '.join(_BACKENDS)}; got {name!r}.")
    for package in ("keras", "sklearn", name, *(_EXPORT if name == "tensorflow" else ())):
        if importlib.util.find_spec(package) is None:
            install = package if package in ("jax", "torch") else "digitpad[train,cpu]"
            raise MissingPartError.package(package, "training", install)


def can_export() -> bool:
    """Whether a trained network can be exported here, which takes TensorFlow whatever trained it."""
    return all(importlib.util.find_spec(package) for package in _EXPORT)


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    """Silence native libraries on standard error; TensorFlow writes to it before its log level takes effect."""
    saved = os.dup(2)
    try:
        with Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), 2)
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)


def run_module(module: str, *arguments: str, keras_backend: str | None = None) -> str:
    """Run `python -m module` in a fresh process.

    Args:
        module: full name of the module.
        arguments: command-line arguments.
        keras_backend: Keras backend of the new process; by default the same as here.

    Returns:
        Its standard output.

    Raises:
        DigitpadError: the process failed; the message includes the last line of its standard error.
    """
    environment = {**os.environ, **({"KERAS_BACKEND": keras_backend} if keras_backend else {})}
    command = [sys.executable, "-m", module, *arguments]
    process = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if process.returncode != 0:
        lines = process.stderr.strip().splitlines() or ["no error output"]
        raise DigitpadError(f"Expected {module} to succeed; it exited with code {process.returncode}: {lines[-1]}")
    return process.stdout
