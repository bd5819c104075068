"""Calibration: what probabilities are worth before and after a temperature, and which scores ask for honest ones."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import entr, expit, log_softmax, logit, rel_entr, softmax

from digitpad.lab import figures, networks
from digitpad.lab.data import Data, Pictures
from digitpad.lab.experiment import Case, Experiment, Finding, Scale
from digitpad.lab.losses import cross_entropy, smoothed_cross_entropy
from digitpad.lab.results import Row
from digitpad.lab.table import Table
from digitpad.lab.training import train
from digitpad.training.evaluation import calibration, metrics

TRAININGS = ("short", "long", "smoothed")
LOSSES: dict[str, Callable[[Any, float], Any]] = {
    "log": lambda said, share: -share * np.log(said) - (1 - share) * np.log(1 - said),
    "Brier": lambda said, share: share * (1 - said) ** 2 + (1 - share) * said**2,
    "absolute": lambda said, share: share * (1 - said) + (1 - share) * said,
    "0-1": lambda said, share: np.where(said > 0.5, 1 - share, share),
}
"""The mean loss of a probability that is said, for a share of heads."""

STRICTLY_PROPER = ("log", "Brier")
STARTS = (0.55, 0.95)
SAID = np.linspace(0.01, 0.99, 99)
HEADS = 0.7


def cases(scale: Scale) -> list[Case]:
    """Ways to train, and scores of a coin."""
    number = 500 if scale.quick else 5_000
    num_epochs = {"short": 4, "long": 60, "smoothed": 60}
    trainings = [
        {"check": "network", "training": training, "number": number, "num_epochs": num_epochs[training], "seed": seed}
        for training in TRAININGS
        for seed in scale.seeds
    ]
    return [*trainings, *({"check": "coin", "score": score, "seed": seed} for score in LOSSES for seed in scale.seeds)]


def measure(data: Data, case: Case) -> Row:
    """Measure one case."""
    return toss(case) if case["check"] == "coin" else calibrate(data, case)


def calibrate(data: Data, case: Case) -> Row:
    """Train, fit a temperature on one half of the held-out pictures, and measure on both."""
    network, optimizer = networks.dense(256, 128, seed=case["seed"]), keras.optimizers.Adam(1e-3)
    loss = smoothed_cross_entropy if case["training"] == "smoothed" else cross_entropy
    pictures = data.train.drawn(case["number"], case["seed"])
    train(network, pictures, optimizer, num_epochs=case["num_epochs"], seed=case["seed"], loss=loss)
    fitted, others = data.held_out.halves()
    known, logits = networks.logits(network, fitted), networks.logits(network, others)
    temperature = calibration.fit_temperature(known, fitted.y.astype(np.uint8))
    before, after = _assess(logits, others, 1.0), _assess(logits, others, temperature)
    around = [_likelihood(known, fitted.y, temperature * factor) for factor in (0.9, 1.0, 1.1)]
    return {"temperature": temperature, "before": before, "after": after, "around": around}


def _assess(logits: NDArray[np.float32], pictures: Pictures, temperature: float) -> Row:
    probabilities = softmax(logits.astype(np.float64) / temperature, axis=1)
    bins = metrics.reliability(probabilities, pictures.y.astype(np.uint8))
    return {
        "ece": metrics.expected_calibration_error(bins),
        "nll": _likelihood(logits, pictures.y, temperature),
        "accuracy": float(np.mean(probabilities.argmax(axis=1) == pictures.y)),
        "bins": bins,
    }


def _likelihood(logits: NDArray[np.float32], labels: NDArray[np.int32], temperature: float) -> float:
    scores = log_softmax(logits.astype(np.float64) / temperature, axis=1)
    return float(-np.mean(scores[np.arange(len(labels)), labels]))


def toss(case: Case) -> Row:
    """What a model of one number says of a coin when it is trained on a score, from two beginnings."""
    share = float(np.mean(np.random.default_rng(case["seed"]).random(10_000) < HEADS))
    lose = LOSSES[case["score"]]
    ends = [
        minimize(lambda score: lose(expit(score[0]), share), logit(start), bounds=[(-9, 9)]).x[0] for start in STARTS
    ]
    entropy, said = entr(share) + entr(1 - share), SAID
    excess = lose(said, share) - entropy - rel_entr(share, said) - rel_entr(1 - share, 1 - said)
    return {"said": expit(ends).tolist(), "losses": lose(said, share).tolist(), "excess": float(np.abs(excess).max())}


def judge(table: Table) -> list[Finding]:
    """The verdicts."""
    trained, coins = table.where(check="network"), table.where(check="coin")
    num_seeds = len(table.values("seed"))

    def tell(training: str, what: str) -> str:
        pairs = [[row[when][what] for when in ("before", "after")] for row in trained.where(training=training)]
        return " to ".join(f"{value:.2%}" for value in np.mean(pairs, axis=0))

    def mean(training: str, when: str, what: str) -> float:
        return float(np.mean([row[when][what] for row in trained.where(training=training)]))

    temperature = {training: rows.mean("temperature") for training, rows in trained.groups("training")}
    same = sum(row["before"]["accuracy"] == row["after"]["accuracy"] for row in trained)
    least = sum(row["around"][1] <= min(row["around"]) for row in trained)
    said = {score: np.mean(rows.column("said"), axis=0) for score, rows in coins.groups("score")}
    honest = {score: float(np.abs(each - HEADS).max()) for score, each in said.items()}
    excess = coins.where(score="log").mean("excess")
    return [
        Finding(
            "A network that was trained for long is too sure of itself.",
            "Its temperature is above 1, and above that of a short training (Guo et al. 2017).",
            f"Temperature {temperature['long']:.2f} after long, {temperature['short']:.2f} after short training; ECE "
            f"{mean('long', 'before', 'ece'):.2%} and {mean('short', 'before', 'ece'):.2%} (n = {num_seeds} each).",
            temperature["long"] > max(1, temperature["short"]),
        ),
        Finding(
            "One number, the temperature, mends much of it.",
            "After long training and after smoothed labels, the expected calibration error (ECE) falls by a third or "
            "more, on pictures that it was not fitted on. After short training there is little to mend.",
            "; ".join(f"{training} training: ECE from {tell(training, 'ece')}" for training in TRAININGS)
            + f" (n = {num_seeds} each).",
            all(mean(each, "after", "ece") < 2 / 3 * mean(each, "before", "ece") for each in ("long", "smoothed")),
        ),
        Finding(
            "Smoothed labels make it underconfident where it reads nearly everything right.",
            "It is told 0.91 at most, so if it reads more than that right, its temperature is below 1. (On harder data "
            "Müller et al. 2019 found it well calibrated.)",
            f"Temperature {temperature['smoothed']:.2f} at an accuracy of {mean('smoothed', 'before', 'accuracy'):.1%} "
            f"(n = {num_seeds}).",
            temperature["smoothed"] < 1,
        ),
        Finding(
            "A temperature leaves accuracy as it was.",
            "Dividing all logits by one number does not change their order.",
            f"The same in {same} of {len(trained)} networks.",
            same == len(trained),
        ),
        Finding(
            "Likelihood is greatest at the temperature that was fitted, on the pictures that it was fitted on.",
            "A tenth more or less is worse.",
            f"In {least} of {len(trained)} networks.",
            least == len(trained),
        ),
        Finding(
            "Only a strictly proper score makes a model say the truth about a coin.",
            f"Of a coin of {HEADS}: {HEADS} by the log and Brier scores; 1 by the absolute, which is improper; 0-1 is "
            "proper but not strictly, and leaves it where it began, having no slope (Gneiting and Raftery 2007).",
            f"From {STARTS[0]} and {STARTS[1]} it comes to "
            + "; ".join(f"{low:.2f} and {high:.2f} ({score})" for score, (low, high) in said.items())
            + f" (n = {num_seeds} each, 10,000 tosses).",
            all((honest[score] < 0.03) == (score in STRICTLY_PROPER) for score in LOSSES),
        ),
        Finding(
            "The log score costs the entropy of the coin, and the Kullback-Leibler divergence on top.",
            "Exactly, whatever is said; so the truth costs least.",
            f"Differs by at most {excess:.1e} for {len(SAID)} probabilities (n = {num_seeds}).",
            excess < 1e-9,
        ),
    ]


def draw(table: Table) -> Figure:
    """Reliability before and after, ECE, and the losses of a coin."""
    trained = table.where(check="network")

    def plot(left: Axes, middle: Axes, right: Axes) -> None:
        left.plot([0, 1], [0, 1], ":", linewidth=0.8)
        for place, when in enumerate(("before", "after")):
            bins = [each for each in trained.where(training="long")[0][when]["bins"] if each["count"]]
            points = [(each["confidence"], each["accuracy"]) for each in bins]
            colour = figures.COLOURS[1 - place]
            left.plot(*zip(*points, strict=True), "o-", color=colour, markersize=4, label=f"{when} the temperature")
            errors = [[row[when]["ece"] for row in trained.where(training=each)] for each in TRAININGS]
            at = np.arange(len(TRAININGS)) + 0.4 * place
            middle.bar(
                at,
                np.mean(errors, axis=1),
                0.38,
                yerr=np.std(errors, axis=1, ddof=min(1, len(errors[0]) - 1)),
                color=colour,
                label=when,
            )
        middle.set_xticks(np.arange(len(TRAININGS)) + 0.2, TRAININGS)
        for place, (score, rows) in enumerate(table.where(check="coin").groups("score")):
            right.plot(SAID, rows[0]["losses"], color=figures.COLOURS[place], label=score)
        right.axvline(HEADS, linestyle=":", linewidth=0.8)
        right.set_ylim(0, 1.5)
        for axes in (left, middle, right):
            axes.legend(fontsize=8)
        figures.label(left, "After long training", "confidence", "accuracy")
        figures.label(middle, "Calibration error", "training", "ECE")
        figures.label(right, f"A coin of {HEADS}", "said", "loss")

    return figures.panels(3, plot, width=3.4)


EXPERIMENT = Experiment(
    "calibration",
    "Calibration",
    "Of the answers given with 90 % confidence, are nine in ten right, and what does it take to make that so?",
    cases,
    measure,
    judge,
    draw,
)
