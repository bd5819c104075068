"""A teacher: knows what a model has learned from, and teaches it something new."""

import keras
import numpy as np

from digitpad.artifact import Artifact
from digitpad.teaching import tuning
from digitpad.teaching.evaluation import CalibratedNetwork
from digitpad.training.augmentation.mixture import Mixture
from digitpad.training.datasets.splits import Split
from digitpad.training.evaluation import calibration, drawings
from digitpad.training.evaluation.calibration import Calibrated
from digitpad.training.export import restore
from digitpad.training.networks import architectures
from digitpad.training.networks.fit import predict_logits
from digitpad.training.recipe import Recipe

_NUM_OLD = 20_000
"""Training images from which what the model knows is drawn; twice as many pictures are made of them."""

_OLD, _LESSON, _CALIBRATION = range(2_000_001, 2_000_004)
"""Second seeds of the random generators, used with the seed of the model's recipe."""


class Teacher:
    """Teaches a model; what does not depend on the lesson is prepared once.

    Attributes:
        before: the model before any lesson.
        recipe: what it was trained with.
    """

    def __init__(self, model: Artifact, training: Split, validation: Split) -> None:
        """Prepare to teach a model.

        Args:
            model: a model for digits; it does not change.
            training: the images that it was trained on.
            validation: others; every second one is used for calibration.

        Raises:
            ArtifactError: the model is not one of digitpad's recipes.
        """
        self.recipe = restore.recipe(model)
        self._model = model
        self._old = _recall(training, self.recipe)
        self._drawn = drawings.generated(validation[1::2], [self.recipe.seed, _CALIBRATION])
        network = architectures.keep(restore.network(model), self.recipe)
        self.before = CalibratedNetwork(network, Calibrated(model.card["temperature"], model.card["thresholds"]))

    def teach(self, new: Split) -> CalibratedNetwork:
        """Teach the model some pictures, labelled 0 to 9 or `NOT_A_DIGIT`, uint8 (num_pictures, 28, 28)."""
        network = restore.network(self._model)
        tuning.tune(network, new, self._old, np.random.default_rng([self.recipe.seed, _LESSON]))
        kept = architectures.keep(network, self.recipe)
        return CalibratedNetwork(kept, self._calibrate(kept))

    def _calibrate(self, network: keras.Model) -> Calibrated:
        logits = predict_logits(network, self._drawn.seen)
        return calibration.fit(logits, self._drawn.labels, refuses=self.recipe.strange > 0)


def _recall(training: Split, recipe: Recipe) -> Split:
    """Pictures of the kinds that a model has learned from."""
    rng = np.random.default_rng([recipe.seed, _OLD])
    chosen = training[np.sort(rng.permutation(len(training))[:_NUM_OLD])]
    mixture = Mixture.gather(chosen, recipe, rng, epochs=1)
    epochs = [mixture.epoch(recipe, rng) for _ in range(2)]
    return Split(*(np.concatenate([getattr(epoch, name) for epoch in epochs]) for name in ("images", "labels")))
