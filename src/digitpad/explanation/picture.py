"""An explanation as one picture: what the model saw, what spoke for its answer and against it, and its layers' maps."""

import textwrap
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from digitpad.errors import InputError
from digitpad.explanation.explanation import NOT_A_DIGIT, Explanation, Layer
from digitpad.prediction import Prediction, rank
from digitpad.verdict import Verdict

_CELL = 12  # px of the picture for one of what the model saw
_PANEL = 28 * _CELL
_GAP = 24
_WIDTH = 3 * _PANEL + 4 * _GAP
_TILE, _NUM_TILES = 96, 9
_TEXT, _LINE, _LETTERS = 16, 22, 125  # height of letters and lines, px, and letters on a line
_BAR = 14  # height of the legend's colours, px

_Colour = tuple[int, int, int]
_PAPER: _Colour = (255, 255, 255)
_WORDS: _Colour = (31, 41, 55)
_FRAME: _Colour = (209, 213, 219)
_FOR, _AGAINST = (29, 78, 216), (194, 65, 12)  # blue and orange, which most colour-blind people tell apart
_STRONGEST = 0.85  # how much of what lies below the strongest colour hides
_FAINT = 0.4  # how dark ink is below the evidence

_NOT_EXACT = (
    "Not exact: layers with activations follow these places, so this does not tell what they would be worth in another "
    "picture. The sum is right."
)


def draw(explanation: Explanation, *, other: int | None = None) -> Image.Image:
    """Draw an explanation.

    Args:
        explanation: from `Recognizer.explain`.
        other: what the answer is compared with: a digit, or 10 for "not a digit"; by default the runner-up.

    Returns:
        A PIL image of mode "RGB": in a row the picture as seen, the evidence for the answer, and the evidence for it
        rather than `other`; below, for each layer, its strongest maps. Of a blank picture no answer is explained.

    Raises:
        InputError: `other` is none of these, or it is the answer.
    """
    limit = 0.0
    evidence = "Altered evidence" if explanation.without else "Evidence"
    panels = [
        _panel(
            "What the altered network sees" if explanation.without else "What the model saw",
            _to_rgb(explanation.seen),
            "",
        )
    ]
    if explanation.digit is not None:
        told, (answer, rival) = explanation.evidence, _compared(explanation, other)
        limit = float(max(np.abs(told[answer]).max(), np.abs(told[answer] - told[rival]).max()))
        panels.append(
            _evidence(explanation, f"{evidence} for {_name(answer)}", _score(explanation, answer), told[answer], limit)
        )
        words = f"{evidence} for {_name(answer)} rather than {_name(rival)}"
        panels.append(
            _evidence(explanation, words, _lead(explanation, answer, rival), told[answer] - told[rival], limit)
        )
    strips = [_tell(_story(explanation)), _row(panels, _PANEL), *([_legend(limit)] if len(panels) > 1 else [])]
    strips += [_layer(layer, explanation.maps[layer.name]) for layer in explanation.layers]
    return _stack(strips)


def _compared(explanation: Explanation, other: int | None) -> tuple[int, int]:
    """The answer, and what it is compared with."""
    (digit, _), (second, _) = rank(explanation.probabilities, 2)
    answer = NOT_A_DIGIT if explanation.verdict.status == "not a digit" else digit
    if other is None:
        return answer, digit if answer == NOT_A_DIGIT else second
    if other not in range(NOT_A_DIGIT + 1) or other == answer:
        raise InputError(f'Expected another digit than the answer, or {NOT_A_DIGIT} for "not a digit"; got {other!r}.')
    return answer, other


def _name(index: int) -> str:
    return "not a digit" if index == NOT_A_DIGIT else str(index)


def _story(explanation: Explanation) -> list[str]:
    """What there is to say, with the answer first."""
    judged = explanation.verdict if explanation.without else explanation.prediction or explanation.verdict
    lines = [_say(judged, explanation.digit)]
    if explanation.without:
        lines[0] = f"The altered network: {lines[0]}"
        lines.append(f"Switched off: {', '.join(explanation.without)}.")
        if explanation.prediction:
            lines.append(f"The model itself: {_say(explanation.prediction, explanation.prediction.digit)}")
    if explanation.num_readings > 1:
        lines.append(
            f"Read {explanation.num_readings} times, a pixel apart: the evidence is a mean, the maps are of one."
        )
    return lines if explanation.is_exact else [*lines, _NOT_EXACT]


def _say(judged: Verdict | Prediction, digit: int | None) -> str:
    answer = {"digit": f"{digit}: ", "unsure": f"{digit}? "}.get(judged.status, "")
    return f"{answer}{judged.reason}"


def _score(explanation: Explanation, answer: int) -> str:
    score, bias = (float(each[answer]) for each in (explanation.logits, explanation.bias))
    return f"{_sum(score, bias)}: score {score:.2f}"


def _lead(explanation: Explanation, answer: int, other: int) -> str:
    score, bias = (float(each[answer] - each[other]) for each in (explanation.logits, explanation.bias))
    return f"{_sum(score, bias)}: {abs(score):.2f} {'ahead' if score >= 0 else 'behind'}"


def _sum(score: float, bias: float) -> str:
    """The parts of a score; what rounding leaves over goes to the evidence, so that the figures add up."""
    return f"evidence {round(score, 2) - round(bias, 2):+.2f}, bias {bias:+.2f}"


