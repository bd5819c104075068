"""Rows are what the recognizer says of each picture alone."""

import pickle
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from digitpad import artifact
from digitpad.batch.answers import PAGE_SCHEMA, SCHEMA, UNREADABLE, Reader, Task, answer_part
from digitpad.batch.source import Item, open_source
from digitpad.recognizer import Recognizer
from tests.batch.conftest import NUM_PICTURES
from tests.golden import GOLDEN
from tests.pages.conftest import draw, write


def test_a_row_says_what_predict_says(pictures: Path, recognizer: Recognizer) -> None:
    [part] = open_source(str(pictures)).parts
    table = answer_part(recognizer, part.content.items(), page=False)
    assert table.schema == SCHEMA
    assert len(table) == NUM_PICTURES + 1
    for row in table.to_pylist():
        assert (row["model"], row["label"]) == (recognizer.model_id, int(row["key"][0]))
        if row["status"] == UNREADABLE:
            continue
        alone = recognizer.predict(pictures / row["key"])
        assert (row["digit"], row["status"], row["reason"]) == (alone.digit, alone.status, alone.reason)
        assert row["candidates"] == list(alone.candidates)
        assert row["error"] is None
        np.testing.assert_allclose(row["probabilities"], alone.probabilities, atol=1e-5)
        assert row["not_digit"] == pytest.approx(alone.not_digit, abs=1e-5)


def test_a_picture_that_cannot_be_read_spoils_no_other(recognizer: Recognizer) -> None:
    good, bad = (GOLDEN / "7-medium-light.png").read_bytes(), b"GIF89a"
    items = [Item("a", good), Item("b", bad), Item("c", None, error="It is not there."), Item("d", good)]
    rows = answer_part(recognizer, items, page=False).to_pylist()
    assert [row["digit"] for row in rows] == [7, None, None, 7]
    assert [row["status"] == UNREADABLE for row in rows] == [False, True, True, False]
    assert rows[1]["error"].startswith("Expected a PNG")
    assert rows[2]["error"] == "It is not there."


def test_a_page_is_a_row_with_its_digits(recognizer: Recognizer, tmp_path: Path) -> None:
    path = tmp_path / "number.png"
    Image.fromarray(draw(write("472"))).save(path)
    [row] = answer_part(recognizer, [Item("number.png", path.read_bytes())], page=True).to_pylist()
    reading = recognizer.read(path)
    assert row["text"] == reading.text == "472"
    assert [digit["digit"] for digit in row["digits"]] == [digit.digit for digit in reading.digits]
    assert row["status"] in ("read", "unsure")
    assert answer_part(recognizer, [], page=True).schema == PAGE_SCHEMA


def test_a_source_that_a_machine_cannot_see_ends_the_run(pictures: Path, tmp_path: Path) -> None:
    (tmp_path / "gone").mkdir()
    (tmp_path / "gone" / "7.png").write_bytes((GOLDEN / "7-medium-light.png").read_bytes())
    [part] = open_source(str(tmp_path / "gone")).parts
    (tmp_path / "gone" / "7.png").unlink()
    (tmp_path / "gone").rmdir()
    reader = Reader(pickle.loads(pickle.dumps(Task(artifact.shipped().read_bytes(), page=False))))
    assert "Expected to see " in str(reader.read(part))
