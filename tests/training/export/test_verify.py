"""A saved model that differs from the trained one is rejected."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from digitpad import artifact
from digitpad.errors import DigitpadError, VerificationError
from digitpad.training import backend, runs
from digitpad.training.export import keras_file, verify
from digitpad.training.networks import architectures
from digitpad.training.runs import RunFolder
from tests.conftest import soak
from tests.training.conftest import SMALL, drawn_digits

IMAGES, _ = drawn_digits(5, 3)


@pytest.fixture
def copied(finished: RunFolder, tmp_path: Path) -> RunFolder:
    return RunFolder(shutil.copytree(finished.path, tmp_path / "run"))


@soak  # every run of the pipeline is verified like this
def test_a_sound_run_is_within_the_tolerances(copied: RunFolder) -> None:
    differences = verify.verify(keras_file.load(copied.keras_model), IMAGES, copied)
    assert differences.keys() == verify.TOLERANCES.keys()
    assert all(difference <= verify.TOLERANCES[name] for name, difference in differences.items())
    assert not (copied.path / "reference.npz").exists()


@pytest.fixture
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the fresh process does, done here, which saves its start."""
    monkeypatch.setattr(backend, "run_module", lambda module, path: json.dumps(verify._compare(RunFolder(path))))


@pytest.mark.usefixtures("in_this_process")
def test_another_model_in_the_files_is_noticed(copied: RunFolder) -> None:
    other = keras_file.build_reader(architectures.build(SMALL.replace(seed=99)), 1.0)
    with pytest.raises(VerificationError, match=r"reloaded model \(keras\) to match"):
        verify.verify(other, IMAGES, copied)


@pytest.mark.usefixtures("in_this_process")
def test_another_onnx_model_alone_is_noticed(copied: RunFolder) -> None:
    reader = keras_file.load(copied.keras_model)
    shutil.copy(artifact.shipped(), copied.onnx_model)
    with pytest.raises(VerificationError, match=r"reloaded model \(onnx\) to match"):
        verify.verify(reader, IMAGES, copied)


def test_a_file_that_does_not_load_is_noticed(copied: RunFolder) -> None:
    reader = keras_file.load(copied.keras_model)
    runs.write(copied.onnx_model, copied.onnx_model.read_bytes()[:-1])
    with pytest.raises(DigitpadError, match="ArtifactError"):
        verify.verify(reader, IMAGES, copied)


def test_nan_is_no_agreement() -> None:
    expected = {"probabilities": np.full((1, 10), 0.1), "box": np.zeros((1, 4))}
    assert np.isnan(verify._difference({**expected, "box": np.full((1, 4), np.nan)}, expected, set(expected)))


def test_answers_are_held_to_more_than_the_way_there(copied: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    reader, far = keras_file.load(copied.keras_model), {"keras": 0.0, "onnx": 5e-6, "onnx_contract": 5e-5}
    monkeypatch.setattr(backend, "run_module", lambda *_: json.dumps(far))
    assert verify.verify(reader, IMAGES, copied) == far
    far["onnx_contract"] = 5e-4
    with pytest.raises(VerificationError, match=r"reloaded model \(onnx contract\) to match"):
        verify.verify(reader, IMAGES, copied)


def test_drawings_are_placed_off_centre_black_on_white() -> None:
    pixels = verify.place(IMAGES[0], 60, 90)
    assert pixels.shape == (60, 90, 4)
    assert pixels[:4].min() == 255
    assert np.array_equal(pixels[4::2, 34::2, 0], 255 - IMAGES[0])
