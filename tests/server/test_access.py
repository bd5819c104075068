"""One line a request, and no request that takes the others down."""

import logging
import re
from typing import Any, NoReturn

import httpx
import pytest
from starlette.types import Message, Receive, Scope, Send

from digitpad import Recognizer
from digitpad.server.access import Access
from digitpad.server.metrics import Metrics
from tests.server.conftest import (
    PNG,
    PREDICT,
    SEVEN,
    Launch,
    Local,
    check_answer,
    check_problem,
    eventually,
    read_response,
    request_bytes,
    run,
)

LINE = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} 127\.0\.0\.1 [A-Z]+ /\S* \d{3} \d+\.\d ms"


def boom(*_: Any, **__: Any) -> NoReturn:
    raise RuntimeError("boom")


def test_a_crash_is_a_problem_of_one_request_alone(
    local: Local, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(Recognizer, "predict", boom)
        response = local.post(PREDICT, content=SEVEN, headers=PNG)
    detail = check_problem(response, 500, "internal-error")
    assert "boom" not in detail
    (record,) = [record for record in caplog.records if record.exc_info]
    assert record.getMessage() == f"crash in 127.0.0.1 POST {PREDICT}"
    assert "RuntimeError: boom" in caplog.text
    assert check_answer(local.post(PREDICT, content=SEVEN, headers=PNG))["digit"] == 7
    lines = local.get("/metrics").text.splitlines()
    assert f'digitpad_requests_total{{method="POST",route="{PREDICT}",status="500"}} 1.0' in lines
    assert 'digitpad_refusals_total{problem="internal-error"} 1.0' in lines


def test_a_crash_after_the_answer_began_cuts_the_connection(caplog: pytest.LogCaptureFixture) -> None:
    sent: list[Message] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        boom()

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    scope = {"type": "http", "method": "GET", "raw_path": b"/"}
    with pytest.raises(RuntimeError, match="boom"):
        run(Access(app, Metrics())(scope, receive, send))
    assert [message["type"] for message in sent] == ["http.response.start"]
    assert "RuntimeError: boom" in caplog.text


def test_every_request_is_one_line(local: Local, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "digitpad.server")
    local.post(PREDICT, content=SEVEN, headers=PNG, params={"top_k": 2})
    local.post(PREDICT, content=b"x", headers=PNG)
    local.get("/nothing%0a2030-01-01%20forged%1b[31m")
    local.get("/" + "long" * 1000)
    lines = [record.getMessage() for record in caplog.records if record.name == "digitpad.server"]
    assert [re.sub(r"\d+\.\d ms$", "", line) for line in lines] == [
        f"127.0.0.1 POST {PREDICT} 200 ",
        f"127.0.0.1 POST {PREDICT} 422 ",
        "127.0.0.1 GET /nothing%0a2030-01-01%20forged%1b[31m 404 ",
        "127.0.0.1 GET /" + "long" * 49 + "lon 404 ",
    ]


def test_the_log_of_a_server_is_those_lines_and_nothing_else(launch: Launch) -> None:
    server = launch()
    for path in ("/healthz", "/a%0Ab%0D%0Ac", "/%1b%5b2J", "/%ff", "/a?b=%0A", "/web/icon.svg"):
        server.talk(request_bytes("GET", path, connection="close"))
    httpx.post(server.url + PREDICT, content=SEVEN, headers=PNG, trust_env=False)
    httpx.post(server.url + PREDICT, json={"image": "data:image/png;base64,AAAA"}, trust_env=False)
    eventually(lambda: len(server.log()) >= 8)
    server.process.terminate()
    server.process.wait()
    assert len(server.log()) == 8
    for line in server.log():
        assert re.fullmatch(LINE, line)
    assert " GET /a%0Ab%0D%0Ac 404 " in server.log()[1]


def test_a_broken_form_is_one_line_too(launch: Launch) -> None:
    server = launch()
    headers = {"content-type": "multipart/form-data; boundary=pad"}
    for content in (b"nonsense", b"--pad\r\n\x00: \r\n\r\n--pad--\r\n", b"--pad--", b"\r\n--pad\rx"):
        httpx.post(server.url + PREDICT, content=content, headers=headers, trust_env=False)
    server.process.terminate()
    server.process.wait()
    assert [line for line in server.log() if not re.fullmatch(LINE, line)] == []
    assert len(server.log()) == 4


def test_who_hangs_up_in_the_middle_is_no_crash(launch: Launch) -> None:
    server = launch()
    with server.connect() as connection:
        connection.sendall(request_bytes("POST", PREDICT, SEVEN, content_type="image/png")[:-100])
    eventually(server.log)
    with server.connect() as connection:
        connection.sendall(request_bytes("GET", "/metrics"))
        metrics = read_response(connection)
    assert 'problem="internal-error"' not in metrics.decode()
    assert 'status="500"' not in metrics.decode()
    assert not [line for line in server.log() if "crash" in line or "Traceback" in line]
