"""How many predictions a second the server gives, how long one takes, and how much memory: `make bench-server`.

wrk makes the load. In turn with the server, a Gradio app around the same model is measured (`gradio_app.py`), which
needs an environment of its own (`gradio-requirements.txt`); without it, its rows are left out. The figures are printed
and written to `bench/server.json`; with `--quick` they are only printed, and only show that all of this works.
"""

import argparse
import contextlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import wrk
from passes import Passes
from processes import Server
from record import Figures, describe, model, show, versions, write
from routes import BenchError, api, draw_all, gradio_page, gradio_post, page
from system import System

HERE = Path(__file__).parent
RESULTS = HERE / "server.json"
DIGITPAD = Path(sys.executable).with_name("digitpad")
GRADIO_PYTHON = HERE.parent / ".venv-gradio" / "bin" / "python"

Launcher = Callable[[], Server]

ROUTES = {"digitpad": (page, api), "Gradio": (gradio_page, gradio_post)}
"""Like stands beside like: what a page asks, and the least that can be asked."""
PACKAGES = ("digitpad", "fastapi", "httptools", "numpy", "onnxruntime", "pillow", "starlette", "uvicorn", "uvloop")

NO_GRADIO = "GRADIO IS LEFT OUT: there is no .venv-gradio; bench/gradio-requirements.txt says how to make it."
NOTES = (
    "60 drawings of 140 x 140 px in turn. Every answer, under load too, is compared with the digit that was drawn.",
    "'n connections' is wrk with n people who each ask again as soon as they are answered; 'one browser' is one "
    "person, in Python. Clients run on the same cores as the servers.",
    "A prediction lasts from its first request to its last answer. predictions/s of wrk are requests answered over "
    "requests in a prediction.",
    "digitpad: one worker, its log in a file. The API is POST /api/predict with a PNG data URL as JSON; its page asks "
    "for all ten digits and a picture of the ink besides.",
    "Errors: answers other than 2xx, broken connections, answers after 30 s, wrong digits.",
    "Mean ± standard deviation over the passes. Ready: from the start of the command until digitpad's /readyz, or "
    "Gradio's page, answers 200.",
)
GRADIO_NOTES = (
    "The servers take turns in every pass; the one that waits is stopped (SIGSTOP).",
    "Gradio as its page asks: 3 uploads (paper, layer, composite), POST queue/join, GET queue/data to the end of the "
    "stream, as Chromium sends for one press of Submit, though that repeats uploads, which is not counted. wrk sends "
    "uploads one after the other, the browser next to each other.",
    "Gradio uploaded before, no queue: one POST /gradio_api/run/predict; uploads are not counted. The best it can do.",
    "Gradio has its own defaults: its queue does one prediction at a time, and pip brings no uvloop or httptools.",
)


@dataclass(frozen=True)
class Plan:
    """How long everything is measured.

    Attributes:
        num_passes: how often the servers take turns.
        seconds: of a pass of wrk, by number of connections.
        num_round_trips: of the browser in a pass.
        num_starts: of each server.
        num_predictions: digitpad's memory is noted after so many answers, the first and the last time.
    """

    num_passes: int
    seconds: Mapping[int, int]
    num_round_trips: int
    num_starts: Mapping[str, int]
    num_predictions: tuple[int, int]


FULL = Plan(5, {1: 2, 8: 5, 32: 4}, 100, {"digitpad": 10, "Gradio": 3}, (1_000, 50_000))
QUICK = Plan(2, {1: 1, 8: 1, 32: 1}, 20, {"digitpad": 2, "Gradio": 1}, (1_000, 5_000))


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description="How fast the server is, beside Gradio.")
    parser.add_argument("--quick", action="store_true", help="short passes; writes nothing")
    is_quick = parser.parse_args().quick
    has_gradio = GRADIO_PYTHON.exists()
    notes = (*NOTES, *GRADIO_NOTES) if has_gradio else (NO_GRADIO, *NOTES)
    print(NO_GRADIO if not has_gradio else "digitpad and Gradio, in turn.", "What was measured is said at the end.\n")
    try:
        all_versions = find_versions(has_gradio)
        results = measure(QUICK if is_quick else FULL, has_gradio)
    except BenchError as error:
        sys.exit(f"bench/server.py: {error}")
    print(*notes, sep="\n")
    write(None if is_quick else RESULTS, all_versions, results, notes)


