"""Videos for Chromium's fake camera."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray


def write(path: Path, pictures: Iterable[NDArray[np.uint8]], rate: int = 10) -> None:
    """Write grey pictures, (height, width), both even, as a Y4M file of `rate` pictures a second."""
    frames = list(pictures)
    height, width = frames[0].shape
    grey = b"\x80" * (height * width // 2)  # no colour
    with path.open("wb") as file:
        file.write(f"YUV4MPEG2 W{width} H{height} F{rate}:1 Ip A1:1 C420jpeg\n".encode())
        for frame in frames:
            file.write(b"FRAME\n" + frame.tobytes() + grey)
