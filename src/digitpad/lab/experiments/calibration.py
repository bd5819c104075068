"""Calibration: what probabilities are worth before and after a temperature, and which scores ask for honest ones."""

from typing import Any

import keras
import numpy as np
from keras import ops
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray
from scipy.special import log_softmax, softmax

from digitpad.lab import figures, networks
from digitpad.lab.data import Data, Pictures
from digitpad.lab.experiment import Case, Experiment, Finding, Row, Scale
from digitpad.lab.table import Table
from digitpad.training.evaluation import calibration, metrics

TRAININGS = ("short", "long", "smoothed")
SCORES = ("log", "Brier", "absolute", "0-1")
PROPER = ("log", "Brier")
HEADS = 0.7
SMOOTHING = 0.1


def cases(scale: Scale) -> list[Case]:
    """Ways to train, and scores of a coin."""
    number, num_epochs = (
        (500, {"short": 5, "long": 60, "smoothed": 60})
        if scale.quick
        else (
            5_000,
            {"short": 4, "long": 60, "smoothed": 60},
        )
    )
    return [
        *(
            {
                "check": "network",
                "training": training,
                "number": number,
                "num_epochs": num_epochs[training],
                "seed": seed,
            }
            for training in TRAININGS
            for seed in scale.seeds
        ),
        *({"check": "coin", "score": score, "seed": seed} for score in SCORES for seed in scale.seeds),
    ]


def measure(data: Data, case: Case) -> Row:
    """Measure one case."""
    return toss(case) if case["check"] == "coin" else calibrate(data, case)


def calibrate(data: Data, case: Case) -> Row:
    """Train, fit a temperature on one half of the held-out pictures, and measure on both."""
    network = networks.dense(256, 128, seed=case["seed"])
    loss = _smoothed if case["training"] == "smoothed" else None
    networks.train(
        network,
        data.train.drawn(case["number"], case["seed"]),
        num_epochs=case["num_epochs"],
        optimizer=keras.optimizers.Adam(1e-3),
        seed=case["seed"],
        loss=loss,
    )
    half = len(data.held_out) // 2
    fitted = Pictures(data.held_out.x[:half], data.held_out.y[:half])
    others = Pictures(data.held_out.x[half:], data.held_out.y[half:])
    known, logits = networks.logits(network, fitted), networks.logits(network, others)
    temperature = calibration.fit_temperature(known, fitted.y.astype(np.uint8))
    before, after = _assess(logits, others, 1.0), _assess(logits, others, temperature)
    around = [_likelihood(known, fitted.y, temperature * factor) for factor in (0.9, 1.0, 1.1)]
    return {"temperature": temperature, "before": before, "after": after, "around": around}


def _smoothed(labels: Any, logits: Any) -> Any:
    """Cross-entropy with a tenth of each label shared among all digits."""
    one_hot = ops.one_hot(ops.reshape(ops.cast(labels, "int32"), (-1,)), 10) * (1 - SMOOTHING) + SMOOTHING / 10
    return -ops.sum(one_hot * ops.log_softmax(logits), axis=-1)


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
    """What a model of one number says of a coin of 0.7 when it is trained to lose as little as it can by a score."""
    tosses = (np.random.default_rng(case["seed"]).random(10_000) < HEADS).astype(np.float64)
    share = tosses.mean()
    said = np.linspace(0.001, 0.999, 999)
    losses = {
        "log": -share * np.log(said) - (1 - share) * np.log(1 - said),
        "Brier": share * (1 - said) ** 2 + (1 - share) * said**2,
        "absolute": share * (1 - said) + (1 - share) * said,
        "0-1": np.where(said > 0.5, 1 - share, share),
    }[case["score"]]
    best = said[losses <= losses.min() + 1e-12]
    return {"said": [float(best.min()), float(best.max())], "losses": losses[::9].tolist()}


