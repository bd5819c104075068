"""Many predictions at a time: wrk, with the script `wrk.lua`."""

import json
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from passes import ERRORS, Pass
from record import describe
from routes import MAX_SECONDS, BenchError, Step

SCRIPT = Path(__file__).with_suffix(".lua")


def version() -> str:
    """The version of wrk.

    Raises:
        BenchError: it is not installed.
    """
    if not shutil.which("wrk"):
        raise BenchError("Expected wrk, which makes the load; it is not installed. Install it: apt-get install wrk.")
    words = subprocess.run(["wrk", "-v"], capture_output=True, text=True).stdout.split()
    return words[1] if len(words) > 1 else "unknown"


def write_requests(folder: Path, digits: Sequence[int], requests: Sequence[Sequence[Step]]) -> None:
    """Write what `wrk.lua` reads: the right answers, and the requests for each, into a new folder."""
    folder.mkdir()
    (folder / "digits").write_text("".join(f"{digit}\n" for digit in digits))
    for number, steps in enumerate(requests, 1):
        for index, step in enumerate(steps, 1):
            head = f"{step.method} {step.path} {step.kind}\n".encode()
            (folder / f"{number}-{index}").write_bytes(head + step.body)


def run(url: str, requests: Path, num_steps: int, num_connections: int, seconds: int) -> Pass:
    """Ask for predictions as fast as they come, over connections that each wait for their answer.

    Args:
        url: the server.
        requests: the folder that `write_requests` wrote.
        num_steps: how many requests a prediction takes.
        num_connections: how many people there are.
        seconds: how long.

    Raises:
        BenchError: nothing was answered.
    """
    how = [f"-t{num_connections}", f"-c{num_connections}", f"-d{seconds}s", f"--timeout={MAX_SECONDS}s"]
    command: Sequence[str] = ["wrk", *how, f"--script={SCRIPT}", url, "--", str(requests), str(num_steps)]
    done = subprocess.run(command, capture_output=True, text=True)
    last = (done.stdout.strip().splitlines() or [""])[-1]
    if done.returncode or not last.startswith("{"):
        raise BenchError(f"Expected wrk to measure {url}; it says: {(done.stderr or done.stdout).strip()[-300:]}")
    seen = json.loads(last)
    if not seen["times"]:
        raise BenchError(f"Expected predictions from {url} within {seconds} s; there was none.")
    # Requests, not predictions: those that the end of the pass cuts short count by the part that was answered.
    rate = seen["requests"] / num_steps / seen["seconds"]
    return Pass(rate, describe(seen["times"]), {name: seen[name] for name in ERRORS})
