"""What Chromium's fake camera sees: a number on paper, held by a hand that is not steady and hides a digit at times."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tests.photographs import Photograph

NAME = "number.y4m"
TEXT = "2047"
RATE = 10  # pictures a second
NUM_PICTURES = 24
HIDDEN = 8  # of so many pictures, one hides a digit


def write(folder: Path) -> None:
    """Write the film, in grey, as Y4M."""
    folder.mkdir()
    pictures = [_picture(number) for number in range(NUM_PICTURES)]
    height, width = pictures[0].shape
    colour = b"\x80" * (height * width // 2)  # none
    with (folder / NAME).open("wb") as file:
        file.write(f"YUV4MPEG2 W{width} H{height} F{RATE}:1 Ip A1:1 C420jpeg\n".encode())
        for picture in pictures:
            file.write(b"FRAME\n" + picture.tobytes() + colour)


def _picture(number: int) -> NDArray[np.uint8]:
    still = Photograph(TEXT, size=(640, 480)).take()[..., 1].copy()
    if number % HIDDEN == HIDDEN - 1:
        still[:, 320:410] = still[0, 0]
    shaken: NDArray[np.uint8] = np.roll(still, np.random.default_rng(number).integers(-4, 5, 2), (0, 1))
    return shaken
