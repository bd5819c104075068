"""Draws the golden pictures from `strokes.json`: three sizes, dark on light and light on dark, none of them centred.

Run it after a change to the strokes: `python tests/golden/make.py`. The pictures are committed, so that the tests read
the same bytes everywhere.
"""

import json
from pathlib import Path

from PIL import Image, ImageDraw

FOLDER = Path(__file__).parent
STROKES = json.loads((FOLDER / "strokes.json").read_text())

# name: canvas (width, height), where the unit square of the strokes lies (left, top, side), brush, all in px
SIZES = {
    "small": ((64, 64), (30, 6, 26), 3),
    "medium": ((280, 280), (40, 50, 190), 18),
    "large": ((900, 700), (250, 20, 660), 50),
}
SCHEMES = {"light": ((255, 255, 255), (20, 20, 30)), "dark": ((18, 22, 29), (240, 240, 250))}
SUPERSAMPLING = 4


def draw(strokes: list[list[list[float]]], size: str, scheme: str) -> Image.Image:
    """One picture, RGB."""
    (width, height), (left, top, side), brush = SIZES[size]
    paper, ink = SCHEMES[scheme]
    image = Image.new("RGB", (width * SUPERSAMPLING, height * SUPERSAMPLING), paper)
    pen = ImageDraw.Draw(image)
    for stroke in strokes:
        points = [((left + x * side / 100) * SUPERSAMPLING, (top + y * side / 100) * SUPERSAMPLING) for x, y in stroke]
        pen.line(points, fill=ink, width=brush * SUPERSAMPLING)
        for point in points:
            pen.circle(point, brush * SUPERSAMPLING / 2, fill=ink)
    return image.reduce(SUPERSAMPLING)


if __name__ == "__main__":
    for digit, strokes in STROKES.items():
        for size in SIZES:
            for scheme in SCHEMES:
                draw(strokes, size, scheme).save(FOLDER / f"{digit}-{size}-{scheme}.png", optimize=True)
