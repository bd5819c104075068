"""Ten thousand bodies from people who mean no good: refused or read, never a crash, and never much memory."""

import collections
import contextlib
import http.client
import json
import random
import re
import socket
import struct
import time
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, get_args

import httpx
import pytest
from PIL import Image

from digitpad.verdict import Status
from tests.conftest import portion
from tests.golden import GOLDEN_PICTURES
from tests.server.conftest import (
    JPEG,
    MAX_BYTES,
    PATIENCE_SECONDS,
    PNG,
    PREDICT,
    Launch,
    Server,
    launched,
    read_to_end,
    request_bytes,
)
from tests.server.pictures import (
    SIGNATURE,
    TURNED,
    animated,
    blank,
    chunk,
    data_url,
    encode,
    header,
    jpeg,
    plain,
    png,
    with_chunks,
    with_texts,
)
from tests.server.test_access import LINE

NUM_BODIES = portion(10_000)
NUM_CLIENTS = 4
MAX_MEGABYTES = 300.0
SIDE = 4000  # px; 16 million pixels are the most that are read

Sent = tuple[str, bytes]
"""A media type and a body."""


def seeds() -> list[bytes]:
    """Sound pictures of every kind there is."""
    golden = [path.read_bytes() for path in GOLDEN_PICTURES[::9]]
    depths = [(0, 1), (0, 2), (0, 4), (0, 8), (0, 16), (2, 8), (2, 16), (3, 1), (3, 4), (3, 8), (4, 8), (4, 16), (6, 8)]
    kinds = [
        plain(19, 13, depth, colour, interlaced=interlaced) for colour, depth in depths for interlaced in (False, True)
    ]
    seven = GOLDEN_PICTURES[-20].read_bytes()
    photographs = [
        jpeg(seven, mode, progressive=progressive) for mode in ("L", "RGB", "CMYK") for progressive in (0, 1)
    ]
    odd = [
        with_chunks(seven, [chunk(b"eXIf", TURNED.tobytes()[6:]), chunk(b"gAMA", bytes(4)), chunk(b"abCd", bytes(90))]),
        with_texts(seven, 3, 100),
        encode(Image.new("P", (30, 30), 7), transparency=bytes(range(20))),
        jpeg(seven, exif=TURNED, comment=b"x" * 1000, icc_profile=bytes(500)),
        animated(),
    ]
    return golden + kinds + photographs + odd


