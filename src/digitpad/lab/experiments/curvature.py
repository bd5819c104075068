"""Curvature and learning rate: the sharpness, the edge of stability, and the second-order expansion of the loss."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from digitpad.lab import figures, networks
from digitpad.lab.data import Data, Pictures
from digitpad.lab.experiment import Case, Experiment, Finding, Row, Scale
from digitpad.lab.surface import Surface, squared_error
from digitpad.lab.table import Table

RATES = (0.05, 0.1, 0.2, 0.4)
WIDTHS = (64, 64)
BATCH = 32
LAST = 0.3  # of the steps: where sharpness has settled


def cases(scale: Scale) -> list[Case]:
    """Descent at several rates, on all pictures and on batches; the exact Hessian; a loss that is exactly quadratic."""
    rates = RATES[1:3] if scale.quick else RATES
    size = {"num_pictures": 200, "num_steps": 300} if scale.quick else {"num_pictures": 1_000, "num_steps": 4_000}
    return [
        *({"check": "exact", "seed": seed} for seed in scale.seeds),
        *({"check": "quadratic", "share": share, "seed": seed} for share in (0.9, 1.1) for seed in scale.seeds),
        *(
            {"check": "descent", "batch": batch, "rate": rate, "seed": seed, **size}
            for batch in ("all", BATCH)
            for rate in rates
            for seed in scale.seeds
        ),
    ]


def measure(data: Data, case: Case) -> Row:
    """Measure one check."""
    match case["check"]:
        case "exact":
            return exact(data, case["seed"])
        case "quadratic":
            return quadratic(data, case)
        case _:
            return descend(data, case)


def exact(data: Data, seed: int) -> Row:
    """The sharpness of a network of 330 parameters, by Lanczos and from its whole Hessian."""
    pictures = data.train.drawn(200, seed)
    small = Pictures(pictures.x.reshape(-1, 28, 28)[:, 2:26:4, 2:26:4].reshape(-1, 36), pictures.y)
    network = networks.dense(7, seed=seed, activation="tanh", num_inputs=36)
    surface = Surface(network, small)
    whole = float(np.linalg.eigvalsh(surface.hessian().astype(np.float64))[-1])
    return {"num_parameters": surface.num_parameters, "lanczos": surface.sharpness(1e-6), "whole": whole}


def quadratic(data: Data, case: Case) -> Row:
    """The loss of a linear model after descent at a share of the largest stable rate, relative to its first."""
    surface = Surface(networks.dense(seed=case["seed"]), data.train.drawn(500, case["seed"]), squared_error)
    rate = case["share"] * 2 / surface.sharpness(1e-6)
    first = surface.value()
    for _ in range(100):
        surface.move(surface.here - rate * surface.gradient())
    return {"ratio": surface.value() / first}


def descend(data: Data, case: Case) -> Row:
    """Descend, and note the loss and the sharpness now and then, and how well the expansion foretells a step."""
    rng = np.random.default_rng(case["seed"])
    pictures, rate = data.train.drawn(case["num_pictures"], case["seed"]), case["rate"]
    surface = Surface(networks.dense(*WIDTHS, seed=case["seed"], activation="tanh"), pictures, squared_error)
    trace: list[dict[str, Any]] = []
    for step in range(case["num_steps"] + 1):
        if step % (case["num_steps"] // 40) == 0:
            trace.append(
                {"step": step, "loss": surface.value(), "sharpness": surface.sharpness(), **foretell(surface, rate)}
            )
        chosen = None if case["batch"] == "all" else rng.choice(len(pictures), case["batch"], replace=False)
        surface.move(surface.here - rate * surface.gradient(chosen))
    late = [point["sharpness"] for point in trace if point["step"] > (1 - LAST) * case["num_steps"]]
    return {"trace": trace, "last": float(np.mean(late)), "edge": 2 / rate}


def foretell(surface: Surface, rate: float) -> Row:
    """What a step on all pictures changes of the loss, and what the expansions to first and second order foretell."""
    here, slope = surface.here, surface.gradient()
    before, step = surface.value(), -rate * slope
    first = float(slope @ step)
    second = first + 0.5 * float(step @ surface.curve(step))
    surface.move(here + step)
    after = surface.value()
    surface.move(here)
    return {"change": after - before, "first": first, "second": second}


def judge(table: Table) -> list[Finding]:
    """The verdicts."""
    exacts, quadratics = table.where(check="exact"), table.where(check="quadratic")
    wide = max(abs(row["lanczos"] / row["whole"] - 1) for row in exacts)
    stable, unstable = (quadratics.where(share=share).column("ratio") for share in (0.9, 1.1))
    whole, batches = (table.where(check="descent", batch=batch) for batch in ("all", BATCH))
    reached = [row for row in whole if row["last"] > 0.8 * row["edge"]]
    ratios = {rate: float(np.mean([row["last"] / row["edge"] for row in rows])) for rate, rows in whole.groups("rate")}
    below = {rate: float(np.mean([row["last"] / row["edge"] for row in rows])) for rate, rows in batches.groups("rate")}
    points = [point for row in whole for point in row["trace"] if point["sharpness"] < row["edge"]]
    errors = {
        order: float(np.median([abs(p[order] / p["change"] - 1) for p in points])) for order in ("first", "second")
    }
    told = ", ".join(f"{ratio:.2f} at rate {rate:g}" for rate, ratio in ratios.items())
    return [
        Finding(
            "Lanczos finds the largest eigenvalue of the Hessian.",
            "The same as from the whole Hessian of a network that is small enough to have one.",
            f"Differs by at most {wide:.1e} as a share ({len(exacts)} networks of {exacts[0]['num_parameters']} "
            "parameters).",
            wide < 1e-3,
        ),
        Finding(
            "On a quadratic loss, descent converges below a rate of 2 over the sharpness and diverges above.",
            "Exactly there: a linear model with squared error is quadratic.",
            f"After 100 steps at 0.9 of that rate the loss is {max(stable):.2g} of the first at most, at 1.1 "
            f"{min(unstable):.2g} at least (n = {len(stable)} each).",
            max(stable) < 1 < min(unstable),
        ),
        Finding(
            "On a network, full-batch descent sharpens until the sharpness is 2 over the rate, and stays about there.",
            "Within 10 % of 2 / rate, whatever the rate (Cohen et al. 2021, shown there on CIFAR-10).",
            f"Mean sharpness over the last {LAST:.0%} of the steps, as a share of 2 / rate: {told} (n = {len(whole)}).",
            bool(reached) and all(abs(ratio - 1) < 0.1 for ratio in ratios.values()),
        ),
        Finding(
            "With minibatches it settles below.",
            "Noise in the gradient leads to flatter places at the same rate (Jastrzebski et al. 2020).",
            ", ".join(f"{ratio:.2f} of 2 / rate at rate {rate:g}" for rate, ratio in below.items())
            + f", batches of {BATCH} (n = {len(batches)}).",
            all(below[rate] < ratios[rate] for rate in below),
        ),
        Finding(
            "The second-order expansion foretells what a step does to the loss, below the edge.",
            "Its error is smaller than that of the first order, which knows nothing of curvature.",
            f"Median error as a share of the change: {errors['second']:.1%}, to first order {errors['first']:.1%} "
            f"({len(points)} steps).",
            errors["second"] < 0.5 * errors["first"],
        ),
    ]


def draw(table: Table) -> Figure:
    """Sharpness and loss by step."""

    def plot(left: Axes, middle: Axes, right: Axes) -> None:
        for axes, batch, title in ((left, "all", "Sharpness, all pictures"), (middle, BATCH, f"Batches of {BATCH}")):
            for number, (rate, rows) in enumerate(table.where(check="descent", batch=batch).groups("rate")):
                colour = figures.COLOURS[number]
                for row in rows:
                    steps = [point["step"] for point in row["trace"]]
                    axes.plot(steps, [point["sharpness"] for point in row["trace"]], color=colour, linewidth=1)
                axes.axhline(2 / rate, color=colour, linestyle=":", linewidth=1)
                axes.plot([], [], color=colour, label=f"rate {rate:g}")
            figures.label(axes, title, "step", "largest eigenvalue")
            axes.set_yscale("log")
        left.legend(fontsize=8)
        for number, (_, rows) in enumerate(table.where(check="descent", batch="all").groups("rate")):
            trace = rows[0]["trace"]
            losses = [point["loss"] for point in trace]
            right.semilogy([point["step"] for point in trace], losses, color=figures.COLOURS[number])
        figures.label(right, "Loss, all pictures", "step", "squared error")

    return figures.panels(3, plot, width=3.2)


EXPERIMENT = Experiment(
    "curvature",
    "Curvature and learning rate",
    "How does the largest eigenvalue of the Hessian bound the learning rate, and what does descent do to it?",
    cases,
    measure,
    judge,
    draw,
)
