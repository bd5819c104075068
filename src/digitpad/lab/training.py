"""Training of the experiments' networks: compiled once, then run for as many epochs as one likes."""

from dataclasses import dataclass, field
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from digitpad.lab import networks
from digitpad.lab.data import Pictures
from digitpad.lab.losses import Loss, cross_entropy

BATCH_SIZE = 64


@dataclass
class History:
    """What came of each epoch.

    Attributes:
        train: the mean loss of its batches, with penalties.
        loss: softmax cross-entropy of the validation pictures after it.
        accuracy: share of the validation pictures that are read right after it.
    """

    train: list[float] = field(default_factory=list)
    loss: list[float] = field(default_factory=list)
    accuracy: list[float] = field(default_factory=list)


class Training:
    """Trains a network on batches that are drawn without replacement in each epoch.

    All steps of an epoch run in one graph: the networks here are so small that `Model.fit` takes five times as long.
    """

    def __init__(
        self,
        network: keras.Model,
        pictures: Pictures,
        optimizer: keras.optimizers.Optimizer,
        *,
        seed: int,
        batch_size: int = BATCH_SIZE,
        loss: Loss = cross_entropy,
    ) -> None:
        keras.utils.set_random_seed(seed)
        self._rng = np.random.default_rng([11, seed])
        self._network, self._optimizer, self._loss = network, optimizer, loss
        self._x, self._y = tf.constant(pictures.x), tf.constant(pictures.y)
        self._batch_size = min(batch_size, len(pictures))
        self.steps_per_epoch = len(pictures) // self._batch_size
        optimizer.build(network.trainable_variables)
        self._follow = tf.function(self._follow_order, autograph=False, reduce_retracing=True)

    def run(self, num_epochs: int = 1) -> float:
        """Train for some epochs; returns the mean loss of all their batches, with penalties."""
        return self.take(num_epochs * self.steps_per_epoch)

    def take(self, num_steps: int) -> float:
        """Take some steps, in as many epochs as that needs; returns the mean loss of all their batches."""
        shape = self.steps_per_epoch, self._batch_size
        num_epochs = -(-num_steps // self.steps_per_epoch)
        orders = [self._rng.permutation(len(self._y))[: shape[0] * shape[1]].reshape(shape) for _ in range(num_epochs)]
        return float(self._follow(tf.constant(np.concatenate(orders)[:num_steps], tf.int32)))

    def _follow_order(self, order: Any) -> Any:
        num_steps = tf.shape(order)[0]

        def step(index: Any, total: Any) -> tuple[Any, Any]:
            return index + 1, total + self._step(order[index])

        _, total = tf.while_loop(lambda index, _: index < num_steps, step, (0, 0.0), parallel_iterations=1)
        return total / tf.cast(num_steps, tf.float32)

    def _step(self, chosen: Any) -> Any:
        weights = self._network.trainable_variables
        with tf.GradientTape() as tape:
            logits = self._network(tf.gather(self._x, chosen), training=True)
            loss = tf.add_n([self._loss(logits, tf.gather(self._y, chosen)), *self._network.losses])
        self._optimizer.apply(tape.gradient(loss, [weight.value for weight in weights]), weights)
        return loss


def train(
    network: keras.Model,
    pictures: Pictures,
    optimizer: keras.optimizers.Optimizer,
    *,
    num_epochs: int,
    seed: int,
    batch_size: int = BATCH_SIZE,
    loss: Loss = cross_entropy,
) -> None:
    """Train for some epochs.

    Args:
        network: logits from float32 (num_pictures, 784).
        pictures: to learn from.
        optimizer: fresh.
        num_epochs: how often all pictures are seen.
        seed: of the batches and of dropout.
        batch_size: pictures a step; all, if there are fewer.
        loss: what is minimised, with the network's own penalties.
    """
    Training(network, pictures, optimizer, seed=seed, batch_size=batch_size, loss=loss).run(num_epochs)


def watch(
    training: Training, network: keras.Model, validation: Pictures, num_epochs: int, *, patience: int | None = None
) -> History:
    """Train for some epochs, and look at the validation pictures after each.

    With `patience` it stops early, after so many epochs without a lower validation loss, and puts the weights back that
    had the lowest.
    """
    history, best = History(), network.get_weights()
    for epoch in range(num_epochs):
        history.train.append(training.run())
        scores = networks.logits(network, validation)
        history.loss.append(float(cross_entropy(scores, validation.y)))
        history.accuracy.append(float(np.mean(scores.argmax(axis=1) == validation.y)))
        if patience:
            least = int(np.argmin(history.loss))
            best = network.get_weights() if least == epoch else best
            if epoch - least >= patience:
                break
    if patience:
        network.set_weights(best)
    return history
