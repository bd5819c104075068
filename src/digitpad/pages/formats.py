"""A reading as text, as JSON, as CSV, and drawn over the picture."""

import csv
import io
import json
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from digitpad import answer
from digitpad.pages.reading import UNREAD, Digit, Reading
from digitpad.scaling import Scaled

CSV_COLUMNS = ("picture", "line", "digit", "status", "confidence", "top", "left", "bottom", "right")

_COLOURS = {"digit": (22, 163, 74), "unsure": (234, 88, 12), "not a digit": (107, 114, 128)}


def to_text(picture: str | None, reading: Reading) -> str:
    """The text of a reading and the reason why there is little or none, below the picture's name if there is one."""
    reason = f"({reading.reason})" if reading.reason else ""
    return "\n".join(part for part in (picture and f"{picture}:", reading.text, reason) if part)


def to_json(picture: str, reading: Reading) -> str:
    """A reading as one line of JSON: the picture's name, then the keys of `to_dict`."""
    return json.dumps({"picture": picture, **to_dict(reading)})


def to_dict(reading: Reading, top_k: int = 3, *, with_predictions: bool = False) -> dict[str, Any]:
    """A reading as a JSON object.

    Args:
        reading: from `Recognizer.read`.
        top_k: number of digits to list for each.
        with_predictions: whether to add what the digit network says of each.

    Returns:
        `text`, `lines`, `reason` and `size` as in `Reading`; `ink_picture`, a PNG data URL of what a pen wrote, white
        on black, if the reading has `ink`; and `digits`, each with `digit`, `status`, `confidence`, `candidates`,
        `box` and `line` as in `Digit`, `top_k`, a list of `digit` and `probability`, most probable first,
        and on request `prediction`, as from `answer.to_dict`.
    """
    return {
        "text": reading.text,
        "lines": list(reading.lines),
        "reason": reading.reason,
        "size": list(reading.size),
        **({} if reading.ink is None else {"ink_picture": answer.to_data_url(reading.ink)}),
        "digits": [
            {
                "digit": digit.digit,
                "status": digit.status,
                "confidence": round(digit.confidence, 6),
                "candidates": list(digit.candidates),
                "box": [round(edge, 1) for edge in digit.box],
                "line": digit.line,
                "top_k": [{"digit": each, "probability": round(share, 6)} for each, share in digit.top_k(top_k)],
                **({"prediction": answer.to_dict(digit.prediction, top_k)} if with_predictions else {}),
            }
            for digit in reading.digits
        ],
    }


def to_csv(picture: str, reading: Reading) -> str:
    """A reading as CSV without a head, one row for each digit, with the columns in `CSV_COLUMNS`; edges are in px."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for digit in reading.digits:
        line, box = "" if digit.line is None else digit.line, [round(edge, 1) for edge in digit.box]
        shown = "" if digit.digit is None else digit.digit
        writer.writerow([picture, line, shown, digit.status, round(digit.confidence, 6), *box])
    return text.getvalue()


def annotate(page: Scaled, reading: Reading) -> Image.Image:
    """Draw boxes and digits over the picture: green for a digit, orange with a question mark for an unsure one.

    Args:
        page: from `drawing.read_page`.
        reading: what was read on it.

    Returns:
        A PIL image of mode "RGB", of the size of `page.pixels`.
    """
    picture = Image.fromarray(page.pixels).convert("RGB")
    brush = ImageDraw.Draw(picture)
    for digit in reading.digits:
        top, left, bottom, right = _on_page(digit, page)
        colour, height = _COLOURS[digit.status], bottom - top
        brush.rectangle((left - 2, top - 2, right + 2, bottom + 2), outline=colour, width=max(1, round(height / 24)))
        font = ImageFont.load_default(max(10, round(0.45 * height)))
        label = _label(digit)
        box = brush.textbbox((left - 2, top - 3), label, font, anchor="lb")
        lowered = max(0.0, 1 - box[1])  # so that the label of a digit at the upper edge is on the picture
        brush.rectangle((box[0] - 1, box[1] + lowered - 1, box[2] + 1, box[3] + lowered + 1), fill=colour)
        brush.text((left - 2, top + lowered - 3), label, (255, 255, 255), font, anchor="lb")
    return picture


def _label(digit: Digit) -> str:
    if digit.status == "not a digit":
        return UNREAD
    return f"{digit.digit}?" if digit.status == "unsure" else str(digit.digit)


def _on_page(digit: Digit, page: Scaled) -> tuple[float, float, float, float]:
    """The box of a digit in px of the page."""
    top, left, bottom, right = digit.box
    (x, y), factor = page.origin, page.factor
    return (top - y) / factor, (left - x) / factor, (bottom - y) / factor, (right - x) / factor
