"""A real server, and its page in a real browser."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext

from tests.hands import Pad
from tests.serving import Server, serving


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    with serving() as server:
        yield server


DESKTOP: dict[str, Any] = {"viewport": {"width": 1280, "height": 900}}
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 3,
    "has_touch": True,
    "is_mobile": True,
}

OpenPad = Callable[..., Pad]


@pytest.fixture
def open_pad(browser: Browser, server: Server) -> Iterator[OpenPad]:
    """Opens pads; whatever they complain about fails the test."""
    contexts: list[BrowserContext] = []
    pads: list[Pad] = []

    def open_pad(device: dict[str, Any] = DESKTOP, url: str = server.url, **options: Any) -> Pad:
        context = browser.new_context(**device, **options)
        contexts.append(context)
        pad = Pad(context.new_page(), touch=device.get("has_touch", False))
        pads.append(pad)
        pad.page.goto(url, wait_until="networkidle")
        pad.expect_blank()
        return pad

    yield open_pad
    for pad in pads:  # answers may still be on their way
        pad.page.unroute_all(behavior="ignoreErrors")
    for context in contexts:
        context.close()
    assert [complaint for pad in pads for complaint in pad.complaints] == []
