"""What servers are asked, and the ways from a drawing to an answer that are measured, as HTTP requests.

Every route is followed by two clients: wrk, many at a time, and a browser, one at a time. They fill in the text between
two `@` in a request: the session, and where an upload went.
"""

import base64
import functools
import io
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import numpy as np
from PIL import Image

from digitpad import drawing
from digitpad.scaling import Pixels
from digitpad.strokes import Stroke

STROKES = Path(__file__).parents[2] / "tests" / "golden" / "strokes.json"
SLANTS = (-0.15, 0.0, 0.15)
STRETCHES = (0.85, 1.1)
SIDE_PX = 140  # as the page sends drawings; Gradio gets the same
FILES = ("background.png", "layer_0.png", "composite.png")


class BenchError(Exception):
    """Nothing can be measured; the message is one sentence for the terminal."""


class Drawing(NamedTuple):
    """A digit, and what a canvas makes of it: PNG, RGBA.

    Attributes:
        digit: 0 to 9.
        composite: ink on paper.
        layer: the ink on transparent paper.
    """

    digit: int
    composite: bytes
    layer: bytes


class Question(NamedTuple):
    """What a server is asked.

    Attributes:
        answer: the right one, as it stands in JSON.
        steps: the requests that lead to an answer, one after the other.
    """

    answer: str
    steps: list[httpx.Request]


Route = Callable[[str], list[Question]]
"""From a server's URL to all that it is asked, in turn."""


@functools.cache
def strokes() -> Mapping[str, list[Stroke]]:
    """The golden strokes of every digit, in a box of 100 x 100."""
    return {
        digit: [np.array(line, float) for line in lines] for digit, lines in json.loads(STROKES.read_text()).items()
    }


@functools.cache
def draw_all() -> list[Drawing]:
    """Every digit, slanted and stretched in several ways."""
    return [
        _draw(int(digit), [line @ [[stretch, 0], [slant, 1]] for line in lines])
        for slant in SLANTS
        for stretch in STRETCHES
        for digit, lines in strokes().items()
    ]


def follow(steps: Callable[[str, Drawing], list[httpx.Request]]) -> Route:
    """The route on which the requests for every drawing are these."""
    return lambda url: [Question(str(drawn.digit), steps(url, drawn)) for drawn in draw_all()]


def api(url: str, drawn: Drawing, **options: Any) -> list[httpx.Request]:
    """The server's API, asked for nothing but the answer."""
    image = "data:image/png;base64," + base64.b64encode(drawn.composite).decode()
    return [httpx.Request("POST", f"{url}/api/predict", json={"image": image, **options})]


def page(url: str, drawn: Drawing) -> list[httpx.Request]:
    """The server's API as its page asks it: for all ten digits, and for what was taken for ink."""
    return api(url, drawn, top_k=10, ink=True)


def gradio_page(url: str, drawn: Drawing) -> list[httpx.Request]:
    """What Chromium sends when a drawing is submitted on the page of `gradio_app.py`."""
    data = [_sketch(url, [f"@upload-{number}@" for number in (1, 2, 3)])]
    join = {"data": data, "fn_index": 0, "trigger_id": 8, "session_hash": "@session@"}
    return [
        *_uploads(url, drawn),
        httpx.Request("POST", f"{url}/gradio_api/queue/join", json=join),
        httpx.Request("GET", f"{url}/gradio_api/queue/data?session_hash=@session@"),
    ]


def gradio_post(url: str, drawn: Drawing) -> list[httpx.Request]:
    """The least that Gradio can be asked: one POST around its queue, for files that are uploaded here."""
    with httpx.Client() as client:
        answers = [client.send(upload).raise_for_status() for upload in _uploads(url, drawn)]
    data = [_sketch(url, [answer.json()[0] for answer in answers])]
    return [httpx.Request("POST", f"{url}/gradio_api/run/predict", json={"data": data})]


ROUTES: Mapping[str, Mapping[str, Route]] = {
    "digitpad": {"digitpad, as its page asks": follow(page), "digitpad": follow(api)},
    "Gradio": {
        "Gradio, as its page asks": follow(gradio_page),
        "Gradio, uploaded before, no queue": follow(gradio_post),
    },
}
"""By server and name, in the order in which they are compared: what a page asks, and the least that can be asked."""


def _draw(digit: int, lines: list[Stroke]) -> Drawing:
    pixels = np.asarray(Image.fromarray(drawing.from_strokes(lines)).resize((SIDE_PX, SIDE_PX), Image.Resampling.BOX))
    layer = np.zeros_like(pixels)
    layer[..., 3] = 255 - pixels[..., 0]
    return Drawing(digit, _png(pixels), _png(layer))


def _png(pixels: Pixels) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def _uploads(url: str, drawn: Drawing) -> list[httpx.Request]:
    paper = _png(np.full((SIDE_PX, SIDE_PX, 4), 255, np.uint8))
    return [
        httpx.Request("POST", f"{url}/gradio_api/upload", files={"files": (name, data, "image/png")})
        for name, data in zip(FILES, (paper, drawn.layer, drawn.composite), strict=True)
    ]


def _sketch(url: str, paths: list[str]) -> dict[str, Any]:
    """A sketchpad's value, from the paths of its three uploaded files."""
    background, layer, composite = (
        {"path": path, "url": f"{url}/gradio_api/file={path}", "orig_name": name, "mime_type": ""}
        | {"meta": {"_type": "gradio.FileData"}}
        for path, name in zip(paths, FILES, strict=True)
    )
    return {"background": background, "layers": [layer], "composite": composite}
