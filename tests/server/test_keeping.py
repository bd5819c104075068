"""Corrections are kept by the server: once, whatever happens to it, and shown to nobody but its owner."""

import asyncio
import contextlib
import json
import os
import re
import resource
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.types import Message

from digitpad.corrections import exchange, store
from digitpad.corrections.correction import Answer, Correction
from digitpad.server import create_app
from digitpad.server.keep import Keep
from digitpad.server.keeping import LIMITS
from tests.conftest import soak
from tests.corrections.samples import SMALL, sample
from tests.postgresql import Cluster
from tests.server.conftest import (
    JSON,
    PATIENCE_SECONDS,
    PNG,
    PREDICT,
    SEVEN,
    Launch,
    Local,
    Server,
    check_problem,
    eventually,
    launched,
    run,
)
from tests.server.test_schema import EXCLUDED, python_path

CORRECTIONS = "/api/corrections"
EXPORT = f"{CORRECTIONS}/export"
HERE = {"host": "localhost:8000"}
"""What a browser on the server's machine sends; `Local` says it is at 127.0.0.1."""

TOKEN = "s3cret"
BEARER = {"authorization": f"Bearer {TOKEN}"}
ALLOWED = "https://school.example"


def keeping(folder: Path, token: str | None = None, most: int = 100) -> Local:
    keep = Keep(str(folder / "kept.sqlite"), most, 1_000_000)
    return Local(create_app(allow_origins=[ALLOWED], token=token, keep=keep))


@pytest.fixture(scope="module")
def shared_pad(tmp_path_factory: pytest.TempPathFactory) -> Local:
    return keeping(tmp_path_factory.mktemp("shared"))


@pytest.fixture
def pad(shared_pad: Local) -> Local:
    """An app that keeps corrections in a file, and keeps none yet."""
    for session in {record["session"] for record in in_store(shared_pad)}:
        shared_pad.request("DELETE", CORRECTIONS, params={"session": session}, headers=HERE)
    return shared_pad


def small(number: int = 0, **changes: Any) -> Correction:
    return sample(number, picture=SMALL, **changes)


def send(pad: Local, made: Correction, **headers: str) -> httpx.Response:
    return pad.post(CORRECTIONS, json=made.to_json(), headers=headers)


def in_store(pad: Local) -> list[dict[str, Any]]:
    """All records that a pad keeps, as its owner sees them, oldest first."""
    response = pad.get(EXPORT, headers=HERE)
    assert response.status_code == 200
    return [json.loads(line) for line in response.content.splitlines()]


def test_what_is_sent_twice_is_kept_once_and_can_be_taken_back(pad: Local) -> None:
    first, again = send(pad, small()), send(pad, small(truth="8"))
    assert (first.status_code, first.json()) == (201, {"id": small().id, "new": True})
    assert (again.status_code, again.json()) == (200, {"id": small().id, "new": False})
    assert in_store(pad) == [small().to_json()]
    for _ in range(2):
        response = pad.request("DELETE", f"{CORRECTIONS}/{small().id}")
        assert (response.status_code, response.content) == (204, b"")
    assert in_store(pad) == []


def test_the_owner_looks_through_them(pad: Local) -> None:
    made = [small(0), small(1, truth="not a digit"), small(2, truth="19\n84", answer=Answer("number", "19\n34", 0.0))]
    for each in made:
        send(pad, each)
    records = [each.to_json() for each in made]
    listed = pad.get(CORRECTIONS, headers=HERE).json()
    assert listed == {"corrections": records[::-1], "total": 3, "next": None}
    first = pad.get(CORRECTIONS, params={"limit": 2}, headers=HERE).json()
    rest = pad.get(CORRECTIONS, params={"limit": 2, "after": first["next"]}, headers=HERE).json()
    assert first["corrections"] + rest["corrections"] == records[::-1]
    for chosen in ({"truth": "19\n84"}, {"answer": "19\n34"}, {"status": "number"}):
        assert pad.get(CORRECTIONS, params=chosen, headers=HERE).json()["corrections"] == records[2:]
    assert pad.get(CORRECTIONS, params={"model": "other"}, headers=HERE).json()["total"] == 0


def test_the_owner_downloads_them(pad: Local) -> None:
    for number in range(3):
        send(pad, small(number))
    response = pad.get(EXPORT, headers=HERE)
    assert response.headers["content-type"] == "application/x-ndjson"
    assert response.headers["content-disposition"] == 'attachment; filename="corrections.jsonl"'
    assert response.content == b"".join(exchange.to_line(small(number)) for number in range(3))


