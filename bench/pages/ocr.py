"""Reads pictures with an OCR program, in an environment of its own; it does not know digitpad.

    python bench/pages/ocr.py PROGRAM MODE FOLDER

PROGRAM is `rapidocr` or `tesseract`; MODE says what the PNGs in FOLDER show: a `page`, a `line` or a `single` digit.
For each picture, in the order of their names, it prints a line of JSON: `digits`, each with `label` and `box` (left,
top, width, height, px), and `lines`, the text. With only a PROGRAM it prints that program's version.

Tesseract reads digits only, with its page segmentation mode 6, 7 or 10. RapidOCR detects text and reads it; it gets a
line without detection, and a single digit too if it detects nothing.
"""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from PIL import Image

Answer = dict[str, Any]

SEGMENTATION = {"page": 6, "line": 7, "single": 10}


def main(program: str, mode: str = "", folder: str = "") -> None:
    """Print the answers, or the version."""
    if not mode:
        print(VERSIONS[program]())
        return
    read = PROGRAMS[program](mode)
    for path in sorted(Path(folder).glob("*.png")):
        print(json.dumps(read(path)), flush=True)


def tesseract(mode: str) -> Callable[[Path], Answer]:
    """A function from a picture to Tesseract's answer."""
    import pytesseract  # type: ignore[import-not-found]

    config = f"--psm {SEGMENTATION[mode]} -c tessedit_char_whitelist=0123456789"

    def read(path: Path) -> Answer:
        with Image.open(path) as picture:
            height = picture.height
            rows = pytesseract.image_to_boxes(picture, config=config).splitlines()
            text = pytesseract.image_to_string(picture, config=config)
        digits = []
        for row in rows:
            char, *edges = row.split()[:5]
            left, bottom, right, top = map(int, edges)  # from the picture's lower left corner
            if char.isdigit():
                digits.append({"label": char, "box": [left, height - top, right - left, top - bottom]})
        return {"digits": digits, "lines": text.split("\n")}

    return read


def rapidocr(mode: str) -> Callable[[Path], Answer]:
    """A function from a picture to RapidOCR's answer."""
    from rapidocr_onnxruntime import RapidOCR  # type: ignore[import-not-found]

    engine = RapidOCR()

    def read(path: Path) -> Answer:
        detected = None if mode == "line" else engine(str(path), return_word_box=True)[0]
        digits = [digit for line in detected or () for digit in place(line[1], line[3], line[0])]
        lines = [line[1] for line in detected or ()]
        if mode == "line" or (mode == "single" and not digits):
            texts = engine(str(path), use_det=False, use_cls=False)[0] or ()
            with Image.open(path) as picture:
                width, height = picture.size
            corners = [[0, 0], [width, 0], [width, height], [0, height]]
            digits = [digit for text, _ in texts for digit in place(text, (), corners)]
            lines = [text for text, _ in texts]
        return {"digits": digits, "lines": lines}

    return read


def place(text: str, boxes: Sequence[Any], whole: Sequence[Any]) -> Iterator[dict[str, Any]]:
    """The digits of a line with their boxes; if there is none for each character, the line is split evenly."""
    left, top, width, height = bound(whole)
    step = width / max(len(text), 1)
    for number, char in enumerate(text):
        if char.isascii() and char.isdigit():
            evenly = [left + number * step, top, step, height]
            yield {"label": char, "box": bound(boxes[number]) if len(boxes) == len(text) else evenly}


def bound(corners: Sequence[Any]) -> list[float]:
    """The upright box around some corners."""
    across, down = [float(x) for x, _ in corners], [float(y) for _, y in corners]
    return [min(across), min(down), max(across) - min(across), max(down) - min(down)]


def tesseract_version() -> str:
    """The version of the program, not of the package that calls it."""
    import pytesseract

    return str(pytesseract.get_tesseract_version())


PROGRAMS = {"rapidocr": rapidocr, "tesseract": tesseract}
VERSIONS = {"rapidocr": lambda: version("rapidocr-onnxruntime"), "tesseract": tesseract_version}

if __name__ == "__main__":
    main(*sys.argv[1:])
