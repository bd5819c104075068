"""The command line: answers on standard output, one sentence on standard error, and exit codes that mean something."""

import csv
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from digitpad import artifact
from tests.doodles import NO_DIGITS, png
from tests.golden import GOLDEN
from tests.pages.conftest import draw, write

SEVEN = GOLDEN / "7-medium-light.png"


def digitpad(*arguments: str | Path, stdin: bytes = b"", **environment: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "digitpad", *map(str, arguments)]
    process = subprocess.run(command, input=stdin, capture_output=True, check=False, env={**os.environ, **environment})
    out, error = process.stdout.decode(), process.stderr.decode()
    return subprocess.CompletedProcess(command, process.returncode, out, error)


def test_predict_shows_the_digit_the_ranking_and_the_picture() -> None:
    result = digitpad("predict", SEVEN)
    assert (result.returncode, result.stderr) == (0, "")
    assert re.search(
        r"7-medium-light\.png: 7, >?\d+\.\d % confident\. No other .* Top 3: 7 >?\d+\.\d %, \d .*, \d ", result.stdout
    )
    rows = [line for line in result.stdout.splitlines() if line.startswith("  |")]
    assert len(rows) == 14
    assert all(len(row) == 2 + 28 + 2 for row in rows)
    assert sum(row.count("@") for row in rows) > 10
    assert "\x1b" not in result.stdout


def test_predict_reads_several_pictures_and_standard_input() -> None:
    result = digitpad("predict", "-", GOLDEN / "3-large-dark.png", "--top", "1", stdin=SEVEN.read_bytes())
    assert "-: 7, " in result.stdout
    assert "3-large-dark.png: 3, " in result.stdout


def test_json_is_one_object_a_picture() -> None:
    result = digitpad("predict", "--json", SEVEN, GOLDEN / "0-small-light.png")
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    assert [answer["digit"] for answer in answers] == [7, 0]
    assert len(answers[0]["seen"]) == len(answers[0]["seen"][0]) == 28
    assert answers[0]["top_k"][0] == {"digit": 7, "probability": answers[0]["confidence"]}


def test_a_blank_picture_is_called_blank() -> None:
    file = io.BytesIO()
    Image.new("L", (50, 50), 255).save(file, "PNG")
    result = digitpad("predict", "-", stdin=file.getvalue())
    assert result.returncode == 0
    assert result.stdout == "-: Blank. Nothing stands out from the paper.\n"


def test_what_is_no_digit_is_an_answer_and_no_error() -> None:
    result = digitpad("predict", "-", SEVEN, stdin=png(NO_DIGITS["scribble"]))
    assert (result.returncode, result.stderr) == (0, "")
    assert re.match(r"-: Not a digit\. It does not look like a digit; the closest is an? \d\. Top 3: ", result.stdout)
    assert "7-medium-light.png: 7, " in result.stdout
    [answer] = map(json.loads, digitpad("predict", "--json", "-", stdin=png(NO_DIGITS["scribble"])).stdout.splitlines())
    assert answer["status"] == "not a digit"


@pytest.fixture
def number(tmp_path: Path) -> Path:
    """A picture of two lines of digits."""
    path = tmp_path / "number.png"
    Image.fromarray(draw(write("1984\n07"))).save(path)
    return path


def test_read_prints_the_text(number: Path) -> None:
    result = digitpad("read", number)
    assert (result.returncode, result.stdout, result.stderr) == (0, "1984\n07\n", "")
    result = digitpad("read", number, "-", stdin=png([]))
    assert result.stdout == f"{number}:\n1984\n07\n-:\n(Nothing stands out from the paper.)\n"


def test_read_says_why_a_table_is_empty(tmp_path: Path) -> None:
    blank = tmp_path / "blank.png"
    Image.new("L", (200, 100), 240).save(blank)
    done = digitpad("read", "--csv", blank)
    assert len(done.stdout.splitlines()) == 1
    assert "blank.png: Nothing stands out from the paper." in done.stderr