def find_versions(has_gradio: bool) -> dict[str, str]:
    """The versions of everything that takes part."""
    found = {"wrk": wrk.version(), **versions(*PACKAGES), **model()}
    if has_gradio:
        script = "import json, sys, record; print(json.dumps(record.versions(*sys.argv[1:])))"
        command = [str(GRADIO_PYTHON), "-c", script, "gradio", *PACKAGES]
        done = subprocess.run(command, cwd=HERE, capture_output=True, text=True)
        if done.returncode:
            raise BenchError(f"Expected {GRADIO_PYTHON} to run; make it again as bench/gradio-requirements.txt says.")
        found |= {f"{package} (.venv-gradio)": number for package, number in json.loads(done.stdout).items()}
    return found


def measure(plan: Plan, has_gradio: bool) -> dict[str, Figures]:
    """Measure and print everything."""
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        launchers = find_launchers(Path(folder), has_gradio)
        results = measure_starts(launchers, plan.num_starts)
        systems = launch(launchers, Path(folder), stack)
        warm_up(systems, plan)
        pairs = [(a.name, b.name) for a, b in zip(systems[0].routes, systems[-1].routes, strict=True) if has_gradio]
        passes = take_turns(systems, plan)
        passes.show(pairs)
        results |= passes.results(pairs)
        systems[0].load_until(plan.num_predictions[1])
        for name, system in zip(launchers, systems, strict=True):
            system.note_memory("last")
            results[f"{name}, resident memory (MB)"] = system.memory
            show(f"{name}, resident memory (MB)", system.memory)
    return results


def find_launchers(folder: Path, has_gradio: bool) -> dict[str, Launcher]:
    """What starts each server; its files go into the folder."""
    log = folder / "digitpad.log"
    launchers: dict[str, Launcher] = {"digitpad": partial(Server, [DIGITPAD, "serve", "--port", "0"], "/readyz", log)}
    if has_gradio:
        options = {
            "GRADIO_ANALYTICS_ENABLED": "False",
            "GRADIO_TEMP_DIR": str(folder / "gradio"),
            "PYTHONUNBUFFERED": "1",
        }
        command = [GRADIO_PYTHON, HERE / "gradio_app.py"]
        launchers["Gradio"] = partial(Server, command, "/", folder / "gradio.log", options)
    return launchers


def measure_starts(launchers: Mapping[str, Launcher], counts: Mapping[str, int]) -> dict[str, Figures]:
    """Start the servers again and again, in turn as long as it goes."""
    times: dict[str, list[float]] = {name: [] for name in launchers}
    for number in range(max(counts.values())):
        for name, start in launchers.items():
            if number < counts[name]:
                server = start()
                times[name].append(1000 * server.ready_seconds)
                server.close()
    results = {f"{name}, ready (ms)": describe(values) for name, values in times.items()}
    for name, figures in results.items():
        show(name, figures)
    print()
    return results


def launch(launchers: Mapping[str, Launcher], folder: Path, stack: contextlib.ExitStack) -> list[System]:
    """Start the servers that are measured, until the stack is closed."""
    systems, drawings = [], draw_all()
    for name, start in launchers.items():
        server = start()
        stack.callback(server.close)
        systems.append(System(server, ROUTES[name], drawings, folder))
    return systems


def warm_up(systems: Sequence[System], plan: Plan) -> None:
    """Have every drawing read on every route, and give the server its first answers."""
    for system in systems:
        for route in system.routes:
            system.ask(route, len(draw_all()))
            system.load(route, 8, 1)
    systems[0].load_until(plan.num_predictions[0])
    for system in systems:
        system.note_memory("first")


def take_turns(systems: Sequence[System], plan: Plan) -> Passes:
    """All passes: every client asks every server on every route, and again."""
    turns = [(system, system.routes[number]) for number in range(len(systems[0].routes)) for system in systems]
    passes = Passes()
    for _ in range(plan.num_passes):
        for num_connections, seconds in plan.seconds.items():
            client = f"{num_connections} connection{'s' if num_connections > 1 else ''}"
            for system, route in turns:
                passes.add(client, route.name, system.load(route, num_connections, seconds))
        for system, route in turns:
            passes.add("one browser", route.name, system.ask(route, plan.num_round_trips))
    return passes


if __name__ == "__main__":
    main()
