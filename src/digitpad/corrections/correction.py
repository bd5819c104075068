"""A correction: a drawing, what was read, and what a person said it was."""

import base64
import io
import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, Literal, get_args

from PIL import Image

from digitpad import drawing
from digitpad.errors import CorrectionError, DrawingError
from digitpad.pages.reading import Reading
from digitpad.prediction import Prediction
from digitpad.scaling import Pixels
from digitpad.strokes import MAX_COORDINATE

AnswerStatus = Literal["digit", "unsure", "not a digit", "several digits", "number"]
Strokes = tuple[tuple[tuple[float, float], ...], ...]

NOT_A_DIGIT: Final = "not a digit"
MAX_STROKES, MAX_POINTS = 1_000, 20_000
MAX_TRUTH, MAX_TEXT = 200, 1_000
"""Characters of what it was, and of what was read."""

ID = "[0-9a-f]{32}"
MADE = "[0-9]{4}(?:-[0-9]{2}){2}T[0-9]{2}(?::[0-9]{2}){2}[.][0-9]{3}Z"
MODEL = "[0-9A-Za-z-]{1,40}"
TRUTH = "[0-9]+(?:[ \\n][0-9]+)*|not a digit"
TEXT = "[0-9?]*(?:[ \\n][0-9?]+)*"
"""What a model reads; `?` stands for what it found but did not read."""

_PNG_URL = "data:image/png;base64,"
_FIELDS = frozenset({"id", "session", "made", "truth", "answer", "model", "picture", "strokes"})


@dataclass(frozen=True)
class Answer:
    """What a model read.

    Attributes:
        status: as in `Prediction`, or "number" for a reading of several digits.
        text: the digit, or the number's text; "" if none was read.
        confidence: the digit's calibrated probability, 0 to 1; 0 for a number.
    """

    status: AnswerStatus
    text: str
    confidence: float

    @classmethod
    def of(cls, found: Prediction | Reading) -> "Answer":
        """What a prediction or a reading says, within the limits of a record.

        Raises:
            CorrectionError: the drawing is blank, so there is nothing to correct.
        """
        if isinstance(found, Reading):
            text = found.text[:MAX_TEXT].rstrip()  # cut behind a space or a newline, it would end with that
            return cls("number" if text else NOT_A_DIGIT, text, 0.0)
        if found.status == "blank":
            raise CorrectionError("Expected a drawing; nothing stands out from the paper.")
        text = str(found.digit) if found.status in ("digit", "unsure") else ""
        return cls(found.status, text, min(1.0, float(found.confidence)))


@dataclass(frozen=True)
class Correction:
    """A drawing, what a model read, and what a person said it was.

    Attributes:
        id: 32 hex digits, made at random by who corrected, so that what is sent twice is kept once.
        session: 32 hex digits, those of one opening of a page, or of one folder.
        made: when, in UTC, to the millisecond.
        truth: a digit, "not a digit", or several digits with single spaces or newlines between them.
        answer: what was read.
        model: which model read it.
        picture: the drawing as the model got it, a PNG without metadata.
        strokes: lists of (x, y) in px of a pad 280 px high; None if it was not drawn with strokes.
    """

    id: str
    session: str
    made: datetime
    truth: str
    answer: Answer
    model: str
    picture: bytes = field(repr=False)
    strokes: Strokes | None = field(repr=False)

    @classmethod
    def from_json(cls, record: Any) -> "Correction":
        """Check a record from elsewhere, as `json.loads` returns it, and encode its picture anew.

        Raises:
            CorrectionError: a field is missing, unknown or not what it should be, or the picture cannot be read.
        """
        if not isinstance(record, dict) or record.keys() != _FIELDS:
            found = ", ".join(sorted(map(str, record)))[:200] if isinstance(record, dict) else type(record).__name__
            raise CorrectionError(f"Expected an object with {', '.join(sorted(_FIELDS))}; got {found or 'nothing'}.")
        return cls(
            id=_match(record, "id", ID, "32 hex digits"),
            session=_match(record, "session", ID, "32 hex digits"),
            made=_to_time(record),
            truth=check_truth(record["truth"]),
            answer=_to_answer(record["answer"]),
            model=_match(record, "model", MODEL, "up to 40 letters, digits and hyphens"),
            picture=_to_picture(record["picture"]),
            strokes=_to_strokes(record["strokes"]),
        )

    def to_json(self) -> dict[str, Any]:
        """The record of this correction: `Correction.from_json` makes the same one of it."""
        strokes = self.strokes
        return {
            "id": self.id,
            "session": self.session,
            "made": to_text(self.made),
            "truth": self.truth,
            "answer": {
                "status": self.answer.status,
                "text": self.answer.text,
                "confidence": self.answer.confidence,
            },
            "model": self.model,
            "picture": _PNG_URL + base64.b64encode(self.picture).decode(),
            "strokes": None if strokes is None else [[list(point) for point in stroke] for stroke in strokes],
        }


