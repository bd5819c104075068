"""Entry point: `python -m bench.browser`, or `make bench-browser`. Building the site needs npm."""

import contextlib
import functools
import gzip
import io
import shutil
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from bench import record
from bench.browser import pad
from bench.record import Figures, describe
from digitpad import artifact, esm
from digitpad.site import build, runtime
from digitpad.site.settings import Settings
from digitpad.training.runs import RunFolder
from tests.serving import serving

NUM_LOADS = 10
NUM_READS = 500
READY = """() => new Promise((resolve) => {
  const state = document.querySelector("#state");
  const look = () => state.textContent.startsWith("Ready.") && resolve();
  new MutationObserver(look).observe(state, { childList: true });
  look();
})"""
READ = Path(__file__).with_name("read.js")


def main() -> None:
    """Build the site, measure, print and write."""
    with tempfile.TemporaryDirectory() as folder:
        site = Path(folder) / "site"
        started = time.perf_counter()
        build(RunFolder(artifact.shipped().parent), site, Settings())
        results: dict[str, Figures] = {"`digitpad site` (s)": {"n": 1, "seconds": time.perf_counter() - started}}
        results |= weigh(site)
        with serve(site) as url, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
            results |= measure(browser, url)
            with serving() as server:
                results |= pad.measure(playwright, {"site": url, "server": server.url})
            installed = record.versions("digitpad") | {record.MODEL: record.shipped()}
            installed |= {runtime.PACKAGE: runtime.version(), "Chromium": browser.version}
    record.finish("browser", record.collect(installed, results, "browser"))


def weigh(site: Path) -> dict[str, Figures]:
    """How many bytes a visitor loads: before the page can be looked at and drawn on, and in all."""
    files = {path: path.read_bytes() for path in site.rglob("*") if path.is_file()}
    needed = {"index.html", "pad.css", "site.css", "icon.svg", *(f"{module}.js" for module in esm.needed("site"))}

    def sizes(some: Iterable[bytes]) -> Figures:
        pairs = [(len(data), len(gzip.compress(data))) for data in some]
        return {"as it is": sum(size for size, _ in pairs), "compressed": sum(size for _, size in pairs)}

    first = [data for path, data in files.items() if path.name in needed]
    return {"the page at first (bytes)": sizes(first), "everything (bytes)": sizes(files.values())}


def measure(browser: Browser, url: str) -> dict[str, Figures]:
    """Milliseconds to load the site, and to read a drawing on it."""
    loads = [load(browser, url) for _ in range(NUM_LOADS)]
    page = browser.new_page()
    page.goto(url)
    return {
        "from the address to the page (ms)": describe([shown for shown, _ in loads]),
        "from the address to a reader that is ready (ms)": describe([ready for _, ready in loads]),
        "reading a drawing (ms)": describe(page.evaluate(READ.read_text(), {"count": NUM_READS})),
    }


def load(browser: Browser, url: str) -> tuple[float, float]:
    """Milliseconds until the page is there, and until the reader is ready, with an empty cache."""
    page = browser.new_page()  # in a context of its own
    started = time.perf_counter()
    page.goto(url, wait_until="domcontentloaded")
    shown = time.perf_counter()
    page.evaluate(READY)
    ready = time.perf_counter()
    page.close()
    return 1000 * (shown - started), 1000 * (ready - started)


@contextlib.contextmanager
def serve(folder: Path) -> Iterator[str]:
    """Serve the files of a folder without a log; yields the URL."""
    handler = functools.partial(SimpleHTTPRequestHandler, directory=folder)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as host, contextlib.redirect_stderr(io.StringIO()):
        threading.Thread(target=host.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{host.server_port}/"
        host.shutdown()


if __name__ == "__main__":
    main()
