"""What people draw besides clear digits: strokes (num_points, 2), x to the right and y down, about 100 units high."""

import io
import math

from PIL import Image

from digitpad import drawing

Strokes = list[list[tuple[float, float]]]

NO_DIGITS: dict[str, Strokes] = {
    "hash": [[(35, 0), (25, 100)], [(75, 0), (65, 100)], [(0, 35), (100, 30)], [(0, 70), (100, 65)]],
    "W": [[(0, 0), (25, 100), (50, 30), (75, 100), (100, 0)]],
    "A": [[(0, 100), (40, 0), (80, 100)], [(18, 62), (62, 60)]],
    "scribble": [[(50 + 45 * math.sin(5 * t / 20), 50 + 45 * math.sin(7 * t / 20 + 1)) for t in range(126)]],
}


def four_or_nine(gap: float) -> Strokes:
    """A digit whose bowl is as open at the top as `gap` says: closed, a 9, to wide open with straight sides, a 4."""
    bowl = [(62 - gap, 4 + 0.1 * gap), (28, 10 + 0.1 * gap), (12, 30), (22, 50), (45, 56), (66.0, 48.0)]
    stem = [(66, 6 + 0.1 * gap), (64.0, 50.0), (58.0, 100.0)]
    return [bowl, stem]


def png(strokes: Strokes) -> bytes:
    """Strokes as a PNG file, drawn as `Recognizer.predict` draws strokes."""
    file = io.BytesIO()
    Image.fromarray(drawing.read(strokes)).save(file, "PNG")
    return file.getvalue()
