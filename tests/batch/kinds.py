"""The same pictures, written as a source of every kind."""

import gzip
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as pq
from numpy.typing import NDArray
from PIL import Image

from digitpad.training.datasets import idx

Images = NDArray[np.uint8]
"""uint8 (num_images, 28, 28), of which at most ten thousand can be told apart, and labels (num_images,)."""

Written = tuple[str, str | None]
"""The URL of a source, and what to say for its labels."""


def png(image: Images) -> bytes:
    """A picture as PNG."""
    file = io.BytesIO()
    Image.fromarray(image).save(file, "PNG")
    return file.getvalue()


def folder(path: Path, images: Images, labels: Images) -> Written:
    """Folders named by digit; the number in the names keeps the order of pictures of one digit."""
    for number, (image, label) in enumerate(zip(images, labels, strict=True)):
        (path / str(label)).mkdir(exist_ok=True)
        (path / str(label) / f"{number:06}.png").write_bytes(png(image))
    return str(path), None


def pattern(path: Path, images: Images, labels: Images) -> Written:
    """A pattern over such folders."""
    folder(path, images, labels)
    return f"{path}/*/*.png", None


def archive(path: Path, images: Images, labels: Images) -> Written:
    """A zip file of such folders."""
    with zipfile.ZipFile(path / "data.zip", "w") as file:
        for number, (image, label) in enumerate(zip(images, labels, strict=True)):
            file.writestr(f"digits/{label}/{number:06}.png", png(image))
    return f"zip://digits/**/*.png::{path}/data.zip", None


def listed(path: Path, images: Images, labels: Images) -> Written:
    """A text file that lists pictures."""
    folder(path, images, labels)
    names = [f"{label}/{number:06}.png" for number, label in enumerate(labels)]
    (path / "list.txt").write_text("\n".join(names))
    return str(path / "list.txt"), None


def encoded_table(images: Images, labels: Images) -> pa.Table:
    """Pictures as Hugging Face keeps them, and labels."""
    pictures = [{"bytes": png(image), "path": None} for image in images]
    kind = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
    return pa.table({"image": pa.array(pictures, kind), "label": pa.array(labels)})


def pixel_table(images: Images, labels: Images) -> pa.Table:
    """Pictures as lists of pixels, and labels as text."""
    pixels = pa.FixedSizeListArray.from_arrays(pa.array(images.ravel()), 784)
    return pa.table({"pixels": pixels, "class": [str(label) for label in labels]})


def parquet_encoded(path: Path, images: Images, labels: Images) -> Written:
    """Encoded pictures in small row groups."""
    pq.write_table(encoded_table(images, labels), path / "a.parquet", row_group_size=7)
    return str(path / "a.parquet"), "label"


def parquet_pixels(path: Path, images: Images, labels: Images) -> Written:
    """Pixels in one row group."""
    pq.write_table(pixel_table(images, labels), path / "a.parquet")
    return str(path / "a.parquet"), "class"


def shards(path: Path, images: Images, labels: Images) -> Written:
    """A folder of two Parquet files."""
    half = len(images) // 2
    for name, some in (("a", slice(half)), ("b", slice(half, None))):
        pq.write_table(pixel_table(images[some], labels[some]), path / f"{name}.parquet")
    return str(path), "class"


def arrow_stream(path: Path, images: Images, labels: Images) -> Written:
    """An Arrow stream, as Hugging Face's `datasets` keeps."""
    table = encoded_table(images, labels)
    with pa.ipc.new_stream(path / "a.arrow", table.schema) as stream:
        stream.write_table(table, max_chunksize=7)
    return str(path / "a.arrow"), "label"


def feather_file(path: Path, images: Images, labels: Images) -> Written:
    """A compressed Arrow file of one record batch."""
    feather.write_feather(pixel_table(images, labels), path / "a.feather")
    return str(path / "a.feather"), "class"


def idx_file(path: Path, images: Images, labels: Images) -> Written:
    """An IDX file."""
    (path / "train-images-idx3-ubyte").write_bytes(idx.write(images))
    (path / "train-labels-idx1-ubyte").write_bytes(idx.write(labels))
    return str(path / "train-images-idx3-ubyte"), "labels"


def idx_gzip(path: Path, images: Images, labels: Images) -> Written:
    """A gzipped IDX file, with labels of another name."""
    (path / "train-images-idx3-ubyte.gz").write_bytes(gzip.compress(idx.write(images)))
    (path / "digits").write_bytes(idx.write(labels))
    return str(path / "train-images-idx3-ubyte.gz"), "digits"


def npz(path: Path, images: Images, labels: Images) -> Written:
    """Keras' mnist.npz."""
    half = len(images) // 2
    train, test = slice(half), slice(half, None)
    np.savez_compressed(
        path / "mnist.npz", x_train=images[train], y_train=labels[train], x_test=images[test], y_test=labels[test]
    )
    return str(path / "mnist.npz"), "labels"


def npz_floats(path: Path, images: Images, labels: Images) -> Written:
    """An array of fractions, with the one channel that PyTorch puts first."""
    np.savez(path / "a.npz", pictures=images[:, None] / np.float32(255), digits=labels.astype(np.int64))
    return str(path / "a.npz"), "digits"


def csv_plain(path: Path, images: Images, labels: Images) -> Written:
    """CSV without a header."""
    np.savetxt(path / "a.csv", np.column_stack([labels, images.reshape(-1, 784)]), fmt="%d", delimiter=",")
    return str(path / "a.csv"), "0"


def csv_gzip(path: Path, images: Images, labels: Images) -> Written:
    """Gzipped CSV with a header, lines from Windows, and fractions."""
    names = ",".join([*(f"pixel{i}" for i in range(784)), "class"])
    values = np.column_stack([images.reshape(-1, 784) / 255, labels])
    with gzip.open(path / "a.csv.gz", "wt", newline="") as file:
        np.savetxt(file, values, fmt="%.6g", delimiter=";", header=names.replace(",", ";"), comments="", newline="\r\n")
    return str(path / "a.csv.gz"), "class"


KINDS: dict[str, Callable[[Path, Images, Images], Written]] = {
    each.__name__: each
    for each in (
        folder,
        pattern,
        archive,
        listed,
        parquet_encoded,
        parquet_pixels,
        shards,
        arrow_stream,
        feather_file,
        idx_file,
        idx_gzip,
        npz,
        npz_floats,
        csv_plain,
        csv_gzip,
    )
}
BY_NAME = ("folder", "pattern", "archive")
"""Kinds whose pictures come in the order of their names."""
