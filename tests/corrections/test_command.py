"""The commands: a store goes out and comes in again, and is deleted only after a question."""

import contextlib
import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from digitpad.cli import app
from digitpad.corrections import store
from digitpad.corrections.correction import Answer
from tests.corrections.samples import SEVEN, sample


def run(*arguments: str | Path, stdin: str = "") -> Result:
    """`digitpad corrections` in this process."""
    return CliRunner().invoke(app, ["corrections", *map(str, arguments)], input=stdin)


@pytest.fixture
def three(target: str) -> str:
    """A store with three corrections."""
    kept = store.open(target)
    kept.add(sample(0))
    kept.add(sample(1, truth="19\n84", answer=Answer("number", "", 0.0), session="6" * 32))
    kept.add(sample(2, truth="not a digit", answer=Answer("unsure", "4", 0.4)))
    kept.close()
    return target


def count(target: str) -> int:
    kept = store.open(target)
    found = kept.count()
    kept.close()
    return found


def test_list_shows_the_newest_first(three: str) -> None:
    result = run("list", three)
    rows = [line.split("  ") for line in result.output.splitlines()]
    cells = [[cell.strip() for cell in row if cell.strip()] for row in rows]
    assert [row[2:4] for row in cells[1:4]] == [["4?", "not a digit"], ["nothing", "19 / 84"], ["1", "7"]]
    assert cells[3] == [sample().id, "2026-11-27T21:08:49.123Z", "1", "7", "dbcfb7810e97", "5" * 32]
    assert rows[4][0].startswith("3 corrections in ")


def test_list_as_json_leaves_the_drawings_out(three: str) -> None:
    records = [json.loads(line) for line in run("list", three, "--json").output.splitlines()]
    expected = sample().to_json()
    del expected["picture"], expected["strokes"]
    assert records[2] == expected


def test_a_store_goes_out_and_comes_in_again(three: str, tmp_path: Path) -> None:
    path, other = tmp_path / "out.jsonl", tmp_path / "other.sqlite"
    assert run("export", three, path).output == f"3 corrections in {path}.\n"
    result = run("import", other, path, path)
    assert result.exit_code == 0
    assert result.output == (
        f"{path}: 3 corrections added, 0 kept before.\n{path}: 0 corrections added, 3 kept before.\n"
        "3 corrections in other.sqlite.\n"
    )
    assert run("export", other, "-").stdout_bytes == path.read_bytes()


def test_pictures_go_to_folders(three: str, tmp_path: Path) -> None:
    assert run("export", three, tmp_path / "out").exit_code == 0
    assert (tmp_path / f"out/7/{sample().id}.png").read_bytes() == SEVEN
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"7", "19_84", "not a digit"}


def test_a_bad_source_does_not_stop_the_others(three: str, tmp_path: Path) -> None:
    bad, other = tmp_path / "bad.jsonl", str(tmp_path / "other.sqlite")
    bad.write_text("{}\n")
    good = tmp_path / "good.jsonl"
    run("export", three, good)
    result = run("import", other, tmp_path / "missing", bad, good)
    assert result.exit_code == 2
    assert "missing does not exist" in result.stderr
    assert "bad.jsonl, line 1: Expected an object" in result.stderr
    assert count(other) == 3


def test_delete_asks(three: str) -> None:
    result = run("delete", three, "--all", stdin="n\n")
    assert result.exit_code == 1
    assert "Delete 3 corrections from " in result.output
    assert count(three) == 3
    assert run("delete", three, "--all", stdin="y\n").exit_code == 0
    assert count(three) == 0


def test_delete_some(three: str) -> None:
    assert run("delete", three, sample(0).id, "0" * 31, "--yes").output == "1 correction deleted.\n"
    assert run("delete", three, "--session", "6" * 32, "--yes").output == "1 correction deleted.\n"
    assert count(three) == 1


def test_all_are_deleted_even_if_their_bytes_cannot_be_erased(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = str(tmp_path / "kept.sqlite")
    with contextlib.closing(store.open(target)) as kept:
        for number in range(3):
            kept.add(sample(number))
        with contextlib.closing(sqlite3.connect(target)) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT * FROM corrections").fetchone()
            monkeypatch.setattr("digitpad.corrections.database.WAIT_SECONDS", 0.0)
            result = run("delete", target, sample(0).id, sample(1).id, "--yes")
        assert "its bytes may remain" in str(result.exception)
        assert [each.id for each in kept.iterate()] == [sample(2).id]


@pytest.mark.parametrize("arguments", [[], ["--all", "1"], ["--all", "--session", "1"]])
def test_delete_says_what_it_wants(three: str, arguments: list[str]) -> None:
    result = run("delete", three, *arguments, "--yes")
    assert "Expected the ids of corrections, --session ID or --all" in str(result.exception)
    assert count(three) == 3


def test_without_its_packages_it_says_what_to_install() -> None:
    hide = "import sys; sys.modules['sqlalchemy'] = None; sys.argv[1:] = ['corrections', 'list', 'x']; "
    command = [sys.executable, "-c", hide + "from digitpad.cli import main; main()"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 1
    assert "pip install 'digitpad[keep]'" in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_store_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "digitpad", "corrections", "list", str(tmp_path / "kept.sqlite")]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 2
    assert result.stderr == (f"digitpad: Expected a file of corrections; {tmp_path / 'kept.sqlite'} does not exist.\n")


def test_names_that_are_not_unicode_can_be_printed(tmp_path: Path) -> None:
    folder = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9"))
    (folder / "7").mkdir(parents=True)
    (folder / "7" / os.fsdecode(b"\xe9.png")).write_bytes(SEVEN)
    (folder / "7/notes.txt").write_text("hello")
    command = [sys.executable, "-m", "digitpad", "corrections", "import", str(tmp_path / "kept.sqlite"), str(folder)]
    environment = os.environ | {"PYTHONIOENCODING": "utf-8"}
    result = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert result.returncode == 2  # for the notes
    assert "Traceback" not in result.stderr
    assert "caf\\udce9: 1 correction added" in result.stdout
