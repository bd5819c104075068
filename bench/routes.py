"""The ways from a drawing to an answer that `bench/server.py` measures, request by request.

A route is written down once and followed by two clients: wrk, many at a time (`wrk.lua`), and `Browser`, one at a time.
Text between two `@` in a request is filled in on the way: the session, and where an upload went.
"""

import base64
import http.client
import io
import json
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import numpy as np
from PIL import Image

from digitpad import drawing

STROKES = Path(__file__).parents[1] / "tests" / "golden" / "strokes.json"
SLANTS = (-0.15, 0.0, 0.15)
STRETCHES = (0.85, 1.1)
JSON = "application/json"
MAX_SECONDS = 30
SIDE_PX = 140  # as the page sends drawings; Gradio gets them alike


class BenchError(Exception):
    """Nothing can be measured; the message is one sentence for the terminal."""


class Drawing(NamedTuple):
    """A digit, and what a canvas gives of it: RGBA PNG."""

    digit: int
    composite: bytes
    layer: bytes
    """The ink alone; the paper is transparent."""


class Step(NamedTuple):
    """One request of a route."""

    path: str
    body: bytes = b""
    kind: str = JSON
    method: str = "POST"


@dataclass(frozen=True)
class Route:
    """A way to ask the server at `url` for a prediction; `steps` are the requests for a drawing."""

    name: str
    url: str
    steps: Callable[[Drawing], Sequence[Step]]


class Browser:
    """Asks as a browser does: over connections that stay open, uploads next to each other, the rest in turn."""

    def __init__(self, url: str) -> None:
        self._connections = [http.client.HTTPConnection(urlsplit(url).netloc, timeout=MAX_SECONDS) for _ in range(3)]
        self._known = {b"session": f"browser{time.monotonic_ns()}".encode()}

    def ask(self, steps: Sequence[Step]) -> int | None:
        """The digit that the server answers."""
        uploads = [step for step in steps if step.kind != JSON]
        if uploads:
            self._known |= {f"upload-{i}".encode(): path for i, path in enumerate(self._send(uploads), 1)}
        for step in steps[len(uploads) :]:
            (answer,) = self._send([step])
        found = re.search(rb'"digit":(\d)|"label":"(\d)"', answer)
        return int(found[1] or found[2]) if found else None

    def upload(self, steps: Sequence[Step]) -> list[str]:
        """Where the server put each of the files."""
        return [path.decode() for path in self._send(steps)]

    def close(self) -> None:
        """Close the connections."""
        for connection in self._connections:
            connection.close()

    def _send(self, steps: Sequence[Step]) -> list[bytes]:
        """The answers to requests that are on their way at the same time; of an upload, the path."""
        connections = self._connections[: len(steps)]
        for connection, step in zip(connections, steps, strict=True):
            path, body = self._fill(step.path.encode()).decode(), self._fill(step.body)
            connection.request(step.method, path, body or None, {"content-type": step.kind})
        return [self._receive(connection) for connection in connections]

    def _receive(self, connection: http.client.HTTPConnection) -> bytes:
        response = connection.getresponse()
        answer = response.read()
        if response.status != 200:
            raise BenchError(f"Expected an answer; the server refuses with {response.status}: {answer[:200].decode()}.")
        uploaded = re.match(rb'\["(.*?)"\]', answer)
        return uploaded[1] if uploaded else answer

    def _fill(self, text: bytes) -> bytes:
        return re.sub(rb"@([\w-]+)@", lambda found: self._known.get(found[1], found[0]), text)


def draw_all() -> list[Drawing]:
    """Every digit, slanted and stretched in several ways."""
    strokes: dict[str, list[list[list[float]]]] = json.loads(STROKES.read_text())
    return [
        _draw(int(digit), [np.asarray(line) @ [[stretch, 0], [slant, 1]] for line in lines])
        for slant in SLANTS
        for stretch in STRETCHES
        for digit, lines in strokes.items()
    ]


def api(url: str) -> Route:
    """The server's API, asked for nothing but the answer."""
    return _digitpad("digitpad", url)


def page(url: str) -> Route:
    """The server's API as its page asks it, which shows more: all ten digits, and what was taken for ink."""
    return _digitpad("digitpad, as its page asks", url, top_k=10, ink=True)


def gradio_page(url: str) -> Route:
    """What a browser sends when a drawing is submitted on the page of `gradio_app.py`, as seen in Chromium."""

    def steps(drawn: Drawing) -> list[Step]:
        drawing = _drawing([f"@upload-{i}@" for i in (1, 2, 3)], url)
        join = {"data": [drawing], "fn_index": 0, "trigger_id": 8, "session_hash": "@session@"}
        return [
            *_uploads(drawn),
            Step("/gradio_api/queue/join", json.dumps(join).encode()),
            Step("/gradio_api/queue/data?session_hash=@session@", method="GET"),
        ]

    return Route("Gradio, as its page asks", url, steps)


def gradio_post(url: str) -> Route:
    """The least that Gradio can be asked: one POST around its queue, for files that are there already."""
    browser = Browser(url)

    def steps(drawn: Drawing) -> list[Step]:
        paths = browser.upload(_uploads(drawn))
        return [Step("/gradio_api/run/predict", json.dumps({"data": [_drawing(paths, url)]}).encode())]

    return Route("Gradio, uploaded before, no queue", url, steps)


def _digitpad(name: str, url: str, **options: Any) -> Route:
    def steps(drawn: Drawing) -> list[Step]:
        image = "data:image/png;base64," + base64.b64encode(drawn.composite).decode()
        return [Step("/api/predict", json.dumps({"image": image, **options}).encode())]

    return Route(name, url, steps)


def _draw(digit: int, lines: Sequence[Any]) -> Drawing:
    pixels = np.asarray(Image.fromarray(drawing.from_strokes(lines)).resize((SIDE_PX, SIDE_PX), Image.Resampling.BOX))
    layer = np.zeros_like(pixels)
    layer[..., 3] = 255 - pixels[..., 0]
    return Drawing(digit, _png(pixels), _png(layer))


def _png(pixels: drawing.Pixels) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def _files(drawn: Drawing) -> Iterator[tuple[str, bytes]]:
    paper = np.full((SIDE_PX, SIDE_PX, 4), 255, np.uint8)
    yield from (("background.png", _png(paper)), ("layer_0.png", drawn.layer), ("composite.png", drawn.composite))


def _uploads(drawn: Drawing) -> list[Step]:
    return [
        Step(
            "/gradio_api/upload",
            b'--border\r\nContent-Disposition: form-data; name="files"; filename="%b"\r\n' % name.encode()
            + b"Content-Type: image/png\r\n\r\n%b\r\n--border--\r\n" % data,
            "multipart/form-data;boundary=border",
        )
        for name, data in _files(drawn)
    ]


def _drawing(paths: Sequence[str], url: str) -> dict[str, Any]:
    """A sketchpad's value after its three files were uploaded."""
    background, layer, composite = (
        {"path": path, "url": f"{url}/gradio_api/file={path}", "orig_name": name, "mime_type": ""}
        | {"meta": {"_type": "gradio.FileData"}}
        for path, name in zip(paths, ("background.png", "layer_0.png", "composite.png"), strict=True)
    )
    return {"background": background, "layers": [layer], "composite": composite}
