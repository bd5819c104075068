"""Processes that are measured or killed with all that they started."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

EVERY_S = 0.5


def batch(source: Path, out: Path, *options: str, python: str = sys.executable) -> list[str]:
    """The command that reads a source, run by some Python with digitpad."""
    return [python, "-m", "digitpad", "batch", str(source), "--out", str(out), *options]


def run(command: Sequence[str]) -> float:
    """Run a command; the seconds that it took."""
    started = time.perf_counter()
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode:
        sys.exit(f"{' '.join(command)}\n{result.stderr}")
    return time.perf_counter() - started


@contextlib.contextmanager
def on_cores(*cores: int) -> Iterator[None]:
    """Let this process, and what it starts meanwhile, run on some cores only."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, set(cores))
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def family(process: int) -> list[int]:
    """A process and all that it started, directly or not, that still run."""
    children: dict[int, list[int]] = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # it has ended meanwhile
            parent = int(status.read_text().rpartition(")")[2].split()[1])
            children.setdefault(parent, []).append(int(status.parent.name))
    found = [process]
    for each in found:
        found += children.get(each, [])
    return found


def kill(process: int) -> None:
    """`kill -9` a process and all that it started."""
    for each in family(process):
        with contextlib.suppress(ProcessLookupError):
            os.kill(each, signal.SIGKILL)


@dataclass
class Memory:
    """What a process and all that it started hold, in MB, again and again; shared pages count once.

    Attributes:
        held: one figure every half second.
    """

    held: list[float] = field(default_factory=list)

    def tenth(self, number: int) -> float:
        """The most in a tenth of the time, from 0 to 9."""
        return max(self.held[number * len(self.held) // 10 : (number + 1) * len(self.held) // 10])

    def watch(self, process: subprocess.Popen[str]) -> None:
        """Look until the process ends."""
        while process.poll() is None:
            self.held.append(sum(map(_held_mb, family(process.pid))))
            time.sleep(EVERY_S)


def _held_mb(process: int) -> float:
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:  # it has ended meanwhile
        return 0.0
    return sum(int(line.split()[1]) / 1000 for line in lines if line.startswith("Pss:"))
