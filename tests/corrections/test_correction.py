"""A record is what it says, whoever sent it."""

import base64
import io
import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from digitpad import Recognizer, drawing
from digitpad.corrections import correction
from digitpad.corrections.correction import MAX_TEXT, Answer, Correction
from digitpad.errors import CorrectionError
from digitpad.pages.reading import Reading
from tests.corrections.samples import SEVEN, SMALL, corrections, sample
from tests.doodles import NO_DIGITS, png


@given(corrections())
def test_a_record_comes_back_as_it_was(made: Correction) -> None:
    assert Correction.from_json(correction.parse(json.dumps(made.to_json()).encode())) == made


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=9,
)


RECORD = sample(picture=SMALL).to_json()


@given(st.sampled_from(sorted(RECORD)), JSON)
def test_any_value_in_any_field_is_taken_or_refused(name: str, value: Any) -> None:
    try:
        taken = Correction.from_json({**RECORD, name: value})
    except CorrectionError as error:
        assert str(error).startswith("Expected ")
        assert len(str(error)) < 1000
    else:
        assert taken.to_json() == {**RECORD, name: value}


@given(JSON)
def test_what_is_no_record_is_refused(value: Any) -> None:
    with pytest.raises(CorrectionError):
        Correction.from_json(value)


ANSWER = RECORD["answer"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"id": "0" * 31}, "32 hex digits for id"),
        ({"id": "A" * 32}, "32 hex digits for id"),
        ({"id": "0" * 32 + "\n"}, "32 hex digits for id"),
        ({"session": None}, "got NoneType"),
        ({"made": "2026-11-27T21:08:49Z"}, "a time such as"),
        ({"made": "2026-11-31T21:08:49.123Z"}, "a valid date and time"),
        ({"made": "\u0662\u0660\u0662\u0666-11-27T21:08:49.123Z"}, "a time such as"),
        ({"truth": ""}, "Expected a digit"),
        ({"truth": "seven"}, "got 'seven'"),
        ({"truth": "1  2"}, "single spaces"),
        ({"truth": "7\n"}, "single spaces"),
        ({"truth": "\u0667"}, "Expected a digit"),
        ({"truth": "1" * 201}, "at most 200"),
        ({"truth": 7}, "got int"),
        ({"answer": {**ANSWER, "status": "blank"}}, "got 'blank'"),
        ({"answer": {**ANSWER, "text": "12"}}, "at most 1 digits"),
        ({"answer": {**ANSWER, "confidence": True}}, "from 0 to 1; got bool"),
        ({"answer": {**ANSWER, "confidence": float("nan")}}, "from 0 to 1"),
        ({"answer": {**ANSWER, "confidence": 10**400}}, "from 0 to 1"),
        ({"answer": {**ANSWER, "more": 1}}, "an answer with"),
        ({"model": "a b"}, "letters, digits and hyphens"),
        ({"picture": "data:image/jpeg;base64,AAAA"}, "a picture that starts with"),
        ({"picture": "data:image/png;base64,AAAA"}, "a picture that can be read"),
        ({"picture": "data:image/png;base64,é"}, "a picture that can be read"),
        ({"strokes": [[]]}, "points [x, y]"),
        ({"strokes": [[[1, 2, 3]]]}, "points [x, y]"),
        ({"strokes": [[[1, float("inf")]]]}, "points [x, y]"),
        ({"strokes": [[[1, 10**30]]]}, "points [x, y]"),
        ({"strokes": [[[1, True]]]}, "points [x, y]"),
        ({"strokes": [[[0, 0]]] * 1001}, "at most 1,000 strokes"),
        ({"strokes": [[[0, 0]] * 20_001]}, "at most 20,000 points"),
        ({"note": "hello"}, "Expected an object with"),
    ],
)
def test_what_is_wrong_is_named(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(CorrectionError) as caught:
        Correction.from_json(RECORD | changes)
    assert words in str(caught.value)
    assert len(str(caught.value)) < 500


@pytest.mark.parametrize(
    "text", [b"", b"{", b"\xff", b"[" * 100_000, b"9" * 10_000, b'{"a": NaN}', b"[1e999, Infinity]"]
)
def test_what_is_no_json_is_refused(text: bytes) -> None:
    with pytest.raises(CorrectionError, match="Expected a correction in JSON"):
        correction.parse(text)


def test_of_a_picture_only_the_pixels_are_kept() -> None:
    """A photograph tells where it was taken; a PNG may have any text."""
    told, exif = PngImagePlugin.PngInfo(), Image.Exif()
    told.add_text("Author", "Ada Lovelace")
    exif[0x010E] = "Ada's desk"
    file = io.BytesIO()
    with Image.open(io.BytesIO(SEVEN)) as image:
        image.save(file, "PNG", pnginfo=told, exif=exif)
    assert b"Ada" in file.getvalue()
    url = "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()
    made = Correction.from_json(RECORD | {"picture": url})
    assert b"Ada" not in made.picture
    assert (drawing.read(made.picture) == drawing.read(SEVEN)).all()


@pytest.mark.parametrize(("mode", "pixel"), [("L", 9), ("RGB", (1, 2, 3)), ("RGBA", (1, 2, 3, 4))])
def test_every_pixel_is_kept(mode: str, pixel: int | tuple[int, ...]) -> None:
    image = Image.effect_noise((30, 20), 90).convert(mode)
    image.putpixel((0, 0), pixel)
    pixels = drawing.read(image)
    encoded = correction.encode(pixels)
    assert (drawing.read(encoded) == pixels).all()
    with Image.open(io.BytesIO(encoded)) as found:
        assert found.mode == mode


def reading(*lines: str) -> Reading:
    return Reading(lines, (), "", (280, 280))


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (("19 84", "07"), Answer("number", "19 84\n07", 0.0)),
        ((), Answer("not a digit", "", 0.0)),
        (("1" * MAX_TEXT, "2"), Answer("number", "1" * MAX_TEXT, 0.0)),
        (("1" * (MAX_TEXT - 1), "2"), Answer("number", "1" * (MAX_TEXT - 1), 0.0)),  # it is cut behind the newline
    ],
)
def test_the_answer_of_a_reading(lines: tuple[str, ...], expected: Answer) -> None:
    made = sample(picture=SMALL, answer=Answer.of(reading(*lines)))
    assert made.answer == expected
    assert Correction.from_json(made.to_json()) == made


def test_the_answer_of_a_prediction(recognizer: Recognizer) -> None:
    seven = recognizer.predict(SEVEN)
    assert Answer.of(seven) == Answer("digit", "7", seven.confidence)
    assert Answer.of(replace(seven, confidence=1.0000001)) == Answer("digit", "7", 1.0)
    assert Answer.of(replace(seven, status="unsure")).text == "7"
    other = recognizer.predict(png(NO_DIGITS["W"]))
    assert Answer.of(other) == Answer("not a digit", "", other.confidence)
    with pytest.raises(CorrectionError, match="nothing stands out from the paper"):
        Answer.of(recognizer.predict(SMALL))
