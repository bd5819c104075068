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

READY_S = 60
NUM_TRIES = 4
"""How often a node is started: Ray gives it up if its processes are slow to start, as on a busy machine."""

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
def cluster(num_nodes: int, python: str = sys.executable) -> Iterator[Cluster]:
    """Start nodes with one core each, the first of which is the head; end them afterwards.

    Args:
        num_nodes: how many.
        python: a Python with Ray.
    """
    address, nodes = "", []
    try:
        for core in range(num_nodes):
            node, address = _start(python, core, address)
            nodes.append(node)
        yield Cluster(address, tuple(node.pid for node in nodes))
    finally:
        for node in nodes:
            _end(node)


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


def _start(python: str, core: int, address: str) -> tuple[subprocess.Popen[bytes], str]:
    """Start a node and wait until it is there; the node, and the address of the cluster, which the first chooses."""
    program = str(Path(python).with_name("ray"))
    sizes = ["--node-ip-address", "127.0.0.1", "--num-cpus", "1", "--object-store-memory", str(_MEMORY_BYTES)]
    for _ in range(NUM_TRIES):
        at = address or f"127.0.0.1:{_free_port()}"
        port = at.rpartition(":")[2]
        to = ["--address", at] if address else ["--head", "--port", port, "--include-dashboard", "false"]
        command = [program, "start", *to, *sizes, "--disable-usage-stats", "--block"]
        with processes.on_cores(core):
            node = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        give_up = time.monotonic() + READY_S
        while node.poll() is None and time.monotonic() < give_up:
            if _count(python, at) == core + 1:
                return node, at
        _end(node)
    sys.exit(f"Expected Ray to start a node within {READY_S} s; it did not, {NUM_TRIES} times.")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def _count(python: str, address: str) -> int:
    """How many nodes of a cluster are alive; 0 if it does not answer."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        command = [python, "-c", _COUNT, address]
        result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=READY_S)
        if result.stdout.split():
            return int(result.stdout.split()[-1])
    return 0


def _end(node: subprocess.Popen[bytes]) -> None:
    processes.kill(node.pid)
    node.wait()
