"""Curvature and learning rate: the sharpness, the edge of stability, and the second-order expansion of the loss."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from digitpad.lab import figures, networks
from digitpad.lab.data import Data, Pictures
from digitpad.lab.experiment import Case, Experiment, Finding, Scale
from digitpad.lab.losses import squared_error
from digitpad.lab.results import Row
from digitpad.lab.surface import Surface
from digitpad.lab.table import DIVERGED, Table, finite, tell
from digitpad.lab.training import Training

RATES = (0.03, 0.04, 0.05)
BATCH_RATES = (0.03, 0.04)  # at 0.05 some batches throw it out of bounds at the start
WIDTHS = (64, 64)
BATCH = 16
NUM_LOOKS, QUICK_LOOKS = 40, 12
LAST = 0.2  # of the steps: where sharpness has settled
EDGE = 0.98  # of 2 / rate
SHARES = (0.9, 1.1)  # of the largest stable rate
BEYOND = (1.5, 10.0)


def cases(scale: Scale) -> list[Case]:
    """The exact Hessian; descent on a quadratic loss; on a network, below and beyond the largest stable rate."""
    number, travel, num_looks = (200, 60, QUICK_LOOKS) if scale.quick else (1_000, 300, NUM_LOOKS)
    rates = {number: RATES[1:2] if scale.quick else RATES, BATCH: BATCH_RATES[1:] if scale.quick else BATCH_RATES}
    return [
        *({"check": "exact", "seed": seed} for seed in scale.seeds),
        *({"check": "quadratic", "share": share, "seed": seed} for share in SHARES for seed in scale.seeds),
        *(
            {"check": "beyond", "share": share, "number": number, "seed": seed}
            for share in BEYOND
            for seed in scale.seeds
        ),
        *(
            {
                "check": "descent",
                "batch": batch,
                "rate": rate,
                "seed": seed,
                "number": number,
                "num_steps": round(travel / rate / num_looks) * num_looks,
            }
            for batch, chosen in rates.items()
            for rate in chosen
            for seed in scale.seeds
        ),
    ]


def measure(data: Data, case: Case) -> Row:
    """Measure one check."""
    checks = {"exact": exact, "quadratic": quadratic, "beyond": beyond, "descent": descend}
    return checks[case["check"]](data, case)


def exact(data: Data, case: Case) -> Row:
    """The sharpness of a network of 339 parameters, by Lanczos and from its whole Hessian."""
    pictures = data.train.drawn(200, case["seed"])
    small = Pictures(pictures.x.reshape(-1, 28, 28)[:, 2:26:4, 2:26:4].reshape(-1, 36), pictures.y)
    surface = Surface(networks.dense(7, seed=case["seed"], activation="tanh", num_inputs=36), small)
    whole = float(np.linalg.eigvalsh(surface.hessian().astype(np.float64))[-1])
    return {"num_parameters": surface.num_parameters, "lanczos": surface.sharpness(1e-6), "whole": whole}


def quadratic(data: Data, case: Case) -> Row:
    """The loss of a linear model after 100 steps at a share of the largest stable rate, relative to its first."""
    network = networks.dense(seed=case["seed"])
    return _stay(network, data.train.drawn(500, case["seed"]), case, 100)


def beyond(data: Data, case: Case) -> Row:
    """The same for a network, beyond the rate that is stable at its start."""
    return _stay(_network(case), data.train.drawn(case["number"], case["seed"]), case, 200)


def _stay(network: keras.Model, pictures: Pictures, case: Case, num_steps: int) -> Row:
    surface = Surface(network, pictures, squared_error)
    first, sharpness = surface.value(), surface.sharpness(1e-4)
    _descent(network, pictures, case["share"] * 2 / sharpness, len(pictures), case["seed"]).run(num_steps)
    ratio = finite(surface.value() / first)
    return {"ratio": ratio, "flatter": surface.sharpness() / sharpness if ratio < DIVERGED else DIVERGED}


def descend(data: Data, case: Case) -> Row:
    """Descend, and note the loss and the sharpness now and then, and how well the expansion foretells a step."""
    pictures, rate, network = data.train.drawn(case["number"], case["seed"]), case["rate"], _network(case)
    surface = Surface(network, pictures, squared_error)
    descent = _descent(network, pictures, rate, case["batch"], case["seed"])
    trace: list[dict[str, Any]] = []
    num_looks = QUICK_LOOKS if case.get("quick") else NUM_LOOKS
    for _ in range(num_looks):
        descent.take(case["num_steps"] // num_looks)
        trace.append({"loss": surface.value(), "sharpness": surface.sharpness(), **foretell(surface, rate)})
    late = [look["sharpness"] for look in trace[-round(LAST * num_looks) :]]
    return {"trace": trace, "first": trace[0]["sharpness"], "last": float(np.mean(late)), "edge": 2 / rate}


def foretell(surface: Surface, rate: float) -> Row:
    """What a step on all pictures changes of the loss, and what the expansions to first and second order foretell."""
    here, slope = surface.here, surface.gradient()
    before, step = surface.value(), -rate * slope
    first = float(slope @ step)
    second = first + 0.5 * float(step @ surface.curve(step))
    surface.move(here + step)
    after = surface.value()
    surface.move(here)
    return {"change": after - before, "first_order": first, "second_order": second}


def _network(case: Case) -> keras.Model:
    return networks.dense(*WIDTHS, seed=case["seed"], activation="tanh")


def _descent(network: keras.Model, pictures: Pictures, rate: float, batch_size: int, seed: int) -> Training:
    optimizer = keras.optimizers.SGD(rate)
    return Training(network, pictures, optimizer, seed=seed, batch_size=batch_size, loss=squared_error)


def judge(table: Table) -> list[Finding]:
    """The verdicts."""
    exacts, quadratics, far = (table.where(check=check) for check in ("exact", "quadratic", "beyond"))
    wide = max(abs(row["lanczos"] / row["whole"] - 1) for row in exacts)
    stable, unstable = (quadratics.where(share=share).column("ratio") for share in SHARES)
    near, farther = (far.where(share=share) for share in BEYOND)
    batches = table.where(check="descent", batch=BATCH)
    whole = Table(row for row in table.where(check="descent") if row["batch"] != BATCH)
    ratios = {rate: [row["last"] / row["edge"] for row in rows] for rate, rows in whole.groups("rate")}
    settled = {rate: [row["last"] / row["edge"] for row in rows] for rate, rows in batches.groups("rate")}
    looks = [(look, look["sharpness"] / row["edge"]) for row in whole for look in row["trace"]]
    below = [look for look, share in looks if share < EDGE]
    at = [look for look, share in looks if share >= EDGE]
    return [
        Finding(
            "The Lanczos method finds the largest eigenvalue of the Hessian.",
            "The same as from the whole Hessian of a network that is small enough to have one.",
            f"Differs by at most {wide:.1e} of it (n = {len(exacts)}, {exacts[0]['num_parameters']} parameters).",
            wide < 1e-3,
        ),
        Finding(
            "On a quadratic loss, descent converges at rates below 2 over the sharpness and diverges above.",
            "Exactly there: the squared error of a linear model is quadratic.",
            f"After 100 steps at {SHARES[0]} of that rate the loss is at most {max(stable):.2g} of the first, at "
            f"{SHARES[1]} of it at least {min(unstable):.2g} times the first (n = {len(stable)} each).",
            max(stable) < 1 < min(unstable),
        ),
        Finding(
            "A network survives a rate somewhat too large by moving to a flatter region; far beyond, it diverges.",
            "Below about twice the largest stable rate it is thrown out and comes to rest elsewhere (Lewkowycz et al. "
            "2020).",
            f"At {BEYOND[0]:g} times the largest stable rate the loss ends at {near.mean('ratio'):.2g} of its initial "
            f"value and the sharpness at {near.mean('flatter'):.2f} of its own; at {BEYOND[1]:g} times the loss is at "
            f"least {min(farther.column('ratio')):.0e} times the first (n = {len(near)} each).",
            max(near.column("ratio") + near.column("flatter")) < 1 and min(farther.column("ratio")) > 1e3,
        ),
        Finding(
            "On a network, full-batch descent sharpens until the sharpness is 2 over the rate, and stays about there.",
            "In the mean within 10 % of 2 / rate (Cohen et al. 2021, shown there on CIFAR-10). Not of every network: "
            "in trials with cross-entropy, centred pictures or four layers it stayed below (docs/LOG.md).",
            f"Over the last {LAST:.0%} of the steps, "
            + ", ".join(f"{tell(each, '.2f')} of 2 / rate at rate {rate:g}" for rate, each in ratios.items())
            + f" (n = {len(whole) // len(ratios)} each). After the first {1 / len(whole[0]['trace']):.1%} of the steps "
            f"it was {whole.ratio('first', 'edge'):.2f} of it, in the mean of all.",
            all(abs(np.mean(each) - 1) < 0.1 for each in ratios.values()) and whole.ratio("last", "first") > 1,
        ),
        Finding(
            "With minibatches it settles below.",
            "Noise in the gradient leads to flatter regions at the same rate (Jastrzebski et al. 2020). At 0.05 "
            "two of the three runs that were tried diverged at the start, so only smaller rates are measured.",
            f"With batches of {BATCH}, "
            + ", ".join(f"{tell(each, '.2f')} of 2 / rate at rate {rate:g}" for rate, each in settled.items())
            + f" (n = {len(batches) // len(settled)} each).",
            all(np.mean(settled[rate]) < 0.97 * np.mean(ratios[rate]) for rate in settled),
        ),
        Finding(
            "The second-order expansion predicts what a step does to the loss; the first order fails at the edge.",
            f"Below {EDGE} of 2 / rate the second order errs by less than 1 %; at the edge, where curvature undoes "
            "what the slope gains, by far less than the first.",
            f"Median error as a share of the first-order change: {_error(below, 'second_order'):.2%} below "
            f"({len(below)} steps); at the edge {_error(at, 'second_order'):.2%} and, to first order, "
            f"{_error(at, 'first_order'):.2%} ({len(at)} steps, of {len(whole)} runs).",
            _error(below, "second_order") < 0.01 and _error(at, "second_order") < 0.1 * _error(at, "first_order"),
        ),
    ]


def _error(looks: Sequence[Row], order: str) -> float:
    """The median error of an expansion, as a share of what the slope alone would gain; NaN without looks."""
    errors = [abs((look[order] - look["change"]) / look["first_order"]) for look in looks]
    return float(np.median(errors)) if errors else np.nan


def draw(table: Table) -> Figure:
    """Sharpness on the way, on all pictures and on batches, and what the expansions foretell."""
    descent = table.where(check="descent", seed=0)

    def plot(left: Axes, middle: Axes, right: Axes) -> None:
        for place, (rate, rows) in enumerate(descent.groups("rate")):
            for row in rows:
                axes = middle if row["batch"] == BATCH else left
                sharpness = [look["sharpness"] for look in row["trace"]]
                steps = row["num_steps"] / len(sharpness) * np.arange(1, len(sharpness) + 1)
                colour = figures.COLOURS[place]
                axes.plot(steps, sharpness, color=colour, label=f"rate {rate:g}")
                axes.axhline(2 / rate, linestyle=":", linewidth=0.8, color=colour)
        top = 1.15 * 2 / min(descent.values("rate"))
        left.legend(fontsize=8)
        left.set_ylim(0, top)
        middle.set_ylim(0, top)
        figures.label(left, "All pictures; dotted: 2 / rate", "step", "sharpness")
        figures.label(middle, f"Batches of {BATCH}", "step", "")
        looks = [(look, row["edge"]) for row in descent if row["batch"] != BATCH for look in row["trace"]]
        for place, order in enumerate(("first_order", "second_order")):
            points = [(look["sharpness"] / edge, _error([look], order)) for look, edge in looks]
            colour, name = figures.COLOURS[1 - place], order.replace("_", " ")
            right.semilogy(*zip(*points, strict=True), "o", color=colour, markersize=4, label=name)
        right.legend(fontsize=8)
        figures.label(right, "Error of the expansion", "sharpness as a share of 2 / rate", "share of the change")

    return figures.panels(3, plot, width=3.4)


EXPERIMENT = Experiment(
    "curvature",
    "Curvature and learning rate",
    "How large may the learning rate be, and what does descent do to the curvature that limits it?",
    cases,
    measure,
    judge,
    draw,
)
