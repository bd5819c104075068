"""Figures from answers, as JSON values."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from bench.pages import score
from bench.pages.answers import Answers
from bench.pages.sets import Number, RealPage, Single, Truth
from digitpad.training.evaluation import metrics

Figures = dict[str, Any]

_PAGE_COUNTS = ("n", "wrong", "unread", "missed", "invented", "ignored", "unread, of nothing", "lines")
_PAGE_SHARES = {"found": "n", "right": "n", "given": "lines", "by box": "lines"}


def share(found: Iterable[bool]) -> Figures:
    """The `count` of what is true among `n`, the `share`, and its 95 % `interval` after Wilson."""
    values = list(found)
    return _share(sum(values), len(values))


def numbers(known: Sequence[Number], answers: Sequence[Answers]) -> Figures:
    """How many numbers are read exactly: of `all` of them, and `by_length`."""
    right = [(len(number.label), is_exact(number, answer)) for number, answer in zip(known, answers, strict=True)]
    lengths = sorted({length for length, _ in right})
    by_length = {str(length): share(is_right for other, is_right in right if other == length) for length in lengths}
    return {"all": share(is_right for _, is_right in right), "by_length": by_length}


def is_exact(number: Number, answer: Answers) -> bool:
    """Whether a number is read exactly; if it has signs, whether its digits are."""
    if number.has_signs:
        return _digits(number.label) == _digits(answer.text)
    return answer.text == number.label


def pages(known: Sequence[RealPage], answers: Sequence[Answers]) -> Figures:
    """How pages are read.

    Returns:
        `kinds`: for every kind of picture and for `all`: `pictures`, and what `score.count` counts, with shares of what
        is found and right, and `invented_per_picture`; `empty`: the same of pictures without any digit, `with print`
        and `without print`; `printed`: of printed digits.
    """
    counted = [(page, score.count(page.truth, answer)) for page, answer in zip(known, answers, strict=True)]
    groups: dict[str, list[Counter[str]]] = {}
    empty: dict[str, list[Counter[str]]] = {"without print": [], "with print": []}
    for page, counts in counted:
        groups.setdefault(page.kind, []).append(counts)
        if not page.truth.digits:
            empty["with print" if page.has_print else "without print"].append(counts)
    everything = [counts for _, counts in counted]
    return {
        "kinds": {kind: _page_figures(some) for kind, some in (*sorted(groups.items()), ("all", everything))},
        "empty": {kind: _page_figures(some) for kind, some in empty.items()},
        "printed": _printed(sum(everything, Counter())),
    }


def singles(known: Sequence[Single], answers: Sequence[tuple[str | None, bool]]) -> Figures:
    """How pictures of one digit are answered.

    Args:
        known: the pictures.
        answers: for each the digit that was answered, if any, and whether several were.

    Returns:
        By kind: of digits `n`, `right`, `wrong`, `unanswered`, and how many had `several` answers; of pictures without
        a digit `n` and how many were `answered`.
    """
    by_kind: dict[str, Counter[str]] = {}
    for single, (answer, has_several) in zip(known, answers, strict=True):
        counts = by_kind.setdefault(single.kind, Counter())
        counts["n"] += 1
        counts["several"] += has_several
        if single.label is None:
            counts["answered"] += answer is not None
        else:
            counts["unanswered" if answer is None else "right" if answer == single.label else "wrong"] += 1
    names = ("n", "right", "wrong", "unanswered", "several", "answered")
    return {kind: {name: counts[name] for name in names} for kind, counts in by_kind.items()}


def characters(labels: Sequence[str], answers: Sequence[tuple[Answers, str | None]]) -> Figures:
    """How single characters of the pen set are answered: digits, or `labels` that are none.

    Returns:
        Shares: `read`, those in which exactly one digit is read and is right, or for others any digit; `several`, those
        in which several are read; `predicted`, those predicted right, or for others at all.
    """
    triples = [(label, answer, predicted) for label, (answer, predicted) in zip(labels, answers, strict=True)]
    return {
        "read": share(_is_read(label, answer) for label, answer, _ in triples),
        "several": share(len(answer.read) > 1 for _, answer, _ in triples),
        "predicted": share(
            predicted == label if label.isdigit() else predicted is not None for label, _, predicted in triples
        ),
    }


def faults(known: Sequence[Number], answers: Mapping[str, Mapping[str, Sequence[Answers]]], best: Figures) -> Figures:
    """How many numbers are read exactly with every fault, and `kept`, the same as a share of those without fault."""
    exact = {
        curve: {label: numbers(known, some)["all"] for label, some in cases.items()} for curve, cases in answers.items()
    }
    for cases in exact.values():
        for found in cases.values():
            found["kept"] = found["count"] / best["count"] if best["count"] else None
    return exact


def confidence(truths: Sequence[Truth], answers: Sequence[Answers]) -> Figures:
    """How honest the confidence in digits is that were matched to a handwritten one: `n`, `ece`, `reliability`."""
    pairs = [
        (int(outcome.mark.label), outcome.mark.confidence, int(outcome.true.label))
        for truth, answer in zip(truths, answers, strict=True)
        for outcome in score.judge(truth, answer)
        if outcome.true and not outcome.true.is_printed and outcome.mark
        if outcome.mark.label is not None and outcome.mark.confidence is not None
    ]
    if not pairs:
        return {"n": 0, "accuracy": _share(0, 0), "ece": None, "reliability": []}
    digits, confidences, labels = (np.array(column) for column in zip(*pairs, strict=True))
    # the metrics want all probabilities, but look at the largest: the others share the rest
    shares = np.repeat((1 - confidences[:, None]) / 9, 10, axis=1)
    shares[np.arange(len(digits)), digits] = confidences
    rows = metrics.reliability(shares, labels.astype(np.uint8))
    accuracy = share((digits == labels).tolist())
    return {"n": len(pairs), "accuracy": accuracy, "ece": metrics.expected_calibration_error(rows), "reliability": rows}


def _is_read(label: str, answer: Answers) -> bool:
    read = answer.read
    return (len(read) == 1 and read[0].label == label) if label.isdigit() else bool(read)


def _page_figures(some: Sequence[Counter[str]]) -> Figures:
    total: Counter[str] = sum(some, Counter())
    return {
        "pictures": len(some),
        **{name: total[name] for name in _PAGE_COUNTS},
        **{name: _share(total[name], total[of]) for name, of in _PAGE_SHARES.items()},
        "invented_per_picture": total["invented"] / len(some) if some else None,
        "pictures_with_invented": sum(counts["invented"] > 0 for counts in some),
    }


def _printed(total: Counter[str]) -> Figures:
    return {name: total[f"printed {name}"] for name in ("n", "found", "right", "wrong", "unread", "missed")}


def _share(count: int, n: int) -> Figures:
    interval = metrics.wilson_interval(count, n) if n else (0.0, 1.0)
    return {"count": count, "n": n, "share": count / n if n else None, "interval": interval}


def _digits(text: str) -> str:
    return "".join(char for char in text if char.isdigit())
