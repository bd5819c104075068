"""What is written to a file is what is read from it; pictures in folders become corrections."""

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from digitpad import Recognizer, drawing
from digitpad.corrections import exchange
from digitpad.corrections.correction import Correction
from digitpad.errors import CorrectionError, InputError
from tests.corrections.samples import MADE, SEVEN, SMALL, corrections, sample
from tests.doodles import NO_DIGITS, png
from tests.golden import GOLDEN
from tests.pages.conftest import draw, write

GOLDEN_SEVEN = (GOLDEN / "7-medium-dark.png").read_bytes()
LINE = exchange.to_line(sample(picture=SMALL))


def read(source: Path, recognizer: Recognizer) -> tuple[list[Correction], list[str]]:
    """What is read, and what was said of the rest."""
    told: list[InputError] = []
    found = list(exchange.read(source, recognizer, on_error=told.append))
    return found, list(map(str, told))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20, deadline=None)
@given(st.lists(corrections(), max_size=3))
def test_a_file_holds_what_was_written(tmp_path: Path, recognizer: Recognizer, made: list[Correction]) -> None:
    path = tmp_path / "corrections.jsonl"
    assert exchange.write_file(made, path) == len(made)
    assert read(path, recognizer) == (made, [])


def test_a_bad_line_is_named_and_the_others_are_read(tmp_path: Path, recognizer: Recognizer) -> None:
    path = tmp_path / "corrections.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + LINE + b"\n{\n\xff\n[]\n" + LINE.replace(b'"7"', b'"x"') + LINE.rstrip())
    found, told = read(path, recognizer)
    assert found == [sample(picture=SMALL)] * 2
    assert [line.partition(": Expected")[0] for line in told] == [f"{path}, line {n}" for n in (3, 4, 5, 6)]


def test_a_file_that_breaks_off_does_not_replace_the_last(tmp_path: Path) -> None:
    path = tmp_path / "corrections.jsonl"
    path.write_bytes(LINE)

    def break_off() -> "list[Correction]":
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        exchange.write_file((each for each in break_off()), path)
    assert path.read_bytes() == LINE
    assert list(tmp_path.iterdir()) == [path]


def test_pictures_in_folders(tmp_path: Path, recognizer: Recognizer) -> None:
    for name, content in {
        "7/b.png": SEVEN,
        "7/same.png": SEVEN,
        "7/.hidden": b"",
        "not a digit/w.png": png(NO_DIGITS["W"]),
        "ada/7/a.png": GOLDEN_SEVEN,
        "readme.txt": b"hello",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    made_ns = 1_000_000_000 * int(MADE.timestamp()) + 1000 * MADE.microsecond
    os.utime(tmp_path / "7/b.png", ns=(made_ns, made_ns))
    (tmp_path / "19 84_07").mkdir()
    Image.fromarray(draw(write("1984\n07"))).save(tmp_path / "19 84_07/number.png")
    found, told = read(tmp_path, recognizer)
    assert told == []
    number, seven, same, ada, other = found
    assert (number.truth, number.answer.status, number.answer.text) == ("19 84\n07", "number", "1984\n07")
    assert (seven.truth, seven.answer.status, seven.answer.text, seven.made) == ("7", "digit", "7", MADE)
    assert seven.picture == SEVEN
    assert seven.model == recognizer.model_id
    assert same.id == seven.id  # so it is kept once
    assert (other.truth, other.answer.status) == ("not a digit", "not a digit")
    assert {number.session, seven.session, other.session} == {seven.session}
    assert ada.session != seven.session
    assert read(tmp_path / "7", recognizer)[0] == [seven, same]  # wherever one begins
    assert [each.id for each in read(tmp_path / "ada", recognizer)[0]] == [ada.id]
    assert [Correction.from_json(each.to_json()) for each in found] == found


def test_a_large_picture_is_kept_smaller(tmp_path: Path, recognizer: Recognizer) -> None:
    (tmp_path / "0").mkdir()
    pixels = np.full((1500, 1500), 255, np.uint8)
    pixels[300:1200, 600:700] = pixels[300:1200, 900:1000] = pixels[300:400, 600:1000] = pixels[1100:1200, 600:1000] = 0
    Image.fromarray(pixels).save(tmp_path / "0/photo.jpg")
    [made], told = read(tmp_path, recognizer)
    assert told == []
    assert drawing.read(made.picture).shape == (750, 750, 4)


def test_a_bad_picture_is_named_and_the_others_are_read(tmp_path: Path, recognizer: Recognizer) -> None:
    (tmp_path / "7").mkdir()
    (tmp_path / "7/a.png").write_bytes(SEVEN)
    (tmp_path / "7/notes.txt").write_text("hello")
    (tmp_path / "7/blank.png").write_bytes(SMALL)
    found, told = read(tmp_path, recognizer)
    assert len(found) == 1
    assert "blank.png: Expected a drawing; nothing stands out" in told[0]
    assert "notes.txt: Expected a PNG, JPEG or WebP image" in told[1]


def test_what_holds_no_corrections_is_refused(tmp_path: Path, recognizer: Recognizer) -> None:
    (tmp_path / "pictures").mkdir()
    with pytest.raises(CorrectionError, match="named by what they show"):
        read(tmp_path, recognizer)
    with pytest.raises(CorrectionError, match="does not exist"):
        read(tmp_path / "missing.jsonl", recognizer)


def test_folders_that_were_written_are_read_again(tmp_path: Path, recognizer: Recognizer) -> None:
    made = [sample(0), sample(1, truth="19 84\n07"), sample(2, truth="not a digit")]
    assert exchange.write_folder(made, tmp_path) == 3
    found, told = read(tmp_path, recognizer)
    assert told == []
    seen = sorted((each.id, each.made, each.truth, each.picture) for each in found)
    assert seen == [(each.id, each.made, each.truth, each.picture) for each in made]


def test_folders_that_moved_or_have_other_names_are_known(
    tmp_path: Path, recognizer: Recognizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = tmp_path / "here/drawings/ada/7/a.png"
    picture.parent.mkdir(parents=True)
    picture.write_bytes(SEVEN)
    [made], _ = read(tmp_path / "here/drawings", recognizer)
    (tmp_path / "here").rename(tmp_path / "there")
    monkeypatch.chdir(tmp_path / "there/drawings")
    assert read(Path(), recognizer)[0] == [made]
    Path("ada").rename("ben")
    [renamed], _ = read(Path(), recognizer)
    assert renamed.id == made.id
    assert renamed.session != made.session


def test_names_that_are_not_unicode(tmp_path: Path, recognizer: Recognizer) -> None:
    folder = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9/7"))
    folder.mkdir(parents=True)
    (folder / os.fsdecode(b"\xe9.png")).write_bytes(SEVEN)
    [made], told = read(folder.parent, recognizer)
    assert (made.truth, told) == ("7", [])
