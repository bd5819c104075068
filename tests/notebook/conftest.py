"""A notebook in Colab's stead, and pages in a real browser."""

import json
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

sys.path.insert(0, str(Path(__file__).parents[2] / "docs"))  # where the script is that runs the notebook


@dataclass(frozen=True)
class Notebook:
    """A kernel with a stand-in for Colab's host around it.

    Attributes:
        url: of the page with all outputs so far.
    """

    url: str

    def run(self, code: str) -> Any:
        """Run a cell; what it showed, by media type. RuntimeError if it fails."""
        return self._post("run", code=code)

    def show(self, code: str) -> None:
        """Run a cell whose HTML stands on the page from now on."""
        self._post("show", code=code)

    def restart(self) -> None:
        """Restart the kernel; the page stays as it is."""
        self._post("restart")

    def run_aside(self, code: str) -> threading.Thread:
        """Run a cell while the test goes on; it runs when this returns."""
        thread = threading.Thread(target=self.run, args=(code,))
        thread.start()
        while not self._post("is_busy"):
            time.sleep(0.01)
        return thread

    def _post(self, route: str, **asked: Any) -> Any:
        request = urllib.request.Request(self.url + route, json.dumps(asked).encode(), method="POST")
        try:
            with urllib.request.urlopen(request, timeout=120) as response:
                return json.load(response)
        except urllib.error.HTTPError as error:
            with error:
                raise RuntimeError(error.read().decode()) from None


@pytest.fixture
def notebook() -> Iterator[Notebook]:
    """A notebook with a kernel of its own."""
    command = [sys.executable, "-m", "tests.notebook.colab_host"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        yield Notebook(process.stdout.readline().strip())
        process.communicate()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """An empty page."""
    context = browser.new_context(viewport={"width": 1280, "height": 1800})
    yield context.new_page()
    context.close()
