"""Keras and its backend: preparing them, how many cores they use, and running a module in a separate process."""

import importlib.util
import logging
import os
import subprocess
import sys

from digitpad import quiet
from digitpad.errors import DigitpadError, InputError, MissingPartError

_BACKENDS = ("tensorflow", "jax", "torch")
_THREADS = ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS", "OPENCV_FOR_THREADS_NUM")
_EXPORT = ("tf2onnx", "tensorflow")


def prepare() -> None:
    """Choose the backend and silence its startup messages. Call this before the first import of Keras.

    Raises:
        InputError, MissingPartError: as `check`.
    """
    check()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with quiet.native():  # TensorFlow writes before its log level takes effect
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


def limit(num_cores: int) -> None:
    """Let this process, and those that it starts, use so many cores and no GPU, which others may use meanwhile.

    Call this before Keras computes anything.
    """
    os.environ.update(dict.fromkeys(_THREADS, str(num_cores)), CUDA_VISIBLE_DEVICES="-1")


def num_cores() -> int:
    """How many cores this process uses: those that it was limited to, or all that it may."""
    if limited := os.environ.get(_THREADS[0]):
        return int(limited)
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def can_export() -> bool:
    """Whether a trained network can be exported here, which takes TensorFlow whatever trained it."""
    return all(importlib.util.find_spec(package) for package in _EXPORT)


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