def test_the_owner_deletes_a_session(pad: Local) -> None:
    send(pad, small(0))
    send(pad, small(1, session="6" * 32))
    response = pad.request("DELETE", CORRECTIONS, params={"session": "5" * 32}, headers=HERE)
    assert (response.status_code, response.json()) == (200, {"deleted": 1})
    assert in_store(pad) == [small(1, session="6" * 32).to_json()]


def test_they_are_counted_by_what_they_were(tmp_path: Path) -> None:
    pad = keeping(tmp_path)
    for number, truth in enumerate(["7", "8", "not a digit", "1984"]):
        send(pad, small(number, truth=truth))
    send(pad, small())
    lines = pad.get("/metrics").text.splitlines()
    counts = {line for line in lines if line.startswith("digitpad_corrections_total")}
    expected = [("digit", 2), ("not a digit", 1), ("number", 1)]
    assert counts == {f'digitpad_corrections_total{{truth="{truth}"}} {count}.0' for truth, count in expected}


def test_the_page_learns_where_they_are_kept(pad: Local, local: Local) -> None:
    assert pad.get("/api/model").json()["keeps"] == "kept.sqlite on this server"
    assert pad.get("/corrections").headers["content-type"].startswith("text/html")
    assert local.get("/api/model").json()["keeps"] is None


WRITES = [("POST", CORRECTIONS), ("DELETE", f"{CORRECTIONS}/{small().id}")]
LOOKS = [("GET", CORRECTIONS), ("GET", EXPORT), ("DELETE", f"{CORRECTIONS}?session={'5' * 32}")]


def test_without_a_target_there_is_nothing(local: Local) -> None:
    for method, path in [*WRITES, *LOOKS, ("GET", "/corrections")]:
        check_problem(local.request(method, path, headers=HERE), 404, "not-found")


OTHER_SITES = [
    {"origin": "https://evil.example"},
    {"origin": "null"},
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site", "origin": "http://localhost:8000"},
]


@pytest.mark.parametrize(("method", "path"), WRITES)
@pytest.mark.parametrize("headers", OTHER_SITES)
def test_pages_of_other_sites_cannot_write(pad: Local, method: str, path: str, headers: dict[str, str]) -> None:
    response = pad.request(method, path, json=small(1).to_json(), headers=HERE | headers)
    check_problem(response, 403, "forbidden")
    assert in_store(pad) == []


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://localhost:8000", "sec-fetch-site": "same-origin"},
        {"origin": "https://localhost:8000"},  # a proxy with TLS
        {"origin": ALLOWED, "sec-fetch-site": "cross-site"},
    ],
)
def test_pages_of_this_server_and_of_allowed_origins_can_write(pad: Local, headers: dict[str, str]) -> None:
    assert send(pad, small(), **HERE, **headers).status_code == 201
    assert pad.request("DELETE", f"{CORRECTIONS}/{small().id}", headers=HERE | headers).status_code == 204


def test_browsers_let_allowed_origins_take_back(pad: Local) -> None:
    asked = {"origin": ALLOWED, "access-control-request-method": "DELETE"}
    response = pad.request("OPTIONS", f"{CORRECTIONS}/{small().id}", headers=asked)
    assert "DELETE" in response.headers["access-control-allow-methods"]


@pytest.mark.parametrize(("method", "path"), LOOKS)
@pytest.mark.parametrize(
    "headers",
    [
        *OTHER_SITES,
        {"origin": ALLOWED},
        {"host": "evil.example"},  # whose name was made to point here
        {"host": "localhost.evil.example"},
        {"x-forwarded-for": "127.0.0.1"},
        {"forwarded": "for=1.2.3.4"},
        {"via": "1.1 proxy"},
        {"x-real-ip": "127.0.0.1"},
        BEARER,
    ],
)
def test_only_the_owner_looks_through_them(pad: Local, method: str, path: str, headers: dict[str, str]) -> None:
    host = {} if headers is BEARER else HERE  # no token is configured, so none is right
    detail = check_problem(pad.request(method, path, headers=host | headers), 403, "forbidden")
    assert "--token" in detail


