"""Limits the memory for large images, in addition to the limits in `body` and `digitpad.drawing`."""

import ctypes
import sys

from PIL import PngImagePlugin

from digitpad.server import body

_M_MMAP_THRESHOLD = -3  # from glibc's malloc.h
_MAPPED_BYTES = 1_000_000


def bound() -> None:
    """Limit compressed PNG comments, and return the memory of freed images to the system, in the whole process."""
    PngImagePlugin.MAX_TEXT_MEMORY = 2 * body.DRAWING.max_bytes
    if sys.platform == "linux":
        # By default, glibc raises this threshold to the size of the largest image, and keeps as much in every thread.
        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # musl does not have it, and does not need it
        if mallopt:
            mallopt(_M_MMAP_THRESHOLD, _MAPPED_BYTES)
