"""A server and the ways to ask it, measured."""

import contextlib
import itertools
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import wrk
from passes import ERRORS, Pass
from processes import Server
from record import Figures, describe
from routes import BenchError, Browser, Drawing, Route

MAX_PASSES = 30


class System:
    """A server, and the routes on which it is measured; it runs only while it is.

    Attributes:
        routes: the routes.
        num_predictions: answers so far.
        memory: resident MB as noted so far, the answers before each note, and the peak.
    """

    def __init__(
        self, server: Server, routes: Sequence[Callable[[str], Route]], drawings: Sequence[Drawing], folder: Path
    ) -> None:
        self._server, self._drawings, self._folder = server, drawings, folder
        self.routes = [route(server.url) for route in routes]
        self.num_predictions = 0
        self.memory: Figures = {}
        self.note_memory("ready")
        with server.awake():  # uploads of drawings may be part of writing the requests down
            self._steps = {route.name: [route.steps(drawn) for drawn in drawings] for route in self.routes}
        for name, steps in self._steps.items():
            wrk.write_requests(folder / name, [drawn.digit for drawn in drawings], steps)

    def load(self, route: Route, num_connections: int, seconds: int) -> Pass:
        """One pass of wrk."""
        num_steps = len(self._steps[route.name][0])
        with self._server.awake():
            seen = wrk.run(self._server.url, self._folder / route.name, num_steps, num_connections, seconds)
        self.num_predictions += int(seen.latency["n"])
        return seen

    def load_until(self, num_predictions: int) -> None:
        """Have eight people ask until the server has given that many answers, but not for ever."""
        for _ in range(MAX_PASSES):
            if (missing := num_predictions - self.num_predictions) <= 0:
                return
            self.load(self.routes[-1], 8, min(10, 1 + missing // 1000))

    def ask(self, route: Route, count: int) -> Pass:
        """One pass of a browser: predictions one after the other, after one that does not count.

        Raises:
            BenchError: an answer is not the digit that was drawn.
        """
        questions = list(zip(self._drawings, self._steps[route.name], strict=True))
        times = []
        with self._server.awake(), contextlib.closing(Browser(self._server.url)) as browser:
            browser.ask(questions[0][1])
            for drawn, steps in itertools.islice(itertools.cycle(questions), count):
                started = time.perf_counter()
                digit = browser.ask(steps)
                times.append(1000 * (time.perf_counter() - started))
                if digit != drawn.digit:
                    raise BenchError(f"Expected {route.name} to read a {drawn.digit}; it reads {digit}.")
        self.num_predictions += count + 1
        return Pass(1000 * count / sum(times), describe(times), dict.fromkeys(ERRORS, 0))

    def note_memory(self, name: str) -> None:
        """Note the memory of this moment."""
        now, peak = self._server.memory()
        self.memory |= {f"n_{name}": self.num_predictions, name: now, "peak": peak}
