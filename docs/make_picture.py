"""Draw `docs/digitpad.png`, the first image in the README, with the model that ships: `python docs/make_picture.py`."""

from pathlib import Path

from matplotlib.figure import Figure
from PIL import Image

from digitpad import Recognizer, drawing
from digitpad.answer import headline

ROOT = Path(__file__).parents[1]
GOLDEN = ["2-medium-light", "7-small-dark", "8-small-light", "5-large-dark"]
UNSURE = [[(40, 6), (28, 12), (12, 30), (22, 50), (45, 56), (66, 48)], [(66, 8), (64, 50), (58, 100)]]
NO_DIGIT = [[(35, 0), (25, 100)], [(75, 0), (65, 100)], [(0, 35), (100, 30)], [(0, 70), (100, 65)]]
"""Strokes, x to the right and y down: something between a 9 and a 4, and a hash sign."""


def main() -> None:
    """Plot each drawing, with what the model saw and its answer below."""
    recognizer = Recognizer.load()
    pictures: list[Image.Image] = [Image.open(ROOT / "tests" / "golden" / f"{name}.png") for name in GOLDEN]
    pictures += [Image.fromarray(drawing.read(strokes)) for strokes in (UNSURE, NO_DIGIT)]
    figure = Figure(figsize=(12, 6.4), dpi=120, layout="constrained", facecolor="white")
    rows = figure.subplots(3, len(pictures), gridspec_kw={"height_ratios": [3, 3, 1.6]})
    for picture, (drawn, seen, bars) in zip(pictures, rows.T, strict=True):
        prediction = recognizer.predict(picture)
        drawn.imshow(picture, extent=(0, picture.width, picture.height, 0))
        drawn.set_title(f"{picture.width} x {picture.height}", fontsize=10)
        seen.imshow(prediction.seen, cmap="gray", interpolation="nearest")
        is_digit = prediction.status != "not a digit"
        bars.bar(range(10), prediction.probabilities, color="#2563eb" if is_digit else "#cbd5e1")
        bars.set(xticks=range(10), yticks=[], ylim=(0, 1.05))
        bars.set_title(headline(prediction), fontsize=11, weight="bold")
        bars.spines[["top", "left", "right"]].set_visible(False)
        for axes in (drawn, seen):
            axes.set(xticks=[], yticks=[])
            axes.spines[:].set_color("#cbd5e1")
    for axes, text in zip(rows[:, 0], ("drawing", "what the model saw", "answer"), strict=True):
        axes.set_ylabel(text, fontsize=12)
    figure.savefig(ROOT / "docs" / "digitpad.png")


if __name__ == "__main__":
    main()
