"""Arrays in IDX and `.npz` files are found with their labels; damage is noticed."""

import gzip
from pathlib import Path

import numpy as np
import pytest

from digitpad.batch.source import Item, open_source, read_part
from digitpad.errors import DataError
from digitpad.training.datasets import idx

IMAGES = np.zeros((6, 28, 28), np.uint8)
IMAGES[:, 5:20, 10], IMAGES[:, 0, 0] = 255, range(6)
LABELS = np.arange(6, dtype=np.uint8)


def items(path: Path, column: str | None = None, labels: str | None = None) -> list[Item]:
    return [i for part in open_source(str(path), column=column, labels=labels).parts for i in read_part(part)]


def test_one_array_of_many_is_chosen_by_name(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    np.savez(
        path, train_images=IMAGES, train_labels=LABELS, flat=IMAGES.reshape(6, 784)[:2], colours=IMAGES[:3, ..., None]
    )
    assert len(items(path)) == 11
    assert [item.label for item in items(path, "train_images", "labels")] == LABELS.tolist()
    assert [item.label for item in items(path, "train_images", "train_labels")] == LABELS.tolist()
    np.testing.assert_array_equal([item.picture for item in items(path, "flat")], IMAGES[:2])
    for column, labels, problem in (
        ("none", None, "an array 'none' in .*; its arrays are train_images, train_labels, flat, colours"),
        (None, "train_labels", "cannot be those of all. Choose one with --column, or write --labels labels"),
        ("flat", "train_labels", r"Expected 2 labels in train_labels of .*; found \(6,\)"),
        ("flat", "labels", "Expected labels that belong to flat in .*; its arrays are train_images, "),
    ):
        with pytest.raises(DataError, match=problem):
            items(path, column, labels)


def test_arrays_that_hold_no_pictures_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    np.savez(path, labels=LABELS, table=np.zeros((3, 10)))
    with pytest.raises(DataError, match=r"an array of pictures, .* in .*; got labels, table"):
        items(path)
    np.savez(path, pictures=np.asfortranarray(IMAGES))
    with pytest.raises(DataError, match=r"rows of numbers, one after another, in pictures of .*, column by column"):
        items(path, "pictures")
    np.savez(path, pictures=np.array([[None]]))
    with pytest.raises(DataError, match="rows of numbers"):
        items(path, "pictures")


def test_an_idx_file_of_another_length_is_refused_and_a_gzipped_one_read_as_far_as_it_goes(tmp_path: Path) -> None:
    plain, packed = tmp_path / "a.idx", tmp_path / "b.idx.gz"
    plain.write_bytes(idx.write(IMAGES)[:-1])
    with pytest.raises(DataError, match=r"Expected 4,720 bytes in .*; found 4,719: the file is cut short"):
        items(plain)
    packed.write_bytes(gzip.compress(idx.write(IMAGES)[:-785]))
    found = items(packed)
    assert [item.error is None for item in found] == [True] * 4 + [False] * 2
    assert found[5].error == f"Expected {packed} to be intact; it is damaged: it is cut short."


def test_labels_of_an_idx_file_are_those_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "images.idx"
    path.write_bytes(idx.write(IMAGES))
    (tmp_path / "few").write_bytes(idx.write(LABELS[:3]))
    with pytest.raises(DataError, match=r"Expected 6 labels in .*few, one a picture; found \(3,\)"):
        items(path, labels="few")
    with pytest.raises(DataError, match=r"Expected to see .*labels\.idx .*; it is not there"):
        items(path, labels="labels")
    with pytest.raises(DataError, match="Expected no --column"):
        items(path, column="image")
