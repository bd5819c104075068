"""How a drawing is made: the settings, their grid, and strokes -> PNG or JPEG bytes."""

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from PIL import Image, ImageChops

from digitpad import strokes as pen
from digitpad.strokes import Stroke

Colour = tuple[int, int, int]

USUAL_CANVAS_PX = 280
TINY_PX = 20
BLOT_SHARE = 0.25


@dataclass(frozen=True)
class Setting:
    """How a drawing is made; the defaults are the reference setting.

    Attributes:
        brush: width of the brush in px of a canvas of 280 px; on other canvases it scales with their shorter side.
        fill: the longer side of the strokes' box, as a share of the canvas's shorter side.
        across: the place from -1, where the ink touches the left edge, over 0, the middle, to 1, the right edge.
        down: the same from the top to the bottom edge.
        scatter: the most by which the drawing is moved at random on each axis, in px of a canvas of 280 px.
        rotation: degrees, clockwise.
        ink: the colour of the ink, red, green and blue, 0 to 255.
        paper: the colour of the paper; None for transparent.
        canvas: width and height, px.
        encoding: "PNG", or "JPEG" at quality 40.
        every: 3 keeps every third point and the ends of each stroke.
    """

    brush: float = 18
    fill: float = 0.7
    across: float = 0.0
    down: float = 0.0
    scatter: float = 0.0
    rotation: float = 0.0
    ink: Colour = (0, 0, 0)
    paper: Colour | None = (255, 255, 255)
    canvas: tuple[int, int] = (USUAL_CANVAS_PX, USUAL_CANVAS_PX)
    encoding: Literal["PNG", "JPEG"] = "PNG"
    every: int = 1

    @property
    def unit(self) -> float:
        """Px of this canvas per px of a canvas of 280 px."""
        return min(self.canvas) / USUAL_CANVAS_PX

    @property
    def drawing_px(self) -> float:
        """The longer side of the strokes' box, px."""
        return self.fill * min(self.canvas)

    @property
    def oddities(self) -> dict[str, bool]:
        """Whether the drawing is too small to be read, a blot that fills its own loops, or cut off by the edge."""
        return {
            "is_tiny": self.drawing_px < TINY_PX,
            "is_blot": self.brush * self.unit > BLOT_SHARE * self.drawing_px,
            "is_cut": self.drawing_px + self.brush * self.unit > min(self.canvas),
        }


BRUSHES = (4, 6, 8, 12, 18, 24, 32, 40, 48)
FILLS = (0.2, 0.3, 0.5, 0.7, 0.85, 0.95)
ROTATIONS = (-15, -10, -5, 0, 5, 10, 15)
PLACES = (-1.0, -0.5, 0.0, 0.5, 1.0)
CANVASES = ((100, 100), (140, 140), (280, 280), (500, 500), (1000, 1000), (640, 280), (280, 640))
BRUSH_BY_FILL = "brush by fill"
PLACE_MAP = "place, 5 by 5"

REFERENCE = Setting()
OFF_CENTRE = Setting(fill=0.35, brush=12, scatter=80)


def _small(across: float, down: float) -> Setting:
    return Setting(fill=0.35, brush=12, across=across, down=down)


LINES: dict[str, dict[str, Setting]] = {
    "brush (px of 280)": {f"{brush}": Setting(brush=brush) for brush in BRUSHES},
    "size (share of the canvas)": {f"{fill:g}": Setting(fill=fill) for fill in FILLS},
    "rotation (degrees)": {f"{degrees:+d}" if degrees else "0": Setting(rotation=degrees) for degrees in ROTATIONS},
    "place (size 0.35, brush 12)": {
        "centre": _small(0, 0),
        "edge": _small(-1, 0),
        "corner": _small(-1, -1),
        "off-centre": OFF_CENTRE,
    },
    "colours": {
        "black on white": REFERENCE,
        "white on black": Setting(ink=(255, 255, 255), paper=(0, 0, 0)),
        "blue on cream": Setting(ink=(30, 64, 175), paper=(255, 247, 224)),
        "red on green": Setting(ink=(200, 30, 30), paper=(40, 140, 60)),
        "black on transparent": Setting(paper=None),
        "white on transparent": Setting(ink=(255, 255, 255), paper=None),
    },
    "canvas (px)": {f"{width} x {height}": Setting(canvas=(width, height)) for width, height in CANVASES},
    "points kept": {
        "all": REFERENCE,
        "every 2nd": Setting(every=2),
        "every 3rd": Setting(every=3),
        "every 4th": Setting(every=4),
    },
    "encoding": {"PNG": REFERENCE, "JPEG, quality 40": Setting(encoding="JPEG")},
}
"""One thing changes at a time, from the reference setting."""