def test_a_proxy_that_says_nothing_of_itself_does_not_look_through_them(kept_server: Server) -> None:
    """As nginx passes a request on unless it is told otherwise."""
    host = f"{kept_server.address[0]}:{kept_server.address[1]}"
    lines = {
        version: f"GET {CORRECTIONS} HTTP/{version}\r\nHost: {host}\r\nConnection: close\r\n\r\n"
        for version in ("1.0", "1.1")
    }
    assert kept_server.talk(lines["1.0"].encode()).startswith(b"HTTP/1.1 403")
    assert kept_server.talk(lines["1.1"].encode()).startswith(b"HTTP/1.1 200")


def test_clients_elsewhere_do_not_look_through_them(pad: Local) -> None:
    elsewhere = httpx.ASGITransport(pad.app, client=("192.168.0.7", 1234))

    async def look() -> httpx.Response:
        async with httpx.AsyncClient(transport=elsewhere, base_url="http://localhost", trust_env=False) as client:
            return await client.get(CORRECTIONS)

    check_problem(run(look()), 403, "forbidden")


@pytest.mark.parametrize(("method", "path"), LOOKS)
def test_a_token_is_needed_from_everywhere_once_there_is_one(tmp_path: Path, method: str, path: str) -> None:
    pad = keeping(tmp_path, TOKEN)
    for headers in ({}, {"authorization": f"Bearer {TOKEN}x"}, {"authorization": f"Basic {TOKEN}"}):
        response = pad.request(method, path, headers=HERE | headers)
        check_problem(response, 401, "unauthorized")
        assert response.headers["www-authenticate"] == "Bearer"
    assert pad.request(method, path, headers={"x-forwarded-for": "1.2.3.4"} | BEARER).status_code == 200
    assert send(pad, small()).status_code == 201  # the pad itself needs none


@pytest.mark.parametrize(
    ("status", "kind", "sent"),
    [
        (415, "unsupported-media-type", {"content": "x"}),
        (415, "unsupported-media-type", {"content": "{}", "headers": {"content-type": "text/plain"}}),
        (400, "malformed-body", {"content": "{", "headers": JSON}),
        (400, "malformed-body", {"content": "[" * 100_000, "headers": JSON}),
        (413, "body-too-large", {"content": bytes(LIMITS.max_bytes + 1), "headers": JSON}),
        (422, "invalid-request", {"json": {}}),
        (422, "invalid-request", {"json": small().to_json() | {"truth": "seven"}}),
        (422, "invalid-request", {"json": small().to_json() | {"picture": "data:image/png;base64,AAAA"}}),
    ],
)
def test_what_is_no_correction_is_refused(pad: Local, status: int, kind: str, sent: dict[str, Any]) -> None:
    check_problem(pad.post(CORRECTIONS, **sent), status, kind)
    assert in_store(pad) == []


@pytest.mark.parametrize(
    "query",
    [
        {"truth": "x"},
        {"truth": "\0"},
        {"answer": "é"},
        {"status": "blank"},
        {"session": "1"},
        {"model": "a b"},
        {"after": "1"},
        {"after": "9" * 18 + "." + "0" * 32},
        {"limit": "201"},
        {"limit": "0"},
        {"colour": "red"},
    ],
)
def test_wrong_searches_are_refused(pad: Local, query: dict[str, str]) -> None:
    check_problem(pad.get(CORRECTIONS, params=query, headers=HERE), 422, "invalid-request")


def test_a_full_store_says_so_for_good(tmp_path: Path) -> None:
    pad = keeping(tmp_path, most=1)
    send(pad, small(0))
    detail = check_problem(send(pad, small(1)), 507, "store-full")
    assert "1 corrections" in detail
    assert send(pad, small(0)).status_code == 200


def post(url: str, made: Correction) -> httpx.Response:
    return httpx.post(url + CORRECTIONS, json=made.to_json(), timeout=PATIENCE_SECONDS, trust_env=False)


def kept_ids(target: str) -> list[str]:
    with contextlib.closing(store.open(target)) as kept:
        return [each.id for each in kept.iterate()]


