"""No client holds a connection for ever, whatever it sends, leaves out, or does not read."""

import contextlib
import socket
import threading
from collections.abc import Iterator

import httpx
import pytest

from tests.server.conftest import (
    MAX_BYTES,
    PATIENCE_SECONDS,
    PREDICT,
    SEVEN,
    Launch,
    Server,
    eventually,
    launched,
    read_response,
    read_to_end,
    request_bytes,
)

HURRIED = """
import functools, uvicorn
from digitpad.server import body, connection
uvicorn.Config = functools.partial(uvicorn.Config, timeout_keep_alive=1)
connection.HEAD_SECONDS = 0.4
connection.REQUEST_SECONDS = 2.0
body.MAX_SECONDS = 0.4
"""
CROWDED = "from digitpad.server import connection; connection.MAX_CONNECTIONS = 5"

HEALTH = request_bytes()
DRAWING = request_bytes("POST", PREDICT, SEVEN, content_type="image/png")
CHUNKED = request_bytes("POST", PREDICT, content_type="image/png", transfer_encoding="chunked")


@pytest.fixture(scope="module")
def hurried(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that waits a fraction of a second where others wait ten."""
    with launched(tmp_path_factory.mktemp("hurried"), patch=HURRIED) as server:
        yield server


@contextlib.contextmanager
def connected(server: Server) -> Iterator[socket.socket]:
    """A connection that fails when the server is still there long after it should have gone."""
    with server.connect() as connection:
        connection.settimeout(PATIENCE_SECONDS)
        yield connection


def is_answered(server: Server) -> bool:
    return httpx.get(server.url + "/healthz", timeout=PATIENCE_SECONDS, trust_env=False).status_code == 200


def dribble(connection: socket.socket, byte: bytes = b"x") -> bytes:
    """Send a byte ever again until the server closes the connection."""
    done, received = threading.Event(), bytearray()

    def send() -> None:
        with contextlib.suppress(OSError):
            while not done.wait(0.05):  # slowly: that is the attack
                connection.sendall(byte)

    sender = threading.Thread(target=send)
    sender.start()
    try:
        received += read_to_end(connection)
    finally:
        done.set()
        sender.join()
    return bytes(received)


@pytest.mark.parametrize(
    "beginning", [b"", b"GET /hea", HEALTH[:-2], b"\r\n\r\n"], ids=["nothing", "a line", "a head", "empty lines"]
)
def test_who_never_ends_a_head_is_cut_while_others_are_answered(hurried: Server, beginning: bytes) -> None:
    with connected(hurried) as connection:
        connection.sendall(beginning)
        assert is_answered(hurried)
        assert read_to_end(connection) == b""


def test_a_head_that_comes_byte_by_byte_is_cut(hurried: Server) -> None:
    with connected(hurried) as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nx: ")
        assert dribble(connection) == b""


def test_the_second_head_of_a_connection_is_cut_like_the_first(hurried: Server) -> None:
    with connected(hurried) as connection:
        connection.sendall(HEALTH)
        assert read_response(connection).startswith(b"HTTP/1.1 200 ")
        connection.sendall(b"GET /hea")
        assert read_to_end(connection) == b""


def test_a_head_behind_a_whole_request_is_cut_as_well(hurried: Server) -> None:
    with connected(hurried) as connection:
        connection.sendall(HEALTH + b"GET /healthz HTTP/1.1\r\nx: ")
        assert read_response(connection).startswith(b"HTTP/1.1 200 ")
        assert dribble(connection) == b""


@pytest.mark.parametrize("beginning", [DRAWING[:-50], CHUNKED, CHUNKED + b"5\r\nab"], ids=["length", "chunks", "chunk"])
def test_who_never_ends_a_body_is_told_while_others_are_answered(hurried: Server, beginning: bytes) -> None:
    with connected(hurried) as connection:
        connection.sendall(beginning)
        assert is_answered(hurried)
        answer = read_to_end(connection)
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"content-type: application/problem+json" in answer
    assert b"connection: close" in answer
    assert b"urn:digitpad:problem:body-too-slow" in answer


def test_a_body_that_comes_byte_by_byte_is_given_up(hurried: Server) -> None:
    with connected(hurried) as connection:
        connection.sendall(request_bytes("POST", PREDICT, content_type="image/png", content_length="100000"))
        assert dribble(connection).startswith(b"HTTP/1.1 408 ")


@pytest.mark.parametrize("path", ["/healthz", "/nothing"])
def test_a_body_that_nobody_waits_for_holds_nothing(hurried: Server, path: str) -> None:
    with connected(hurried) as connection:
        connection.sendall(request_bytes("GET", path, content_length="100000"))
        assert dribble(connection).startswith(b"HTTP/1.1 ")


def test_who_reads_no_answers_is_cut(hurried: Server) -> None:
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)  # so that the server cannot send ahead
        connection.settimeout(PATIENCE_SECONDS)
        connection.connect(hurried.address)
        connection.sendall(request_bytes("GET", "/report") * 30)
        eventually(lambda: is_cut(connection))


def is_cut(connection: socket.socket) -> bool:
    """Whether the server has left, found without reading."""
    try:
        connection.sendall(b"\r\n")
    except OSError:
        return True
    return False


def test_an_idle_connection_is_closed(hurried: Server) -> None:
    with connected(hurried) as connection:
        connection.sendall(HEALTH)
        read_response(connection)
        assert read_to_end(connection) == b""


def test_a_slow_but_steady_client_is_answered(hurried: Server) -> None:
    with connected(hurried) as connection:
        for start in range(0, len(DRAWING), 500):
            connection.sendall(DRAWING[start : start + 500])
        assert read_response(connection).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize("line", [b"x: %b\r\n" % bytes([97] * 90), b"a"], ids=["many headers", "one header"])
def test_a_head_without_end_is_cut(server: Server, line: bytes) -> None:
    with server.connect() as connection:
        connection.sendall(HEALTH[:-2])
        with contextlib.suppress(ConnectionError):
            for _ in range(1000):
                connection.sendall(line * 1000)
            assert connection.recv(1) == b""
    assert is_answered(server)


@pytest.mark.parametrize(("num_bytes", "is_taken"), [(16_000, True), (40_000, False), (200_000, False)])
def test_a_head_may_have_32_kilobytes(server: Server, num_bytes: int, is_taken: bool) -> None:
    answer = server.talk(request_bytes(x="a" * num_bytes, connection="close"))
    assert answer.startswith(b"HTTP/1.1 200 ") == is_taken


def test_a_body_of_a_million_tiny_chunks_is_read_or_refused_but_not_hoarded(server: Server) -> None:
    answer = server.talk(CHUNKED + b"1\r\nx\r\n" * MAX_BYTES)
    assert answer == b"" or answer.startswith(b"HTTP/1.1 4")
    assert is_answered(server)


@pytest.mark.parametrize(
    "junk",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(500),
        b"\xff" * 1000,
        b"GET\r\n\r\n",
        b"GET /healthz HTTP/9.9\r\n\r\n",
        b"FLY /healthz HTTP/1.1\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET http://elsewhere HTTP/1.1\r\n\r\n",
        b"CONNECT elsewhere:443 HTTP/1.1\r\n\r\n",
        "GET /ä HTTP/1.1\r\n\r\n".encode(),
        b"GET /\0 HTTP/1.1\r\n\r\n",
        request_bytes("POST", PREDICT, content_length="-1"),
        request_bytes("POST", PREDICT, content_length="9" * 5000),
        request_bytes("POST", PREDICT, content_length="1", transfer_encoding="chunked") + b"0\r\n\r\n",
        CHUNKED + b"zz\r\n",
        CHUNKED + b"ffffffffffffffffff\r\n",
        request_bytes("POST", PREDICT, b"x", content_type="image/png") + b"\0\0\0\0",
    ],
    ids=lambda junk: repr(junk[:20]),
)
def test_what_is_no_http_is_refused_or_cut(server: Server, junk: bytes) -> None:
    answers = server.talk(junk).split(b"HTTP/1.1 ")[1:]
    assert all(answer.startswith((b"400 ", b"404 ", b"422 ")) for answer in answers), answers
    assert is_answered(server)


def test_requests_in_a_row_are_answered_in_their_order(server: Server) -> None:
    with server.connect() as connection:
        connection.sendall(DRAWING + HEALTH + request_bytes("GET", "/nothing") + DRAWING)
        connection.sendall(request_bytes(connection="close"))
        answers = read_to_end(connection).split(b"HTTP/1.1 ")[1:]
    assert [answer[:3] for answer in answers] == [b"200", b"200", b"404", b"200", b"200"]
    assert b'"digit":7' in answers[0]
    assert b"alive" in answers[1]


def test_old_clients_and_cautious_clients_are_answered(server: Server) -> None:
    assert server.talk(b"GET /healthz HTTP/1.0\r\n\r\n").endswith(b'{"status":"alive"}')
    head, _, body = DRAWING.partition(b"\r\n\r\n")
    with server.connect() as connection:
        connection.sendall(head + b"\r\nexpect: 100-continue\r\n\r\n")
        assert connection.recv(1000) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(body)
        assert b'"digit":7' in read_response(connection)


@pytest.mark.parametrize("protocol", ["h2c", "websocket"])
def test_who_would_like_another_protocol_is_not_told_that_the_body_is_empty(server: Server, protocol: str) -> None:
    asked = request_bytes("POST", PREDICT, SEVEN, content_type="image/png", connection="upgrade", upgrade=protocol)
    with server.connect() as connection:
        connection.sendall(asked)
        assert b"got no bytes" not in read_response(connection)


def test_more_connections_than_there_is_room_for_are_refused(launch: Launch) -> None:
    server = launch(patch=CROWDED)
    with contextlib.ExitStack() as stack:
        held = [stack.enter_context(server.connect()) for _ in range(5)]
        for connection in held:
            connection.sendall(HEALTH)
            read_response(connection)
        refused = server.talk(b"")
        assert refused.startswith(b"HTTP/1.1 503 ")
        assert b"retry-after: 1\r\n" in refused
        assert b"connection: close\r\n" in refused
        for connection in held:  # those that are in stay in
            connection.sendall(HEALTH)
            assert read_response(connection).startswith(b"HTTP/1.1 200 ")
    eventually(lambda: server.talk(request_bytes(connection="close")).startswith(b"HTTP/1.1 200 "))


def test_a_flood_of_requests_on_one_connection_takes_no_memory(launch: Launch) -> None:
    server = launch()
    before = server.peak_megabytes()
    with server.connect() as connection:
        connection.settimeout(1)
        with contextlib.suppress(OSError):  # a server that reads no further is as good as one that cuts
            connection.sendall(b"GET /healthz HTTP/1.1\r\n\r\n" * 200_000)
        assert is_answered(server)
    assert server.peak_megabytes() < before + 50
