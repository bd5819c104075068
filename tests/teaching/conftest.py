"""Corrections to learn from, made of the golden drawings."""

import io
import secrets
from datetime import UTC, datetime

import numpy as np

from digitpad import strokes
from digitpad.corrections.correction import Answer, Correction
from tests.golden import GOLDEN, STROKES
from tests.training.conftest import drawn

__all__ = ["correction", "draw_number", "drawn", "golden"]

_HEIGHT_PX, _ACROSS_PX, _BRUSH_PX = 140, 100, 9


def correction(picture: bytes, truth: str, session: str = "") -> Correction:
    """A correction of a picture, in a session of its own unless one is named."""
    return Correction(
        id=secrets.token_hex(16),
        session=session or secrets.token_hex(16),
        made=datetime(2026, 11, 27, tzinfo=UTC),
        truth=truth,
        answer=Answer("digit", "7", 0.9),
        model="0123456789ab",
        picture=picture,
        strokes=None,
    )


def golden(digit: int) -> bytes:
    """A drawing of a digit, as PNG."""
    return (GOLDEN / f"{digit}-medium-light.png").read_bytes()


def draw_number(digits: str) -> bytes:
    """A drawing of a number on one line, as PNG; without digits it is blank."""
    placed = [
        stroke
        for index, digit in enumerate(digits)
        for stroke in strokes.place(
            [np.array(points) for points in STROKES[digit]], 80, (_ACROSS_PX * (index + 0.5), _HEIGHT_PX / 2)
        )
    ]
    file = io.BytesIO()
    strokes.draw(placed, (_ACROSS_PX * max(len(digits), 1), _HEIGHT_PX), _BRUSH_PX).save(file, "PNG")
    return file.getvalue()
