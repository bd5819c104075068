"""Softmax and its gradient: shift invariance, overflow, p - y, and backpropagation by hand."""

import numpy as np
import tensorflow as tf
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray
from scipy.special import log_softmax, softmax

from digitpad.lab import figures, networks
from digitpad.lab.data import Data
from digitpad.lab.experiment import Case, Experiment, Finding, Scale
from digitpad.lab.results import Row
from digitpad.lab.surface import Surface
from digitpad.lab.table import Table

SHIFTS = (0.0, 1.0, 10.0, 50.0, 100.0, 1_000.0, 10_000.0)
STEPS = tuple(10.0**-power for power in range(1, 14))
NUM_LOGITS = 10


def cases(scale: Scale) -> list[Case]:
    """Shifts of the logits, steps of finite differences, and seeds of networks."""
    return [
        *({"check": "shift", "shift": shift, "seed": seed} for shift in SHIFTS for seed in scale.seeds),
        *({"check": "differences", "step": step, "seed": seed} for step in STEPS for seed in scale.seeds),
        *({"check": "backpropagation", "seed": seed} for seed in scale.seeds),
    ]


def measure(data: Data, case: Case) -> Row:
    """Measure one check."""
    rng = np.random.default_rng(case["seed"])
    logits = rng.normal(0, 3, (100, NUM_LOGITS)).astype(np.float32)
    labels = rng.integers(0, NUM_LOGITS, 100)
    match case["check"]:
        case "shift":
            return shift(logits, np.float32(case["shift"]))
        case "differences":
            return differences(logits.astype(np.float64), labels, case["step"])
        case _:
            return backpropagation(data, case["seed"])


def shift(logits: NDArray[np.float32], by: np.float32) -> Row:
    """How much softmax changes when all logits are shifted: as it is written, and after their largest is subtracted."""
    expected = softmax(logits.astype(np.float64), axis=1)
    with np.errstate(over="ignore", invalid="ignore"):
        grown = np.exp(logits + by)
        plain = grown / grown.sum(axis=1, keepdims=True)
    stable = softmax(logits + by, axis=1)
    found = np.isfinite(plain).all()
    return {
        "is_finite": bool(found),
        "plain": float(np.abs(plain - expected).max()) if found else None,
        "stable": float(np.abs(stable - expected).max()),
    }


def differences(logits: NDArray[np.float64], labels: NDArray[np.int64], step: float) -> Row:
    """How far p - y is from the gradient by automatic differentiation, and by central differences of some step."""
    one_hot = np.eye(NUM_LOGITS)[labels]
    formula = softmax(logits, axis=1) - one_hot
    variable = tf.constant(logits)
    with tf.GradientTape() as tape:
        tape.watch(variable)
        # from primitives: the framework's own cross-entropy has p - y written into it
        loss = tf.reduce_sum(tf.reduce_logsumexp(variable, axis=1) - tf.reduce_sum(one_hot * variable, axis=1))
    automatic = tape.gradient(loss, variable).numpy()
    moved = step * np.eye(NUM_LOGITS)
    ahead, behind = (
        -np.take_along_axis(log_softmax(logits[:, None] + way * moved, axis=2), labels[:, None, None], axis=2)[..., 0]
        for way in (1, -1)
    )
    finite = (ahead - behind) / (2 * step)
    return {"automatic": float(np.abs(formula - automatic).max()), "finite": float(np.abs(formula - finite).max())}


def backpropagation(data: Data, seed: int) -> Row:
    """How far the gradients of 784-20-10 by the chain rule, written out, are from the framework's, as a share."""
    pictures = data.train.first(64)
    network = networks.dense(20, seed=seed, activation="tanh")
    first, start, second, bias = (weight.numpy().astype(np.float64) for weight in network.trainable_variables)
    hidden = np.tanh(pictures.x @ first + start)
    error = (softmax(hidden @ second + bias, axis=1) - np.eye(NUM_LOGITS)[pictures.y]) / len(pictures)
    below = (error @ second.T) * (1 - hidden**2)
    by_hand = [pictures.x.T @ below, below.sum(axis=0), hidden.T @ error, error.sum(axis=0)]
    framework = Surface(network, pictures).gradient()
    joined = np.concatenate([np.ravel(part) for part in by_hand])
    return {"share": float(np.linalg.norm(joined - framework) / np.linalg.norm(joined))}


