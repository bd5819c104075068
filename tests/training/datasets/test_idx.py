"""IDX files are read exactly, and errors name damaged ones."""

import gzip
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from digitpad.errors import DataError
from digitpad.training.datasets import idx

IMAGES = np.arange(2 * 3 * 4, dtype=np.uint8).reshape(2, 3, 4)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(arrays.arrays(np.uint8, st.sampled_from([(0,), (7,), (0, 28, 28), (2, 3, 4)])), st.booleans())
def test_what_is_written_is_read(tmp_path: Path, array: NDArray[np.uint8], compressed: bool) -> None:
    path = tmp_path / ("array.gz" if compressed else "array")
    path.write_bytes(gzip.compress(idx.write(array)) if compressed else idx.write(array))
    assert np.array_equal(idx.read(path, num_dimensions=array.ndim), array)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "found 0 bytes"),
        (b"\0\0\x08", "found 3 bytes"),
        (b"\x89PNG" + bytes(20), r"magic number 2051\); found 2303741511"),
        (idx.write(IMAGES[0, 0]), r"magic number 2051\); found 2049"),
        (idx.write(IMAGES)[:10], "header of 16 bytes"),
        (idx.write(IMAGES)[:-1], "Expected 40 bytes in .*pictures; found 39: the file is cut short"),
        (idx.write(IMAGES) + b"\0", "found 41: the file is too long"),
    ],
)
def test_files_that_are_refused(tmp_path: Path, data: bytes, words: str) -> None:
    path = tmp_path / "pictures"
    path.write_bytes(data)
    with pytest.raises(DataError, match=words):
        idx.read(path, num_dimensions=3)


@pytest.mark.parametrize(
    "damage", [lambda data: data[:-9], lambda data: data[:20] + b"\xff" + data[21:], lambda data: b""]
)
def test_damaged_gzip_is_refused(tmp_path: Path, damage: "type[bytes]") -> None:
    path = tmp_path / "pictures.gz"
    path.write_bytes(damage(gzip.compress(idx.write(IMAGES))))
    with pytest.raises(DataError, match=r"pictures\.gz"):
        idx.read(path, num_dimensions=3)
