"""Ray nodes on this machine, each on a core of its own, and what becomes of a batch when one is killed."""

import contextlib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.batch import processes

READY_S = 180
NUM_FINISHED = 3
"""So many parts are finished when something is killed."""

_MEMORY_BYTES = 300_000_000  # for objects on a node
_COUNT = "import ray, sys; ray.init(address=sys.argv[1], log_to_driver=False, logging_level='ERROR'); "
_COUNT += "print(sum(node['Alive'] for node in ray.nodes()))"


@dataclass(frozen=True)
class Cluster:
    """A cluster that runs.

    Attributes:
        address: where it is reached.
        nodes: the processes that its nodes began with, the head first.
    """

    address: str
    nodes: tuple[int, ...]


@contextlib.contextmanager
def cluster(num_nodes: int) -> Iterator[Cluster]:
    """Start nodes with one core each, the first of which is the head; end them afterwards."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    address, started = f"127.0.0.1:{port}", []
    try:
        for core in range(num_nodes):
            to = ["--address", address] if core else ["--head", "--port", str(port), "--include-dashboard", "false"]
            with processes.on_cores(core):
                started.append(_start(to))
            _wait(address, core + 1)
        yield Cluster(address, tuple(node.pid for node in started))
    finally:
        for node in started:
            processes.kill(node.pid)
            node.wait()


def kill_in_the_middle(command: list[str], parts: Path, victims: list[int]) -> None:
    """Start a command, kill processes once it has finished some parts, and wait for it.

    Args:
        command: what reads a source.
        parts: the folder of finished parts.
        victims: what is killed with all that it started; the command itself if there are none.
    """
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        while len(list(parts.glob("*.parquet"))) < NUM_FINISHED and process.poll() is None:
            time.sleep(0.02)
        if process.poll() is not None:
            sys.exit(f"Expected {' '.join(command)} to be in the middle; it has ended. {process.communicate()[1]}")
        for victim in victims or [process.pid]:
            processes.kill(victim)
        _, errors = process.communicate()
    if victims and process.returncode:
        sys.exit(f"{' '.join(command)}\n{errors}")


def _start(options: list[str]) -> subprocess.Popen[bytes]:
    program = str(Path(sys.executable).with_name("ray"))
    sizes = ["--node-ip-address", "127.0.0.1", "--num-cpus", "1", "--object-store-memory", str(_MEMORY_BYTES)]
    command = [program, "start", *options, *sizes, "--disable-usage-stats", "--block"]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _wait(address: str, num_nodes: int) -> None:
    """Wait until so many nodes are alive."""
    give_up = time.monotonic() + READY_S
    while time.monotonic() < give_up:
        result = subprocess.run([sys.executable, "-c", _COUNT, address], capture_output=True, text=True, check=False)
        if result.stdout.split()[-1:] == [str(num_nodes)]:
            return
    sys.exit(f"Expected {num_nodes} Ray nodes at {address} within {READY_S} s; there are fewer.")
