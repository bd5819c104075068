"""How right the answers are where true digits are known, as for a run, from one part after another."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from digitpad.training.evaluation import metrics
from digitpad.training.evaluation.metrics import Labels, Probabilities
from digitpad.training.reporting import summary

_ACCEPTED = ("digit", "unsure")


class Evaluation:
    """Adds up what answers are worth; memory does not grow with their number."""

    def __init__(self) -> None:
        self._confusion = np.zeros((10, 10), np.int64)
        self._sums: defaultdict[str, float] = defaultdict(float)
        self._bins: dict[float, dict[str, float]] = {}

    def add(self, table: Any) -> None:
        """Add the answers to a part, an Arrow table with the columns of `answers`."""
        labelled = table.filter(pc.is_valid(table["label"]))
        known = labelled.filter(pc.is_valid(labelled["probabilities"]))
        self._count({"unlabelled": len(table) - len(labelled), "unread": len(labelled) - len(known)})
        if len(known):
            labels = known["label"].to_numpy().astype(np.uint8)
            probabilities = np.stack(known["probabilities"].to_numpy()).astype(np.float64)
            self._add_probabilities(probabilities, labels)
            self._add_decisions(known, probabilities.argmax(axis=1) == labels, labels)

    def figures(self) -> dict[str, Any] | None:
        """All figures as JSON values; None if no picture with a label was read.

        Returns:
            As `metrics.evaluate`, apart from what needs the logits or the pictures: `reliability` is a list, with the
            temperature; `num_unread` and `num_unlabelled` tell how many pictures are left out, because they could not
            be read or have no label.
        """
        count = int(self._confusion.sum())
        if not count:
            return None
        bins = [self._bins[low] for low in sorted(self._bins)]
        kept, sure = self._sums["kept"], self._sums["sure"]
        return {
            **metrics.summarise(self._confusion),
            **{name: self._sums[name] / count for name in ("top2", "nll", "brier")},
            "ece": metrics.expected_calibration_error(bins),
            "reliability": bins,
            "refusals": {
                "kept": kept / count,
                "sure": sure / max(kept, 1),
                "sure_accuracy": self._sums["sure and right"] / max(sure, 1),
                "coverage": self._sums["covered"] / count,
                "num_candidates": self._sums["candidates"] / count,
            },
            "num_unread": int(self._sums["unread"]),
            "num_unlabelled": int(self._sums["unlabelled"]),
        }

    def _count(self, more: Mapping[str, float]) -> None:
        for name, value in more.items():
            self._sums[name] += value

    def _add_probabilities(self, probabilities: Probabilities, labels: Labels) -> None:
        np.add.at(self._confusion, (labels, probabilities.argmax(axis=1)), 1)
        means = {**metrics.honesty(probabilities, labels), "top2": metrics.top2(probabilities, labels)}
        self._count({name: len(labels) * mean for name, mean in means.items()})
        for row in metrics.reliability(probabilities, labels):
            known = self._bins.setdefault(row["low"], {**row, "count": 0})
            known["count"] += row["count"]
            for mean in ("confidence", "accuracy"):
                known[mean] += (row[mean] - known[mean]) * row["count"] / known["count"]

    def _add_decisions(self, table: Any, is_right: NDArray[np.bool_], labels: Labels) -> None:
        statuses = np.array(table["status"].to_pylist())
        candidates = table["candidates"].to_pylist()
        is_sure = statuses == "digit"
        self._count(
            {
                "kept": int(np.isin(statuses, _ACCEPTED).sum()),
                "sure": int(is_sure.sum()),
                "sure and right": int((is_sure & is_right).sum()),
                "covered": sum(label in some for label, some in zip(labels.tolist(), candidates, strict=True)),
                "candidates": sum(map(len, candidates)),
            }
        )


def describe(figures: dict[str, Any]) -> str:
    """The figures of an `Evaluation` as text, like those of a run."""
    refusals = figures["refusals"]
    table = [range(10), *figures["confusion"]]
    rows = ["".join(f"{count:9,d}" for count in row) for row in table]
    lines = [
        f"{figures['num_images']:,} pictures with a label:",
        summary.describe_accuracy(figures),
        f"  accepted  {refusals['kept']:.2%}   (answered confidently: {refusals['sure']:.2%} of these, of which "
        f"{refusals['sure_accuracy']:.2%} right)",
        "",
        summary.describe_classes(figures),
        "",
        "  how often each digit (row) was read as each (column):",
        *(f"  {digit:>5}  {row}" for digit, row in zip(["", *range(10)], rows, strict=True)),
    ]
    left_out = [(figures["num_unread"], "could not be read"), (figures["num_unlabelled"], "have no digit as a label")]
    lines += [f"  left out: {count:,} that {why}" for count, why in left_out if count]
    return "\n".join(lines)
