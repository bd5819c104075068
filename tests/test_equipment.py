"""Where there is no Chromium or npm, tests are skipped and the last lines say so; where CI=true, they fail."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TESTS = """
def test_in_a_browser(browser): ...
def test_with_npm(npm): ...
"""


@pytest.mark.parametrize("ci", [False, True], ids=["by hand", "CI"])
def test_without_chromium_and_npm_tests_are_skipped_with_advice_and_fail_in_ci(tmp_path: Path, ci: bool) -> None:
    (tmp_path / "test_bare.py").write_text(TESTS)
    kept = {name: value for name, value in os.environ.items() if name != "CI" and not name.startswith("PYTEST")}
    bare = kept | {"PATH": str(tmp_path), "PLAYWRIGHT_BROWSERS_PATH": str(tmp_path)} | ({"CI": "true"} if ci else {})
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.conftest", "-c", "pyproject.toml", "--rootdir=."]
    command += ["-p", "no:cacheprovider", str(tmp_path / "test_bare.py")]
    result = subprocess.run(command, cwd=ROOT, env=bare, capture_output=True, text=True, check=False)
    if ci:
        assert result.returncode == 1, result.stdout
        assert "2 errors" in result.stdout
        assert "skipped" not in result.stdout
    else:
        assert result.returncode == 0, result.stdout
        assert "2 skipped" in result.stdout
        assert "1 test skipped: there is no Chromium (`apt install chromium`" in result.stdout
        assert "1 test skipped: there is no npm (`apt install npm`" in result.stdout
