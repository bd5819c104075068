"""The experiments, in the order in which the page tells of them."""

from digitpad.lab.experiments import (
    ablation,
    calibration,
    capacity,
    convolution,
    curvature,
    data_size,
    initialisation,
    minibatches,
    regularisation,
    softmax,
)

_MODULES = (
    softmax,
    curvature,
    data_size,
    regularisation,
    initialisation,
    minibatches,
    convolution,
    capacity,
    calibration,
    ablation,
)

EXPERIMENTS = {module.EXPERIMENT.name: module.EXPERIMENT for module in _MODULES}
