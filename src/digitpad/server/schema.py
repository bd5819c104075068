"""The OpenAPI description of request bodies and responses; a test checks the responses against it."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from digitpad.corrections.correction import ID, MADE, MAX_STROKES, MAX_TEXT, MAX_TRUTH, MODEL, TEXT, TRUTH, AnswerStatus
from digitpad.pages.reading import DigitStatus
from digitpad.server.body import PICTURES, Kind
from digitpad.server.problem import MEDIA_TYPE, ProblemDocument
from digitpad.verdict import Status

DESCRIPTION = (
    "Reads handwritten digits and shows the 28x28 picture that the model saw. Errors are RFC 9457 problem documents "
    "whose `detail` says what was expected."
)


Digit = Annotated[int, Field(ge=0, le=9)]


class Ranked(BaseModel):
    """A digit and its probability."""

    digit: Digit
    probability: float = Field(ge=0, le=1)


class Steps(BaseModel):
    """The results of the preprocessing steps; px are those of the drawing unless stated otherwise."""

    size: tuple[int, int] = Field(description="Height and width of the drawing as passed to the model, px.")
    isolated: bool = Field(
        description="Whether the digit was found among other marks or on uneven paper, and its ink read alone."
    )
    ink: float = Field(ge=0, le=1, description="The fraction of the drawing covered by ink.")
    box: tuple[float, float, float, float] | None = Field(description="Top, left, bottom, right edge of the ink, px.")
    centre: tuple[float, float] | None = Field(description="Row and column that became the middle of the picture, px.")
    scale: float | None = Field(description="Picture px per drawing px.")
    stroke: tuple[float, float] | None = Field(description="Stroke width as drawn and as seen, picture px.")
    ink_picture: str | None = Field(description="PNG data URL of the detected ink, if requested with `ink`.")


class Drawing(BaseModel):
    """What the model says of one drawing."""

    status: Status = Field(description="`unsure`: it may well be another digit.")
    reason: str = Field(min_length=1, description="A human-readable sentence that explains the status.")
    digit: Digit | None = Field(
        description="The most probable digit; the closest one if it is not a digit or several; null if blank."
    )
    confidence: float = Field(
        ge=0,
        le=1,
        description="The digit's calibrated probability; for a non-digit, how probable it is that it is that digit all "
        "the same; 0 if several or blank.",
    )
    candidates: list[Digit] = Field(
        max_length=10,
        description="The digits that it may be, most probable first: the smallest set that contained the true digit "
        "for 99 % of the generated digits used for calibration; empty if blank.",
    )
    not_digit: float = Field(ge=0, le=1, description="The probability that it is not a digit; 0 if blank.")
    top_k: list[Ranked] = Field(
        max_length=10, description="The most probable digits, in descending order; empty if blank."
    )
    seen: list[list[int]] = Field(description="The picture that the model saw: 28 rows of 28 levels, 0 to 255 for ink.")
    steps: Steps


class Answer(Drawing):
    """The answer to one drawing."""

    model: str = Field(description="12 hex digits that identify the model.")
    time_ms: float = Field(
        ge=0, description="Time from the encoded image to the answer, without the time in the queue."
    )


class Packed(BaseModel):
    """An array."""

    shape: list[int]
    data: str = Field(description="Little-endian float32 values, row by row, in Base64.")


class Layer(BaseModel):
    """A layer of the network with its activation, and where its maps lie in the picture."""

    name: str
    shape: tuple[int, int, int] = Field(description="Height and width of its maps, and their number.")
    window: int = Field(description="Side of what a unit looks at in the maps before; 0 if it is all.")
    stride: int
    padding: int = Field(description="How far the first window begins outside the maps before.")
    pooling: Literal["max", "average"] | None
    activation: Literal["relu", "silu"] | None
    start: int = Field(description="Where the first unit's receptive field begins, picture px.")
    step: int = Field(description="From one unit's receptive field to the next, picture px.")
    field: int = Field(description="Side of a unit's receptive field, picture px.")


class Explained(BaseModel):
    """What happened inside the model when it read a picture; what is switched off counts everywhere."""

    status: Status
    reason: str = Field(min_length=1)
    digit: Digit | None
    candidates: list[Digit]
    top_k: list[Ranked]
    not_digit: float = Field(ge=0, le=1)
    seen: list[list[int]] = Field(description="The picture: 28 rows of 28 levels, 0 to 255 for ink.")
    logits: list[float] = Field(description="Of the digits 0 to 9, and of `not a digit`.")
    bias: list[float] = Field(description="What each logit would be without evidence.")
    evidence: Packed = Field(
        description="What each place speaks for each logit: (11, height, width). Summed over the places, and with the "
        "bias, it is the logits."
    )
    is_exact: bool = Field(description="Whether no activation follows the places, so that this sum is the whole truth.")
    grid: Layer = Field(description="The layer, or `picture`, whose places these are.")
    maps: dict[str, Packed] = Field(description="What each layer computed: (height, width, channels).")
    layers: list[Layer]
    num_readings: int = Field(description="How often the picture was read; more than once with test-time augmentation.")
    steps: list[str] = Field(description="Steps of the contract that can be switched off.")
    without: list[str] = Field(description="What is switched off.")
    model: str = Field(description="12 hex digits that identify the model.")


class Weights(BaseModel):
    """The weights of a layer."""

    kernel: Packed = Field(
        description="(channels, channels before, window, window), or (length, channels) for a dense layer."
    )
    bias: Packed = Field(description="(channels,)")
    model: str = Field(description="12 hex digits that identify the model.")


class PageDigit(BaseModel):
    """A digit on a page, or something that was found there and is not one."""

    digit: Digit | None = Field(description="Null if it is not a digit.")
    status: DigitStatus = Field(description="`unsure`: it may well be another digit.")
    confidence: float = Field(ge=0, le=1, description="The calibrated probability of the most probable digit.")
    candidates: list[Digit] = Field(max_length=10, description="The digits that it may be, most probable first.")
    box: tuple[float, float, float, float] = Field(description="Top, left, bottom, right edge of its ink, px.")
    line: int | None = Field(description="Which of `lines` it is in; null if it is in none.")
    top_k: list[Ranked] = Field(max_length=10, description="The most probable digits, in descending order.")
    prediction: Drawing | None = Field(None, description="What the model saw of it alone, if requested.")


class Page(BaseModel):
    """What is written on a page."""

    text: str = Field(description="The lines, separated by newlines.")
    lines: list[str] = Field(description="From top to bottom; `?` stands for what was found but not read.")
    reason: str = Field(description="Why little or nothing was read, for people; empty if there is nothing to say.")
    digits: list[PageDigit] = Field(description="In reading order, then what is in no line.")
    size: tuple[int, int] = Field(description="Height and width of the picture, px.")
    ink_picture: str | None = Field(None, description="PNG data URL of what a pen wrote, if requested with `ink`.")
    model: str = Field(description="12 hex digits that identify the digit model.")
    time_ms: float = Field(
        ge=0, description="Time from the encoded image to the answer, without the time in the queue."
    )


class Model(BaseModel):
    """The model and its card."""

    model: str = Field(description="12 hex digits that identify the model.")
    num_bytes: int = Field(description="Size of the model file in bytes.")
    card: dict[str, Any] = Field(description="Recipe, data, metrics and versions.")
    report: str | None = Field(
        description="Path of the training report; null if there is none that the client may see."
    )
    explains: bool = Field(description="Whether it can be looked into: whether its layers.onnx is beside it.")
    keeps: str | None = Field(description="Where corrections are kept, for people; null if they are not.")


class ReadAs(BaseModel):
    """What a model read in a drawing that was corrected."""

    model_config = ConfigDict(extra="forbid")

    status: AnswerStatus = Field(description="As in the answer to the drawing, or `number` for a reading of a page.")
    text: str = Field(pattern=f"^({TEXT})$", max_length=MAX_TEXT, description="What was read; empty if nothing was.")
    confidence: float = Field(ge=0, le=1, description="As in the answer; 0 for a number.")


Point = tuple[float, float]
Id = Annotated[str, Field(pattern=f"^{ID}$")]
Truth = Annotated[str, Field(pattern=f"^({TRUTH})$", max_length=MAX_TRUTH)]


class Record(BaseModel):
    """A correction: a drawing, what a model read, and what a person said it was."""

    model_config = ConfigDict(extra="forbid")

    id: Id = Field(description="Made at random by who corrects: what is sent twice is kept once.")
    session: Id = Field(description="The same for all corrections of one opening of a page.")
    made: str = Field(pattern=f"^{MADE}$", description="When, in UTC.")
    truth: Truth = Field(
        description="What it was: a digit, `not a digit`, or digits with single spaces or newlines between them."
    )
    answer: ReadAs
    model: str = Field(pattern=f"^{MODEL}$", description="Which model read it.")
    picture: str = Field(pattern="^data:image/png;base64,", description="The drawing as the model got it, a PNG.")
    strokes: list[Annotated[list[Point], Field(min_length=1)]] | None = Field(
        max_length=MAX_STROKES, description="Points in px of a pad 280 px high; null if it was not drawn with strokes."
    )


class Kept(BaseModel):
    """A correction was kept."""

    id: Id
    new: bool = Field(description="Whether it was not kept already.")


class Listing(BaseModel):
    """Some corrections, newest first."""

    corrections: list[Record]
    total: int = Field(ge=0, description="How many there are with these filters.")
    next: str | None = Field(description="What to pass as `after` for those that follow; null if there are none.")


class Deleted(BaseModel):
    """Corrections were deleted."""

    deleted: int = Field(ge=0)


class Health(BaseModel):
    """The state of the server."""

    status: Literal["alive", "ready"]


_REASONS = {
    400: "The body cannot be parsed.",
    401: "The token is missing or wrong.",
    403: "It is not allowed from here.",
    404: "There is nothing at this path.",
    405: "The method is not allowed.",
    408: "The body did not arrive in time.",
    413: "The body is too large.",
    415: "The media type is not supported.",
    422: "A value is invalid, or the drawing or the model cannot be used.",
    503: "The server is busy or not ready, or the store cannot be used now.",
    507: "The store holds as many corrections as it may.",
}


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Document the problem responses with these statuses, and 405."""
    content = {MEDIA_TYPE: {"schema": ProblemDocument.model_json_schema()}}
    return {status: {"description": _REASONS[status], "content": content} for status in (405, *statuses)}


def answers(model: type[BaseModel]) -> dict[int | str, dict[str, Any]]:
    """Document the answer and the refusals of a route that reads pictures."""
    return {200: {"model": model, "description": "The model's answer."}, **refusals(400, 408, 413, 415, 422, 503)}


def json_body(model: type[BaseModel]) -> dict[str, Any]:
    """Document the body of a route that takes JSON."""
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": model.model_json_schema()}}}}


_PICTURE = {"type": "string", "format": "binary"}


def body(kind: Kind) -> dict[str, Any]:
    """Document the bodies of a route that reads pictures."""
    options = kind.options.model_json_schema()["properties"]
    form = {
        "type": "object",
        "properties": {"image": {**_PICTURE, "description": "A PNG, JPEG or WebP file."}, **options},
        "required": ["image"],
        "additionalProperties": False,
    }
    return {
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": kind.request.model_json_schema()},
                "multipart/form-data": {"schema": form},
                **{media_type: {"schema": _PICTURE} for media_type in PICTURES},
            },
        }
    }
