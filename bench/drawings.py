"""How well real pen strokes are read, however they are drawn: `make bench-drawings`.

Strokes of people on tablets are drawn as on a canvas, encoded as PNG and read by `Recognizer.predict`: every digit and
every other character at the reference setting, a sample of the digits over a grid of settings, and the same sample
through other ways to 28x28. Results go to `bench/drawings.json`, `docs/drawings.md` and two pictures beside it. With
`--quick` a tenth or less is read and printed, and nothing is written. DIGITPAD_DATA names the folder with `pen/` and
`mnist/`. The plain CNN of the comparison is trained once, which takes minutes more, and kept in `runs/bench`.
"""

import argparse
import os
import sys
from pathlib import Path

from digitpad import artifact
from digitpad.errors import DataError, DigitpadError
from digitpad.training.datasets import pen

ROOT = Path(__file__).parents[1]


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description="How well real pen strokes are read, however they are drawn.")
    parser.add_argument("--quick", action="store_true", help="a tenth of it; writes nothing")
    parser.add_argument("--model", type=Path, default=artifact.shipped(), help="a model file; by default what ships")
    parser.add_argument("--out", type=Path, default=ROOT, help="the folder with bench/ and docs/ to write to")
    options = parser.parse_args()
    try:
        run(options.model, None if options.quick else options.out)
    except DigitpadError as error:
        sys.exit(f"bench/drawings.py: {error}")


def run(model: Path, out: Path | None) -> None:
    """All of it, written to a folder; without one a quick look, printed only."""
    folder = find_pen()
    # Imported here, because the processes that draw import this file again, and have no use for TensorFlow.
    from digitpad.training import backend

    backend.prepare()
    from pen import measurement

    measurement.run(folder, model, out)


def find_pen() -> Path:
    """The folder of the pen data in DIGITPAD_DATA.

    Raises:
        DataError: it is not set, or holds no pen data.
    """
    named = os.environ.get("DIGITPAD_DATA", "")
    if not pen.is_in(named):
        raise DataError(
            "Expected DIGITPAD_DATA to name a folder with pen/digits.npz and pen/other.npz; "
            f"{named + ' does not have both' if named else 'it is not set'}. Set it to the folder with the pen data."
        )
    return Path(named) / "pen"


if __name__ == "__main__":
    main()
