"""A real server process, for tests that need one."""

import contextlib
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Server:
    """A running server.

    Attributes:
        url: where it listens.
        process: its process; the log goes to standard error.
    """

    url: str
    process: subprocess.Popen[str]


@contextlib.contextmanager
def serving(*options: str, stderr: int | None = subprocess.DEVNULL) -> Iterator[Server]:
    """`digitpad serve` on a free port (or another, as `options` say), which is ready, and ended afterwards."""
    port = () if "--port" in options else ("--port", "0")
    command = [sys.executable, "-m", "digitpad", "serve", *port, *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=stderr, text=True) as process:
        assert process.stdout
        try:
            url = next(word for word in process.stdout.readline().split() if word.startswith("http://"))
            urllib.request.urlopen(url + "/readyz", timeout=60).close()
            yield Server(url, process)
        finally:
            process.terminate()
            process.wait(timeout=60)
