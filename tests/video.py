"""What Chromium's fake camera sees: a number on paper, held by a hand that is not steady and hides a digit at times."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tests.photographs import Photograph

NUMBER = Photograph("2047", size=(640, 480))
RATE = 20  # pictures a second
NUM_PICTURES = 48
HIDDEN = (5, 11, 20, 26, 38, 45)  # the pictures that hide a part, at no regular distance

Pictures = Sequence[NDArray[np.uint8]]


def camera(film: Path) -> list[str]:
    """The arguments that make Chromium's camera show a film, over and over."""
    return ["--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={film}"]


def hold(photograph: Photograph, hidden: slice = slice(0)) -> Pictures:
    """Pictures of a photograph in a hand that is not steady, some columns hidden at times, grey, (height, width)."""
    still = photograph.take()[..., 1]
    covered = still.copy()
    covered[:, hidden] = still[0, 0]
    shifts = np.random.default_rng(0).integers(-4, 5, (NUM_PICTURES, 2))
    parts = [covered if number in HIDDEN else still for number in range(NUM_PICTURES)]
    return [np.roll(part, shift, (0, 1)) for part, shift in zip(parts, shifts, strict=True)]


def write(path: Path, pictures: Pictures) -> None:
    """Write a film of grey pictures as Y4M."""
    height, width = pictures[0].shape
    colour = b"\x80" * (height * width // 2)  # none
    with path.open("wb") as file:
        file.write(f"YUV4MPEG2 W{width} H{height} F{RATE}:1 Ip A1:1 C420jpeg\n".encode())
        for picture in pictures:
            file.write(b"FRAME\n" + picture.tobytes() + colour)
