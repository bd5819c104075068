"""The site of the model that ships, on a plain static file server, under a path of its own."""

import functools
import http.server
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from digitpad.site import build
from digitpad.site.command import SHIPPED
from digitpad.site.settings import Link, Settings
from tests.conftest import build_once
from tests.hands import Pad

SETTINGS = Settings(
    title="Ada's <digits>", author="Ada & Co", url="https://ada.example/d", links=(Link("Code", "https://ada.example"),)
)
READY_MS = 60_000

START = """async () => {
  const worker = new Worker("web/reader.js", { type: "module" });
  window.ask = (message) => {
    worker.postMessage(message);
    return new Promise((resolve) => { worker.onmessage = ({ data }) => resolve(data); });
  };
  return ask(JSON.parse(document.querySelector("#reader").textContent));
}"""
"""Starts a worker on the page, which `ask` then asks."""


@dataclass
class Site:
    """A site that is served.

    Attributes:
        folder: its files.
        url: where it is.
        server: serves it, and more beside it.
    """

    folder: Path
    url: str
    server: http.server.ThreadingHTTPServer


class Host(http.server.ThreadingHTTPServer):
    """A plain host, which does not mind browsers that leave before they have everything."""

    def handle_error(self, *args: Any) -> None:
        pass


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serves files as any plain host does, and keeps silent about it."""

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture(scope="session")
def site(npm: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    place = Path("ada") / "digits"
    root = build_once(tmp_path_factory, "host", lambda root: build(SHIPPED, root / place, SETTINGS))
    with Host(("127.0.0.1", 0), functools.partial(Handler, directory=root)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield Site(root / place, f"http://127.0.0.1:{server.server_port}/{place.as_posix()}/", server)
        server.shutdown()


OpenSite = Callable[..., Pad]


@pytest.fixture
def open_site(request: pytest.FixtureRequest, browser: Browser, site: Site) -> Iterator[OpenSite]:
    """Opens the page; whatever it complains about fails the test."""
    contexts: list[BrowserContext] = []
    pads: list[Pad] = []

    def open_site(
        prepare: Callable[[BrowserContext], object] = lambda context: None, address: str = site.url, **options: Any
    ) -> Pad:
        chosen = request.getfixturevalue("browser_with_camera") if "permissions" in options else browser
        context = chosen.new_context(reduced_motion="reduce", **options)
        contexts.append(context)
        prepare(context)
        pad = Pad(context.new_page(), touch=options.get("has_touch", False))
        pads.append(pad)
        pad.page.goto(address)
        return pad

    yield open_site
    for context in contexts:
        context.close()
    assert [complaint for pad in pads for complaint in pad.complaints] == []


def wait_until_ready(pad: Pad) -> None:
    expect(pad.page.locator("#state")).to_contain_text("Ready.", timeout=READY_MS)