def judge(table: Table) -> list[Finding]:
    """The verdicts."""
    networks_, coins = table.where(check="network"), table.where(check="coin")

    def mean(training: str, when: str, what: str) -> float:
        return float(np.mean([row[when][what] for row in networks_.where(training=training)]))

    ece = {training: (mean(training, "before", "ece"), mean(training, "after", "ece")) for training in TRAININGS}
    temperatures = {training: networks_.where(training=training).mean("temperature") for training in TRAININGS}
    same = all(row["before"]["accuracy"] == row["after"]["accuracy"] for row in networks_)
    least = all(row["around"][1] <= min(row["around"]) for row in networks_)
    said = {score: [row["said"] for row in rows] for score, rows in coins.groups("score")}
    honest = {score: max(abs(edge - HEADS) for pair in said[score] for edge in pair) for score in SCORES}
    count = len(networks_) // len(TRAININGS)
    return [
        Finding(
            "A network that was trained for long is too sure of itself.",
            "Its temperature is above 1, and its ECE above that of a short training (Guo et al. 2017).",
            f"Temperature {temperatures['long']:.2f} after long, {temperatures['short']:.2f} after short training; ECE "
            f"{ece['long'][0]:.2%} and {ece['short'][0]:.2%} (n = {count} each).",
            temperatures["long"] > 1 and ece["long"][0] > ece["short"][0],
        ),
        Finding(
            "One number, the temperature, mends most of it.",
            "ECE falls on other pictures than those that it was fitted on.",
            f"After long training from {ece['long'][0]:.2%} to {ece['long'][1]:.2%}; after smoothed labels from "
            f"{ece['smoothed'][0]:.2%} to {ece['smoothed'][1]:.2%}.",
            ece["long"][1] < 0.7 * ece["long"][0],
        ),
        Finding(
            "Smoothed labels make it too modest instead.",
            "A network that is told 0.91 at most says no more, so its temperature is below 1 (Mueller et al. 2019).",
            f"Temperature {temperatures['smoothed']:.2f}.",
            temperatures["smoothed"] < 1,
        ),
        Finding(
            "Accuracy stays as it was.",
            "Dividing all logits by one number does not change their order.",
            f"The same in all {len(networks_)} networks." if same else "It changed.",
            same,
        ),
        Finding(
            "The likelihood is greatest at the temperature that was fitted, on the pictures that it was fitted on.",
            "It is what is fitted; a tenth more or less is worse.",
            f"In all {len(networks_)} networks." if least else "Not in all networks.",
            least,
        ),
        Finding(
            "Proper scores ask for the truth, others do not.",
            f"Of a coin of {HEADS}, the least loss is at {HEADS} by the log and Brier scores, at 1 by the absolute, by "
            "0-1 anywhere above a half (Gneiting and Raftery 2007).",
            "; ".join(f"{score}: {said[score][0][0]:.2f} to {said[score][0][1]:.2f}" for score in SCORES),
            all((honest[score] < 0.03) == (score in PROPER) for score in SCORES),
        ),
    ]


def draw(table: Table) -> Figure:
    """Reliability before and after, and the losses of a coin."""

    def plot(left: Axes, right: Axes) -> None:
        left.plot([0, 1], [0, 1], ":", linewidth=0.8)
        row = table.where(check="network", training="long")[0]
        for place, when in enumerate(("before", "after")):
            bins = [each for each in row[when]["bins"] if each["count"]]
            points = [(each["confidence"], each["accuracy"]) for each in bins]
            left.plot(
                *zip(*points, strict=True), "o-", color=figures.COLOURS[1 - place], label=f"{when} the temperature"
            )
        left.legend(fontsize=8)
        figures.label(left, "After long training", "confidence", "accuracy")
        said = np.linspace(0.001, 0.999, 999)[::9]
        for place, (score, rows) in enumerate(table.where(check="coin").groups("score")):
            right.plot(said, rows[0]["losses"], color=figures.COLOURS[place], label=score)
        right.axvline(HEADS, linestyle=":", linewidth=0.8)
        right.set_ylim(0, 1.5)
        right.legend(fontsize=8)
        figures.label(right, f"A coin of {HEADS}", "said", "loss")

    return figures.panels(2, plot)


EXPERIMENT = Experiment(
    "calibration",
    "Calibration",
    "Are nine of ten answers right that are given with 90 %, and what does it take?",
    cases,
    measure,
    judge,
    draw,
)
