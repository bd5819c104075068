"""A real server, and its page in a real browser."""

import base64
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext

from digitpad.corrections import store
from digitpad.corrections.correction import Correction
from digitpad.corrections.store import Store
from tests.conftest import soak
from tests.golden import GOLDEN
from tests.hands import Pad
from tests.serving import Server, serving


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    with serving() as server:
        yield server


@dataclass(frozen=True)
class Kept:
    """A server that keeps corrections, and where.

    Attributes:
        url: where it listens.
        store: what it keeps.
    """

    url: str
    store: Store

    @property
    def corrections(self) -> tuple[Correction, ...]:
        """The latest, newest first."""
        return self.store.list().corrections

    @property
    def truths(self) -> list[str]:
        """What the latest drawings are, newest first."""
        return [correction.truth for correction in self.corrections]


@pytest.fixture(scope="session")
def keeping_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    path = tmp_path_factory.mktemp("kept") / "corrections.sqlite"
    with serving("--keep", str(path)) as server:
        yield Kept(server.url, store.open(path))


@pytest.fixture
def kept(keeping_server: Kept) -> Kept:
    """A server that keeps nothing yet."""
    keeping_server.store.remove_all()
    return keeping_server


DESKTOP: dict[str, Any] = {"viewport": {"width": 1280, "height": 900}}
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 3,
    "has_touch": True,
    "is_mobile": True,
}

LOOKS = [
    pytest.param(DESKTOP, "light", id="desktop-light"),
    pytest.param(PHONE, "dark", id="phone-dark"),
    pytest.param(DESKTOP, "dark", id="desktop-dark", marks=soak),
    pytest.param(PHONE, "light", id="phone-light", marks=soak),
]
"""Devices and colour schemes in which a page must keep nobody out."""

UNSURE = {"status": "unsure", "reason": "It could also be a 9.", "digit": 4, "candidates": [4, 9]}
NO_DIGIT = {"status": "not a digit", "reason": "It does not look like a digit; the closest is an 8."}
A_PICTURE = GOLDEN / "4-medium-dark.png"


def problem(status: int, kind: str, detail: str) -> dict[str, Any]:
    document = {"type": f"urn:digitpad:problem:{kind}", "title": "", "status": status, "detail": detail}
    return {"status": status, "json": document, "content_type": "application/problem+json"}


OpenPad = Callable[..., Pad]


@pytest.fixture
def open_pad(request: pytest.FixtureRequest, browser: Browser, server: Server) -> Iterator[OpenPad]:
    """Opens pads; whatever they complain about fails the test."""
    contexts: list[BrowserContext] = []
    pads: list[Pad] = []

    def open_pad(device: dict[str, Any] = DESKTOP, url: str = server.url, **options: Any) -> Pad:
        chosen = request.getfixturevalue("browser_with_camera") if "permissions" in options else browser
        context = chosen.new_context(reduced_motion="reduce", **device, **options)
        contexts.append(context)
        pad = Pad(context.new_page(), touch=device.get("has_touch", False))
        pads.append(pad)
        pad.page.goto(url)
        pad.expect_blank()
        return pad

    yield open_pad
    for pad in pads:  # answers may still be on their way
        pad.page.unroute_all(behavior="ignoreErrors")
    for context in contexts:
        context.close()
    assert [complaint for pad in pads for complaint in pad.complaints] == []


def is_inked(pad: Pad, x: float, y: float) -> bool:
    """Whether there is ink at a place given as shares of the pad's side."""
    inked: bool = pad.part("pad").evaluate(
        "(c, [x, y]) => c.getContext('2d').getImageData(x * c.width, y * c.height, 1, 1).data[3] > 0", [x, y]
    )
    return inked


def give_file(pad: Pad, way: str, path: Path, media_type: str) -> None:
    """Paste or drop a file, as the browser tells the page of it."""
    content = base64.b64encode(path.read_bytes()).decode()
    pad.page.evaluate(
        """([way, content, name, type]) => {
            const transfer = new DataTransfer();
            transfer.items.add(new File([Uint8Array.from(atob(content), c => c.charCodeAt(0))], name, { type }));
            const event = way === "paste"
                ? new ClipboardEvent("paste", { clipboardData: transfer, bubbles: true, cancelable: true })
                : new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true });
            document.querySelector("[data-dp=pad]").dispatchEvent(event);
        }""",
        [way, content, path.name, media_type],
    )
