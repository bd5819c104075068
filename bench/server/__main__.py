"""Entry point: `python -m bench.server`, or `make bench-server`."""

import contextlib
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import httpx
import pandas as pd
import typer

from bench import record
from bench.record import Figures, alternate, describe, ratios, spread
from bench.server import clients
from bench.server.clients import ERRORS
from bench.server.routes import ROUTES, BenchError, draw_all
from bench.server.servers import Server

DIGITPAD = Path(sys.executable).with_name("digitpad")
GRADIO = record.FOLDER.parent / ".venv-gradio"
PACKAGES = ("digitpad", "fastapi", "httptools", "numpy", "onnxruntime", "pillow", "starlette", "uvicorn", "uvloop")

Launcher = Callable[[], Server]


@dataclass(frozen=True)
class Plan:
    """How long everything is measured.

    Attributes:
        num_passes: how often every server is measured.
        seconds: of a pass of wrk, by number of connections.
        num_round_trips: of the browser in a pass.
        num_starts: of each server.
        num_predictions: the answers after which digitpad's memory is noted, the first and the last time.
    """

    num_passes: int
    seconds: Mapping[int, int]
    num_round_trips: int
    num_starts: Mapping[str, int]
    num_predictions: tuple[int, int]


FULL = Plan(5, {1: 2, 8: 5, 32: 4}, 100, {"digitpad": 10, "Gradio": 3}, (1_000, 50_000))
QUICK = Plan(2, {1: 1, 8: 1, 32: 1}, 20, {"digitpad": 2, "Gradio": 1}, (1_000, 5_000))


def main(quick: bool = False) -> None:
    """How fast the server is, compared with Gradio; with --quick in short passes, and nothing is written."""
    try:
        installed = find_versions()
        results = measure(QUICK if quick else FULL)
    except (BenchError, OSError, httpx.HTTPError) as error:
        sys.exit(f"bench.server: {error}")
    notes = ("server", "gradio") if GRADIO.exists() else ("no gradio", "server")
    record.finish("server", record.collect(installed, results, *notes), is_quick=quick)


def find_versions() -> dict[str, str]:
    """The versions of everything involved."""
    found = {"wrk": clients.wrk_version(), **record.versions(*PACKAGES), record.MODEL: record.shipped()}
    path = [str(folder) for folder in GRADIO.glob("lib/python*/site-packages")]
    theirs = record.versions("gradio", *PACKAGES, path=path) if path else {}
    return found | {f"{package} (.venv-gradio)": version for package, version in theirs.items()}


def measure(plan: Plan) -> dict[str, Figures]:
    """Measure the starts, the passes and the memory of all servers."""
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        launchers = find_launchers(Path(folder))
        results = measure_starts(launchers, plan)
        servers = {name: stack.enter_context(contextlib.closing(start())) for name, start in launchers.items()}
        for name, server in servers.items():
            server.prepare(ROUTES[name], draw_all(), Path(folder))
        servers["digitpad"].load_until(plan.num_predictions[0])
        for server in servers.values():
            server.note_memory("first")
        results |= summarise(measure_passes(servers, plan))
        servers["digitpad"].load_until(plan.num_predictions[1])
        for name, server in servers.items():
            server.note_memory("last")
            results[f"{name}, resident memory (MB)"] = server.memory
    return results


def find_launchers(folder: Path) -> dict[str, Launcher]:
    """What starts each server; its files go into the folder."""
    serve = (DIGITPAD, "serve", "--port", "0")
    launchers: dict[str, Launcher] = {"digitpad": partial(Server, serve, "/readyz", folder / "digitpad.log")}
    if GRADIO.exists():
        options = {
            "GRADIO_ANALYTICS_ENABLED": "False",
            "GRADIO_TEMP_DIR": str(folder / "gradio"),
            "PYTHONUNBUFFERED": "1",
        }
        app = (GRADIO / "bin" / "python", Path(__file__).with_name("gradio_app.py"))
        launchers["Gradio"] = partial(Server, app, "/", folder / "gradio.log", options)
    return launchers


def measure_starts(launchers: Mapping[str, Launcher], plan: Plan) -> dict[str, Figures]:
    """Milliseconds until each server is ready."""
    times: dict[str, list[float]] = {name: [] for name in launchers}
    for name, _ in alternate({name: plan.num_starts[name] for name in launchers}):
        with contextlib.closing(launchers[name]()) as server:
            times[name].append(1000 * server.ready_seconds)
    return {f"{name}, ready (ms)": describe(values) for name, values in times.items()}


def measure_passes(servers: Mapping[str, Server], plan: Plan) -> pd.DataFrame:
    """All passes, where every client asks every server on every route: a row each, as from `Server.load`."""
    together = zip(*(server.routes for server in servers.values()), strict=True)
    turns = [turn for routes in together for turn in zip(servers.values(), routes, strict=True)]
    rows = []
    for _ in range(plan.num_passes):
        for num_connections, seconds in plan.seconds.items():
            client = f"{num_connections} connection{'s' if num_connections > 1 else ''}"
            rows += [{"client": client, **server.load(route, num_connections, seconds)} for server, route in turns]
        rows += [{"client": "one browser", **server.ask(route, plan.num_round_trips)} for server, route in turns]
    return pd.DataFrame(rows)


def summarise(passes: pd.DataFrame) -> dict[str, Figures]:
    """The figures of every client and route over the passes, and digitpad's rates as multiples of Gradio's."""
    results: dict[str, Figures] = {}
    for client, of_client in passes.groupby("client", sort=False):
        rates = {}
        for route, seen in of_client.groupby("route", sort=False):
            figures = {name: seen[name].tolist() for name in ("predictions/s", "median (ms)", "p99 (ms)")}
            rates[route] = figures["predictions/s"]
            results |= {f"{route}, {client}, {name}": spread(values) for name, values in figures.items()}
            results[f"{route}, {client}, errors (count)"] = seen[["n", *ERRORS]].sum().to_dict()
        for ours, theirs in zip(*ROUTES.values(), strict=True):
            if theirs in rates:
                results[f"{ours} : {theirs}, {client}, predictions/s (ratio)"] = ratios(rates[ours], rates[theirs])
    return results


if __name__ == "__main__":
    typer.run(main)
