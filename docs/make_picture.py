"""Draws `docs/digitpad.png`, the picture in the README, with the model that ships: `python docs/make_picture.py`."""

from pathlib import Path

from matplotlib.figure import Figure
from PIL import Image

from digitpad import Recognizer
from digitpad.terminal import percent

ROOT = Path(__file__).parents[1]
DRAWINGS = ["2-medium-light", "7-small-dark", "4-large-light", "8-small-light", "5-large-dark", "9-medium-dark"]


def main() -> None:
    """Draw every drawing above what the model saw of it and what it answered."""
    recognizer = Recognizer.load()
    figure = Figure(figsize=(12, 6.4), dpi=120, layout="constrained", facecolor="white")
    rows = figure.subplots(3, len(DRAWINGS), gridspec_kw={"height_ratios": [3, 3, 1.6]})
    for column, name in enumerate(DRAWINGS):
        path = ROOT / "tests" / "golden" / f"{name}.png"
        prediction = recognizer.predict(path)
        drawn, seen, bars = rows[:, column]
        picture = Image.open(path)
        drawn.imshow(picture, extent=(0, picture.width, picture.height, 0))
        drawn.set_title(f"{picture.width} x {picture.height}", fontsize=10)
        seen.imshow(prediction.seen, cmap="gray", interpolation="nearest")
        bars.bar(range(10), prediction.probabilities, color="#2563eb")
        bars.set(xticks=range(10), yticks=[], ylim=(0, 1.05))
        bars.set_title(f"{prediction.digit}, {percent(prediction.confidence)} sure", fontsize=12, weight="bold")
        bars.spines[["top", "left", "right"]].set_visible(False)
        for axes in (drawn, seen):
            axes.set(xticks=[], yticks=[])
            axes.spines[:].set_color("#cbd5e1")
    for axes, text in zip(rows[:, 0], ("drawn", "seen by the model", "answered"), strict=True):
        axes.set_ylabel(text, fontsize=12)
    figure.savefig(ROOT / "docs" / "digitpad.png")


if __name__ == "__main__":
    main()