class Senders:
    """Clients that send their corrections one after the other, each until it is answered.

    Attributes:
        url: of the server; it may change while they send.
        answered: the ids for which the server said that they are kept.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.answered: set[str] = set()

    def send(self, client: int) -> None:
        for number in range(6):
            made = small(100 * client + number, session=f"{client:032x}")
            while made.id not in self.answered:
                try:
                    response = post(self.url, made)
                except httpx.HTTPError:
                    time.sleep(0.05)  # the server is away
                else:
                    assert response.status_code in (200, 201), response.text
                    self.answered.add(made.id)


def test_a_killed_server_loses_nothing_that_it_answered(target: str, launch: Launch) -> None:
    server = launch("--keep", target)
    senders = Senders(server.url)
    with ThreadPoolExecutor(8) as clients:
        sending = [clients.submit(senders.send, client) for client in range(8)]
        eventually(lambda: len(senders.answered) > 8)
        os.kill(server.pid, signal.SIGKILL)
        server.process.wait()
        answered = set(senders.answered)
        assert answered <= set(kept_ids(target))
        senders.url = launch("--keep", target).url
        for each in sending:
            each.result()
    ids = kept_ids(target)
    assert len(ids) == len(set(ids)) == 48
    assert set(ids) == senders.answered


def check_not_kept(response: httpx.Response) -> None:
    detail = check_problem(response, 503, "not-kept")
    assert int(response.headers["retry-after"]) > 0
    assert not re.search(r"/|password|5432", detail)  # nothing of where it is


def test_a_full_disk_is_temporary(tmp_path: Path, launch: Launch) -> None:
    """A limit on the size of files stands for it: to SQLite they look the same."""
    full = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, resource.RLIM_INFINITY))"
    target = tmp_path / "kept.sqlite"
    server = launch("--keep", target, patch=full)
    response, number = post(server.url, sample(0)), 0
    while response.status_code == 201:
        number += 1
        response = post(server.url, sample(number))
    check_not_kept(response)
    assert number > 1
    resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    assert post(server.url, sample(number)).status_code == 201
    assert len(kept_ids(str(target))) == number + 1


def test_drawings_are_read_while_a_correction_waits_for_a_locked_file(tmp_path: Path, launch: Launch) -> None:
    patient = "from digitpad.corrections import database; database.WAIT_SECONDS = 30.0"
    target = tmp_path / "kept.sqlite"
    server = launch("--keep", target, patch=patient)
    with contextlib.closing(sqlite3.connect(target)) as other, ThreadPoolExecutor(1) as thread:
        other.execute("BEGIN IMMEDIATE")
        waiting = thread.submit(post, server.url, small())
        for _ in range(20):
            response = httpx.post(server.url + PREDICT, content=SEVEN, headers=PNG, trust_env=False)
            assert response.status_code == 200
        assert not waiting.done()
        other.rollback()
        assert waiting.result().status_code == 201


def test_a_locked_file_is_temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("digitpad.corrections.database.WAIT_SECONDS", 0.05)
    pad = keeping(tmp_path)
    assert in_store(pad) == []
    with contextlib.closing(sqlite3.connect(tmp_path / "kept.sqlite")) as other:
        other.execute("BEGIN IMMEDIATE")
        check_not_kept(send(pad, small()))
    assert send(pad, small()).status_code == 201


def test_what_a_client_gave_up_is_not_kept_after_it_was_taken_back(tmp_path: Path) -> None:
    """It waits for a lock in one worker, and the client, tired of waiting, takes it back through another."""
    pad = keeping(tmp_path)
    assert in_store(pad) == []
    other = sqlite3.connect(tmp_path / "kept.sqlite", check_same_thread=False)
    sent: list[Message] = [
        {"type": "http.request", "body": json.dumps(small().to_json()).encode()},
        {"type": "http.disconnect"},
    ]
    answers: list[Message] = []

    async def receive() -> Message:
        if len(sent) == 2:
            asyncio.get_running_loop().call_later(0.2, other.rollback)  # after the client has gone
        return sent.pop(0)

    async def answer(message: Message) -> None:
        answers.append(message)

    scope = {"type": "http", "http_version": "1.1", "method": "POST", "path": CORRECTIONS, "query_string": b""}
    other.execute("BEGIN IMMEDIATE")
    run(pad.app({**scope, "headers": [(b"content-type", b"application/json")]}, receive, answer))
    other.close()
    assert answers[0]["status"] == 503
    assert in_store(pad) == []


def test_a_database_that_is_away_is_temporary(postgresql: Cluster) -> None:
    keep = Keep(postgresql.create(), 10, 1_000_000)
    pad = Local(create_app(keep=keep))
    assert pad.get("/api/model").json()["keeps"] == "a PostgreSQL database of this server"
    postgresql.stop()
    check_not_kept(send(pad, small(0)))  # before it was ever there
    check_problem(pad.post(CORRECTIONS, json={}), 422, "invalid-request")  # what is none will not be one later
    check_problem(pad.post(CORRECTIONS, content="{", headers=JSON), 400, "malformed-body")
    postgresql.start()
    assert send(pad, small(0)).status_code == 201
    postgresql.stop()
    check_not_kept(send(pad, small(1)))
    postgresql.start()
    assert send(pad, small(1)).status_code == 201


def test_several_workers_share_a_store(tmp_path: Path, launch: Launch) -> None:
    target = tmp_path / "kept.sqlite"
    url = launch("--keep", target, "--workers", "2").url

    def send_some(_: int) -> list[int]:
        return [post(url, small(number)).status_code for number in range(5)]

    with ThreadPoolExecutor(4) as clients:
        statuses = [status for found in clients.map(send_some, range(4)) for status in found]
    assert sorted(statuses) == [200] * 15 + [201] * 5
    assert kept_ids(str(target)) == [small(number).id for number in range(5)]


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        (
            "mysql://pad:geheim@localhost/x",
            "Expected the path of a file, sqlite:///PATH or postgresql://...; got a URL of 'mysql'.",
        ),
        ("", "Expected the path of a file to keep corrections in; got '.'."),
    ],
)
def test_a_target_that_never_will_do_is_refused_at_once(target: str, expected: str) -> None:
    command = [sys.executable, "-m", "digitpad", "serve", "--port", "0", "--keep", target]
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE_SECONDS)
    assert result.returncode == 2
    assert result.stderr == f"digitpad: {expected}\n"


@pytest.mark.parametrize("num_workers", ["1", pytest.param("2", marks=soak)])
def test_it_says_at_the_start_who_may_look_through_them(tmp_path: Path, launch: Launch, num_workers: str) -> None:
    def rest(*options: str | Path) -> str:
        server = launch("--workers", num_workers, *options)
        httpx.get(server.url + "/healthz", timeout=PATIENCE_SECONDS, trust_env=False)  # by then all is said
        server.process.terminate()
        assert server.process.stdout
        return server.process.stdout.read()

    keeps = ("--keep", tmp_path / "kept.sqlite")
    assert rest(*keeps) == (
        "Everybody on this machine may look through the corrections; behind a proxy, a token is needed (--token).\n"
    )
    assert rest(*keeps, "--token", TOKEN) == rest() == ""


@pytest.fixture(scope="module")
def kept_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("kept")
    with launched(folder, "--keep", folder / "kept.sqlite") as server:
        yield server


def mutated(number: int) -> bytes:
    """A record with one field, or one byte, that is something else."""
    record = small(number).to_json()
    values: list[Any] = [None, [], {}, "", "x" * 1000, "\0", "\ud800", -1, 10**40, 1e308, True, [[[]]], {"a": {}}, "é"]
    record[sorted(record)[number % len(record)]] = values[number % len(values)]
    text = bytearray(json.dumps(record).encode())
    if number % 3 == 0:
        text[number * 7919 % len(text)] = number * 31 % 256
    return bytes(text)


def test_hostile_bodies_are_kept_or_refused(kept_server: Server) -> None:
    with httpx.Client(base_url=kept_server.url, timeout=PATIENCE_SECONDS, trust_env=False) as client:
        for number in range(300):
            response = client.post(CORRECTIONS, content=mutated(number), headers=JSON)
            assert response.status_code in (200, 201, 400, 422), (mutated(number), response.text)
            assert len(response.content) < 2000
    assert kept_server.process.poll() is None
    assert "Traceback" not in "\n".join(kept_server.log())


def test_the_routes_do_what_their_description_says(kept_server: Server, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "schemathesis.cli", "run", f"{kept_server.url}/openapi.json", "--checks", "all"]
    command += ["--exclude-checks", ",".join(sorted(EXCLUDED)), "--continue-on-failure", "--no-color", "--no-shrink"]
    command += ["--max-examples", "25", "--seed", "1", "--generation-database", "none", "--warnings", "off"]
    command += ["--include-path-regex", "^/api/corrections", "--phases", "examples,coverage,fuzzing"]
    environment = os.environ | {"SCHEMATHESIS_HOOKS": "tests.server.media_types", "PYTHONPATH": python_path()}
    result = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False, timeout=120
    )
    assert result.returncode == 0, result.stdout[-8000:] + result.stderr[-2000:]
    assert re.search(r"\d+ generated, \d+ passed", result.stdout), result.stdout
