"""The loss as a function of its parameters: gradient and curvature are those of finite differences."""

import numpy as np
import pytest

from digitpad.lab import networks
from digitpad.lab.data import Data
from digitpad.lab.losses import squared_error
from digitpad.lab.surface import Surface


@pytest.fixture
def surface(data: Data) -> Surface:
    return Surface(networks.dense(8, seed=0, activation="tanh"), data.train.first(50))


def test_a_step_back_leads_back(surface: Surface) -> None:
    here, value = surface.here, surface.value()
    surface.move(here + 1)
    assert surface.value() != value
    surface.move(here)
    assert surface.value() == value


def test_gradient_and_curvature_are_those_of_differences(surface: Surface) -> None:
    here = surface.here
    direction = np.random.default_rng(0).normal(size=len(here)).astype(np.float32)
    direction /= np.linalg.norm(direction)
    values, slopes = [], []
    for step in (-0.02, 0.02):
        surface.move(here + step * direction)
        values.append(surface.value())
        slopes.append(surface.gradient())
    surface.move(here)
    assert surface.gradient() @ direction == pytest.approx((values[1] - values[0]) / 0.04, rel=0.01, abs=1e-4)
    np.testing.assert_allclose(surface.curve(direction), (slopes[1] - slopes[0]) / 0.04, atol=2e-3)


def test_the_gradient_of_some_pictures_is_theirs_alone(surface: Surface) -> None:
    halves = [surface.gradient(np.arange(start, start + 25)) for start in (0, 25)]
    np.testing.assert_allclose(np.mean(halves, axis=0), surface.gradient(), atol=1e-6)


def test_sharpness_is_the_largest_eigenvalue(data: Data) -> None:
    pictures = data.train.first(30)
    surface = Surface(networks.dense(seed=0), pictures, squared_error)  # its Hessian is known: that of least squares
    x = np.hstack([pictures.x, np.ones((30, 1), np.float32)])
    assert surface.sharpness(1e-6) == pytest.approx(np.linalg.eigvalsh(x.T @ x / 30)[-1], rel=1e-3)
