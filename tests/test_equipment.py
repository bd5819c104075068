"""Where there is no Chromium or npm, tests are skipped and the last lines say so; where CI=true, they fail."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE_TESTS = (
    "tests/web/test_keyboard.py::test_everything_works_by_keyboard_alone",
    "tests/site/test_build.py::test_the_runtime_is_what_is_pinned",
)
"""One that needs Chromium, and one that needs npm."""


@pytest.fixture
def bare(tmp_path: Path) -> dict[str, str]:
    """An environment without Chromium and npm."""
    kept = {name: value for name, value in os.environ.items() if name != "CI" and not name.startswith("PYTEST")}
    return kept | {"PATH": str(tmp_path), "PLAYWRIGHT_BROWSERS_PATH": str(tmp_path)}


def run_pages(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *PAGE_TESTS]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_without_chromium_and_npm_the_summary_says_what_was_skipped_and_how_to_get_it(bare: dict[str, str]) -> None:
    result = run_pages(bare)
    assert result.returncode == 0, result.stdout
    assert "2 skipped" in result.stdout
    assert "1 test skipped: there is no Chromium (`apt install chromium`" in result.stdout
    assert "1 test skipped: there is no npm (`apt install npm`" in result.stdout


def test_in_ci_nothing_is_skipped_for_want_of_them(bare: dict[str, str]) -> None:
    result = run_pages(bare | {"CI": "true"})
    assert result.returncode == 1, result.stdout
    assert "skipped" not in result.stdout
