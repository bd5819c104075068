"""Keras and the backend under it: making ready for them, and running a step in a process of its own."""

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


def prepare() -> None:
    """Choose the backend and quiet its start. Call it before the first import of Keras.

    Raises:
        InputError: there is no such backend.
        MissingPartError: Keras or its backend is not installed.
    """
    name = os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    if name not in _BACKENDS:
        raise InputError(f"Expected KERAS_BACKEND to be one of {', '.join(_BACKENDS)}; got {name!r}.")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    for package in ("keras", "sklearn", "tf2onnx", "tensorflow", name):
        if importlib.util.find_spec(package) is None:
            install = package if package in ("jax", "torch") else "digitpad[train,cpu]"
            raise MissingPartError.package(package, "training", install)
    logging.getLogger("tensorflow").setLevel(logging.ERROR)  # it warns of every new shape of pictures
    with _silence():
        importlib.import_module("keras")


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    """Keep native libraries from writing to standard error; TensorFlow greets before its log level counts."""
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
        module: its full name.
        arguments: of the command line.
        keras_backend: the backend there; by default the one here.

    Returns:
        What it printed.

    Raises:
        DigitpadError: it ended with an error, whose last line is in the message.
    """
    environment = {**os.environ, **({"KERAS_BACKEND": keras_backend} if keras_backend else {})}
    command = [sys.executable, "-m", module, *arguments]
    process = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if process.returncode != 0:
        lines = process.stderr.strip().splitlines() or ["it said nothing"]
        raise DigitpadError(f"Expected {module} to succeed; it ended with {process.returncode}: {lines[-1]}")
    return process.stdout
