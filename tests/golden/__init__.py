"""Golden drawings: the strokes of the ten digits, and pictures of them in three sizes and two colour schemes."""

import json
from pathlib import Path

GOLDEN = Path(__file__).parent
STROKES: dict[str, list[list[list[float]]]] = json.loads((GOLDEN / "strokes.json").read_text())
GOLDEN_PICTURES = sorted(GOLDEN.glob("*.png"))
