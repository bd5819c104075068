"""The memory that large pictures may take, beside the limits in `body` and in `digitpad.drawing`."""

import ctypes
import sys

from PIL import PngImagePlugin

from digitpad.server import body

_M_MMAP_THRESHOLD = -3  # of glibc's malloc.h
_MAPPED_BYTES = 1_000_000


def bound() -> None:
    """Settings of the whole process: compressed comments stay small, and freed pictures go back to the system."""
    PngImagePlugin.MAX_TEXT_MEMORY = 2 * body.MAX_BYTES
    if sys.platform == "linux":
        # glibc would raise this by itself to the size of the largest picture, and keep such memory in every thread.
        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # musl has none, and needs none
        if mallopt:
            mallopt(_M_MMAP_THRESHOLD, _MAPPED_BYTES)