def judge(table: Table) -> list[Finding]:
    """The verdicts."""
    shifts, steps = table.where(check="shift"), table.where(check="differences")
    stable = max(shifts.column("stable"))
    lost = min((row["shift"] for row in shifts if not row["is_finite"]), default=np.inf)
    errors = {step: rows.mean("finite") for step, rows in steps.groups("step")}
    best = min(errors, key=lambda step: errors[step])
    automatic, by_hand = max(steps.column("automatic")), max(table.where(check="backpropagation").column("share"))
    return [
        Finding(
            "Softmax does not change when the same number is added to all logits.",
            "Exactly so in theory; in float32 up to rounding: numbers near 10,000 are 0.001 apart.",
            f"Changed by at most {stable:.1e} for shifts up to {max(SHIFTS):,.0f} ({len(shifts)} trials), with the "
            "largest logit subtracted first.",
            stable < 1e-2,
        ),
        Finding(
            "Without that subtraction it overflows.",
            "exp overflows float32 above 88.7.",
            f"No longer finite from a shift of {lost:,.0f} on (n = {len(table.values('seed'))} each).",
            50 < lost <= 100,
        ),
        Finding(
            "The gradient of softmax and cross-entropy is p - y.",
            "The same as automatic differentiation, to rounding in float64 (1e-15).",
            f"Differs by at most {automatic:.1e} ({len(steps)} trials).",
            automatic < 1e-12,
        ),
        Finding(
            "Finite differences come closest at a step between too coarse and too fine.",
            "Central differences err by step squared and by rounding over step: best near 1e-5 in float64.",
            f"Best at a step of {best:.0e}, with an error of {errors[best]:.1e}; {errors[1e-1]:.1e} at 0.1 and "
            f"{errors[1e-13]:.1e} at 1e-13 (n = {len(table.values('seed'))} each).",
            1e-7 <= best <= 1e-3,
        ),
        Finding(
            "Backpropagation is the chain rule.",
            "Gradients written out by hand are the framework's, to rounding in float32 (1e-7).",
            f"Differs by at most {by_hand:.1e} of its length ({len(table.where(check='backpropagation'))} networks).",
            by_hand < 1e-5,
        ),
    ]


def draw(table: Table) -> Figure:
    """Error by shift, and by step."""

    def plot(left: Axes, right: Axes) -> None:
        for name, colour, label in (("plain", 1, "as written"), ("stable", 0, "largest subtracted")):
            found = [
                (at, rows) for at, rows in table.where(check="shift").groups("shift") if None not in rows.column(name)
            ]
            points = [(at + 1, max(rows.column(name)) + 1e-9) for at, rows in found]
            left.loglog(*zip(*points, strict=True), "o-", color=figures.COLOURS[colour], label=label)
        left.axvline(88.7, linestyle=":", linewidth=0.8)
        left.legend()
        figures.label(left, "Softmax of shifted logits", "shift + 1", "largest change")
        steps = [(step, rows.mean("finite")) for step, rows in table.where(check="differences").groups("step")]
        right.loglog(*zip(*steps, strict=True), "o-", color=figures.COLOURS[0])
        figures.label(right, "Central differences against p - y", "step", "largest error")

    return figures.panels(2, plot)


EXPERIMENT = Experiment(
    "softmax",
    "Softmax and its gradient",
    "Is softmax as invariant, its gradient as simple, and backpropagation as mechanical as the formulas say?",
    cases,
    measure,
    judge,
    draw,
)