def test_read_prints_json_and_csv(number: Path) -> None:
    [answer] = map(json.loads, digitpad("read", "--json", number).stdout.splitlines())
    assert (answer["picture"], answer["text"]) == (str(number), "1984\n07")
    rows = list(csv.DictReader(io.StringIO(digitpad("read", "--csv", number).stdout)))
    assert "".join(row["digit"] for row in rows) == "198407"
    assert {row["picture"] for row in rows} == {str(number)}


def test_read_draws_over_the_picture(number: Path, tmp_path: Path) -> None:
    result = digitpad("read", number, "--annotate", tmp_path / "out.png")
    assert result.returncode == 0, result.stderr
    with Image.open(tmp_path / "out.png") as drawn, Image.open(number) as plain:
        assert drawn.size == plain.size
        assert np.abs(np.asarray(drawn).astype(int) - np.asarray(plain)).max() > 50


def test_predict_draws_what_spoke_for_the_answer(tmp_path: Path) -> None:
    result = digitpad("predict", SEVEN, "--explain", tmp_path / "out.png")
    assert (result.returncode, result.stderr) == (0, "")
    assert "7-medium-light.png: 7, " in result.stdout
    with Image.open(tmp_path / "out.png") as drawn:
        assert np.ptp(np.asarray(drawn)) == 255


def test_predict_refuses_to_explain_in_one_sentence(tmp_path: Path) -> None:
    alone = tmp_path / "digits.onnx"
    alone.write_bytes(artifact.shipped().read_bytes())
    cases: list[tuple[list[str | Path], str]] = [
        ([SEVEN, SEVEN, "--explain", "out.png"], "Expected one picture with --explain; got 2."),
        ([SEVEN, "--explain", "out.jpg"], "whose name ends in .png; got out.jpg."),
        ([SEVEN, "--explain", SEVEN.parent / "." / SEVEN.name], "Expected another file with --explain"),
        ([SEVEN, "--explain", "no/such/out.png"], "the folder of no/such/out.png does not exist."),
        ([SEVEN, "--explain", tmp_path / "out.png", "--model", alone], "Expected layers.onnx beside"),
    ]
    for arguments, words in cases:
        result = digitpad("predict", *arguments)
        assert result.returncode == 2, arguments
        assert words in result.stderr
        assert result.stderr.count("\n") == 1
    assert not (tmp_path / "out.png").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--json", "--csv", SEVEN], "Expected --json or --csv; got both."),
        ([SEVEN, SEVEN, "--annotate", "out.png"], "Expected one picture with --annotate; got 2."),
        ([SEVEN, "--annotate", "out.jpg"], "whose name ends in .png; got out.jpg."),
        ([SEVEN, "--annotate", SEVEN], "Expected another file with --annotate"),
        ([SEVEN, "--annotate", "no/such/out.png"], "the folder of no/such/out.png does not exist."),
        (["missing.png"], "Expected a PNG, JPEG or WebP file; missing.png does not exist."),
        (["--pages", "missing.onnx", SEVEN], "missing.onnx does not exist"),
    ],
)
def test_read_refuses_in_one_sentence(arguments: list[str | Path], words: str) -> None:
    result = digitpad("read", *arguments)
    assert result.returncode == 2
    assert words in result.stderr
    assert result.stderr.count("\n") == 1


def test_info_shows_the_card() -> None:
    result = digitpad("info")
    card = json.loads(result.stdout[result.stdout.index("{") :])
    assert card["test"]["num_images"] == 10_000
    assert result.stdout.startswith(f"model {artifact.load(artifact.shipped()).model_id} for digits, ")


def broken_model(tmp_path: Path) -> Path:
    path = tmp_path / "broken.onnx"
    content = bytearray(artifact.shipped().read_bytes())
    content[5000] ^= 4
    path.write_bytes(content)
    return path