def _evidence(
    explanation: Explanation, title: str, said: str, evidence: NDArray[np.float32], limit: float
) -> Image.Image:
    """Evidence, float32 (height, width), in colour over the faint picture that was seen."""
    grid = explanation.grid
    first = grid.start + (grid.field - grid.step) / 2  # px of the picture where the first place's square begins
    places = np.floor(((np.arange(_PANEL) + 0.5) / _CELL - first) / grid.step).astype(int)
    rows, columns = (np.clip(places, 0, length - 1) for length in evidence.shape)
    spread = evidence[np.ix_(rows, columns)]  # the outer squares reach the edges
    paper = np.asarray(_to_rgb(np.rint(255 - _FAINT * explanation.seen).astype(np.uint8)))
    return _panel(title, _framed(_tint(spread, limit, paper)), said)


def _tint(values: NDArray[np.float32], limit: float, paper: NDArray[np.uint8] | _Colour) -> Image.Image:
    """Values, (height, width), as colours over paper: none for zero, the strongest for `limit`."""
    share = _STRONGEST * np.minimum(np.abs(values) / (limit or 1), 1)[..., None]
    colour = np.where(values[..., None] >= 0, np.array(_FOR), np.array(_AGAINST))
    return Image.fromarray(np.rint((1 - share) * np.asarray(paper) + share * colour).astype(np.uint8))


def _to_rgb(levels: NDArray[np.uint8]) -> Image.Image:
    return Image.fromarray(levels).resize((_PANEL, _PANEL), Image.Resampling.NEAREST).convert("RGB")


def _legend(limit: float) -> Image.Image:
    """The colours of evidence, from what speaks against to what speaks for, with their numbers."""
    bar = _tint(np.linspace(-limit, limit, 2 * _PANEL + _GAP, dtype=np.float32)[None].repeat(_BAR, 0), limit, _PAPER)
    strip = Image.new("RGB", (_WIDTH, _BAR + _LINE), _PAPER)
    left, right = _PANEL + 2 * _GAP, _WIDTH - _GAP
    strip.paste(bar, (left, 0))
    brush = ImageDraw.Draw(strip)
    for x, anchor, words in (
        (left, "la", f"against: {-limit:.2f}"),
        ((left + right) / 2, "ma", "0"),
        (right, "ra", f"for: {limit:+.2f}"),
    ):
        brush.text((x, _BAR + 2), words, _WORDS, ImageFont.load_default(_TEXT), anchor=anchor)
    return strip


def _layer(layer: Layer, maps: NDArray[np.float32]) -> Image.Image:
    """A layer's strongest maps, with their numbers."""
    height, width, count = layer.shape
    limit = float(np.abs(maps).max())
    strongest = np.argsort(-np.abs(maps).sum((0, 1)), kind="stable")[:_NUM_TILES]
    size = f"maps of {height}x{width}" if height * width > 1 else "units"
    shown = f"the {len(strongest)} strongest" if len(strongest) < count else "all"
    title = f"{layer.name}: {shown} of {count} {size}. White is 0, the fullest blue {limit:.2f}, orange below 0."
    tiles = [_panel("", _tile(_tint(maps[..., index], limit, _PAPER)), str(index)) for index in strongest]
    return _stack([_tell([title]), _row(tiles, _TILE)], gap=0)


def _tile(picture: Image.Image) -> Image.Image:
    return _framed(picture.resize((_TILE, _TILE), Image.Resampling.NEAREST))


def _framed(picture: Image.Image) -> Image.Image:
    ImageDraw.Draw(picture).rectangle((0, 0, picture.width - 1, picture.height - 1), outline=_FRAME)
    return picture


def _panel(title: str, picture: Image.Image, said: str) -> Image.Image:
    """A picture with a title above, unless it has none, and what is said of it below."""
    top = _LINE if title else 0
    panel = Image.new("RGB", (picture.width, picture.height + top + _LINE), _PAPER)
    panel.paste(picture, (0, top))
    brush, font = ImageDraw.Draw(panel), ImageFont.load_default(_TEXT)
    brush.text((0, 0), title, _WORDS, font)
    brush.text((0, picture.height + top + 2), said, _WORDS, font)
    return panel


def _tell(lines: Sequence[str]) -> Image.Image:
    """Lines of text, wrapped."""
    wrapped = [part for line in lines for part in textwrap.wrap(line, _LETTERS)]
    strip = Image.new("RGB", (_WIDTH, _LINE * len(wrapped)), _PAPER)
    brush = ImageDraw.Draw(strip)
    for number, line in enumerate(wrapped):
        brush.text((_GAP, number * _LINE), line, _WORDS, ImageFont.load_default(_TEXT))
    return strip


def _row(pictures: Sequence[Image.Image], width: int) -> Image.Image:
    """Pictures of one width beside each other."""
    strip = Image.new("RGB", (_WIDTH, pictures[0].height), _PAPER)
    for number, each in enumerate(pictures):
        strip.paste(each, (_GAP + number * (width + _GAP), 0))
    return strip


def _stack(strips: Sequence[Image.Image], gap: int = _GAP // 2) -> Image.Image:
    """Strips below each other."""
    height = sum(strip.height + gap for strip in strips) + gap
    whole = Image.new("RGB", (_WIDTH, height), _PAPER)
    top = gap
    for strip in strips:
        whole.paste(strip, (0, top))
        top += strip.height + gap
    return whole
