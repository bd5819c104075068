"""What is not a drawing is refused, in words that help, and without a word of what was sent."""

import asyncio
import base64
import json
import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
from PIL import Image

from digitpad.server import body, create_app
from digitpad.server.body import ACCEPTED
from tests.golden import GOLDEN
from tests.server.conftest import (
    JPEG,
    JSON,
    MAX_BYTES,
    PNG,
    PREDICT,
    SEVEN,
    Local,
    Server,
    check_answer,
    check_problem,
    request_bytes,
    run,
)
from tests.server.pictures import animated, blank, bomb, data_url, encode, jpeg, png_only_header

BOUNDARY = "----pad"
FORM = {"content-type": f"multipart/form-data; boundary={BOUNDARY}"}


def part(name: str | None, content: bytes, filename: str | None = None) -> bytes:
    """One part of a form, without its end."""
    names = {"name": name, "filename": filename}
    written = "".join(f'; {key}="{value}"' for key, value in names.items() if value is not None)
    return f"--{BOUNDARY}\r\nContent-Disposition: form-data{written}\r\n\r\n".encode() + content + b"\r\n"


def form(*parts: bytes) -> bytes:
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"nonsense",
        b'{"image": }',
        b'{"image": "x"} {}',
        b'{"image": "\\ud800"}',
        b'{"image": "\xff"}',
        b"\xff\xfe{\x00}\x00",
        b"[" * 100_000,
        b"[" * 100_000 + b"]" * 100_000,
        b'{"image":' * 100_000,
        b'{"image": "x", "top_k": ' + b"[" * 100_000,
    ],
    ids=lambda content: repr(content[:30]),
)
def test_malformed_json_is_refused(client: httpx.Client, content: bytes) -> None:
    response = client.post(PREDICT, content=content, headers=JSON)
    assert "Expected JSON" in check_problem(response, 400, "malformed-body")


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ([], "the body: "),
        ("text", "the body: "),
        (7, "the body: "),
        (None, "the body: "),
        ({}, "image: Field required"),
        ({"image": None}, "image: "),
        ({"image": 7}, "image: "),
        ({"image": ["data:"]}, "image: "),
        ({"image": {"data": "x"}}, "image: "),
        ({"image": "x", "top_k": "three"}, "top_k: "),
        ({"image": "x", "top_k": 2.5}, "top_k: "),
        ({"image": "x", "top_k": None}, "top_k: "),
        ({"image": "x", "top_k": 0}, "top_k: "),
        ({"image": "x", "top_k": 11}, "top_k: "),
        ({"image": "x", "top_k": 10**30}, "top_k: "),
        ({"image": "x", "top_k": float("nan")}, "top_k: "),
        ({"image": "x", "ink": "perhaps"}, "ink: "),
        ({"image": "x", "ink": 3}, "ink: "),
        ({"image": "x", "colour": "red"}, "colour: "),
    ],
)
def test_json_with_wrong_values_is_refused_by_name(client: httpx.Client, value: object, words: str) -> None:
    response = client.post(PREDICT, content=json.dumps(value), headers=JSON)
    assert words in check_problem(response, 422, "invalid-request")


@pytest.mark.parametrize("options", [{"top_k": "3"}, {"top_k": True}, {"ink": "yes"}, {"ink": 1}])
def test_json_has_the_types_that_the_description_says(client: httpx.Client, options: dict[str, object]) -> None:
    response = client.post(PREDICT, json={"image": data_url(SEVEN), **options})
    check_problem(response, 422, "invalid-request")


@pytest.mark.parametrize("query", ["top_k=0", "top_k=11", "top_k=x", "top_k=", "ink=perhaps", "colour=red", "%ff=1"])
def test_a_query_with_wrong_values_is_refused(client: httpx.Client, query: str) -> None:
    check_problem(client.post(f"{PREDICT}?{query}", content=SEVEN, headers=PNG), 422, "invalid-request")


@pytest.mark.parametrize("fields", [{"top_k": "0"}, {"top_k": "x"}, {"ink": "perhaps"}, {"colour": "red"}])
def test_form_fields_with_wrong_values_are_refused(client: httpx.Client, fields: dict[str, str]) -> None:
    response = client.post(PREDICT, files={"image": SEVEN}, data=fields)
    assert next(iter(fields)) in check_problem(response, 422, "invalid-request")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"nonsense", "Expected a form"),
        (form(part("a", SEVEN, "a.png"), part("b", SEVEN, "b.png")), "one file"),
        (form(part("a", SEVEN, "a.png"), *[part("top_k", b"3")] * 4), "fields"),
        (form(part(None, SEVEN, "a.png")), "name"),
        (part("a", SEVEN, "a.png")[:-40], "Expected a"),
        (b"--\r\n" + form(part("a", SEVEN, "a.png")), "Expected a form"),
        (part("a", SEVEN, "a.png").replace(b"\r\n", b"\n"), "Expected a form"),
    ],
)
def test_broken_forms_are_refused(client: httpx.Client, content: bytes, words: str) -> None:
    response = client.post(PREDICT, content=content, headers=FORM)
    kinds = {400: "malformed-body", 422: "invalid-request"}
    assert words in check_problem(response, response.status_code, kinds[response.status_code])