class Fuzzer:
    """Hostile bodies, always the same ones for the same seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._seeds = seeds()
        self._rare = self._heavy()

    def bodies(self, count: int) -> Iterator[Sent]:
        kinds: list[Callable[[], Sent]] = [
            *[self._mutated] * 6,
            *[self._mutated_chunks] * 4,
            *[self._json] * 3,
            *[self._form] * 3,
            self._strange_header,
            self._chunk_soup,
            self._noise,
        ]
        for number in range(count):
            if number % 50 == 0:
                yield self._random.choice(self._rare)
            else:
                yield self._random.choice(kinds)()

    def _heavy(self) -> list[Sent]:
        """What is dear to read, or would be to a careless reader."""
        many = [chunk(b"tEXt", b"k%d\0v" % number) for number in range(20_000)]
        bomb = chunk(b"IDAT", zlib.compress(bytes(50_000_000), 9))
        pictures = [
            png(header(50, 50), bomb),
            png(header(50, 50), *[bomb] * 10),
            png(header(20_000, 20_000), bomb),
            png(header(3_999, 4_000), bomb),
            with_chunks(blank(), many),
            with_texts(blank(), 60, 1_000_000),
            with_chunks(blank(), [chunk(b"iCCP", b"p\0\0" + zlib.compress(bytes(50_000_000), 9))]),
            plain(1000, 1000, 16, 6, interlaced=True),
            plain(1, 100_000),
            plain(100_000, 1, 1),
            blank()[:-12] + bytes(MAX_BYTES - 2000),
            random.Random(0).randbytes(MAX_BYTES),
        ]
        texts = [
            b'{"image": "data:image/png;base64,' + b"A" * 1_900_000 + b'"}',
            b"[" * MAX_BYTES,
            b"9" * MAX_BYTES,
        ]
        return [("image/png", picture) for picture in pictures] + [("application/json", text) for text in texts]

    def _picture(self) -> bytes:
        return self._random.choice(self._seeds)

    def _media_type(self, picture: bytes) -> str:
        if self._random.random() < 0.02:
            return self._random.choice(
                ["image/jpeg", "image/gif", "application/json", "text/plain", ";", "image/png;;"]
            )
        return "image/png" if picture.startswith(SIGNATURE) else "image/jpeg"

    def _mutate(self, data: bytes) -> bytes:
        """Some bytes changed, lost, doubled or put in."""
        mutated, pick = bytearray(data), self._random
        for _ in range(pick.choice([1, 1, 2, 5, 20])):
            place, length = pick.randrange(len(mutated) + 1), pick.choice([1, 2, 4, 8, 50])
            match pick.randrange(6):
                case 0 | 1:
                    mutated[place : place + length] = pick.randbytes(length)
                case 2:
                    mutated[place : place + 4] = pick.choice([b"\0\0\0\0", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff"])
                case 3:
                    del mutated[place : place + length]
                case 4:
                    mutated[place:place] = mutated[place : place + length]
                case 5:
                    del mutated[max(place, 1) :]
        return bytes(mutated)

    def _mutated(self) -> Sent:
        picture = self._picture()
        return self._media_type(picture), self._mutate(picture)

    def _mutated_chunks(self) -> Sent:
        """Wrong inside, but with checksums that are right, so that it gets further."""
        chunks = list(split(self._random.choice([seed for seed in self._seeds if seed.startswith(SIGNATURE)])))
        place = self._random.randrange(len(chunks))
        kind, data = chunks[place]
        match self._random.randrange(4):
            case 0:
                chunks[place] = (kind, self._mutate(data))
            case 1:
                chunks[place] = (kind, self._random.randbytes(len(data)))
            case 2:
                chunks.insert(self._random.randrange(len(chunks) + 1), (kind, data))
            case 3:
                self._random.shuffle(chunks)
        return "image/png", SIGNATURE + b"".join(chunk(kind, data) for kind, data in chunks)

    def _strange_header(self) -> Sent:
        pick = self._random
        sides = [0, 1, 2, 28, 1024, 1025, 4000, 16_000_000, 2**31 - 1, 2**32 - 1]
        fields = (pick.choice(sides), pick.choice(sides), pick.choice([0, 1, 2, 4, 8, 16, 255]), pick.randrange(8))
        start = chunk(
            b"IHDR", struct.pack(">IIBBBBB", *fields, pick.randrange(2), pick.randrange(2), pick.randrange(3))
        )
        data = chunk(b"IDAT", zlib.compress(pick.randbytes(pick.randrange(2000))))
        return "image/png", png(start, chunk(b"PLTE", pick.randbytes(3 * pick.randrange(300))), data)

    def _chunk_soup(self) -> Sent:
        pick = self._random
        known = [
            b"PLTE",
            b"tRNS",
            b"gAMA",
            b"cHRM",
            b"iCCP",
            b"tEXt",
            b"zTXt",
            b"iTXt",
            b"pHYs",
            b"eXIf",
            b"acTL",
            b"fcTL",
        ]
        names = [*known, b"fdAT", b"sRGB", b"bKGD", b"tIME", b"IDAT", b"IHDR", b"IEND", b"\0\0\0\0", b"abcd"]
        soup = [chunk(pick.choice(names), pick.randbytes(pick.randrange(60))) for _ in range(pick.randrange(1, 30))]
        return "image/png", with_chunks(plain(9, 9), soup)

    def _json(self) -> Sent:
        pick = self._random
        value: Any = {"image": data_url(self._mutated()[1]), "top_k": pick.randrange(1, 11), "ink": pick.random() < 0.5}
        if pick.random() < 0.3:
            value[pick.choice(["image", "top_k", "ink", "x"])] = self._value(4)
        text = json.dumps(value).encode()
        return "application/json", self._mutate(text) if pick.random() < 0.5 else text

    def _value(self, depth: int) -> Any:
        pick = self._random
        plain_values = [
            None,
            True,
            -1,
            0,
            3,
            2.5,
            1e308,
            10**40,
            "",
            "x",
            "data:,",
            "\ud800",
            "\0",
            "é" * 50,
            float("nan"),
        ]
        if depth and pick.random() < 0.6:
            inner = [self._value(depth - 1) for _ in range(pick.randrange(5))]
            return inner if pick.random() < 0.5 else {str(value)[:9]: value for value in inner}
        return pick.choice(plain_values)

    def _form(self) -> Sent:
        pick = self._random
        boundary = pick.choice([b"x", b"-", b"a" * 70, b"'()+_,-./:=?"])
        names = [
            b'name="image"; filename="a.png"',
            b'name="top_k"',
            b'name="\xff\0"',
            b"name=",
            b'filename="x"',
            b"name*=x",
        ]
        parts = b""
        for _ in range(pick.choice([1, 1, 1, 2, 3, 40])):
            extra = pick.choice(
                [b"", b"content-type: image/png\r\n", b"content-transfer-encoding: base64\r\n", b"x" * 99]
            )
            content = pick.choice([self._mutated()[1], b"3", b"true", b"", b"\r\n--x", pick.randbytes(30)])
            written = b"content-disposition: form-data; " + pick.choice(names[:2] + names) + b"\r\n" + extra
            parts += b"--" + boundary + b"\r\n" + written + b"\r\n" + content + b"\r\n"
        whole = parts + b"--" + boundary + b"--\r\n"
        charset = pick.choice(["", "", "", "; charset=utf-16", "; charset=undefined", "; charset=idna", "; charset=x"])
        media_type = f'multipart/form-data; boundary="{boundary.decode()}"{charset}'
        return media_type, self._mutate(whole) if pick.random() < 0.5 else whole

    def _noise(self) -> Sent:
        pick = self._random
        media_type = pick.choice(["image/png", "image/jpeg", "application/json", "multipart/form-data; boundary=x"])
        return media_type, pick.choice([b"", b"\xff\xd8\xff", SIGNATURE]) + pick.randbytes(pick.randrange(3000))


def split(picture: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The chunks of a PNG."""
    place = len(SIGNATURE)
    while place < len(picture):
        (length,) = struct.unpack_from(">I", picture, place)
        yield picture[place + 4 : place + 8], picture[place + 8 : place + 8 + length]
        place += 12 + length


