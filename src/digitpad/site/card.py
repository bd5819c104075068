"""The social card: the picture that social networks show next to a link to the site."""

import io
import textwrap
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

from digitpad import Recognizer
from digitpad.site.settings import Settings
from digitpad.training.augmentation import glyphs

_SIZE_INCHES, _DPI = (12.0, 6.3), 100  # 1200x630 px, as social networks recommend
_BACK, _INK, _SOFT, _ACCENT = "#12161d", "#f2f4f7", "#a2acbb", "#6db1ff"


@mpl.rc_context({"text.parse_math": False, "font.family": "DejaVu Sans"})
def draw(settings: Settings, metrics: dict[str, Any], recognizer: Recognizer) -> bytes:
    """Draw the card as PNG: the title, the run's accuracy, and ten digits as the model sees them."""
    figure = Figure(figsize=_SIZE_INCHES, dpi=_DPI, facecolor=_BACK)
    lines = textwrap.wrap(settings.title, 28, max_lines=2, placeholder="…")
    figure.text(0.06, 0.88, "\n".join(lines), color=_INK, size=44, weight="bold", va="top", linespacing=1.15)
    test = metrics["test"]
    figure.text(0.06, 0.47, f"{100 * test['accuracy']:.2f} %", color=_ACCENT, size=36, weight="bold", va="center")
    looks = "one look" if len(metrics["looks"]) == 1 else f"{len(metrics['looks'])} looks"
    said = f"accuracy on {test['num_images']:,} unseen digits,\nin {looks} at the test set"
    figure.text(0.31, 0.47, said, color=_SOFT, size=17, va="center", linespacing=1.4)
    for digit in range(10):
        axes = figure.add_axes((0.06 + 0.088 * digit, 0.14, 0.08, 0.1524))
        axes.imshow(_seen(str(digit), recognizer), cmap="gray", vmin=0, vmax=255)
        axes.axis("off")
    figure.text(0.06, 0.06, settings.author, color=_SOFT, size=17, va="center")
    figure.text(0.932, 0.06, "digitpad", color=_SOFT, size=17, va="center", ha="right")
    file = io.BytesIO()
    figure.savefig(file, format="png", metadata={"Software": None})
    return file.getvalue()


def _seen(digit: str, recognizer: Recognizer) -> Any:
    variant = glyphs.variants(digit)[0]
    curve = variant.curves[0] @ variant.points
    return recognizer.predict([curve[part] for part in variant.slices]).seen
