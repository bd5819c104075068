"""Silence, where libraries are talkative, and a clean end, where their threads would crash."""

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn, TextIO


@contextlib.contextmanager
def native() -> Iterator[None]:
    """Silence what writes to standard error without Python, as native libraries do whatever their log level.

    `sys.stderr` goes on; log handlers that were made before are silenced too.
    """
    sys.stderr.flush()
    saved, before = os.dup(2), sys.stderr
    with open(saved, "w", buffering=1, encoding=before.encoding, errors=before.errors) as ours:  # noqa: PTH123
        try:
            with Path(os.devnull).open("wb") as nowhere:
                os.dup2(nowhere.fileno(), 2)
            sys.stderr = ours if _is_native(before) else before
            yield
        finally:
            os.dup2(saved, 2)
            sys.stderr = before


def leave(code: int) -> NoReturn:
    """End the process at once: one that takes its time can be crashed by threads of native libraries, such as Ray's."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _is_native(stream: TextIO) -> bool:
    """Whether a stream writes to standard error itself, and not to what a test or a notebook put in its place."""
    try:
        return stream.fileno() == 2
    except OSError:  # io.UnsupportedOperation is one
        return False
