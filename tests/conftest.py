"""What the tests share: golden drawings, the shipped model, a browser for each worker, folders built once for all."""

import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from filelock import FileLock
from hypothesis import settings
from numpy.typing import NDArray
from playwright.sync_api import Browser, Playwright, sync_playwright

from digitpad import Recognizer
from tests import equipment, video
from tests.postgresql import Cluster, running

SOAK = os.environ.get("DIGITPAD_SOAK") == "1"
"""Whether `make soak` runs, which takes its time."""

soak = pytest.mark.skipif(not SOAK, reason="takes long, and something quicker tests nearly the same: make soak")
"""Marks a test that only `make soak` runs."""

settings.register_profile("test", max_examples=40)
settings.register_profile("soak", max_examples=1000)
settings.load_profile("soak" if SOAK else "test")


def portion(full: int) -> int:
    """How much of a long test is done: all of it in `make soak`, a tenth in `make test`."""
    return full if SOAK else max(1, full // 10)


def build_once(factory: pytest.TempPathFactory, name: str, build: Callable[[Path], object]) -> Path:
    """A folder that the first worker to ask for it builds, for all workers; no test may change it."""
    base = factory.getbasetemp()
    root = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder, done = root / name, root / f"{name}.done"
    with FileLock(root / f"{name}.lock"):
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)
            build(folder)
            done.touch()
    return folder


@pytest.fixture(scope="session")
def quick_lab(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `digitpad lab --all --quick` measured, with the page beside it."""
    return build_once(tmp_path_factory, "quick", _run_lab) / "lab"


def _run_lab(folder: Path) -> None:
    command = [sys.executable, "-m", "digitpad", "lab", "--all", "--quick", "--out", str(folder / "lab")]
    alone = {"TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1"}  # other tests need the other cores
    result = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, **alone})
    assert result.returncode == 0, result.stderr


@pytest.fixture(scope="session")
def recognizer() -> Recognizer:
    """The model that ships."""
    return Recognizer.load()


@pytest.fixture
def canvas() -> NDArray[np.uint8]:
    """A 7 in black on white, RGBA (100, 80, 4), which no test may change."""
    pixels = np.full((100, 80, 4), 255, np.uint8)
    pixels[20:28, 20:60, :3] = 0
    for row in range(28, 80):
        column = 55 - (row - 28) // 2
        pixels[row, column : column + 8, :3] = 0
    pixels.flags.writeable = False
    return pixels


@pytest.fixture(scope="session")  # from then on this thread has an event loop, and can run no other
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        yield playwright


BROWSER = ["--no-sandbox", *([] if SOAK else ["--js-flags=--liftoff-only --wasm-lazy-compilation"])]
"""Options of Chromium; a test is over before it pays to compile WebAssembly well."""

FILM = "number.y4m"


def make_film(folder: Path) -> None:
    folder.mkdir()
    video.write(folder / FILM, video.hold(video.NUMBER, slice(320, 410)))


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """Chromium without a camera, one for each worker; every page gets a context of its own."""
    path = equipment.headless(playwright) or equipment.lacks("Chromium")
    browser = playwright.chromium.launch(executable_path=path, args=BROWSER)
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def browser_with_camera(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Chromium whose camera sees `video.NUMBER`."""
    path = equipment.chromium(playwright) or equipment.lacks("Chromium")
    film = build_once(tmp_path_factory, "film", make_film) / FILM
    browser = playwright.chromium.launch(executable_path=path, args=[*BROWSER, *video.camera(film)])
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Cluster]:
    """PostgreSQL, one for each worker."""
    with running(equipment.postgresql() or equipment.lacks("PostgreSQL")) as cluster:
        yield cluster


@pytest.fixture(params=["SQLite", "PostgreSQL"])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where corrections can be kept: a file or a database, in which there are none yet."""
    if request.param == "SQLite":
        return str(tmp_path / "kept.sqlite")
    url: str = request.getfixturevalue("postgresql").create()
    return url


@pytest.fixture(scope="session")
def npm() -> str:
    """Path of npm."""
    return equipment.npm() or equipment.lacks("npm")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take longest, so that no worker is left alone with one at the end.

    They are those marked so, then those that need a browser.
    """
    items.sort(
        key=lambda item: (item.get_closest_marker("long") is None, "browser" not in getattr(item, "fixturenames", ()))
    )


@pytest.fixture(scope="module")
def quick_ray(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Processes of Ray begin two seconds sooner each, without a package of JupyterLab's that they would import."""
    folder = tmp_path_factory.mktemp("path")
    (folder / "rfc3987_syntax.py").write_text("raise ImportError")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(folder))
        yield


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many tests were skipped for want of Chromium, npm or PostgreSQL, and how to get them."""
    reasons = [str(report.longrepr[2]) for report in terminalreporter.stats.get("skipped", []) if report.longrepr]
    for advice, count in Counter(map(equipment.find_advice, reasons)).items():
        if advice:
            tests = "test" if count == 1 else "tests"
            terminalreporter.write_line(f"{count} {tests} skipped: {advice}.", yellow=True, bold=True)
