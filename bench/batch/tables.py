"""The table of a million rows, and what is counted in the tables of answers."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from bench.record import Figures
from digitpad.training.datasets.splits import Split

_GROUP_ROWS = 10_000
_SHIFT_PX = 3
_SEED = 31


def write(path: Path, digits: Split, count: int) -> None:
    """A Parquet table of pixels and labels: digits of MNIST, each moved and made paler at random."""
    rng = np.random.default_rng(_SEED)
    schema = pa.schema([("pixels", pa.list_(pa.uint8(), 784)), ("label", pa.uint8())])
    with pq.ParquetWriter(path, schema) as file:
        for start in range(0, count, _GROUP_ROWS):
            chosen = rng.integers(len(digits.images), size=min(_GROUP_ROWS, count - start))
            shift = rng.integers(-_SHIFT_PX, _SHIFT_PX + 1, 2).tolist()
            strength = rng.uniform(0.6, 1, (len(chosen), 1, 1))
            images = (np.roll(digits.images[chosen], shift, (1, 2)) * strength).astype(np.uint8)
            pixels = pa.FixedSizeListArray.from_arrays(pa.array(images.ravel()), 784)
            file.write_table(pa.table([pixels, digits.labels[chosen]], schema=schema))


def count(out: Path, expected: int) -> Figures:
    """How many rows a table has, how many are missing or there twice, and how many have an error; then remove it."""
    table = pq.read_table(out, columns=["key", "error"])
    out.unlink()
    num_keys = len(table["key"].unique())
    found = {"rows": len(table), "missing": expected - num_keys, "doubled": len(table) - num_keys}
    return {**found, "errors": len(table) - table["error"].null_count}
