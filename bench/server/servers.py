"""The servers that are measured, each in a process of its own."""

import contextlib
import http.client
import os
import re
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bench.record import Figures
from bench.server import clients
from bench.server.routes import BenchError, Route

MAX_SECONDS = 60
MAX_PASSES = 30


class Server:
    """A process that serves; it is stopped except while it is measured, so that it costs the other one nothing.

    Attributes:
        ready_seconds: from the start of the command until the first answer.
        routes: the names of the routes it is measured on, see `prepare`.
        num_answers: so far.
        memory: resident MB as noted so far, the answers before each note, and the peak.
    """

    def __init__(
        self,
        command: Sequence[str | Path],
        path: str,
        log: Path,
        environment: Mapping[str, str] | None = None,
        *,
        may_err: bool = False,
    ) -> None:
        """Start it.

        Args:
            command: prints its URL on a line of its standard output.
            path: answers 200 when the server is ready.
            log: file for its standard error.
            environment: variables to add to the present ones.
            may_err: whether a browser counts wrong answers, rather than to end the measurement.

        Raises:
            BenchError: it does not start.
        """
        self._name, self._log, self._may_err = Path(command[0]).name, log, may_err
        started = time.perf_counter()
        with log.open("w") as errors:
            variables = {**os.environ, **(environment or {})}
            self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True, env=variables)
        watch = threading.Timer(MAX_SECONDS, self._process.kill)
        watch.start()
        try:
            self._url = self._find_url()
            self._wait(path)
        except BaseException:
            self.close()
            raise
        finally:
            watch.cancel()
        self.ready_seconds = time.perf_counter() - started
        self.num_answers, self.memory = 0, Figures()
        self.note_memory("ready")
        self._process.send_signal(signal.SIGSTOP)

    def prepare(self, routes: Mapping[str, Route], folder: Path, warm_up: tuple[int, int]) -> None:
        """Write down all questions of each route, in subfolders of a folder, and have them answered.

        After a browser, wrk asks over some connections for some seconds, `warm_up`.
        """
        self._folder, self.routes = folder, list(routes)
        with self._awake():  # a route may upload the drawings
            self._questions = {name: route(self._url) for name, route in routes.items()}
        for name, questions in self._questions.items():
            clients.write_questions(folder / name, questions)
            self.ask(name, len(questions))
            self.load(name, *warm_up)

    def load(self, route: str, num_connections: int, seconds: int) -> dict[str, Any]:
        """One pass of wrk on a route: its name, and what `clients.load` measures."""
        num_steps = len(self._questions[route][0].steps)
        with self._awake():
            clients.Browser(self._url).ask(self._questions[route][0].steps)  # after what the last pass left behind
            seen = clients.load(self._url, self._folder / route, num_steps, num_connections, seconds)
        self.num_answers += seen["n"] + 1
        return {"route": route, **seen}

    def load_until(self, num_answers: int) -> None:
        """Ask over eight connections until the server has given that many answers, or for 30 passes."""
        for _ in range(MAX_PASSES):
            if (missing := num_answers - self.num_answers) <= 0:
                return
            self.load(self.routes[-1], 8, min(10, 1 + missing // 1000))

    def ask(self, route: str, count: int) -> dict[str, Any]:
        """One pass of a browser on a route: its name, and what `clients.browse` measures."""
        with self._awake():
            seen = clients.browse(self._url, self._questions[route], count, may_err=self._may_err)
        self.num_answers += count + 1
        return {"route": route, **seen}

    def note_memory(self, name: str) -> None:
        """Note the memory of this moment."""
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        now, peak = (int(re.findall(rf"{entry}:\s*(\d+) kB", status)[0]) / 1000 for entry in ("VmRSS", "VmHWM"))
        self.memory |= {f"n_{name}": self.num_answers, name: now, "peak": peak}

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.communicate()

    @contextlib.contextmanager
    def _awake(self) -> Iterator[None]:
        self._process.send_signal(signal.SIGCONT)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGSTOP)

    def _find_url(self) -> str:
        for line in self._process.stdout or ():
            if found := re.search(r"http://[^\s/]+", line):
                return found[0]
        raise self._failure()

    def _wait(self, path: str) -> None:
        while self._process.poll() is None:
            connection = http.client.HTTPConnection(urlsplit(self._url).netloc, timeout=MAX_SECONDS)
            with contextlib.suppress(OSError, http.client.HTTPException), contextlib.closing(connection):
                connection.request("GET", path)
                if connection.getresponse().status == 200:
                    return
            time.sleep(0.005)
        raise self._failure()

    def _failure(self) -> BenchError:
        self._process.wait()
        words = self._log.read_text().strip().splitlines()[-1:] or ["nothing"]
        return BenchError(f"Expected {self._name} to serve; it ended, and the last it said was: {words[0]}")