def test_bad_input_is_one_sentence_and_exit_code_2(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("hello")
    cases: list[tuple[list[str | Path], str]] = [
        (["predict", tmp_path / "missing.png"], "does not exist"),
        (["predict", tmp_path / "notes.txt"], "Expected a PNG, JPEG or WebP"),
        (["predict", tmp_path], "is a folder"),
        (["predict", "data:image/png;base64,???"], "cannot be decoded"),
        (["predict", "-"], "got no data"),
        (["predict", SEVEN, "--model", tmp_path / "missing.onnx"], "does not exist"),
        (["predict", SEVEN, "--model", broken_model(tmp_path)], "damaged or edited"),
        (["info", tmp_path / "notes.txt"], "does not end with a digest"),
        (["evaluate", tmp_path], "has no recipe.toml"),
    ]
    for arguments, words in cases:
        result = digitpad(*arguments)
        assert result.returncode == 2, arguments
        assert result.stdout == ""
        assert re.fullmatch(r"digitpad: [^\n]+\n", result.stderr), result.stderr
        assert words in result.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--set", "learning_rat=1"], "got 'learning_rat'"),
        (["--set", "learning_rate=-1"], "learning_rate to be at least"),
        (["--epochs", "0"], "epochs to be at least 1"),
        (["--recipe", "fancy"], "there is no 'fancy'"),
        (["--resume"], "Expected --out"),
        (["--resume", "--epochs", "3", "--out", "x"], "a run keeps its own recipe"),
        (["--data", "nowhere", "--out", "{tmp}/run"], "there is no folder nowhere"),
        (["--out", "/proc/run"], "to be a writable folder; it is not: "),
    ],
)
def test_bad_training_input_is_one_sentence_and_exit_code_2(arguments: list[str], words: str, tmp_path: Path) -> None:
    result = digitpad("train", *(argument.replace("{tmp}", str(tmp_path)) for argument in arguments))
    assert result.returncode == 2, result.stderr
    assert re.fullmatch(r"digitpad: [^\n]+\n", result.stderr), result.stderr
    assert words in result.stderr


def test_training_without_its_packages_says_what_to_install(tmp_path: Path) -> None:
    hide = "import sys; sys.modules['keras'] = None; sys.argv[1:] = ['train']; from digitpad.cli import main; main()"
    result = subprocess.run([sys.executable, "-c", hide], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert result.returncode == 1
    assert "pip install 'digitpad[train,cpu]'" in result.stderr
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(("command", "package"), [("serve", "fastapi"), ("site", "jinja2")])
def test_commands_without_their_packages_say_what_to_install(command: str, package: str) -> None:
    hide = f"import sys; sys.modules[{package!r}] = None; sys.argv[1:] = [{command!r}]; "
    run = "from digitpad.cli import main; main()"
    result = subprocess.run([sys.executable, "-c", hide + run], capture_output=True, text=True, check=False)
    assert result.returncode == 1
    assert f"{package} is not installed" in result.stderr
    assert f"pip install 'digitpad[{command}]'" in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_full_disk_is_one_sentence_and_exit_code_1() -> None:
    with Path("/dev/full").open("wb") as full:
        command = [sys.executable, "-m", "digitpad", "predict", str(SEVEN)]
        result = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert result.returncode == 1
    assert "No space left on device" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_backend_that_does_not_exist_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    result = digitpad("train", "--out", tmp_path / "run", KERAS_BACKEND="foo.bar")
    assert result.returncode == 2
    assert not (tmp_path / "run").exists()
    assert "one of tensorflow, jax, torch; got 'foo.bar'" in result.stderr


def test_one_bad_picture_does_not_stop_the_others() -> None:
    result = digitpad("predict", "--json", "missing.png", SEVEN)
    assert result.returncode == 2
    assert json.loads(result.stdout)["digit"] == 7
    assert result.stderr == "digitpad: Expected a PNG, JPEG or WebP file; missing.png does not exist.\n"


def test_the_version_is_told() -> None:
    assert re.fullmatch(r"digitpad \d+\.\d+\.\d+\n", digitpad("--version").stdout)


def test_usage_errors_are_exit_code_2() -> None:
    assert digitpad().returncode == 2
    assert digitpad("predict").returncode == 2
    assert digitpad("fly").returncode == 2
