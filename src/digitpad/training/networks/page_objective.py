"""The objective: how far the page network's outputs are from the targets."""

from collections.abc import Mapping
from typing import Any

import keras
from keras import ops

from digitpad.training.networks.pages import NUM_LABELS

WEIGHTS = {"ink": 1.0, "overlap": 1.0, "peak": 1.0, "size": 0.3, "offset": 4.0, "label": 1.0}

Tensor = Any


class PageModel(keras.Model):
    """A page network in training, whose targets are a `targets.Batch` without its pixels."""

    def __init__(self, network: keras.Model) -> None:
        super().__init__()
        self.network = network
        self.means = {name: keras.metrics.Mean(name) for name in ("loss", *WEIGHTS)}

    def call(self, pixels: Tensor, training: bool = False) -> Any:
        """The network's outputs for uint8 (batch, side, side, 3)."""
        return self.network(ops.cast(pixels, "float32") / 255.0, training=training)

    def compute_loss(self, x: Any = None, y: Any = None, y_pred: Any = None, *_: Any, **__: Any) -> Tensor:
        """The weighted sum of all losses, which are also recorded one by one."""
        found = losses(y_pred, {name: ops.cast(value, "float32") for name, value in y.items()})
        total = sum(WEIGHTS[name] * value for name, value in found.items())
        for name, value in {"loss": total, **found}.items():
            self.means[name].update_state(value)
        return total


def losses(outputs: Mapping[str, Tensor], targets: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The losses by the names in `WEIGHTS`, for outputs of the network and float32 targets as in `targets.Batch`."""
    fine, coarse = outputs["fine"], outputs["coarse"]
    return {
        **_ink_losses(fine[..., :4], _cells(targets["ink"] / 255.0), _cells(targets["ink_weight"])),
        "offset": _offset_mean(ops.sum(ops.abs(fine[..., 4:] - targets["offset"]), axis=-1), targets["offset_weight"]),
        "peak": _peak_loss(coarse[..., 0], targets["peak"], targets["peak_weight"]),
        "size": _size_loss(coarse[..., 1], targets),
        "label": _label_loss(coarse[..., 2:], targets["label"], targets["label_weight"]),
    }


def _cells(full: Tensor) -> Tensor:
    """(batch, side, side) as cells of four pixels, row by row: (batch, side / 2, side / 2, 4)."""
    return ops.stack([full[:, row::2, column::2] for row in (0, 1) for column in (0, 1)], axis=-1)


def _ink_losses(logits: Tensor, ink: Tensor, weight: Tensor) -> dict[str, Tensor]:
    entropy = ops.relu(logits) - logits * ink + ops.log1p(ops.exp(-ops.abs(logits)))
    shares = ops.sigmoid(logits)
    both = ops.sum(shares * ink * weight, axis=(1, 2, 3))
    either = ops.sum((shares + ink) * weight, axis=(1, 2, 3))
    overlap = (2.0 * both + 20.0) / (either + 20.0)  # Dice, smoothed for pages without ink
    return {"ink": 12.0 * ops.mean(entropy * weight * (1.0 + ink)), "overlap": 1.0 - ops.mean(overlap)}


def _peak_loss(logit: Tensor, peak: Tensor, weight: Tensor) -> Tensor:
    """The focal loss of CornerNet (Law and Deng 2018), over the number of centres."""
    chance = ops.clip(ops.sigmoid(logit), 1e-4, 1.0 - 1e-4)
    is_centre = ops.cast(peak > 0.999, "float32") * weight
    hit = is_centre * (1.0 - chance) ** 2 * ops.log(chance)
    miss = (weight - is_centre) * (1.0 - peak) ** 4 * chance**2 * ops.log(1.0 - chance)
    return -ops.sum(hit + miss) / ops.maximum(ops.sum(is_centre), 1.0)


def _size_loss(size: Tensor, targets: Mapping[str, Tensor]) -> Tensor:
    near = ops.cast(targets["peak"] > 0.3, "float32") * targets["peak_weight"] * targets["peak"]
    return ops.sum(ops.abs(size - targets["size"]) * near) / ops.maximum(ops.sum(near), 1.0)


def _label_loss(logits: Tensor, label: Tensor, weight: Tensor) -> Tensor:
    wanted = ops.one_hot(ops.cast(label, "int32"), NUM_LABELS)
    entropy = -ops.sum(wanted * ops.log_softmax(logits), axis=-1)
    return ops.sum(entropy * weight) / ops.maximum(ops.sum(weight), 1.0)


def _offset_mean(values: Tensor, weight: Tensor) -> Tensor:
    return ops.sum(values * weight) / ops.maximum(ops.sum(ops.cast(weight > 0, "float32")), 1.0)
