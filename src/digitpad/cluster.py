"""Ray: a connection to many machines, or to a Ray of this machine's own, that keeps quiet."""

import contextlib
import logging
import os
import platform
import re
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import digitpad
from digitpad import quiet
from digitpad.errors import AddressError, MissingPartError

_SECONDS = 10
"""How long an address may take to answer."""

_LATEST = Path("/tmp/ray/ray_current_cluster")  # where Ray keeps the address that "auto" means
_SETTINGS_FRAME = 4
"""The type of what comes first from a server that speaks as Ray does. Reference: RFC 9113, 3.4 and 6.5."""


@contextlib.contextmanager
def connected(address: str) -> Iterator[None]:
    """Connect to Ray, and disconnect at the end.

    Meanwhile nothing is written to standard error except by `sys.stderr`.

    Args:
        address: "local" starts Ray on this machine, and ends it at the end; "auto" joins the cluster that this machine
            is in; "host:port" joins another.

    Raises:
        AddressError: there is no Ray at that address, it refuses this machine, or a node has another version of Ray,
            Python or digitpad.
        MissingPartError: Ray is not installed.
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")  # Ray warns where nothing is said
    try:
        import ray
    except ModuleNotFoundError:
        raise MissingPartError.package("ray", "a cluster", "digitpad[ray]") from None
    where = address if address == "local" else _find(address)
    with quiet.native():
        _connect(where)
        try:
            if where != "local":
                _check_nodes()
            yield
        finally:
            ray.shutdown()


def _connect(where: str) -> None:
    import ray
    from ray._private import worker

    # Ray prints what happens to nodes on standard output, and only this function prints it.
    worker.print_to_stdstream = lambda *_, **__: None
    settings: dict[str, Any] = {"include_dashboard": False} if where == "local" else {}
    try:
        ray.init(where, logging_level=logging.ERROR, log_to_driver=False, **settings)
    except (RuntimeError, ValueError, ConnectionError) as error:
        raise AddressError(_explain(where, error)) from None


def _find(address: str) -> str:
    """The host and port that an address means, after a look at whether a Ray is there: its own takes minutes."""
    if address == "auto":
        address = os.environ.get("RAY_ADDRESS") or _read_latest()
    match = re.fullmatch(r"\[?([^\[\]/]+?)\]?:(\d{1,5})", address)
    if not match:
        raise AddressError(f"Expected local, auto or HOST:PORT as the address of a Ray cluster; got {address!r}.")
    try:
        with socket.create_connection((match[1], int(match[2])), _SECONDS) as connection:
            first = connection.recv(9)
    except TimeoutError:
        first = b""
    except (OSError, OverflowError, UnicodeError) as error:
        why = getattr(error, "strerror", None) or error
        raise AddressError(f"Expected a Ray cluster at {address}; nothing answers there: {why}.") from None
    if first[3:4] != bytes([_SETTINGS_FRAME]):
        raise AddressError(
            f"Expected a Ray cluster at {address}; something else is there. Give the port that `ray start --head` "
            "printed, by default 6379."
        )
    return address


def _read_latest() -> str:
    try:
        return _LATEST.read_text().strip()
    except OSError:
        raise AddressError(
            "Expected a Ray cluster that this machine is in; there is none. Begin one with `ray start --head`, give "
            "--ray HOST:PORT, or --ray local for a Ray on this machine alone."
        ) from None


def _explain(address: str, error: Exception) -> str:
    """Why Ray at an address did not let this process in."""
    found = re.findall(r"(Ray|Python): (\S+)", str(error))
    if "ersion mismatch" in str(error) and len(found) == 4:
        theirs, ours = (", ".join(f"{name} {version}" for name, version in part) for part in (found[:2], found[2:]))
        return f"Expected the same versions at {address} as here; it has {theirs}, and this machine {ours}."
    return (
        f"Expected the Ray cluster at {address} to let this machine in; it did not. If it wants a token, set "
        "RAY_AUTH_MODE=token, and RAY_AUTH_TOKEN to what `ray get-auth-token` prints there. Ray's words: "
        + str(error).strip().partition("\n")[0]
    )


def _check_nodes() -> None:
    """Raise AddressError unless every node that works has this version of digitpad."""
    import ray
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    def find_version() -> str:
        try:
            import digitpad

            return f"digitpad {digitpad.__version__}"
        except ImportError:
            return "no digitpad"

    nodes = [node for node in ray.nodes() if node["Alive"] and node["Resources"].get("CPU")]
    task = ray.remote(num_cpus=0)(find_version)
    at = [NodeAffinitySchedulingStrategy(node["NodeID"], soft=False) for node in nodes]
    found = ray.get([task.options(scheduling_strategy=strategy).remote() for strategy in at])
    ours = f"digitpad {digitpad.__version__}"
    for node, theirs in zip(nodes, found, strict=True):
        if theirs != ours:
            name = node["NodeManagerHostname"]
            python = platform.python_version()
            raise AddressError(
                f"Expected {ours} on every node of the cluster; {name} has {theirs}. Install it in the Python {python} "
                "that Ray runs in there."
            )
