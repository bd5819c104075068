"""The servers under measurement, each in a process of its own."""

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
from urllib.parse import urlsplit

from routes import BenchError

MAX_SECONDS = 60


class Server:
    """A process that serves, stopped unless it is `awake`, so that an idle server costs the other one nothing.

    Attributes:
        url: where it listens, without a slash at the end.
        ready_seconds: from the start of the command until the first answer.
    """

    def __init__(
        self, command: Sequence[str | Path], path: str, log: Path, environment: Mapping[str, str] | None = None
    ) -> None:
        """Start it.

        Args:
            command: prints its URL on a line of its standard output.
            path: answers 200 when the server is ready.
            log: file for its standard error.
            environment: variables beside those that are there.

        Raises:
            BenchError: it does not start.
        """
        self._name, self._log = Path(command[0]).name, log
        started = time.perf_counter()
        self._process = self._start(command, {**os.environ, **(environment or {})})
        watch = threading.Timer(MAX_SECONDS, self._process.kill)
        watch.start()
        try:
            self.url = self._find_url()
            self._wait(path)
        except BaseException:
            self.close()
            raise
        finally:
            watch.cancel()
        self.ready_seconds = time.perf_counter() - started
        self._signal(signal.SIGSTOP)

    @contextlib.contextmanager
    def awake(self) -> Iterator[None]:
        """While this lasts, it runs."""
        self._signal(signal.SIGCONT)
        try:
            yield
        finally:
            self._signal(signal.SIGSTOP)

    def memory(self) -> tuple[float, float]:
        """Its resident memory now and at the peak, in MB."""
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        now, peak = (int(re.findall(rf"{name}:\s*(\d+) kB", status)[0]) / 1000 for name in ("VmRSS", "VmHWM"))
        return now, peak

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.communicate()

    def _start(self, command: Sequence[str | Path], environment: Mapping[str, str]) -> "subprocess.Popen[str]":
        with self._log.open("w") as log:
            try:
                return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True, env=environment)
            except OSError as error:
                raise BenchError(f"Expected to start {command[0]}; the system says: {error}.") from None

    def _find_url(self) -> str:
        for line in self._process.stdout or ():
            if found := re.search(r"http://[^\s/]+", line):
                return found[0]
        raise self._failure()

    def _wait(self, path: str) -> None:
        while self._process.poll() is None:
            connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=MAX_SECONDS)
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

    def _signal(self, number: signal.Signals) -> None:
        self._process.send_signal(number)
