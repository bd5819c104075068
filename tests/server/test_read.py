"""`POST /api/read` gives what `Recognizer.read` gives, within limits of its own."""

import asyncio
import base64
import io
import threading
from typing import Any

import httpx
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from starlette.types import Message

from digitpad import Recognizer
from digitpad.pages import formats
from digitpad.pages.reading import Reading
from digitpad.server import app, create_app
from digitpad.server.schema import Page
from tests.pages.conftest import draw, write
from tests.server.conftest import JSON, PATIENCE_SECONDS, PNG, Local, check_problem, run
from tests.server.test_metrics import counts

READ = "/api/read"
NUMBER = draw(write("1984\n07"), 60)


def encode(pixels: NDArray[np.uint8], kind: str = "PNG") -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, kind, **({} if kind == "PNG" else {"quality": 95}))
    return file.getvalue()


def ask(client: httpx.Client, picture: bytes, **options: Any) -> dict[str, Any]:
    response = client.post(READ, content=picture, headers=PNG, params=options)
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    assert Page.model_validate(found)
    return found


def test_it_reads_what_python_reads(client: httpx.Client, recognizer: Recognizer) -> None:
    found = ask(client, encode(NUMBER))
    assert found["text"] == "1984\n07"
    assert found["size"] == list(NUMBER.shape[:2])
    expected = formats.to_dict(recognizer.read(NUMBER))
    assert {name: found[name] for name in expected} == expected


def test_every_form_of_a_request_is_read(client: httpx.Client) -> None:
    picture = encode(NUMBER)
    url = "data:image/png;base64," + base64.b64encode(picture).decode()
    for request in (
        {"json": {"image": url, "top_k": 1}},
        {"files": {"image": ("page.png", picture)}, "data": {"top_k": 1}},
        {"content": encode(NUMBER, "JPEG"), "headers": {"content-type": "image/jpeg"}, "params": {"top_k": 1}},
        {"content": encode(NUMBER, "WEBP"), "headers": {"content-type": "image/webp"}, "params": {"top_k": 1}},
    ):
        found = client.post(READ, **request).json()
        assert found["text"] == "1984\n07"
        assert {len(digit["top_k"]) for digit in found["digits"]} == {1}


def test_what_the_model_saw_is_told_on_request(client: httpx.Client) -> None:
    assert not any("prediction" in digit for digit in ask(client, encode(NUMBER))["digits"])
    [first, *_] = ask(client, encode(NUMBER), predictions=True)["digits"]
    assert np.array(first["prediction"]["seen"]).shape == (28, 28)
    assert first["prediction"]["steps"]["size"] == list(NUMBER.shape[:2])
    edges = np.subtract(first["prediction"]["steps"]["box"], first["box"])
    assert np.abs(edges).max() < 3


def test_boxes_of_a_large_picture_are_in_its_px(client: httpx.Client) -> None:
    large = np.asarray(Image.fromarray(NUMBER).resize((3600, 3600 * NUMBER.shape[0] // NUMBER.shape[1])))
    found = ask(client, encode(large))
    assert found["size"] == pytest.approx(large.shape[:2], abs=3)
    assert max(digit["box"][3] for digit in found["digits"]) > 2500


def test_a_picture_without_digits_says_why(client: httpx.Client) -> None:
    found = ask(client, encode(np.full((200, 300, 3), 240, np.uint8)))
    assert (found["text"], found["digits"]) == ("", [])
    assert found["reason"] == "Nothing stands out from the paper."


@pytest.mark.parametrize(
    ("body", "headers", "status", "kind"),
    [
        (b"{", JSON, 400, "malformed-body"),
        (b'{"image": "data:image/png;base64,AAAA"}', JSON, 422, "unreadable-drawing"),
        (b'{"image": "data:,", "colour": true}', JSON, 422, "invalid-request"),
        (b"<svg/>", {"content-type": "image/svg+xml"}, 415, "unsupported-media-type"),
        (b"\x89PNG", PNG, 422, "unreadable-drawing"),
        (bytes(12_000_001), PNG, 413, "body-too-large"),
    ],
)
def test_what_is_refused(client: httpx.Client, body: bytes, headers: dict[str, str], status: int, kind: str) -> None:
    check_problem(client.post(READ, content=body, headers=headers), status, kind)


def test_a_full_queue_of_pages_does_not_keep_drawings_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "MAX_PAGES", 0)
    local = Local(create_app())
    refused = local.post(READ, content=encode(NUMBER), headers=PNG)
    check_problem(refused, 503, "busy")
    assert refused.headers["retry-after"] == "1"
    assert local.post("/api/predict", content=encode(NUMBER), headers=PNG).status_code == 200


def test_a_page_that_waits_too_long_is_refused_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    begun, opened, read = threading.Event(), threading.Event(), Recognizer.read

    def read_slowly(*arguments: Any, **options: Any) -> Reading:
        begun.set()
        assert opened.wait(PATIENCE_SECONDS)
        return read(*arguments, **options)

    async def crowd() -> None:
        first = asyncio.create_task(local.send("POST", READ, content=encode(NUMBER), headers=PNG))
        try:
            assert await asyncio.to_thread(begun.wait, PATIENCE_SECONDS)
            refused = await local.send("POST", READ, content=encode(NUMBER), headers=PNG)
        finally:
            opened.set()
        check_problem(refused, 503, "busy")
        assert refused.headers["retry-after"] == "5"
        assert (await first).json()["text"] == "1984\n07"

    monkeypatch.setattr(Recognizer, "read", read_slowly)
    monkeypatch.setattr(app, "MAX_SECONDS", 0)
    local = Local(create_app())
    run(crowd())
    found = counts(local)
    assert found("refusals_total", problem="busy") == 1
    assert found("requests_total", route=READ, method="POST", status="503") == 1
    assert found("page_seconds_count") == 1


def test_a_page_is_not_read_once_its_client_has_disconnected(local: Local) -> None:
    messages: list[Message] = [{"type": "http.request", "body": encode(NUMBER)}, {"type": "http.disconnect"}]
    sent: list[Message] = []

    async def receive() -> Message:
        return messages.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    headers = [(name.encode(), value.encode()) for name, value in PNG.items()]
    scope = {"type": "http", "method": "POST", "path": READ, "query_string": b"", "headers": headers}
    run(local.app(scope, receive, send))
    assert sent[0]["status"] == 503
    assert counts(local)("page_seconds_count") == 0
