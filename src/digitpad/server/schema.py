"""What the API's documentation says of bodies and answers; a test holds the answers to it."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from digitpad.server.body import PICTURES, DataUrl
from digitpad.server.problem import MEDIA_TYPE, ProblemDocument
from digitpad.verdict import Status

DESCRIPTION = (
    "Reads handwritten digits and shows the 28x28 picture that the model saw. Every refusal is an RFC 9457 problem "
    "document whose `detail` says what was expected."
)


Digit = Annotated[int, Field(ge=0, le=9)]


class Ranked(BaseModel):
    """A digit and its probability."""

    digit: Digit
    probability: float = Field(ge=0, le=1)


class Steps(BaseModel):
    """The numbers of the way from the drawing to the picture seen; px are the drawing's unless it is said."""

    size: tuple[int, int] = Field(description="Height and width of the drawing as it went into the model, px.")
    ink: float = Field(ge=0, le=1, description="The share of the drawing that ink covers.")
    box: tuple[float, float, float, float] | None = Field(description="Top, left, bottom, right edge of the ink, px.")
    centre: tuple[float, float] | None = Field(description="Row and column that became the middle of the picture, px.")
    scale: float | None = Field(description="Picture px per drawing px.")
    stroke: tuple[float, float] | None = Field(description="Width of the strokes as drawn and as seen, picture px.")
    ink_picture: str | None = Field(description="PNG data URL of what was taken for ink, if `ink` asked for it.")


class Answer(BaseModel):
    """The answer to one drawing."""

    status: Status = Field(description="Unsure: the digit may well be another.")
    reason: str = Field(min_length=1, description="A sentence that says why, for people.")
    digit: Digit | None = Field(description="The most probable, or what comes closest; null when blank.")
    confidence: float = Field(ge=0, le=1, description="The largest calibrated probability; 0 when blank.")
    candidates: list[Digit] = Field(
        max_length=10,
        description="The digits that it may be: the fewest that held the truth for 99 % of the generated digits that "
        "calibrated the model; the best first, none when blank.",
    )
    not_digit: float = Field(ge=0, le=1, description="The probability that it is no digit; 0 when blank.")
    top_k: list[Ranked] = Field(max_length=10, description="The most probable digits, the best first.")
    seen: list[list[int]] = Field(description="The picture that the model saw: 28 rows of 28 levels, 0 to 255 for ink.")
    steps: Steps
    model: str = Field(description="12 hex digits that name the model.")
    time_ms: float = Field(ge=0, description="Time from the encoded picture to the answer, without waiting.")


class Model(BaseModel):
    """The model and its card."""

    model: str = Field(description="12 hex digits that name the model.")
    num_bytes: int = Field(description="Size of the model file.")
    card: dict[str, Any] = Field(description="Recipe, data, figures and versions.")
    report: str | None = Field(description="Path of the report of the training run, if it is there.")


class Health(BaseModel):
    """How the server is."""

    status: Literal["alive", "ready"]


_REASONS = {
    400: "The body cannot be parsed.",
    405: "Another method is expected.",
    408: "The body did not arrive in time.",
    413: "The body is too large.",
    415: "The body has another media type.",
    422: "A value is wrong, or the drawing cannot be read.",
    503: "Not now.",
}


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The documentation of the ways in which a request may be refused."""
    content = {MEDIA_TYPE: {"schema": ProblemDocument.model_json_schema()}}
    return {status: {"description": _REASONS[status], "content": content} for status in (405, *statuses)}


ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"model": Answer, "description": "What the model answers."},
    **refusals(400, 408, 413, 415, 422, 503),
}

_PICTURE = {"type": "string", "format": "binary"}
_FORM = {
    "type": "object",
    "properties": {
        "image": {**_PICTURE, "description": "A PNG or JPEG file."},
        **{name: DataUrl.model_json_schema()["properties"][name] for name in ("top_k", "ink")},
    },
    "required": ["image"],
    "additionalProperties": False,
}
BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": DataUrl.model_json_schema()},
            "multipart/form-data": {"schema": _FORM},
            **{media_type: {"schema": _PICTURE} for media_type in PICTURES},
        },
    }
}
