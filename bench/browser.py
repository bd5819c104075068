"""How long the site takes in a browser to load and to read: `make bench-browser`. Needs Chromium and npm."""

import contextlib
import functools
import gzip
import http.server
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright
from record import Figures, describe, model, show, versions, write

from digitpad import artifact
from digitpad.site import build, runtime
from digitpad.site.settings import Settings
from digitpad.training.runs import RunFolder

RESULTS = Path(__file__).with_suffix(".json")
NUM_LOADS = 10
NUM_READS = 500
FIRST = ("index.html", "pad.css", "site.css", "icon.svg", "site.js", "pad.js")
"""What the page needs to be looked at and drawn on."""

READY_MS = 60_000

READ = """async ({ count }) => {
  const worker = new Worker("web/reader.js", { type: "module" });
  const ask = (message) => {
    worker.postMessage(message);
    return new Promise((resolve) => { worker.onmessage = ({ data }) => resolve(data); });
  };
  await ask(JSON.parse(document.querySelector("#reader").textContent));
  const canvas = Object.assign(document.createElement("canvas"), { width: 140, height: 140 });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.fillStyle = "#fff";
  context.fillRect(0, 0, 140, 140);
  context.lineWidth = 11;
  context.lineCap = context.lineJoin = "round";
  context.beginPath();
  for (const [x, y] of [[40, 35], [100, 35], [65, 110]]) context.lineTo(x, y);
  context.stroke();
  const times = [];
  for (let id = 0; id < count; id += 1) {
    const started = performance.now();
    const { data } = context.getImageData(0, 0, 140, 140);
    const { answer } = await ask({ id, width: 140, height: 140, pixels: new Uint8Array(data.buffer) });
    times.push(performance.now() - started);
    if (answer.digit !== 7) throw new Error(`a 7 was read as ${answer.digit}`);
  }
  return times;
}"""

NOTES = [
    "The model that ships, in headless Chromium, from a server on the same machine; each load without a cache.",
    "A drawing is one of 140 px, as the pad sends it: from its pixels on the page to its answer there, one at a time, "
    "by way of the worker.",
    "The page at first is all that it needs to be looked at and drawn on; runtime and model load behind it.",
]


def main() -> None:
    """Build, measure, print and write."""
    results: dict[str, Figures] = {}
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "site"
        started = time.perf_counter()
        build(RunFolder(artifact.shipped().parent), out, Settings())
        results["`digitpad site` (s)"] = {"n": 1, "seconds": time.perf_counter() - started}
        results |= weigh(out)
        with serving(out) as url, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
            loads = [load(browser, url) for _ in range(NUM_LOADS)]
            results["from the address to the page (ms)"] = describe([shown for shown, _ in loads])
            results["from the address to a reader that is ready (ms)"] = describe([ready for _, ready in loads])
            page = browser.new_page()
            page.goto(url)
            results["reading a drawing (ms)"] = describe(page.evaluate(READ, {"count": NUM_READS}))
            installed = versions("digitpad") | model()
            installed |= {runtime.PACKAGE: runtime.version(), "Chromium": browser.version}
    for name, figures in results.items():
        show(name, figures)
    write(RESULTS, installed, results, NOTES)


def weigh(out: Path) -> dict[str, Figures]:
    """How many bytes there are."""
    sizes = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    first = [data for path, data in sizes.items() if path.name in FIRST]
    return {
        "the page at first (bytes)": {"as it is": sum(map(len, first)), "compressed": sum(map(compressed, first))},
        "everything (bytes)": {
            "as it is": sum(map(len, sizes.values())),
            "compressed": sum(map(compressed, sizes.values())),
        },
    }


def compressed(data: bytes) -> int:
    """Bytes after gzip."""
    return len(gzip.compress(data))


def load(browser: Browser, url: str) -> tuple[float, float]:
    """Milliseconds until the page is there, and until the reader is ready, in a browser that was never there."""
    page = browser.new_page()
    started = time.perf_counter()
    page.goto(url, wait_until="domcontentloaded")
    shown = time.perf_counter()
    page.locator("#state", has_text="Ready.").wait_for(timeout=READY_MS)
    ready = time.perf_counter()
    page.close()
    return 1000 * (shown - started), 1000 * (ready - started)


@contextlib.contextmanager
def serving(folder: Path) -> Iterator[str]:
    """A plain file server for a folder."""
    handler = functools.partial(Silent, directory=folder)
    with Host(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


class Host(http.server.ThreadingHTTPServer):
    """A host that does not mind browsers that leave before they have everything."""

    def handle_error(self, *args: Any) -> None:
        """Say nothing."""


class Silent(http.server.SimpleHTTPRequestHandler):
    """Serves files and keeps silent about it."""

    def log_message(self, *args: Any) -> None:
        """Say nothing."""


if __name__ == "__main__":
    main()
