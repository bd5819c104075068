"""Entry point: `python -m bench.server`, or `make bench-server`."""

import contextlib
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import httpx
import pandas as pd
import typer

from bench import record
from bench.record import Figures, alternate, describe, ratios, spread
from bench.server import clients, routes, sheets
from bench.server.clients import ERRORS
from bench.server.routes import BenchError, Route
from bench.server.servers import Server

DIGITPAD = Path(sys.executable).with_name("digitpad")
GRADIO, OCR = (record.FOLDER.parent / name for name in (".venv-gradio", ".venv-ocr"))
PACKAGES = ("digitpad", "fastapi", "httptools", "numpy", "onnxruntime", "pillow", "starlette", "uvicorn", "uvloop")

Launcher = Callable[[], Server]
Results = dict[str, Figures]


@dataclass(frozen=True)
class Plan:
    """What is asked of which servers, and how long.

    Attributes:
        unit: what is counted.
        routes: by server and name, in the order in which they are compared; digitpad's are the first.
        num_passes: how often every server is measured.
        seconds: of a pass of wrk, by number of connections.
        warm_up: the connections and the seconds of wrk before that.
        num_round_trips: of the browser in a pass.
        num_starts: of each server whose starts are timed.
        num_answers: those after which digitpad's memory is noted, the first and the last time, at the earliest.
    """

    unit: str
    routes: Mapping[str, Mapping[str, Route]]
    num_passes: int
    seconds: Mapping[int, int]
    warm_up: tuple[int, int]
    num_round_trips: int
    num_starts: Mapping[str, int]
    num_answers: tuple[int, int]


FULL = (
    Plan(
        "predictions",
        routes.ROUTES,
        num_passes=5,
        seconds={1: 2, 8: 5, 32: 4},
        warm_up=(8, 1),
        num_round_trips=100,
        num_starts={"digitpad": 10, "Gradio": 3},
        num_answers=(1_000, 50_000),
    ),
    Plan(
        "pages",
        sheets.ROUTES,
        num_passes=3,
        seconds={1: 15, 4: 15},
        warm_up=(4, 10),
        num_round_trips=20,
        num_starts={"RapidOCR": 3},
        num_answers=(0, 0),
    ),
)
QUICK = (
    replace(
        FULL[0],
        num_passes=2,
        seconds={1: 1, 8: 1, 32: 1},
        num_round_trips=20,
        num_starts={"digitpad": 2, "Gradio": 1},
        num_answers=(1_000, 5_000),
    ),
    replace(FULL[1], num_passes=1, seconds={1: 8, 4: 8}, num_round_trips=4, num_starts={"RapidOCR": 1}),
)


def main(quick: bool = False) -> None:
    """How fast the server is, compared with Gradio and RapidOCR; --quick makes short passes and writes nothing."""
    try:
        installed, results = find_versions(), Results()
        for plan in QUICK if quick else FULL:
            results |= measure(plan)
    except (BenchError, OSError, httpx.HTTPError) as error:
        sys.exit(f"bench.server: {error}")
    record.finish("server", record.collect(installed, results, *choose_notes()), is_quick=quick)


def find_versions() -> dict[str, str]:
    """The versions of everything involved."""
    found = {"wrk": clients.wrk_version(), **record.versions(*PACKAGES), record.MODEL: record.shipped()}
    for environment, package in ((GRADIO, "gradio"), (OCR, "rapidocr-onnxruntime")):
        path = [str(folder) for folder in environment.glob("lib/python*/site-packages")]
        theirs = record.versions(package, *PACKAGES, path=path) if path else {}
        found |= {f"{name} ({environment.name})": version for name, version in theirs.items()}
    return found


def choose_notes() -> list[str]:
    """The names of the notes; what is left out comes first."""
    has = {"gradio": GRADIO.exists(), "RapidOCR": OCR.exists()}
    missing = [f"no {name}" for name in has if not has[name]]
    return [*missing, "server", "sheets", *(name for name in has if has[name])]


def measure(plan: Plan) -> Results:
    """Measure the starts, the passes and the memory of the servers of a plan."""
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        launchers = {name: start for name, start in find_launchers(Path(folder)).items() if name in plan.routes}
        results = measure_starts(launchers, plan)
        servers = {name: stack.enter_context(contextlib.closing(start())) for name, start in launchers.items()}
        for name, server in servers.items():
            server.prepare(plan.routes[name], Path(folder), plan.warm_up)
        servers["digitpad"].load_until(plan.num_answers[0])
        for server in servers.values():
            server.note_memory("first")
        results |= summarise(measure_passes(servers, plan), plan)
        servers["digitpad"].load_until(plan.num_answers[1])
        for name, server in servers.items():
            server.note_memory("last")
            results[f"{name}, {plan.unit}, resident memory (MB)"] = server.memory
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
    if OCR.exists():
        app = (OCR / "bin" / "python", Path(__file__).with_name("rapidocr_app.py"))
        launchers["RapidOCR"] = partial(Server, app, "/openapi.json", folder / "rapidocr.log", may_err=True)
    return launchers


def measure_starts(launchers: Mapping[str, Launcher], plan: Plan) -> Results:
    """Milliseconds until each server is ready."""
    counts = {name: count for name, count in plan.num_starts.items() if name in launchers}
    times: dict[str, list[float]] = {name: [] for name in counts}
    for name, _ in alternate(counts):
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


def summarise(passes: pd.DataFrame, plan: Plan) -> Results:
    """The figures of every client and route over the passes, and digitpad's rates as multiples of the other's."""
    results = Results()
    named = {"rate": f"{plan.unit}/s", "median (ms)": "median (ms)", "p99 (ms)": "p99 (ms)"}
    for client, of_client in passes.groupby("client", sort=False):
        rates = {}
        for route, seen in of_client.groupby("route", sort=False):
            rates[route] = seen["rate"].tolist()
            results |= {f"{route}, {client}, {name}": spread(seen[figure].tolist()) for figure, name in named.items()}
            results[f"{route}, {client}, errors (count)"] = seen[["n", *ERRORS]].sum().to_dict()
        for ours, theirs in zip(*plan.routes.values(), strict=True):
            if theirs in rates:
                results[f"{ours} : {theirs}, {client}, {plan.unit}/s (ratio)"] = ratios(rates[ours], rates[theirs])
    return results


if __name__ == "__main__":
    typer.run(main)
