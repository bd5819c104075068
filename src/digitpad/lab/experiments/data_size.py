"""How much data: accuracy by the number of pictures, for networks that know more or less of pictures beforehand."""

import keras
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from digitpad.lab import figures, networks, nielsen
from digitpad.lab.data import Data
from digitpad.lab.experiment import Case, Experiment, Finding, Scale
from digitpad.lab.results import Row
from digitpad.lab.table import Table
from digitpad.lab.training import Training

NUMBERS = (100, 1_000, 10_000, 55_000)
MODELS = ("linear", "dense", "cnn")
NUM_STEPS = 4_000

BOOK = {100: 0.691, 1_000: 0.889, 10_000: 0.949, 50_000: 0.960}
"""What Nielsen's network reads right, by the number of pictures: chapter 3."""

BOOK_STEPS = 150_000
NEAR = 0.02


def cases(scale: Scale) -> list[Case]:
    """Models, numbers of pictures and seeds."""
    numbers, book, share = ((1_000, 4_000), (100, 1_000), 8) if scale.quick else (NUMBERS, tuple(BOOK), 1)
    sizes = [*((model, number) for model in MODELS for number in numbers), *(("nielsen", number) for number in book)]
    return [
        {
            "model": model,
            "number": number,
            "num_steps": (BOOK_STEPS if model == "nielsen" else NUM_STEPS) // share,
            "seed": seed,
        }
        for model, number in sizes
        for seed in scale.seeds
    ]


def measure(data: Data, case: Case) -> Row:
    """Train on some pictures for as many steps as on any other number of them, and read the held-out ones."""
    pictures, seed = data.train.drawn(case["number"], case["seed"]), case["seed"]
    if case["model"] == "nielsen":
        network, training = nielsen.prepare(pictures, shrinkage=1e-4, seed=seed)
        training.take(case["num_steps"])
    else:
        network = {
            "linear": lambda: networks.dense(seed=seed),
            "dense": lambda: networks.dense(256, 128, seed=seed),
            "cnn": lambda: networks.cnn(seed=seed),
        }[case["model"]]()
        Training(network, pictures, keras.optimizers.Adam(1e-3), seed=seed).take(case["num_steps"])
    return {"accuracy": networks.accuracy(network, data.held_out)}


def judge(table: Table) -> list[Finding]:
    """The verdicts."""
    found = {
        model: {number: some.mean("accuracy") for number, some in rows.groups("number")}
        for model, rows in table.groups("model")
    }
    book = found.pop("nielsen")
    numbers, num_seeds = list(found["cnn"]), len(table.values("seed"))
    far = [number for number in book if abs(book[number] - BOOK[number]) >= NEAR]
    fewer = {number: (1 - found["cnn"][number]) / (1 - found["dense"][number]) for number in numbers}
    return [
        Finding(
            "More data helps every model.",
            "Accuracy rises with every step to more pictures.",
            "; ".join(_tell(model, table.where(model=model)) for model in MODELS) + f" (n = {num_seeds} each).",
            all(_rises(list(accuracies.values())) for accuracies in found.values()),
        ),
        Finding(
            "Nielsen's network reads as well here as in his book.",
            "Within 2 points of "
            + ", ".join(f"{BOOK[number]:.1%} after {number:,}" for number in book)
            + " (Nielsen 2015, one run each, on his own validation pictures).",
            _tell("Here", table.where(model="nielsen"))
            + f" (n = {num_seeds} each)."
            + (f" Too far: after {', '.join(f'{number:,}' for number in far)}." if far else ""),
            not far,
            is_law=False,
        ),
        Finding(
            "A CNN needs less data than a dense network.",
            "Locality and shared weights fit pictures: from the same pictures it makes fewer errors.",
            "Its errors over those of the dense network: "
            + ", ".join(f"{share:.2f} after {number:,}" for number, share in fewer.items())
            + f" (n = {num_seeds} each).",
            all(share < 1 for share in fewer.values()),
        ),
        Finding(
            "A linear model gains least from more pictures.",
            "It cannot use what more pictures tell: its errors are bounded from below by its form.",
            f"From {numbers[-2]:,} to {numbers[-1]:,} pictures errors fall to "
            + ", ".join(f"{_fall(found[model], numbers):.2f} ({model})" for model in MODELS)
            + f" of what they were (n = {num_seeds} each).",
            _fall(found["linear"], numbers) > max(_fall(found[model], numbers) for model in ("dense", "cnn")),
        ),
    ]


def _tell(name: str, rows: Table) -> str:
    return f"{name}: " + ", ".join(f"{some.percent('accuracy')} after {n:,}" for n, some in rows.groups("number"))


def _rises(values: list[float]) -> bool:
    return values == sorted(values)


def _fall(accuracies: dict[int, float], numbers: list[int]) -> float:
    return (1 - accuracies[numbers[-1]]) / (1 - accuracies[numbers[-2]])


def draw(table: Table) -> Figure:
    """Errors by number of pictures."""

    def plot(axes: Axes) -> None:
        errors = Table({**row, "error": 1 - row["accuracy"]} for row in table)
        names = {**{model: model for model in MODELS}, "nielsen": "Nielsen's network"}
        for place, (model, name) in enumerate(names.items()):
            figures.series(axes, errors.where(model=model), "number", "error", place, name)
        known = errors.where(model="nielsen").values("number")
        axes.plot(known, [1 - BOOK[number] for number in known], "x", color=figures.COLOURS[5], label="in his book")
        figures.use_logs(axes, "xy")
        axes.legend()
        figures.label(axes, "Errors on held-out pictures", "pictures to learn from", "share")

    return figures.panels(1, plot, width=5.5, height=3.6)


EXPERIMENT = Experiment(
    "data-size",
    "How much data",
    "How many pictures does it take, and does it take fewer for a network that is made for pictures?",
    cases,
    measure,
    judge,
    draw,
)
