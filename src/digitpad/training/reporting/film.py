"""The film of a training as strips of pictures, one frame below the other, which the page moves past a window."""

import base64
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.special import softmax

from digitpad.training import runs

_GREYS = [(level, level, level, 255) for level in np.linspace(10, 255, 15).astype(int)]
_FOR, _AGAINST = (96, 165, 250), (251, 146, 60)  # blue and orange, which most colour-blind people tell apart
_NUM_STEPS = 7  # of either colour
_SIGNED = [
    *[(*_AGAINST, round(255 * step / _NUM_STEPS)) for step in range(_NUM_STEPS, 0, -1)],
    (0, 0, 0, 0),
    *[(*_FOR, round(255 * step / _NUM_STEPS)) for step in range(1, _NUM_STEPS + 1)],
]
_BARS = [(148, 163, 184, 255), (34, 197, 94, 255), (239, 68, 68, 255)]
_GAP = 15  # transparent; 16 colours take half a byte
_TILE_PX = 14  # smaller maps are enlarged to about this
_BAR_PX = (24, 3)
_EVIDENCE_PX = 56  # places begin at whole or half px of 28


def context(path: Path, metrics: dict[str, Any]) -> dict[str, Any] | None:
    """The variables of `film.html.j2`.

    Args:
        path: the `film.npz` of a run; of runs of earlier versions there is none.
        metrics: the contents of its `metrics.json`.

    Returns:
        None if there is nothing to watch.
    """
    shot = runs.read_arrays(path) if path.is_file() else {}
    if not shot or len(shot["epoch"]) < 2:
        return None
    strengths = np.abs(shot["evidence"][shot["evidence"] != 0].astype(np.float64))
    most = float(np.quantile(strengths, 0.97)) if strengths.size else 1.0
    chances = softmax(shot["logits"][..., :10] / metrics["temperature"], axis=2)
    return {
        "epochs": _epochs(shot["epoch"].tolist(), metrics),
        "layers": [
            {"name": str(name), "count": int(count)} for name, count in zip(shot["layers"], shot["counts"], strict=True)
        ],
        "filters": _tiles(shot["filters"] / _peak(shot["filters"], axis=(0, 1, 2)), is_signed=True),
        "num_filters": shot["filters"].shape[3],
        "most": most,
        "drawings": [_drawing(shot, number, most, chances[:, number]) for number in range(len(shot["labels"]))],
    }


def _epochs(numbers: list[int], metrics: dict[str, Any]) -> list[dict[str, Any]]:
    """For every frame its epoch, and how high its bar is, in percent: by the logarithm of the validation loss."""
    rows = {int(row["epoch"]): row for row in metrics["history"]}
    losses = np.log([max(rows[number]["validation_loss"], 1e-6) for number in numbers if number])
    low, span = losses.min(), np.ptp(losses) or 1.0
    heights = dict(zip([number for number in numbers if number], 15 + 85 * (losses - low) / span, strict=True))
    best = metrics["epochs"]["best"]
    return [
        {"number": number, "row": rows.get(number), "height": heights.get(number, 0.0), "is_best": number == best}
        for number in numbers
    ]


def _drawing(shot: dict[str, NDArray[Any]], number: int, most: float, chances: NDArray[Any]) -> dict[str, Any]:
    digit, evidence = int(shot["labels"][number]), _spread(shot["evidence"][:, number], shot["place"]) / most
    maps = [_tiles(shot[name][:, number] / 255.0, is_signed=False) for name in ("first", "last") if name in shot]
    best = chances.argmax(axis=1)
    return {
        "digit": digit,
        "picture": _tiles(shot["pictures"][number, None, ..., None] / 255.0, is_signed=False),
        "maps": maps,
        "evidence": _tiles(evidence[..., None], is_signed=True),
        "bars": _strip(_bars(chances, digit), _BARS),
        "answers": [
            {"digit": int(found), "probability": float(row[found]), "is_right": bool(found == digit)}
            for found, row in zip(best, chances, strict=True)
        ],
    }


def _spread(evidence: NDArray[Any], place: NDArray[np.float64]) -> NDArray[np.float64]:
    """Evidence, (num_frames, height, width), over the whole picture, to whose edges the outer places reach."""
    (start, end), num_places = place, evidence.shape[1]
    shares = (np.arange(_EVIDENCE_PX) + 0.5) / _EVIDENCE_PX
    places = np.clip(np.floor((shares - start) / (end - start) * num_places), 0, num_places - 1).astype(int)
    return evidence.astype(np.float64)[:, places][:, :, places]


def _peak(values: NDArray[Any], axis: tuple[int, ...]) -> NDArray[np.float64]:
    peak = np.abs(values.astype(np.float64)).max(axis=axis)
    return np.where(peak, peak, 1.0)


def _tiles(values: NDArray[Any], *, is_signed: bool) -> dict[str, Any]:
    """A strip whose frames are maps side by side.

    Args:
        values: (num_frames, height, width, num_maps), 0 to 1, or -1 to 1 if `is_signed`.
        is_signed: whether there are colours for both sides of zero; else greys, from black for 0 to white for 1.
    """
    colours, zero, steps = (_SIGNED, _NUM_STEPS, _NUM_STEPS) if is_signed else (_GREYS, 0, len(_GREYS) - 1)
    levels = np.rint(np.clip(values.astype(np.float64), -1.0, 1.0) * steps + zero).astype(np.uint8)
    times = max(1, round(_TILE_PX / levels.shape[1]))
    levels = levels.repeat(times, axis=1).repeat(times, axis=2)
    framed = np.pad(levels, ((0, 0), (0, 0), (0, 1), (0, 0)), constant_values=_GAP)
    side_by_side = framed.transpose(0, 1, 3, 2).reshape(*levels.shape[:2], -1)[..., :-1]
    return _strip(side_by_side, colours)


def _bars(chances: NDArray[Any], digit: int) -> NDArray[np.uint8]:
    """Frames with ten bars each, (num_frames, height, width): the true digit's is green, a wrong answer's red."""
    height, width = _BAR_PX
    colours = np.zeros(chances.shape, np.uint8)
    colours[np.arange(len(chances)), chances.argmax(axis=1)] = 2
    colours[:, digit] = 1
    rows = np.arange(height, 0, -1)[None, :, None]
    shown = np.where(rows <= np.maximum(np.rint(chances * height), 1)[:, None], colours[:, None], _GAP)
    apart = np.pad(shown[..., None].repeat(width, axis=3), ((0, 0), (0, 1), (0, 0), (0, 1)), constant_values=_GAP)
    return apart.reshape(len(chances), height + 1, -1)[..., :-1].astype(np.uint8)


def _strip(frames: NDArray[np.uint8], colours: Sequence[tuple[int, ...]]) -> dict[str, Any]:
    """Frames of numbers of colours, one below the other, as a data URL, and the sides of a frame in px."""
    _, height, width = frames.shape
    # the last line is there twice, so that what comes next is out of sight where a window ends between two pixels
    spaced = np.pad(frames, ((0, 0), (0, 1), (0, 0)), "edge").reshape(-1, width)
    picture = Image.fromarray(spaced, "P")
    palette = np.zeros((_GAP + 1, 4), np.uint8)
    palette[: len(colours)] = colours
    picture.putpalette(palette[:, :3].tobytes())
    file = io.BytesIO()
    picture.save(file, "PNG", optimize=True, bits=4, transparency=palette[:, 3].tobytes())
    return {
        "url": "data:image/png;base64," + base64.b64encode(file.getvalue()).decode(),
        "width": width,
        "height": height,
    }