@pytest.mark.parametrize("content", [b"", form(part("image", b"data:")), form(part("top_k", b"3"))])
def test_a_form_without_a_file_is_refused(client: httpx.Client, content: bytes) -> None:
    response = client.post(PREDICT, content=content, headers=FORM)
    assert "there is none" in check_problem(response, 422, "invalid-request")


@pytest.mark.parametrize(
    "media_type", ["multipart/form-data", "multipart/form-data;;", "multipart/form-data; charset=utf-8"]
)
def test_a_form_without_a_boundary_is_refused(client: httpx.Client, media_type: str) -> None:
    response = client.post(PREDICT, content=form(part("a", SEVEN, "a")), headers={"content-type": media_type})
    check_problem(response, 400, "malformed-body")


@pytest.mark.parametrize(
    "charset", ["undefined", "idna", "punycode", "unicode_escape", "utf-16", "utf-7", "base64", "rot13", "nonsense"]
)
def test_no_charset_of_a_form_brings_the_server_down(client: httpx.Client, charset: str) -> None:
    content = form(part("image", SEVEN, "a"), part("\\ud800 +2AA- xn--\xff", b"1"))
    media_type = f"multipart/form-data; boundary={BOUNDARY}; charset={charset}"
    response = client.post(PREDICT, content=content, headers={"content-type": media_type})
    kinds = {400: "malformed-body", 422: "invalid-request"}
    assert response.status_code in kinds, response.text
    check_problem(response, response.status_code, kinds[response.status_code])


@pytest.mark.parametrize(
    "media_type",
    [
        None,
        "",
        "image",
        "image/*",
        "image/gif",
        "image/svg+xml",
        "image/avif",
        "text/plain",
        "text/json",
        "application/octet-stream",
        "application/x-www-form-urlencoded",
        "application/json+x",
        "x" * 5000,
    ],
)
def test_other_media_types_are_refused_with_those_that_are_taken(client: httpx.Client, media_type: str | None) -> None:
    headers = {} if media_type is None else {"content-type": media_type}
    response = client.post(PREDICT, content=SEVEN, headers=headers)
    detail = check_problem(response, 415, "unsupported-media-type")
    assert all(accepted in detail for accepted in ACCEPTED)
    assert len(detail) < 400
    assert response.headers["accept-post"] == ", ".join(ACCEPTED)


