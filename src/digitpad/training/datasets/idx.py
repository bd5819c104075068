"""The IDX format of the MNIST files: a big-endian header with magic number and sizes, then unsigned bytes."""

import gzip
import struct
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from digitpad.errors import DataError

_UINT8 = 0x08


def read(path: Path, *, num_dimensions: int) -> NDArray[np.uint8]:
    """Read an IDX file, plain or gzipped.

    Args:
        path: the file; it is decompressed if it ends in ".gz".
        num_dimensions: 3 for images (num_images, height, width), 1 for labels (num_images,).

    Returns:
        uint8, with `num_dimensions` dimensions.

    Raises:
        DataError: the file is unreadable, cut short, too long, or not an IDX file of unsigned bytes with that many
            dimensions.
    """
    data = _decompressed(path)
    shape = read_shape(data, path, num_dimensions=num_dimensions)
    check_size(len(data), shape, path)
    return np.frombuffer(data, np.uint8, offset=4 + 4 * num_dimensions).reshape(shape)


def read_shape(data: bytes, path: object, *, num_dimensions: int) -> tuple[int, ...]:
    """Read the header of an IDX file.

    Args:
        data: the file, or at least its first 4 * (1 + num_dimensions) bytes, decompressed.
        path: what to call the file in errors.
        num_dimensions: as for `read`.

    Raises:
        DataError: the header is cut short, or not of unsigned bytes with that many dimensions.
    """
    magic = _UINT8 << 8 | num_dimensions
    if data[:4] != struct.pack(">I", magic):
        found = f"{struct.unpack('>I', data[:4])[0]}" if len(data) >= 4 else f"{len(data)} bytes"
        kind = "images" if num_dimensions == 3 else "labels"
        raise DataError(f"Expected {path} to hold IDX {kind} (magic number {magic}); found {found}.")
    start = 4 + 4 * num_dimensions
    if len(data) < start:
        raise DataError(f"Expected an IDX header of {start} bytes in {path}; found {len(data)}: the file is cut short.")
    return struct.unpack(f">{num_dimensions}I", data[4:start])


def check_size(num_bytes: int, shape: tuple[int, ...], path: object) -> None:
    """Check the size of an IDX file, decompressed, against the shape in its header.

    Raises:
        DataError: the file is cut short or too long.
    """
    expected = 4 + 4 * len(shape) + int(np.prod(shape, dtype=object))
    if num_bytes != expected:
        problem = "cut short" if num_bytes < expected else "too long"
        raise DataError(f"Expected {expected:,} bytes in {path}; found {num_bytes:,}: the file is {problem}.")


def write(array: NDArray[np.uint8]) -> bytes:
    """The uncompressed IDX bytes of an array, which the digests of MNIST are computed from."""
    header = struct.pack(f">{1 + array.ndim}I", _UINT8 << 8 | array.ndim, *array.shape)
    return header + np.ascontiguousarray(array).tobytes()


def _decompressed(path: Path) -> bytes:
    try:
        data = path.read_bytes()
        return gzip.decompress(data) if path.suffix == ".gz" else data
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise DataError(f"Expected {path} to be a complete gzip file; it is damaged or cut short: {error}.") from None
    except OSError as error:
        raise DataError(f"Expected {path} to be readable; it is not: {error.strerror}.") from None
