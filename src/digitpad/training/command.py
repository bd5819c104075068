"""The commands `digitpad train` and `digitpad evaluate`: options, folders and clean exits around the pipeline."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from digitpad import cluster
from digitpad.errors import INTERRUPTED, DigitpadError, InputError, RecipeError, RunError
from digitpad.training import backend, recipe, runs, seeds, spread
from digitpad.training.datasets import mnist
from digitpad.training.reporting import summary
from digitpad.training.runs import RunFolder
from digitpad.training.seeds import Series


def train(
    name: str | None,
    data: Path | None,
    out: Path | None,
    values: list[str],
    changes: dict[str, Any],
    *,
    resume: bool,
    several: str | None = None,
    address: str | None = None,
) -> None:
    """Train a new run, or one for each of several seeds, or resume them, then print the results and where they are.

    Args:
        name: the name of a recipe or TOML file; None for the default.
        data: folder with the data set.
        out: folder of the run, or for the runs of several seeds; None for a new one in `runs/`.
        values: `name=value` strings that override values of the recipe.
        changes: further overrides, already parsed.
        resume: whether to resume what is in `out`.
        several: the seeds, such as "0-9"; with `resume` also seeds to add. None for a single run.
        address: of a Ray cluster, as in `cluster.connected`; None to train the runs of several seeds here, in turn.
    """
    if resume and (name or values or changes):
        raise RecipeError("Expected no recipe and no values of one with --resume: a run keeps its own recipe.")
    if resume and out is None:
        raise RunError("Expected --out with the folder of the run to resume; got --resume without it.")
    asked = seeds.parse(several) if several is not None else []
    name, changes = name or recipe.DEFAULT, {**recipe.parse(values), **changes}
    if asked or (resume and out and seeds.are_in(out)):
        series = Series.open(out) if resume and out else _begin_series(name, out, changes)
        _train_series(series, asked, data, address)
    elif address is not None:
        raise InputError("Expected --seeds with --ray: a single run is trained on this machine.")
    elif resume and out:
        _resume_one(RunFolder.open(out), data)
    else:
        chosen = recipe.load(name).replace(**changes)
        run = RunFolder(out or _new_folder(chosen.network))
        run.require_empty()
        _finish(run, data, chosen)
        _show(run)


def _resume_one(run: RunFolder, data: Path | None) -> None:
    if run.is_finished():
        print("This run is already finished. Its results:\n")
    else:
        _finish(run, data)
    _show(run)


def _show(run: RunFolder) -> None:
    print(summary.of_run(run.path))
    is_of_pages = run.page_model.is_file()
    model = run.page_model if is_of_pages else run.onnx_model
    print(f"\nReport:     {run.report}\nModel:      {model}")
    options = ("read", "--pages") if is_of_pages else ("predict", "--model")
    print(f"Try it:     {runs.command(*options, str(model))} PICTURE")


def _new_folder(name: str) -> Path:
    return Path("runs") / f"{time.strftime('%Y%m%d-%H%M%S')}-{name}"


def _begin_series(name: str, out: Path | None, changes: dict[str, Any]) -> Series:
    if "seed" in changes:
        raise RecipeError("Expected either --seeds or a single seed; got both.")
    chosen, stem = recipe.load(name).replace(**changes), Path(name).stem
    series = Series(out or _new_folder(stem), stem, chosen)
    RunFolder(series.out).require_empty()
    return series


def _train_series(series: Series, asked: list[int], data: Path | None, address: str | None) -> None:
    """Train what is not finished of a series, then print and write its results side by side."""
    options = ["--ray", address] if address is not None else []
    resume = runs.command("train", "--out", str(series.out), "--resume", *options)
    with cluster.connected(address) if address is not None else nullcontext(), _resumable(resume):
        dataset = mnist.load(data or series.data_folder())
        series.add(asked)
        failed = spread.train_all(series.runs.values(), dataset, on_cluster=address is not None)
    results = series.collect(failed)
    seeds.write(series.out, results)
    print(f"\n{seeds.to_text(results)}\n\nRuns:       {series.out}\nTable:      {series.out / 'seeds.csv'}, seeds.json")
    if failed:
        raise DigitpadError(f"{len(failed)} of {len(series.runs)} runs failed. Try them again with: {resume}")


def evaluate(path: Path, data: Path | None, *, again: bool) -> None:
    """Print the stored results of a run, after another look at the test split if `again` is set."""
    if data and not again:
        raise InputError("Expected --data only with --again: the stored results need no data.")
    if again:
        run = RunFolder.open(path)
        dataset = mnist.load(data or run.data_folder())
        backend.prepare()
        from digitpad.training import pipeline

        pipeline.look_again(run, dataset)
    print(summary.of_run(path))


def _finish(run: RunFolder, folder: Path | None, begin_with: recipe.Values | None = None) -> None:
    backend.check()
    dataset = mnist.load(folder or run.data_folder())
    backend.prepare()  # imports Keras, which is slow; all checks that do not need it come first
    if begin_with:
        RunFolder.create(run.path, begin_with.to_toml())
    from digitpad.training import pipelines
    from digitpad.training.reporting import progress

    with _resumable(runs.resume_command(run.path)):
        pipelines.train(run, dataset, watcher=progress.watcher())


@contextmanager
def _resumable(command: str) -> Iterator[None]:
    """Say how to resume what was interrupted, or what the disk did not let end."""
    try:
        yield
    except KeyboardInterrupt:
        print(f"\nStopped. Finished epochs are saved. Resume with: {command}", file=sys.stderr)
        sys.exit(INTERRUPTED)
    except OSError as error:
        raise DigitpadError(
            f"The operating system reported: {error}. Check disk space and permissions, then resume with: {command}"
        ) from error