MAPS: dict[str, dict[str, Setting]] = {
    BRUSH_BY_FILL: {f"brush {b}, size {f:g}": Setting(brush=b, fill=f) for f in FILLS for b in BRUSHES},
    PLACE_MAP: {f"across {x:+g}, down {y:+g}": _small(x, y) for y in PLACES for x in PLACES},
}
"""Two things change at a time."""

BESIDE: dict[str, Setting] = {
    "reference": REFERENCE,
    "small and off-centre": OFF_CENTRE,
    "brush 4": Setting(brush=4),
    "brush 48": Setting(brush=48),
    "rotation +15": Setting(rotation=15),
    "white on black": LINES["colours"]["white on black"],
}
"""Where the contract is compared with other ways to 28x28."""


def draw(strokes: Sequence[Stroke], setting: Setting, number: int) -> bytes:
    """Draw strokes as the page would, and encode the picture.

    Args:
        strokes: float64 (num_points, 2) each, in any unit.
        setting: how.
        number: of the drawing; it seeds the random move of `scatter`.

    Returns:
        A PNG or JPEG file.
    """
    sine, cosine = math.sin(math.radians(setting.rotation)), math.cos(math.radians(setting.rotation))
    turn = np.array([[cosine, sine], [-sine, cosine]])  # clockwise, because y points down
    kept = [stroke[np.unique([*range(0, len(stroke), setting.every), len(stroke) - 1])] for stroke in strokes]
    turned = [stroke @ turn for stroke in kept]
    placed = pen.place(turned, setting.drawing_px, _middle(turned, setting, number))
    coverage = ImageChops.invert(pen.draw(placed, setting.canvas, setting.brush * setting.unit))
    file = io.BytesIO()
    picture = _colour(coverage, setting.ink, setting.paper)
    picture.save(file, setting.encoding, quality=40, compress_level=1)  # JPEG uses the first option, PNG the second
    return file.getvalue()


def _middle(strokes: Sequence[Stroke], setting: Setting, number: int) -> tuple[float, float]:
    """Where the middle of the strokes' box goes, (x, y) in px."""
    points = np.concatenate(pen.place(strokes, setting.drawing_px, (0, 0)))
    ink = np.ptp(points, axis=0) + setting.brush * setting.unit
    room = np.maximum(np.array(setting.canvas) - ink, 0)
    chance = np.random.default_rng(number).uniform(-1, 1, 2) * setting.scatter * setting.unit
    x, y = (np.array(setting.canvas) + room * (setting.across, setting.down)) / 2 + chance
    return float(x), float(y)


def _colour(coverage: Image.Image, ink: Colour, paper: Colour | None) -> Image.Image:
    """Ink on paper, from its coverage, mode "L"."""
    if paper is None:
        picture = Image.new("RGB", coverage.size, ink)
        picture.putalpha(coverage)
        return picture
    inked, blank = Image.new("RGB", coverage.size, ink), Image.new("RGB", coverage.size, paper)
    picture = Image.composite(inked, blank, coverage)
    is_grey = len(set(ink)) == len(set(paper)) == 1
    return picture.convert("L") if is_grey else picture  # grey PNGs take half the time and decode to the same pixels
