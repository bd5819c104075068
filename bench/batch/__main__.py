"""Entry point: `python -m bench.batch`, or `make bench-batch`. Takes an hour; needs DIGITPAD_DATA."""

import functools
import json
import os
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import typer

from bench import record
from bench.record import Figures
from digitpad.training import backend

os.environ["CUDA_VISIBLE_DEVICES"] = "-1"  # the comparison is on the CPU
os.environ["RAY_AUTH_MODE"] = "disabled"  # the nodes listen to this machine only
backend.prepare()

from bench.batch import nodes, pictures, processes, rates, tables  # noqa: E402
from bench.batch.processes import Memory, run  # noqa: E402
from bench.batch.rates import KERAS_MANY, KERAS_ONE, LOOP, OURS, Kind  # noqa: E402
from digitpad.training.datasets import mnist  # noqa: E402
from digitpad.training.datasets.splits import Split  # noqa: E402

WITH_RAY = str(Path(".venv-ray/bin/python").absolute())
"""With what `pip install '.[ray]'` installs and nothing else, as nodes have it. Beside JupyterLab, each process of Ray
takes two seconds more to start: it imports what JupyterLab adds to the packages that Ray uses."""

batch = functools.partial(processes.batch, python=WITH_RAY)

PACKAGES = ("digitpad", "keras", "numpy", "onnxruntime", "pillow", "pyarrow", "ray", "tensorflow-cpu")


@dataclass(frozen=True)
class Plan:
    """How much is read.

    Attributes:
        num_small: pictures of 28x28, by each of our ways.
        num_drawings: of 280x280.
        num_pages: pages.
        num_keras: pictures that Keras reads one at a time; in batches it reads four times as many.
        num_overhead: pictures with Ray and without.
        num_nodes: pictures on one node and on two, and when one is killed.
        num_rows: rows of the large table.
        num_rounds: how often each is measured.
    """

    num_small: int = 20_000
    num_drawings: int = 5000
    num_pages: int = 100
    num_keras: int = 256
    num_overhead: int = 100_000
    num_nodes: int = 40_000
    num_rows: int = 1_000_000
    num_rounds: int = 3


QUICK = Plan(2000, 300, 5, 32, 3000, 6000, 10_000, 1)


def main(quick: bool = False) -> None:
    """How fast many pictures are read, on one core, with Ray and on two nodes; what a killed node costs.

    With --quick little is read, and nothing is written.
    """
    plan, data = QUICK if quick else Plan(), record.data()
    digits = mnist.load(data).pool
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        results = on_one_core(folder, digits, data, plan)
        results |= overhead(folder, digits, plan)
        results |= two_nodes(folder, digits, plan)
        results |= killed(folder, plan)
        results |= large_table(folder, digits, plan)
    installed = record.versions(*PACKAGES) | {record.MODEL: record.shipped()}
    record.finish("batch", record.collect(installed, results, "batch"), is_quick=quick)


def on_one_core(folder: Path, digits: Split, data: Path, plan: Plan) -> dict[str, Figures]:
    """Pictures a second of each kind."""
    pictures.write_small(folder / "small", digits, plan.num_small)
    pictures.write_drawings(folder / "drawings", digits, plan.num_drawings)
    pictures.write_pages(folder / "pages", data, plan.num_pages)
    keras = {KERAS_ONE: plan.num_keras, KERAS_MANY: 4 * plan.num_keras}
    kinds = (
        Kind("28x28 PNG", folder / "small", {OURS: plan.num_small, LOOP: plan.num_small, **keras}),
        Kind("280x280 PNG", folder / "drawings", {OURS: plan.num_drawings, LOOP: plan.num_drawings, **keras}),
        Kind("pages of a megapixel", folder / "pages", {OURS: plan.num_pages, LOOP: plan.num_pages}, is_page=True),
    )
    return rates.measure(kinds, folder / "out.parquet", plan.num_rounds)


