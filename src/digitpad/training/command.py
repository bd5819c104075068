"""The commands `digitpad train` and `digitpad evaluate`: options, folders and clean exits around the pipeline."""

import sys
import time
from pathlib import Path
from typing import Any

from digitpad.errors import DigitpadError, InputError, RecipeError, RunError
from digitpad.training import backend, recipe, runs
from digitpad.training.datasets import mnist
from digitpad.training.reporting import summary
from digitpad.training.runs import RunFolder

INTERRUPTED = 130  # the exit code that shells report for Ctrl-C


def train(
    name: str | None, data: Path | None, out: Path | None, values: list[str], changes: dict[str, Any], *, resume: bool
) -> None:
    """Train a new run or resume one, then print its results and where to find its files.

    Args:
        name: the name of a recipe or TOML file; None for the default.
        data: folder with the data set.
        out: folder of the run; None for a new one in `runs/`.
        values: `name=value` strings that override values of the recipe.
        changes: further overrides, already parsed.
        resume: whether to resume the run in `out`.
    """
    if resume:
        if name or values or changes:
            raise RecipeError("Expected only --out and --data with --resume: a run keeps its own recipe.")
        if out is None:
            raise RunError("Expected --out with the folder of the run to resume; got --resume without it.")
        run = RunFolder.open(out)
        if run.is_finished():
            print("This run is already finished. Its results:\n")
        else:
            _finish(run, data)
    else:
        chosen = recipe.load(name or recipe.DEFAULT).replace(**{**recipe.parse(values), **changes})
        run = RunFolder(out or Path("runs") / f"{time.strftime('%Y%m%d-%H%M%S')}-{chosen.network}")
        run.require_empty()
        _finish(run, data, chosen)
    print(summary.of_run(run.path))
    is_of_pages = run.page_model.is_file()
    model = run.page_model if is_of_pages else run.onnx_model
    print(f"\nReport:     {run.report}\nModel:      {model}")
    options = ("read", "--pages") if is_of_pages else ("predict", "--model")
    print(f"Try it:     {runs.command(*options, str(model))} PICTURE")


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
    from digitpad.training import page_pipeline, pipeline
    from digitpad.training.reporting import progress

    is_of_pages = isinstance(recipe.load(str(run.recipe)), recipe.PageRecipe)
    resume = runs.resume_command(run.path)
    try:
        (page_pipeline if is_of_pages else pipeline).train(run, dataset, watcher=progress.watcher())
    except KeyboardInterrupt:
        print(f"\nStopped. Finished epochs are saved. Resume with: {resume}", file=sys.stderr)
        sys.exit(INTERRUPTED)
    except OSError as error:
        raise DigitpadError(
            f"The operating system reported: {error}. Check disk space and permissions, then resume with: {resume}"
        ) from error
