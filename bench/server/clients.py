"""The clients: wrk with `wrk.lua`, which asks many questions at a time, and a browser, which asks one.

A pass of either measures the `rate`, answers per second, the `median (ms)` and `p99 (ms)` from question to answer, how
many answers there were, `n`, and how many of each of `ERRORS`.
"""

import http.client
import json
import re
import shutil
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from bench.record import describe
from bench.server.routes import BenchError, Question

SCRIPT = Path(__file__).with_name("wrk.lua")
MAX_SECONDS = 30
JSON = "application/json"

ERRORS = ("refused", "socket", "late", "wrong")
"""Answers other than 2xx, broken connections, answers that came too late, and wrong answers."""


def wrk_version() -> str:
    """The version of wrk.

    Raises:
        BenchError: it is not installed.
    """
    if not shutil.which("wrk"):
        raise BenchError("Expected wrk, which makes the load; it is not installed. Install it: apt-get install wrk.")
    words = subprocess.run(["wrk", "-v"], capture_output=True, text=True).stdout.split()
    return words[1] if len(words) > 1 else "unknown"


def write_questions(folder: Path, questions: Sequence[Question]) -> None:
    """Write the right answers, and the requests for each, into a new folder, where `wrk.lua` reads them."""
    folder.mkdir()
    (folder / "answers").write_text("".join(f"{question.answer}\n" for question in questions))
    for number, question in enumerate(questions, 1):
        for index, step in enumerate(question.steps, 1):
            head = f"{step.method} {step.url.raw_path.decode()} {step.headers.get('content-type', JSON)}\n"
            (folder / f"{number}-{index}").write_bytes(head.encode() + step.read())


def load(url: str, questions: Path, num_steps: int, num_connections: int, seconds: int) -> dict[str, Any]:
    """One pass of wrk: ask over connections that each wait for their answer.

    Args:
        url: the server.
        questions: the folder that `write_questions` wrote.
        num_steps: the number of requests in a question.
        num_connections: each with a thread of its own.
        seconds: how long.

    Raises:
        BenchError: nothing was answered.
    """
    options = [f"-t{num_connections}", f"-c{num_connections}", f"-d{seconds}s", f"--timeout={MAX_SECONDS}s"]
    command: list[str] = ["wrk", *options, f"--script={SCRIPT}", url, "--", str(questions), str(num_steps)]
    done = subprocess.run(command, capture_output=True, text=True)
    last = (done.stdout.strip().splitlines() or [""])[-1]
    if done.returncode or not last.startswith("{"):
        raise BenchError(f"Expected wrk to measure {url}; it says: {(done.stderr or done.stdout).strip()[-300:]}")
    seen = json.loads(last)
    if not seen["times"]:
        raise BenchError(f"Expected answers from {url} within {seconds} s; there was none.")
    # Requests, not questions: a question that the end of the pass cuts short counts by the part that was answered.
    rate = seen["requests"] / num_steps / seen["seconds"]
    return _summarise(rate, seen["times"]) | {name: seen[name] for name in ERRORS}


def browse(url: str, questions: Sequence[Question], count: int, *, may_err: bool = False) -> dict[str, Any]:
    """One pass of a browser: `count` questions one after the other, after one that does not count.

    Raises:
        BenchError: an answer is wrong, unless the server `may_err`.
    """
    browser, times, num_wrong = Browser(url), [], 0
    browser.ask(questions[0].steps)
    for number in range(count):
        right, steps = questions[number % len(questions)]
        started = time.perf_counter()
        answer = browser.ask(steps)
        times.append(1000 * (time.perf_counter() - started))
        if answer != right and not may_err:
            raise BenchError(f"Expected {url} to read {right}; it reads {answer}.")
        num_wrong += answer != right
    return _summarise(1000 * count / sum(times), times) | dict.fromkeys(ERRORS, 0) | {"wrong": num_wrong}


class Browser:
    """Asks as a browser does, over connections that stay open: for uploads at the same time, for the rest in turn.

    It sends the requests by `http.client`, which takes less of the time that is measured than httpx would.
    """

    def __init__(self, url: str) -> None:
        self._connections = [http.client.HTTPConnection(urlsplit(url).netloc, timeout=MAX_SECONDS) for _ in range(3)]
        self._known = {b"session": f"browser{time.monotonic_ns()}".encode()}

    def ask(self, steps: Sequence[httpx.Request]) -> str | None:
        """The text or the digit that the server answers, as it stands in JSON."""
        uploads = [step for step in steps if step.url.path.endswith("/upload")]
        for number, answer in enumerate(self._send(uploads), 1):
            self._known[b"upload-%d" % number] = json.loads(answer)[0].encode()
        for step in steps[len(uploads) :]:
            (answer,) = self._send([step])
        found = re.search(rb'"text":"([^"]*)"|"digit":(\d)|"label":"(\d)"', answer)
        return found[found.lastindex or 0].decode() if found else None

    def _send(self, steps: Sequence[httpx.Request]) -> list[bytes]:
        """The answers to requests that are under way at the same time."""
        pairs = list(zip(self._connections, steps, strict=False))
        for connection, step in pairs:
            path, body = self._fill(step.url.raw_path).decode(), self._fill(step.read())
            connection.request(
                step.method, path, body or None, {"content-type": step.headers.get("content-type", JSON)}
            )
        return [self._receive(connection) for connection, _ in pairs]

    def _receive(self, connection: http.client.HTTPConnection) -> bytes:
        response = connection.getresponse()
        answer = response.read()
        if response.status != 200:
            raise BenchError(f"Expected an answer; the server refuses with {response.status}: {answer[:200].decode()}.")
        return answer

    def _fill(self, text: bytes) -> bytes:
        return re.sub(rb"@([\w-]+)@", lambda found: self._known.get(found[1], found[0]), text)


def _summarise(rate: float, times: Sequence[float]) -> dict[str, Any]:
    figures = describe(times)
    return {"rate": rate, "median (ms)": figures["median"], "p99 (ms)": figures["p99"], "n": figures["n"]}
