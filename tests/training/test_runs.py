"""The files of a run are written atomically, and existing files are not overwritten."""

from pathlib import Path

import numpy as np
import pytest

from digitpad.errors import RunError
from digitpad.training import runs
from digitpad.training.runs import RunFolder


def test_a_write_that_fails_leaves_the_old_file_and_no_rubbish(tmp_path: Path) -> None:
    path = tmp_path / "figures.json"
    runs.write_json(path, {"accuracy": 1})
    with pytest.raises(ValueError, match="JSON"):
        runs.write_json(path, {"accuracy": float("nan")})
    with pytest.raises(TypeError):
        runs.write(path, 3)  # type: ignore[arg-type]
    assert runs.read_json(path) == {"accuracy": 1}
    assert list(tmp_path.iterdir()) == [path]


def test_arrays_come_back(tmp_path: Path) -> None:
    runs.write_arrays(tmp_path / "a.npz", {"one/x": np.arange(3), "text": "hello"})
    arrays = runs.read_arrays(tmp_path / "a.npz")
    assert arrays["one/x"].tolist() == [0, 1, 2]
    assert str(arrays["text"]) == "hello"
    with pytest.raises(RunError, match="missing"):
        runs.read_arrays(tmp_path / "b.npz")


def test_damaged_json_is_named(tmp_path: Path) -> None:
    (tmp_path / "test.json").write_text("{")
    with pytest.raises(RunError, match=r"test\.json to be readable JSON"):
        runs.read_json(tmp_path / "test.json")


def test_what_a_kill_left_half_written_does_not_count(tmp_path: Path) -> None:
    (tmp_path / "recipe.toml.123.part").write_text("netw")
    run = RunFolder.create(tmp_path, "epochs = 1\n")
    assert RunFolder.open(tmp_path).recipe.read_text() == "epochs = 1\n"
    assert not run.is_finished()
    with pytest.raises(RunError, match="has files"):
        RunFolder.create(tmp_path, "epochs = 2\n")
