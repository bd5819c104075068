"""What some tests need beside Python: found, or else installed by `python -m tests.equipment`.

Where one of them cannot be had, the tests that need it are skipped, and fail only where CI=true.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from functools import cache, partial
from pathlib import Path
from typing import NoReturn

import pytest
from playwright.sync_api import Playwright, sync_playwright

_CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
_SHELL = "chromium-headless-shell"
_ADVICE = {
    "Chromium": "there is no Chromium (`apt install chromium`, or `.venv/bin/python -m playwright install chromium`)",
    "npm": "there is no npm (`apt install npm`, or install Node.js)",
    "PostgreSQL": "there is no PostgreSQL (`apt install postgresql`)",
    "nginx": "there is no nginx (`apt install nginx-light`)",
}
"""What is missing, and how to get it."""

_PACKAGES = {"Chromium": "chromium", "npm": "npm", "PostgreSQL": "postgresql", "nginx": "nginx-light"}
"""Of Debian."""

_UNATTENDED = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}


def chromium(playwright: Playwright) -> str | None:
    """Path of a Chromium that runs: the system's, or else Playwright's own."""
    paths = [*map(shutil.which, _CHROMIUM), playwright.chromium.executable_path]
    return next((path for path in paths if path and _succeeds([path, "--version"])), None)


def headless(playwright: Playwright) -> str | None:
    """Path of a Chromium without windows, which takes half the time but has no camera; or else of a whole one."""
    return shutil.which(_SHELL) or chromium(playwright)


def npm() -> str | None:
    """Path of npm."""
    return shutil.which("npm")


def postgresql() -> Path | None:
    """The folder with PostgreSQL's programs; Debian keeps them out of the path, the newest version last."""
    here = shutil.which("initdb")
    there = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return Path(here).resolve().parent if here else there[-1].parent if there else None


def nginx() -> str | None:
    """Path of nginx; Debian keeps it where only root looks."""
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")


def lacks(tool: str) -> NoReturn:
    """Skip a test for want of a tool; fail it where CI=true."""
    if os.environ.get("CI") == "true":
        pytest.fail(_ADVICE[tool])
    pytest.skip(_ADVICE[tool])


def find_advice(reason: str) -> str:
    """What to do about a test that was skipped for a reason; "" if this module did not skip it."""
    return next((advice for advice in _ADVICE.values() if advice in reason), "")


def install(playwright: Playwright) -> None:
    """Install what is missing as far as this machine allows, and say what is missing still."""
    if not chromium(playwright):
        print("There is no Chromium; trying Playwright's own.", flush=True)
        _succeeds([sys.executable, "-m", "playwright", "install", "chromium"])
    if os.environ.get("CI") == "true" and not shutil.which(_SHELL):
        _install_package(_SHELL)  # only saves time
    finders: dict[str, Callable[[], object]] = {
        "Chromium": partial(chromium, playwright),
        "npm": npm,
        "PostgreSQL": postgresql,
        "nginx": nginx,
    }
    for tool, find in finders.items():
        if not find():
            print(f"There is no {tool}; trying apt-get.", flush=True)
            _install_package(_PACKAGES[tool])
        if not find():
            print(f"Some tests will be skipped: {_ADVICE[tool]}.", flush=True)


def _install_package(name: str) -> None:
    """Install a Debian package where this can be done without a password."""
    _apt_get("update")
    _apt_get("install", "--yes", "--no-install-recommends", name)


@cache
def _apt_get(*arguments: str) -> bool:
    administrator = [] if os.geteuid() == 0 else ["sudo", "--non-interactive"]
    return _succeeds([*administrator, "apt-get", "--quiet", *arguments])


def _succeeds(command: Sequence[str]) -> bool:
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, env=_UNATTENDED, check=False)
    except OSError:
        return False
    return done.returncode == 0


if __name__ == "__main__":
    with sync_playwright() as playwright:
        install(playwright)
