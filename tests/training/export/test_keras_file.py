"""Both saved models give the same answers as the one in memory, at any size, and damaged files are rejected."""

import os
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

from digitpad import artifact
from digitpad.errors import ArtifactError
from digitpad.training import runs
from digitpad.training.export import keras_file, onnx_file
from digitpad.training.networks import architectures
from digitpad.training.preprocessing import contract
from digitpad.training.recipe import RECIPES
from tests.conftest import SOAK


@pytest.fixture(scope="module", params=["dense", "accurate"] if SOAK else ["dense"])
def reader(request: pytest.FixtureRequest) -> keras.Model:
    return keras_file.build_reader(architectures.build(RECIPES[request.param]), temperature=1.5)


@pytest.fixture(scope="module")
def saved(reader: keras.Model, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("saved") / "model.keras"
    keras_file.save(reader, path)
    return path


def test_both_files_answer_like_the_model_in_memory(reader: keras.Model, saved: Path, tmp_path: Path) -> None:
    blank = artifact.Probe(np.zeros((9, 9, 4), np.uint8), np.full(10, 0.1, np.float32))
    runs.write(tmp_path / "digits.onnx", artifact.seal(onnx_file.export(saved), {}, [blank]))
    model = artifact.load(tmp_path / "digits.onnx")
    reloaded = keras_file.load(saved)
    rng = np.random.default_rng(0)
    for shape in ((1, 28, 28, 4), (3, 61, 47, 4), (2, 1, 1, 4), (1, 300, 500, 4)):
        pixels = rng.integers(0, 256, shape, dtype=np.uint8)
        expected = keras_file.answer(reader, pixels)
        outputs = model.run(pixels)
        assert set(expected) == set(artifact.OUTPUTS)
        for name, value in expected.items():
            assert keras_file.answer(reloaded, pixels)[name] == pytest.approx(value, abs=1e-6), name
            assert outputs[name] == pytest.approx(value, abs=1e-4 if name in ("box", "centre") else 1e-5), name


def test_a_flipped_byte_in_the_keras_file_is_refused(saved: Path, tmp_path: Path) -> None:
    content = saved.read_bytes()
    for place in (0, 40, len(content) // 3, len(content) - 70, len(content) - 1):
        damaged = tmp_path / "damaged.keras"
        damaged.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        with pytest.raises(ArtifactError, match=r"damaged\.keras to end with the digest of its contents"):
            keras_file.load(damaged)


def test_keras_files_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match=r"missing\.keras; it cannot be read"):
        keras_file.load(tmp_path / "missing.keras")
    (tmp_path / "short.keras").write_bytes(b"PK")
    with pytest.raises(ArtifactError, match="cut short"):
        keras_file.load(tmp_path / "short.keras")


def test_a_plain_zip_tool_still_opens_the_keras_file(saved: Path) -> None:
    script = f"import zipfile; print(zipfile.ZipFile({str(saved)!r}).testzip())"
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True).stdout == "None\n"


def test_the_pictures_that_train_are_those_that_the_reader_sees(reader: keras.Model) -> None:
    images = np.random.default_rng(0).integers(0, 256, (4, 28, 28), dtype=np.uint8)
    seen = keras_file.answer(reader, contract.to_pixels(images))["seen"]
    assert seen == pytest.approx(contract.see(images), abs=1e-5)


def test_jax_trains_saves_and_exports_too(tmp_path: Path) -> None:
    script = """
import sys
from pathlib import Path
import numpy as np
from digitpad.training import backend
backend.prepare()
from digitpad import artifact
from digitpad.training import runs
from digitpad.training.export import keras_file, onnx_file
from digitpad.training.networks import architectures
from digitpad.training.preprocessing import contract
from digitpad.training.networks.fit import Watcher, fit
from digitpad.training.augmentation.mixture import Mixture, Pictures
from digitpad.training.recipe import RECIPES
from digitpad.training.datasets.splits import Split
folder, changes = Path(sys.argv[1]), eval(sys.argv[2])
recipe = RECIPES[sys.argv[3]].replace(epochs=2, batch_size=20, **changes)
labels = np.arange(40, dtype=np.uint8) % 10
images = np.random.default_rng(0).integers(0, 256, (40, 28, 28), dtype=np.uint8)
digits, strange = Split(images, labels), Split(images, np.full(40, 10, np.uint8))
mixture = Mixture(digits, digits, strange)
unseen = Pictures.of(mixture.epoch(recipe, np.random.default_rng(0)))
network = architectures.build(recipe)
print(len(fit(network, mixture, unseen, recipe, checkpoint=folder / "c.npz", watcher=Watcher()).history))
reader = keras_file.build_reader(network, 1.0)
keras_file.save(reader, folder / "model.keras")
pixels = contract.to_pixels(images[:1])
expected = reader.predict_on_batch(pixels)["probabilities"]  # compiled as a whole, not each of its operations
sealed = artifact.seal(onnx_file.export(folder / "model.keras"), {}, [artifact.Probe(pixels[0], expected[0])])
runs.write(folder / "digits.onnx", sealed)
"""
    environment = {**os.environ, "KERAS_BACKEND": "jax"}
    without = {"unchanged": 1.0, "restroked": 0.0}  # JAX compiles augmentation for ten seconds
    command = [sys.executable, "-c", script, str(tmp_path), repr({} if SOAK else without), "cnn" if SOAK else "dense"]
    result = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stdout) == (0, "2\n"), result.stderr
    artifact.load(tmp_path / "digits.onnx")  # which checks the probe, an answer of the model on JAX


def test_nothing_is_left_beside_the_saved_file(saved: Path) -> None:
    assert os.listdir(saved.parent) == ["model.keras"]  # noqa: PTH208