def overhead(folder: Path, digits: Split, plan: Plan) -> dict[str, Figures]:
    """What Ray costs on this machine, compared with a pool of processes."""
    source, out = folder / "many", folder / "many.parquet"
    pictures.write_small(source, digits, plan.num_overhead)
    options: dict[str, tuple[str, ...]] = {"a pool": (), "Ray": ("--ray", "local")}
    times: dict[str, list[float]] = {name: [] for name in options}
    for name, _ in record.alternate(dict.fromkeys(options, plan.num_rounds)):
        times[name].append(run(batch(source, out, *options[name])))
        tables.count(out, plan.num_overhead)
    costs = [100 * (ray / pool - 1) for ray, pool in zip(times["Ray"], times["a pool"], strict=True)]
    what = f"{plan.num_overhead:,} of 28x28"
    results = {f"{what}, {name}, {os.cpu_count()} cores (s)": record.spread(some) for name, some in times.items()}
    return results | {"what Ray adds to that (%)": record.spread(costs)}


def two_nodes(folder: Path, digits: Split, plan: Plan) -> dict[str, Figures]:
    """One Ray node, and two."""
    source, out = folder / "nodes", folder / "nodes.parquet"
    pictures.write_small(source, digits, plan.num_nodes)
    times: dict[str, list[float]] = {"1": [], "2": []}
    for number, _ in record.alternate(dict.fromkeys(times, plan.num_rounds)):
        with nodes.cluster(int(number), WITH_RAY) as cluster, processes.on_cores(0):
            times[number].append(run(batch(source, out, "--ray", cluster.address)))
        tables.count(out, plan.num_nodes)
    what = f"{plan.num_nodes:,} of 28x28"
    results = {f"{what}, Ray nodes with one core: {number} (s)": record.spread(some) for number, some in times.items()}
    return results | {"two nodes : one (ratio)": record.ratios(times["1"], times["2"])}


def killed(folder: Path, plan: Plan) -> dict[str, Figures]:
    """A node that dies in the middle; and everything that dies, and is resumed."""
    source, out = folder / "nodes", folder / "killed.parquet"
    parts = out.with_name(f"{out.name}.parts")
    with nodes.cluster(2, WITH_RAY) as cluster:
        command = batch(source, out, "--ray", cluster.address)
        nodes.kill_in_the_middle(command, parts, [cluster.nodes[1]])
        results = {"kill -9 of one of two nodes in the middle": tables.count(out, plan.num_nodes)}
        nodes.kill_in_the_middle(command, parts, [])
    run([*batch(source, out), "--resume"])
    return results | {"kill -9 of everything, then --resume without Ray": tables.count(out, plan.num_nodes)}


def large_table(folder: Path, digits: Split, plan: Plan) -> dict[str, Figures]:
    """A table of a million generated pictures, and the memory of all processes together while it is read."""
    source, out, memory = folder / "table.parquet", folder / "answers.parquet", Memory()
    tables.write(source, digits, plan.num_rows)
    started = time.perf_counter()
    with subprocess.Popen(batch(source, out, "--labels", "label"), stdout=subprocess.DEVNULL, text=True) as process:
        memory.watch(process)
    rate = plan.num_rows / (time.perf_counter() - started)
    evaluation = json.loads(out.with_name(f"{out.name}.evaluation.json").read_text())
    what = f"{plan.num_rows:,} rows of pixels"
    return {
        what: tables.count(out, plan.num_rows),
        f"{what}, {os.cpu_count()} cores (pictures/s)": {"n": 1, "rate": rate},
        f"{what}, accuracy (%)": {"n": 1, "right": 100 * evaluation["accuracy"]},
        f"{what}, most memory (MB)": {
            "in the second tenth of the time": memory.tenth(1),
            "in the sixth": memory.tenth(5),
            "in the last": memory.tenth(9),
        },
    }


if __name__ == "__main__":
    typer.run(main)
