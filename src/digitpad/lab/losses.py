"""Losses of logits, (num_pictures, 10), and labels, (num_pictures,): the mean over all pictures."""

from collections.abc import Callable
from typing import Any

import tensorflow as tf

Loss = Callable[[Any, Any], Any]


def cross_entropy(logits: Any, labels: Any) -> Any:
    """Softmax cross-entropy: the negative log-likelihood of the labels."""
    return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits))


def smoothed_cross_entropy(logits: Any, labels: Any, smoothing: float = 0.1) -> Any:
    """Softmax cross-entropy with a share of each label spread over all ten."""
    told = tf.one_hot(labels, 10) * (1 - smoothing) + smoothing / 10
    return tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(told, logits))


def binary_cross_entropy(logits: Any, labels: Any) -> Any:
    """The cross-entropies of ten sigmoids, summed."""
    each = tf.nn.sigmoid_cross_entropy_with_logits(tf.one_hot(labels, 10), logits)
    return tf.reduce_mean(tf.reduce_sum(each, axis=1))


def squared_error(logits: Any, labels: Any) -> Any:
    """Half the squared distance from the one-hot label."""
    return 0.5 * tf.reduce_mean(tf.reduce_sum((logits - tf.one_hot(labels, 10)) ** 2, axis=1))
