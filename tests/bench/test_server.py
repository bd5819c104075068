"""What the server is asked, and what becomes of the passes; nothing is measured."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pandas as pd
import pytest

from bench.record import spread
from bench.server import __main__ as server
from bench.server import clients, routes, sheets
from bench.server.routes import ROUTES, BenchError, Drawing, Question
from digitpad import Recognizer

DRAWN = Drawing(7, b"composite", b"layer")


class Answers(BaseHTTPRequestHandler):
    """Puts uploads at a path, reads drawings as 7 and pages as 1 and 2; it wants session and paths filled in."""

    def do_GET(self) -> None:
        self.answer(b'{"label":"7"}' if "browser" in self.path else b"{}")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        if self.path.endswith("/upload"):
            self.answer(b'["/tmp/%s"]' % body.split(b'filename="')[1].split(b'"')[0])
        elif self.path == "/api/read":
            self.answer(b'{"text":"1\\n2","digits":[{"digit":1},{"digit":2}]}')
        else:
            self.answer(b'{"digit":7}' if b"@" not in body else b"{}")

    def answer(self, body: bytes) -> None:
        self.send_response(200 if self.path != "/refused" else 503)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as host:
        threading.Thread(target=host.serve_forever, args=[0.01], daemon=True).start()
        yield f"http://127.0.0.1:{host.server_port}"
        host.shutdown()


@pytest.mark.parametrize(("name", "num_steps"), [("digitpad", 1), ("Gradio", 5)])
def test_a_browser_follows_every_route(url: str, name: str, num_steps: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routes, "draw_all", lambda: [DRAWN])
    for route in ROUTES[name].values():
        seen = clients.browse(url, route(url), 3)
        assert (seen["n"], seen["wrong"]) == (3, 0)
    assert len(next(iter(ROUTES[name].values()))(url)[0].steps) == num_steps


def test_a_browser_sends_pages_and_may_count_wrong_texts(url: str) -> None:
    questions = [sheets.post(url, sheets.Sheet(text, b"jpeg")) for text in ("1\n2", "1", "2")]
    assert clients.browse(url, questions[:1], 3)["wrong"] == 0
    assert clients.browse(url, questions, 4, may_err=True)["wrong"] == 2
    with pytest.raises(BenchError, match=r"to read 1; it reads 1\\n2"):
        clients.browse(url, questions, 4)


def test_a_wrong_digit_and_a_refusal_end_the_measurement(url: str) -> None:
    with pytest.raises(BenchError, match="to read 3; it reads 7"):
        clients.browse(url, [Question("3", routes.api(url, DRAWN))], 1)
    step = httpx.Request("POST", f"{url}/refused", json={})
    with pytest.raises(BenchError, match="the server refuses with 503"):
        clients.browse(url, [Question("7", [step])], 1)


def test_requests_are_written_as_wrk_reads_them(url: str, tmp_path: Path) -> None:
    questions = [Question("7", routes.gradio_page(url, DRAWN)), sheets.post(url, sheets.Sheet("1\n2", b"jpeg"))]
    clients.write_questions(tmp_path / "questions", questions)
    assert (tmp_path / "questions" / "answers").read_text() == "7\n1\\n2\n"
    written = [(tmp_path / "questions" / f"1-{step}").read_bytes().split(b"\n", 1) for step in range(1, 6)]
    assert written[0][0].startswith(b"POST /gradio_api/upload multipart/form-data; boundary=")
    assert b"@upload-3@" in written[3][1]
    assert written[4] == [b"GET /gradio_api/queue/data?session_hash=@session@ application/json", b""]
    assert (tmp_path / "questions" / "2-1").read_bytes() == b"POST /api/read image/jpeg\njpeg"


def test_drawings_are_of_every_digit() -> None:
    drawn = routes.draw_all()
    assert len(drawn) == 60
    assert {one.digit for one in drawn} == set(range(10))


def test_sheets_show_their_text(recognizer: Recognizer) -> None:
    numbers, pages = sheets.draw_numbers(), sheets.draw_full_pages()
    assert all(len(sheet.text) == 6 for sheet in numbers)
    assert all([len(line) for line in sheet.text.split("\n")] == [12] * 14 for sheet in pages)
    for sheet in (*numbers, *pages):
        assert recognizer.read(sheet.jpeg).text == sheet.text


def test_passes_are_summarised_by_client_and_route() -> None:
    names = [name for routes in ROUTES.values() for name in routes]
    figures = {"median (ms)": 1.0, "p99 (ms)": 2.0, "n": 10, **dict.fromkeys(clients.ERRORS, 1)}
    rates = {name: 10.0 * number for number, name in enumerate(names, 1)}
    passes = [
        {"client": client, "route": name, "rate": rates[name] * factor, **figures}
        for factor in (1, 2)
        for client in ("8 connections", "one browser")
        for name in names
    ]
    results = server.summarise(pd.DataFrame(passes), server.FULL[0])
    assert results["digitpad, 8 connections, predictions/s"] == spread([20.0, 40.0])
    assert results["digitpad, one browser, errors (count)"] == {"n": 20, **dict.fromkeys(clients.ERRORS, 2)}
    ratio = results["digitpad : Gradio, uploaded before, no queue, one browser, predictions/s (ratio)"]
    assert (ratio["n"], ratio["mean"]) == (2, 0.5)
    assert len(results) == 2 * (4 * 4 + 2)
    alone = server.summarise(pd.DataFrame([row for row in passes if "Gradio" not in str(row["route"])]), server.FULL[0])
    assert len(alone) == 2 * 2 * 4
