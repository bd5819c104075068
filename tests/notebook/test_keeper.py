"""What is said of drawings in Python, and what the page is told."""

import base64
import re
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from digitpad import Recognizer, drawing
from digitpad.corrections.correction import Correction, encode
from digitpad.corrections.store import Store
from digitpad.errors import CorrectionError, InputError, KeepingError, NotKeptError
from digitpad.notebook import DrawingPad
from digitpad.notebook.keeper import Keeper, attempt
from tests.corrections.samples import sample
from tests.golden import GOLDEN

SEVEN = GOLDEN / "7-medium-light.png"
FOUR = encode(drawing.from_file(GOLDEN / "4-medium-light.png").pixels)
STROKES = [[[10, 20.04]]]
KEPT = "corrections.sqlite"


def _refuse(*_: object) -> None:
    raise NotKeptError("Expected to use the database; it is locked.")


class Quiet(DrawingPad):
    """A pad without a page, which notes what it would tell it."""

    def send(self, content: Any, buffers: Any = None) -> None:
        self.told = content

    def ask(self, path: Path, *, is_page: bool = False, strokes: Sequence[Any] = STROKES) -> None:
        """Put a picture on the pad, as the page does."""
        image = "data:image/png;base64," + base64.b64encode(path.read_bytes()).decode()
        message = {"kind": "ask", "id": 1, "image": image, "strokes": strokes, "is_page": is_page}
        self._handle_custom_msg(message, [])

    def say(self, **message: Any) -> Any:
        self._handle_custom_msg({"id": 2, **message}, [])
        return self.told


@pytest.fixture
def pad(recognizer: Recognizer, tmp_path: Path) -> Quiet:
    """A pad that keeps corrections."""
    return Quiet(recognizer, keep=tmp_path / KEPT)


def test_a_drawing_is_what_was_said_last(pad: Quiet, recognizer: Recognizer) -> None:
    pad.ask(SEVEN)
    pad.correct(1)
    kept = pad.correct("not a digit")
    assert pad.corrections == [kept]
    assert (kept.truth, kept.answer.text, kept.answer.status) == ("not a digit", "7", "digit")
    assert kept.model == recognizer.model_id
    assert kept.strokes == (((10.0, 20.0),),)
    pad.ask(SEVEN)
    assert [each.truth for each in (pad.correct("2"), *pad.corrections)] == ["2", "2", "not a digit"]


def test_what_could_not_be_removed_is_removed_by_the_next_call(pad: Quiet, monkeypatch: pytest.MonkeyPatch) -> None:
    pad.ask(SEVEN)
    pad.correct(1)
    with monkeypatch.context() as context:
        context.setattr(Store, "remove", _refuse)
        with pytest.raises(NotKeptError):
            pad.correct(2)
    assert [each.truth for each in pad.corrections] == ["2", "1"]
    assert pad.corrections[1:] != [pad.correct(3)] == pad.corrections


@pytest.mark.parametrize("strokes", [[[[10, 20.04], [11.25, 30]]], []], ids=["strokes", "picture"])
def test_the_page_and_python_know_of_each_other(pad: Quiet, strokes: list[Any]) -> None:
    pad.ask(SEVEN, strokes=strokes)
    record = sample(1).to_json() | {"strokes": [[[10, 20], [11.3, 30]]] if strokes else None}
    assert pad.say(kind="keep", record=record) == {"kind": "reply", "id": 2}
    pad.correct(8)
    assert [each.truth for each in pad.corrections] == ["8"]
    pad.say(kind="keep", record=record)
    assert [each.truth for each in pad.corrections] == ["7"]
    pad.say(kind="undo", correction=record["id"])
    assert pad.corrections == []
    pad.correct(8)
    assert [each.truth for each in pad.corrections] == ["8"]


def test_what_waited_on_the_page_is_of_no_drawing_that_came_later(pad: Quiet) -> None:
    pad.ask(SEVEN, strokes=[])
    for number, changes in enumerate(({}, {"strokes": None, "picture": FOUR})):
        pad.say(kind="keep", record=sample(number, **changes).to_json())
    pad.correct(8)
    assert len(pad.corrections) == 3


def test_a_number_is_kept_as_such(pad: Quiet) -> None:
    pad.ask(SEVEN, is_page=True)
    assert (pad.correct("17 4").truth, pad.corrections[0].answer.status) == ("17 4", "number")


def test_nothing_is_kept_without_a_drawing_a_truth_or_a_place(
    pad: Quiet, recognizer: Recognizer, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match="Expected a drawing that was read; there is none"):
        pad.correct(7)
    pad.ask(SEVEN)
    for truth in ("seven", -7, "7  1", ""):
        with pytest.raises(CorrectionError, match="Expected a digit, 'not a digit', or"):
            pad.correct(truth)
    assert pad.corrections == []
    without = Quiet(recognizer)
    without.ask(SEVEN)
    with pytest.raises(InputError, match=r"this one does not\. Create it with keep=FILE"):
        without.correct(7)
    assert without.corrections == []
    assert "this one does not" in without.say(kind="keep", record={})["error"]
    with pytest.raises(KeepingError, match="is a folder"):
        DrawingPad(recognizer, keep=tmp_path)


def test_the_page_is_told_what_failed_and_whether_to_try_again(pad: Quiet, tmp_path: Path) -> None:
    record = sample().to_json()
    assert pad.say(kind="keep", record=record) == {"kind": "reply", "id": 2}
    assert pad.corrections == [Correction.from_json(record)]
    assert pad.say(kind="undo", correction=record["id"]) == {"kind": "reply", "id": 2}
    assert pad.corrections == []
    refused = pad.say(kind="keep", record={**record, "truth": "seven"})
    assert refused["error"].startswith("Expected a digit")
    assert not refused["temporary"]
    with sqlite3.connect(tmp_path / KEPT, isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        assert pad.say(kind="keep", record=record)["temporary"]
        other.execute("ROLLBACK")
    other.close()
    assert pad.say(kind="keep", record=record) == {"kind": "reply", "id": 2}


def test_pads_of_one_store_share_a_name_and_others_do_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "more").mkdir()
    one, same, other = (Keeper(path).place for path in (KEPT, tmp_path / KEPT, Path("more") / KEPT))
    assert one == same
    assert (one["where"], one["name"] != other["name"]) == (other["where"], True)


def test_databases_are_loaded_only_for_pads_that_keep_something(tmp_path: Path) -> None:
    hide = "import sys; sys.modules['sqlalchemy'] = None; from digitpad.notebook import DrawingPad; "
    show = f"DrawingPad(); DrawingPad(keep={str(tmp_path / KEPT)!r})"
    result = subprocess.run([sys.executable, "-c", hide + show], capture_output=True, text=True, check=False)
    assert re.search(r"MissingPartError: .* sqlalchemy is not installed.*'digitpad\[keep\]'", result.stderr)


def test_what_is_no_error_of_ours_is_not_hidden() -> None:
    with pytest.raises(ZeroDivisionError):
        attempt(lambda: 1 / 0)
