"""Photographs of numbers on paper, of our own making: golden digits on squares and in frames, in bad light, tilted."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from tests.golden import STROKES


@dataclass(frozen=True)
class Photograph:
    """A number on paper, photographed.

    Attributes:
        text: its lines.
        size: width and height, px.
        height: of the digits, px.
        step: from one digit to the next, in heights.
        pen: width of the strokes, px.
        ink: grey level of the ink, or red, green and blue.
        paper: grey level of the paper.
        light: what the light at the right edge is of that at the left.
        grain: standard deviation of the noise, levels.
        squares: distance of the lines of squared paper, px; 0 for plain paper.
        frames: whether each digit stands in a printed frame.
        tilt: degrees, against the clock.
        blur: radius, px.
    """

    text: str
    size: tuple[int, int] = (800, 600)
    height: int = 90
    step: float = 0.95
    pen: int = 9
    ink: tuple[int, int, int] = (40, 40, 50)
    paper: int = 225
    light: float = 1.0
    grain: float = 3.0
    squares: int = 0
    frames: bool = False
    tilt: float = 0.0
    blur: float = 0.8

    def __str__(self) -> str:
        return self.text.replace("\n", "-")

    def take(self) -> NDArray[np.uint8]:
        """The photograph, uint8 (height, width, 3), RGB."""
        picture = Image.new("RGB", self.size, (self.paper,) * 3)
        brush = ImageDraw.Draw(picture)
        if self.squares:
            for at in range(0, max(self.size), self.squares):
                brush.line([(at, 0), (at, self.size[1])], (170, 190, 215))
                brush.line([(0, at), (self.size[0], at)], (170, 190, 215))
        self._write(brush)
        picture = picture.rotate(self.tilt, Image.Resampling.BICUBIC, fillcolor=(self.paper,) * 3)
        pixels = np.asarray(picture.filter(ImageFilter.GaussianBlur(self.blur)), np.float64)
        lit = pixels * np.linspace(1, self.light, self.size[0])[:, None]
        grain = np.random.default_rng(0).normal(0, self.grain, lit.shape[:2])[..., None]
        return np.clip(lit + grain, 0, 255).round().astype(np.uint8)

    def save(self, path: Path) -> Path:
        """Write it as a JPEG; returns the path."""
        Image.fromarray(self.take()).save(path, quality=92)
        return path

    def _write(self, brush: ImageDraw.ImageDraw) -> None:
        lines = self.text.split("\n")
        advance = self.step * self.height
        for row, line in enumerate(lines):
            for column, digit in enumerate(line):
                x = self.size[0] / 2 + (column - (len(line) - 1) / 2) * advance
                y = self.size[1] / 2 + (row - (len(lines) - 1) / 2) * 1.7 * self.height
                self._write_digit(brush, digit, x, y)
                if self.frames:
                    half_width, half_height = 0.5 * advance - 2, 0.75 * self.height
                    edges = (x - half_width, y - half_height, x + half_width, y + half_height)
                    brush.rectangle(edges, None, (90,) * 3, 2)

    def _write_digit(self, brush: ImageDraw.ImageDraw, digit: str, x: float, y: float) -> None:
        strokes = [np.asarray(stroke) for stroke in STROKES[digit]]
        points = np.concatenate(strokes)
        middle, scale = (points.min(axis=0) + points.max(axis=0)) / 2, self.height / np.ptp(points[:, 1])
        for stroke in strokes:
            placed = [(float(px), float(py)) for px, py in (stroke - middle) * scale + (x, y)]
            brush.line(placed, self.ink, self.pen, "curve")
            for px, py in (placed[0], placed[-1]):
                brush.ellipse((px - self.pen / 2, py - self.pen / 2, px + self.pen / 2, py + self.pen / 2), self.ink)


PHOTOGRAPHS = (
    Photograph("2047"),
    Photograph("83\n61", light=0.5),
    Photograph("5", height=160, pen=14, grain=9),
    Photograph("1358046", step=0.85, height=80, squares=25),
    Photograph("7294", frames=True, step=1.1),
    Photograph("4620", tilt=5, ink=(30, 50, 150)),
    Photograph("918\n273", paper=150, grain=6, tilt=-4),
    Photograph("36", size=(600, 800), height=60, pen=5, blur=1.5),
    Photograph("50812", squares=32, light=0.6, grain=5, ink=(60, 60, 160)),
    Photograph("10\n45\n73", height=70, pen=7, frames=True, step=1.1, light=0.7, tilt=2),
)
"""One of each kind, and some of several."""

SOME = PHOTOGRAPHS[-2:]
"""For surfaces beside the server's page, which reads more of them."""
