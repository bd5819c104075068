"""The training pipeline for pages: one run, step by step from the digits to the report."""

import time
from typing import Any

from digitpad import artifact
from digitpad.training import recipe as recipes
from digitpad.training import runs
from digitpad.training.datasets.mnist import Dataset
from digitpad.training.datasets.splits import Split
from digitpad.training.evaluation import pages as evaluation
from digitpad.training.export import finder, keras_file, onnx_file, verify_pages
from digitpad.training.networks import page_fit, pages
from digitpad.training.networks.fit import Watcher
from digitpad.training.pages import stream
from digitpad.training.pages.bank import Bank
from digitpad.training.pages.targets import Batch
from digitpad.training.pipeline import Say, finish, prepare
from digitpad.training.recipe import PageRecipe
from digitpad.training.reporting import record
from digitpad.training.runs import RunFolder

_NUM_VALIDATION, _VALIDATION_PIXELS = 8, 500_000
_VALIDATION, _CALIBRATION, _TEST = range(2_000_001, 2_000_004)
"""Seeds of pages, used with the recipe's seed; training uses the recipe's seed and the number of the batch."""


def train(run: RunFolder, dataset: Dataset, *, watcher: Watcher | None = None, say: Say = print) -> dict[str, Any]:
    """Train the page network, weigh it against the digit network, evaluate, save, verify and report.

    Arguments, results and errors are as in `pipeline.train`.
    """
    started = time.monotonic()
    recipe = recipes.load(str(run.recipe))
    assert isinstance(recipe, PageRecipe), "digits have a pipeline of their own"
    training, validation = prepare(run, dataset, seed=recipe.seed, held_out=True, say=say)
    say(f"Network: {recipe.network}. Run folder: {run.path}")
    network = pages.build(recipe.seed)
    watched = validation_pages(validation[::2], recipe)
    progress = page_fit.fit(network, training, watched, recipe, checkpoint=run.checkpoint, watcher=watcher or Watcher())
    runs.write(run.history, record.to_csv(progress.history, page_fit.HISTORY_COLUMNS))
    found = finder.build(pages.fold(network))
    keras_file.save(found, run.keras_model)
    graph = onnx_file.export(run.keras_model)
    say("Weighing the page network against the digit network that ships, on pages of held-out digits.")
    digits, session = artifact.load(artifact.shipped()), finder.runner(graph)
    looked = list(evaluation.look(validation[1::2], [recipe.seed, _CALIBRATION], recipe.num_pages, session, digits))
    fitted = evaluation.fit(looked)
    if fitted == evaluation.UNFITTED:
        say(
            "The page network finds too few digits to be weighed, so both networks count the same. Train it for longer."
        )
    if not run.test.exists():
        opened = dataset.test.open(run.looks)
        pages_of_test = evaluation.look(opened, [recipe.seed, _TEST], recipe.num_pages, session, digits)
        runs.write_json(run.test, evaluation.figures(list(pages_of_test), *fitted))
    figures = record.collect_pages(run, recipe, network, progress, fitted, digits.model_id)
    figures["calibration"] = evaluation.figures(looked, *fitted)
    figures["examples"] = evaluation.examples(looked, *fitted, count=6)
    probes = verify_pages.probes(found, [page.page.pixels for page in looked])
    runs.write(run.page_model, artifact.seal(graph, record.page_card(figures), probes, artifact.PAGES))
    say("Verifying both models in a fresh process.")
    figures["verification"] = verify_pages.verify(found, [page.page.pixels for page in looked[:5]], run)
    return finish(run, figures, progress, started)


def validation_pages(digits: Split, recipe: PageRecipe) -> list[Batch]:
    """Pages to watch training with: always the same for the same recipe."""
    bank = Bank.gather(digits, recipe.seed)
    seed = [recipe.seed, _VALIDATION]
    return [stream.batch(bank, seed, number, _VALIDATION_PIXELS) for number in range(_NUM_VALIDATION)]