def find_fault(response: http.client.HTTPResponse, content: bytes) -> str | None:
    """What an answer breaks of what this API promises, if anything."""
    if response.status == 200:
        return None if json.loads(content)["status"] in get_args(Status) else "no status that there is"
    if response.status not in (400, 413, 415, 422):
        return f"status {response.status}"
    if response.headers["content-type"] != "application/problem+json":
        return "no problem document"
    if not json.loads(content)["detail"].startswith("Expected "):
        return "says nothing of what was expected"
    return "very long" if len(content) > 2000 else None


def send_all(server: Server, bodies: Iterator[Sent]) -> tuple["collections.Counter[int]", dict[str, Sent]]:
    """Send bodies one after the other on one connection, and a new one only where the server said that it closes.

    Returns:
        How many answers of each status there were, and one body for every fault that was found.
    """
    statuses: collections.Counter[int] = collections.Counter()
    faults: dict[str, Sent] = {}
    connection = http.client.HTTPConnection(*server.address, timeout=PATIENCE_SECONDS)
    try:
        for media_type, body in bodies:
            connection.request("POST", PREDICT, body, {"content-type": media_type})
            with connection.getresponse() as response:
                content = response.read()
            statuses[response.status] += 1
            if fault := find_fault(response, content):
                faults.setdefault(fault, (media_type, body[:300]))
    except (OSError, http.client.HTTPException) as error:
        faults[f"dropped: {error!r}"] = (media_type, body[:300])
    finally:
        connection.close()
    return statuses, faults


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of its own, so that its memory and its log tell of these attacks alone."""
    with launched(tmp_path_factory.mktemp("attacked")) as server:
        yield server


def test_hostile_bodies_are_read_or_refused(attacked: Server) -> None:
    with ThreadPoolExecutor(NUM_CLIENTS) as clients:
        sending = [
            clients.submit(send_all, attacked, Fuzzer(seed).bodies(NUM_BODIES // NUM_CLIENTS))
            for seed in range(NUM_CLIENTS)
        ]
        results = [sent.result() for sent in sending]
    faults = {fault: body for _, found in results for fault, body in found.items()}
    assert faults == {}
    statuses = sum((found for found, _ in results), collections.Counter[int]())
    assert statuses.total() == NUM_BODIES
    assert min(statuses[status] for status in (200, 400, 415, 422)) > 0  # every road was taken
    assert attacked.process.poll() is None


@pytest.mark.parametrize("difference", [-100_000, -1000, -1, 1, 1000])
def test_lengths_that_are_wrong_harm_nobody_else(attacked: Server, difference: int) -> None:
    for media_type, body in Fuzzer(difference).bodies(100):
        announced = str(max(0, len(body) + difference))
        head = request_bytes("POST", PREDICT, content_type=media_type, content_length=announced)
        with attacked.connect() as connection, contextlib.suppress(OSError):  # the server may have left already
            connection.sendall(head + body)
            connection.shutdown(socket.SHUT_WR)
            answer = read_to_end(connection)
            assert not answer.startswith(b"HTTP/1.1 5"), answer
    assert httpx.get(attacked.url + "/readyz", trust_env=False).status_code == 200


def test_the_log_of_an_attack_is_one_line_a_request(attacked: Server) -> None:
    """Runs behind the attacks, and holds for them, too."""
    send_all(attacked, Fuzzer(99).bodies(500))
    known = rf"{LINE}|.{{23}} Invalid HTTP request received\."  # the latter where there is no request to name
    strange = [line for line in attacked.log() if not re.fullmatch(known, line)]
    assert strange[:20] == []


def test_no_attack_takes_much_memory(attacked: Server) -> None:
    """Runs behind the attacks, and holds for them, too."""
    send_all(attacked, Fuzzer(100).bodies(500))
    assert attacked.peak_megabytes() < MAX_MEGABYTES


def largest() -> list[bytes]:
    """Pictures of 16 million pixels in the forms that are dearest to read, with comments up to 2 MB."""
    size = (SIDE, SIDE)
    pictures = [
        blank("RGBA", size, (1, 2, 3, 200)),
        encode(Image.new("RGBA", size, (1, 2, 3, 200)), exif=TURNED),
        encode(Image.new("LA", size), exif=TURNED),
        encode(Image.new("P", size, 3), exif=TURNED, transparency=bytes(range(5))),
        encode(Image.new("I;16", size), exif=TURNED),
        plain(SIDE, SIDE, 16, 6, interlaced=True),
        plain(20_000, 800),
        plain(800, 20_000),
        with_texts(blank("RGB", size, 0), 3, 1_000_000),
        encode(Image.new("RGB", size), "JPEG", exif=TURNED, progressive=True, subsampling=0),
        encode(Image.new("CMYK", size), "JPEG", exif=TURNED),
        encode(Image.new("CMYK", size), "JPEG", exif=TURNED, progressive=True, subsampling=0),
    ]
    return [picture + bytes(MAX_BYTES - len(picture)) for picture in pictures]


def test_the_largest_pictures_of_sixteen_clients_take_no_more_memory_than_is_promised(launch: Launch) -> None:
    server, pictures = launch(), largest()

    def send(number: int) -> int:
        """Send a picture until there is room for it."""
        picture = pictures[number % len(pictures)]
        headers = PNG if picture.startswith(SIGNATURE) else JPEG
        with httpx.Client(base_url=server.url, timeout=60, trust_env=False) as client:
            deadline = time.monotonic() + 60
            while (response := client.post(PREDICT, content=picture, headers=headers)).status_code == 503:
                assert time.monotonic() < deadline
                time.sleep(int(response.headers["retry-after"]) / 10)
        return response.status_code

    with ThreadPoolExecutor(16) as clients:
        assert list(clients.map(send, range(24))) == [200] * 24
    assert server.process.poll() is None
    assert server.peak_megabytes() < MAX_MEGABYTES
