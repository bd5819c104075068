"""The command `digitpad lab`: lists the experiments, runs them, and writes the page about them."""

from collections.abc import Sequence
from pathlib import Path

from digitpad.errors import InputError
from digitpad.lab import page
from digitpad.lab.data import Data
from digitpad.lab.experiment import Scale
from digitpad.lab.experiments import EXPERIMENTS
from digitpad.lab.run import run
from digitpad.training import runs
from digitpad.training.datasets import mnist

QUICK_SEEDS, FULL_SEEDS = 2, 5
_QUICK_HELD_OUT = 1_000


def lab(
    name: str | None, data: Path | None, out: Path, num_seeds: int | None, *, quick: bool, everything: bool
) -> None:
    """Run an experiment, or all of them, or list them.

    Args:
        name: of an experiment.
        data: folder with MNIST.
        out: folder of the results.
        num_seeds: how often what depends on chance is repeated; None for as often as the figures in the page.
        quick: whether to run the short form.
        everything: whether to run all, and write the page.

    Raises:
        InputError: there is no experiment of this name, or both a name and all are asked for.
    """
    if name and everything:
        raise InputError("Expected the name of an experiment or --all; got both.")
    if name and name not in EXPERIMENTS:
        raise InputError(f"Expected one of the experiments {', '.join(EXPERIMENTS)}; got {name!r}.")
    if not name and not everything:
        _list()
        return
    _run(list(EXPERIMENTS) if everything else [str(name)], data, out, num_seeds, quick=quick)
    if everything:
        print(f"\nThe page: {page.write(out)}")


def _list() -> None:
    for experiment in EXPERIMENTS.values():
        print(f"{experiment.name:16}{experiment.question}")
    print(f"\nTo run one: {runs.command('lab', 'NAME', '--quick')}")


def _run(names: Sequence[str], data: Path | None, out: Path, num_seeds: int | None, *, quick: bool) -> None:
    dataset = mnist.load(data)
    if dataset.notice:
        print(dataset.notice)
    seen = Data.split(dataset.pool, _QUICK_HELD_OUT) if quick else Data.split(dataset.pool)
    scale = Scale(quick, num_seeds or (QUICK_SEEDS if quick else FULL_SEEDS))
    for name in names:
        findings = run(EXPERIMENTS[name], seen, scale, out)
        print(f"\n{EXPERIMENTS[name].title}: {out / name}.json, {out / name}.svg")
        for finding in findings:
            print(f"  {'held' if finding.held else 'DID NOT HOLD'}: {finding.claim}")
            print(f"    Expected: {finding.expected}\n    Measured: {finding.measured}")