@pytest.mark.parametrize("headers", [PNG, JPEG, {}], ids=["png", "jpeg", "data URL"])
@pytest.mark.parametrize(
    ("picture", "words"),
    [
        (b"", "no data|PNG, JPEG or WebP"),
        (b"hello", "PNG, JPEG or WebP"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "PNG, JPEG or WebP"),
        (encode(Image.new("L", (9, 9)), "GIF"), "PNG, JPEG or WebP"),
        (encode(Image.new("L", (9, 9)), "BMP"), "PNG, JPEG or WebP"),
        (encode(Image.new("L", (9, 9)), "TIFF"), "PNG, JPEG or WebP"),
        (encode(Image.new("L", (9, 9)), "PPM"), "PNG, JPEG or WebP"),
        (animated(), "animated"),
        (SEVEN[:20], "truncated"),
        (SEVEN[: len(SEVEN) // 2], "truncated"),
        (SEVEN[:-30], "truncated"),
        (jpeg(SEVEN)[:20], "truncated"),
        (jpeg(SEVEN)[:-400], "truncated"),
        (png_only_header(0, 0), "Expected"),
        (bomb(20_000, 20_000), "far more"),
        (bomb(2**31 - 1, 2**31 - 1), "far more"),
        (blank(size=(5000, 5000)), "5000 x 5000"),
        (jpeg(blank(size=(8100, 8000))), "8100 x 8000"),
    ],
    ids=lambda value: repr(value[:12]) if isinstance(value, bytes) else None,
)
def test_what_is_no_whole_still_small_picture_is_refused(
    client: httpx.Client, headers: dict[str, str], picture: bytes, words: str
) -> None:
    sent: dict[str, Any] = {"content": picture} if headers else {"json": {"image": data_url(picture)}}
    detail = check_problem(client.post(PREDICT, headers=headers, **sent), 422, "unreadable-drawing")
    assert any(word in detail for word in words.split("|"))


@pytest.mark.parametrize(
    "text",
    [
        "/etc/passwd",
        "file:///etc/passwd",
        str(GOLDEN / "7-medium-light.png"),
        "http://127.0.0.1/",
        "-",
        "",
        "[[[1, 2]]]",
    ],
)
def test_text_is_never_taken_for_a_path_or_an_address(client: httpx.Client, text: str) -> None:
    response = client.post(PREDICT, json={"image": text})
    assert "data URL" in check_problem(response, 422, "unreadable-drawing")
    for whole in (text.encode(), form(part("image", text.encode(), "a"))):
        response = client.post(PREDICT, content=whole, headers=PNG if whole == text.encode() else FORM)
        check_problem(response, 422, "unreadable-drawing")


@pytest.mark.parametrize(
    "url", ["data:,", "data:image/png,abc", "data:image/png;base64,!!", "data:text/plain;base64,QQ=="]
)
def test_data_urls_that_are_none_are_refused(client: httpx.Client, url: str) -> None:
    check_problem(client.post(PREDICT, json={"image": url}), 422, "unreadable-drawing")


def test_a_body_may_have_two_million_bytes(client: httpx.Client) -> None:
    whole = SEVEN + bytes(MAX_BYTES - len(SEVEN))  # decoders ignore what follows the end of a picture
    assert check_answer(client.post(PREDICT, content=whole, headers=PNG))["digit"] == 7
    check_problem(client.post(PREDICT, content=whole + b"\0", headers=PNG), 413, "body-too-large")


@pytest.mark.parametrize("headers", [PNG, JSON, FORM], ids=["png", "json", "form"])
def test_a_body_of_more_is_refused_before_it_is_sent(server: Server, headers: dict[str, str]) -> None:
    announced = request_bytes("POST", PREDICT, content_length=str(MAX_BYTES + 1), content_type=headers["content-type"])
    answer = server.talk(announced)  # not a byte of the body follows
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"connection: close" in answer


async def endless() -> AsyncIterator[bytes]:
    while True:
        yield bytes(65536)


def test_a_body_of_more_in_chunks_is_refused_while_it_comes(local: Local) -> None:
    check_problem(local.post(PREDICT, content=endless(), headers=PNG), 413, "body-too-large")


def test_a_body_of_more_in_chunks_ends_the_connection(server: Server) -> None:
    head = request_bytes("POST", PREDICT, content_type="image/png", transfer_encoding="chunked")
    answer = server.talk(head + b"10000\r\n%b\r\n" % bytes(65536) * 40)
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"connection: close" in answer


def test_a_body_that_never_ends_is_given_up(local: Local, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body, "MAX_SECONDS", 0.05)

    async def stall() -> AsyncIterator[bytes]:
        yield SEVEN[:100]
        await asyncio.Event().wait()

    response = local.post(PREDICT, content=stall(), headers=PNG)
    assert "got 100 bytes" in check_problem(response, 408, "body-too-slow")
    assert response.headers["connection"] == "close"


def test_bodies_never_hold_more_together_than_they_may(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body, "DRAWING", replace(body.DRAWING, max_bytes_held=3 * len(SEVEN)))
    local = Local(create_app())

    async def crowd() -> None:
        go_on = asyncio.Event()

        async def wait() -> AsyncIterator[bytes]:
            yield SEVEN
            await go_on.wait()

        tasks = [asyncio.create_task(local.send("POST", PREDICT, content=wait(), headers=PNG)) for _ in range(4)]
        (refused,), admitted = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        check_problem(refused.result(), 503, "busy")
        assert refused.result().headers["retry-after"] == "1"
        go_on.set()
        assert [check_answer(response)["digit"] for response in await asyncio.gather(*admitted)] == [7, 7, 7]

    for _ in range(3):  # what was held is let go
        run(crowd())


SECRET = base64.b64encode(bytes(range(60, 120))).decode()


@pytest.mark.parametrize(
    "sent",
    [
        {"json": {"image": SECRET}},
        {"json": {"image": f"data:image/png;base64,{SECRET}"}},
        {"json": {"image": f"data:image/gif;base64,{SECRET}"}},
        {"json": {"image": [SECRET]}},
        {"json": {"image": {SECRET: SECRET}}},
        {"json": {"picture": SECRET}},
        {"json": {"image": "x", "top_k": SECRET}},
        {"json": SECRET},
        {"content": SECRET, "headers": JSON},
        {"content": f'{{"image": "{SECRET}', "headers": JSON},
        {"content": SECRET, "headers": PNG},
        {"content": b"\x89PNG\r\n\x1a\n" + SECRET.encode(), "headers": PNG},
        {"content": SECRET, "headers": FORM},
        {"content": SECRET, "headers": {"content-type": "text/plain"}},
        {"files": {"image": SECRET.encode()}},
        {"files": {"image": (SECRET, b"x")}},
        {"files": {"image": b"x"}, "data": {"top_k": SECRET}},
    ],
)
def test_nothing_of_a_picture_comes_back_or_is_logged(
    local: Local, caplog: pytest.LogCaptureFixture, sent: dict[str, Any]
) -> None:
    caplog.set_level(logging.DEBUG)  # of everything that could log
    response = local.post(PREDICT, **sent)
    assert 400 <= response.status_code < 500
    for said in (response.text, caplog.text, repr(response.headers)):
        assert SECRET[:12] not in said
        assert SECRET[-12:] not in said


@pytest.mark.parametrize(
    "sent", [{"json": {"image": "x", "k" * 500_000: 1}}, {"content": b"", "params": {"k" * 20_000: 1}}]
)
def test_a_refusal_is_short_whatever_was_sent(local: Local, sent: dict[str, Any]) -> None:
    response = local.post(PREDICT, headers=JSON, **sent)
    check_problem(response, 422, "invalid-request")
    assert len(response.content) < 2_000
