"""The loss as a function of all parameters of a network, as one vector: its gradient and curvature."""

from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray
from scipy.sparse.linalg import LinearOperator, eigsh

from digitpad.lab.data import Pictures
from digitpad.lab.losses import Loss, cross_entropy

Vector = NDArray[np.float32]


class Surface:
    """The loss of a network on some pictures, as a function of its parameters.

    Products with the Hessian are by automatic differentiation: the gradient of the gradient's product with a vector
    (Pearlmutter 1994), in float32.
    """

    def __init__(self, network: keras.Model, pictures: Pictures, loss: Loss = cross_entropy) -> None:
        self._network, self._loss = network, loss
        self._x, self._y = tf.constant(pictures.x), tf.constant(pictures.y)
        self._shapes = [tuple(weight.shape) for weight in network.trainable_variables]
        self.num_parameters = sum(int(np.prod(shape)) for shape in self._shapes)
        self._value = tf.function(self._find_value, autograph=False)
        self._slope = tf.function(self._find_slope, autograph=False)
        self._product = tf.function(self._find_product, autograph=False)

    @property
    def here(self) -> Vector:
        """The network's parameters, float32 (num_parameters,)."""
        return np.concatenate([np.ravel(weight.numpy()) for weight in self._network.trainable_variables])

    def move(self, parameters: Vector) -> None:
        """Set the network's parameters."""
        for weight, part in zip(self._network.trainable_variables, self._split(parameters), strict=True):
            weight.assign(part)

    def value(self) -> float:
        """The loss."""
        return float(self._value(self._x, self._y))

    def gradient(self, chosen: NDArray[Any] | None = None) -> Vector:
        """The gradient, float32 (num_parameters,), on all pictures or on those of some indices."""
        x, y = (self._x, self._y) if chosen is None else (tf.gather(self._x, chosen), tf.gather(self._y, chosen))
        return np.asarray(self._slope(x, y))

    def curve(self, direction: Vector) -> Vector:
        """The product of the Hessian with a vector, float32 (num_parameters,)."""
        return np.asarray(self._product(self._x, self._y, tf.constant(direction, tf.float32)))

    def sharpness(self, tolerance: float = 1e-3) -> float:
        """The largest eigenvalue of the Hessian, by the Lanczos method."""
        size = self.num_parameters
        operator = LinearOperator((size, size), matvec=lambda v: self.curve(v.ravel()), dtype=np.float32)
        start = np.random.default_rng(0).normal(size=size).astype(np.float32)
        return float(eigsh(operator, k=1, which="LA", v0=start, tol=tolerance, return_eigenvectors=False)[0])

    def hessian(self) -> NDArray[np.float32]:
        """The whole Hessian, (num_parameters, num_parameters), of a small network."""
        return np.stack([self.curve(row) for row in np.eye(self.num_parameters, dtype=np.float32)])

    def _split(self, parameters: Any) -> list[Any]:
        parts, start = [], 0
        for shape in self._shapes:
            size = int(np.prod(shape))
            parts.append(parameters[start : start + size].reshape(shape))
            start += size
        return parts

    def _find_value(self, x: Any, y: Any) -> Any:
        return self._loss(self._network(x, training=False), y)

    def _find_slope(self, x: Any, y: Any) -> Any:
        with tf.GradientTape() as tape:
            value = self._find_value(x, y)
        return _join(tape.gradient(value, self._variables))

    def _find_product(self, x: Any, y: Any, direction: Any) -> Any:
        with tf.GradientTape() as outer:
            along = tf.reduce_sum(self._find_slope(x, y) * direction)
        return _join(outer.gradient(along, self._variables))

    @property
    def _variables(self) -> list[Any]:
        return [weight.value for weight in self._network.trainable_variables]


def _join(parts: list[Any]) -> Any:
    return tf.concat([tf.reshape(part, (-1,)) for part in parts], axis=0)
