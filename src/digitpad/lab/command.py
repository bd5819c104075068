"""The command `digitpad lab`: lists the experiments, runs them, and writes the page about them."""

from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path

import keras
from jinja2 import Environment, PackageLoader

from digitpad import cluster
from digitpad.errors import InputError
from digitpad.lab import results
from digitpad.lab.data import Data
from digitpad.lab.experiment import Experiment, Finding, Scale
from digitpad.lab.experiments import EXPERIMENTS
from digitpad.lab.run import run
from digitpad.lab.workers import Here, Nodes
from digitpad.training import runs
from digitpad.training.datasets import mnist

QUICK_SEEDS, FULL_SEEDS = 1, 5
_QUICK_HELD_OUT = 1_000
_NUM_PICTURES = 60_000  # in the training set


def lab(
    name: str | None,
    data: Path | None,
    out: Path | None,
    num_seeds: int | None,
    *,
    quick: bool,
    everything: bool,
    address: str | None = None,
) -> None:
    """Run an experiment, or all of them, or list them.

    Args:
        name: of an experiment.
        data: folder with MNIST.
        out: folder of the results; by default `runs/lab`, or `runs/lab-quick`.
        num_seeds: how often what depends on chance is repeated; None for 5 times, or once if quick.
        quick: whether to run the short form.
        everything: whether to run all, and write a page beside the folder.
        address: of a Ray cluster that measures, as in `cluster.connected`; None for this process.

    Raises:
        AddressError, MissingPartError: as `cluster.connected`.
        InputError: there is no experiment of this name, both a name and all are asked for, Keras has another backend
            than TensorFlow, or MNIST is not there in full.
    """
    if (backend := keras.backend.backend()) != "tensorflow":
        raise InputError(f"Expected KERAS_BACKEND to be tensorflow, whose derivatives the lab uses; got {backend!r}.")
    if name and everything:
        raise InputError("Expected the name of an experiment or --all; got both.")
    if name and name not in EXPERIMENTS:
        raise InputError(f"Expected one of the experiments {', '.join(EXPERIMENTS)}; got {name!r}.")
    if not name and not everything:
        _list()
        return
    out = out or Path("runs") / ("lab-quick" if quick else "lab")
    _run([name] if name else list(EXPERIMENTS), data, out, num_seeds, address, quick=quick)
    if everything:
        print(f"\nThe page about all: {_write_page(out)}")


def _list() -> None:
    for experiment in EXPERIMENTS.values():
        print(f"{experiment.name:16}{experiment.question}")
    print(f"\nTo run one in seconds: {runs.command('lab', 'softmax', '--quick')}")


def _run(
    names: Sequence[str], data: Path | None, out: Path, num_seeds: int | None, address: str | None, *, quick: bool
) -> None:
    dataset = mnist.load(data)
    if dataset.notice:
        print(dataset.notice)
    if not quick and len(dataset.pool) < _NUM_PICTURES:
        raise InputError(
            f"Expected all {_NUM_PICTURES:,} training images of MNIST; got {len(dataset.pool):,}. Use --data or "
            "--quick."
        )
    pictures = Data.split(dataset.pool, _QUICK_HELD_OUT) if quick else Data.split(dataset.pool)
    scale = Scale(quick, num_seeds or (QUICK_SEEDS if quick else FULL_SEEDS))
    order = list(EXPERIMENTS)
    with cluster.connected(address) if address is not None else nullcontext():
        workers = Nodes(pictures) if address is not None else Here(pictures)
        for name in names:
            number = order.index(name) + 1
            findings = run(EXPERIMENTS[name], pictures, scale, out, number=number, workers=workers)
            _show(EXPERIMENTS[name], findings, out)


def _show(experiment: Experiment, findings: Sequence[Finding], out: Path) -> None:
    print(f"\n{experiment.title}: {out / experiment.name}.svg, {out / experiment.name}.json")
    for finding in findings:
        print(f"  {'held' if finding.held else 'DID NOT HOLD'}: {finding.claim}")
        print(f"    Expected: {finding.expected}\n    Measured: {finding.measured}")


def _write_page(out: Path) -> Path:
    """Write the page about all experiments beside the folder of their results; returns its path."""
    loader = PackageLoader("digitpad.lab", ".")
    environment = Environment(loader=loader, trim_blocks=True, lstrip_blocks=True, autoescape=False)
    folder = out.resolve()
    page = environment.get_template("lab.md.j2").render(results.context(folder), folder=folder.name)
    path = folder.with_name(f"{folder.name}.md")
    runs.write(path, page)
    return path