def parse(text: bytes) -> Any:
    """Parse a record in JSON, for `Correction.from_json`.

    Raises:
        CorrectionError: it is not JSON.
    """
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:  # ValueError: also numbers of thousands of digits
        raise CorrectionError(f"Expected a correction in JSON; it cannot be parsed: {error}.") from None


def check_truth(truth: Any) -> str:
    """What a drawing was, as a person said it.

    Raises:
        CorrectionError: it is neither digits with single spaces or newlines between them nor "not a digit".
    """
    if not isinstance(truth, str) or len(truth) > MAX_TRUTH or not re.fullmatch(TRUTH, truth):
        raise CorrectionError(
            f"Expected a digit, {NOT_A_DIGIT!r}, or at most {MAX_TRUTH} digits with single spaces or newlines between "
            f"them; got {_show(truth)}."
        )
    return truth


def encode(pixels: Pixels) -> bytes:
    """RGBA pixels as a PNG without metadata, in grey where nothing is coloured."""
    image = Image.fromarray(pixels)
    if (pixels[..., 3] == 255).all():
        is_grey = (pixels[..., :1] == pixels[..., 1:3]).all()
        image = image.getchannel("R") if is_grey else image.convert("RGB")
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def to_text(made: datetime) -> str:
    """A time as in the records, such as "2026-11-27T21:08:49.123Z"."""
    return made.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _match(record: Mapping[str, Any], name: str, pattern: str, expected: str) -> str:
    value = record[name]
    if not isinstance(value, str) or not re.fullmatch(pattern, value):
        raise CorrectionError(f"Expected {expected} for {name}; got {_show(value)}.")
    return value


def _to_time(record: Mapping[str, Any]) -> datetime:
    made = _match(record, "made", MADE, "a time such as 2026-11-27T21:08:49.123Z")
    try:
        return datetime.fromisoformat(made).astimezone(UTC)
    except ValueError as error:
        raise CorrectionError(f"Expected a valid date and time for made; got {made}: {error}.") from None


def _to_answer(answer: Any) -> Answer:
    if not isinstance(answer, dict) or answer.keys() != {"status", "text", "confidence"}:
        raise CorrectionError(f"Expected an answer with status, text and confidence; got {_show(answer)}.")
    status, text, confidence = answer["status"], answer["text"], answer["confidence"]
    if not isinstance(status, str) or status not in get_args(AnswerStatus):
        raise CorrectionError(f"Expected a status of {', '.join(get_args(AnswerStatus))}; got {_show(status)}.")
    most = MAX_TEXT if status == "number" else 1
    if not isinstance(text, str) or len(text) > most or not re.fullmatch(TEXT, text):
        raise CorrectionError(f"Expected at most {most:,} digits as the text of a {status!r}; got {_show(text)}.")
    if not _is_number(confidence) or not 0 <= confidence <= 1:
        raise CorrectionError(f"Expected a confidence from 0 to 1; got {_show(confidence)}.")
    return Answer(status, text, float(confidence))  # type: ignore[arg-type]


def _to_picture(url: Any) -> bytes:
    if not isinstance(url, str) or not url.startswith(_PNG_URL):
        raise CorrectionError(f"Expected a picture that starts with {_PNG_URL!r}; got {_show(url)}.")
    try:
        return encode(drawing.from_data_url(url).pixels)
    except DrawingError as error:
        raise CorrectionError(f"Expected a picture that can be read. {error}") from None


def _to_strokes(strokes: Any) -> Strokes | None:
    if strokes is None:
        return None
    if not isinstance(strokes, list) or len(strokes) > MAX_STROKES or not all(isinstance(s, list) for s in strokes):
        raise CorrectionError(f"Expected at most {MAX_STROKES:,} strokes as lists of points, or null.")
    if sum(map(len, strokes)) > MAX_POINTS:
        raise CorrectionError(f"Expected at most {MAX_POINTS:,} points; got {sum(map(len, strokes)):,}.")
    if not all(stroke and all(map(_is_point, stroke)) for stroke in strokes):
        raise CorrectionError(f"Expected strokes of points [x, y] within {MAX_COORDINATE:g}; got something else.")
    return tuple(tuple((float(x), float(y)) for x, y in stroke) for stroke in strokes)


def _is_point(point: Any) -> bool:
    return (
        isinstance(point, list) and len(point) == 2 and all(_is_number(v) and abs(v) <= MAX_COORDINATE for v in point)
    )


def _is_number(value: Any) -> bool:
    """Whether a value is a finite number; bool is none, and an int may be too large for `math.isfinite`."""
    return type(value) is int or (type(value) is float and math.isfinite(value))


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _show(value: Any) -> str:
    """The beginning of a value, for a message: it may be of any size and depth."""
    return f"{value[:40]!r}" if isinstance(value, str) else type(value).__name__
