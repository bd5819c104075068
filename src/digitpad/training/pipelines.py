"""The pipeline that a run needs: that for digits or that for pages."""

from digitpad.training import page_pipeline, pipeline, recipe
from digitpad.training.datasets.mnist import Dataset
from digitpad.training.networks.fit import Watcher
from digitpad.training.pipeline import Say
from digitpad.training.runs import RunFolder


def train(run: RunFolder, dataset: Dataset, *, watcher: Watcher, say: Say = print) -> None:
    """Train by the pipeline of the run's recipe; arguments and errors are as in `pipeline.train`."""
    is_of_pages = isinstance(recipe.load(str(run.recipe)), recipe.PageRecipe)
    (page_pipeline if is_of_pages else pipeline).train(run, dataset, watcher=watcher, say=say)
