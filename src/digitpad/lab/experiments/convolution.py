"""Convolution: parameters, equivariance, shifted pictures, and pictures whose pixels are shuffled."""

import keras
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from digitpad.lab import figures, networks
from digitpad.lab.data import Data, Pictures
from digitpad.lab.experiment import Case, Experiment, Finding, Scale
from digitpad.lab.results import Row
from digitpad.lab.table import Table
from digitpad.lab.training import train

MODELS = ("dense", "cnn")
SHIFTS = (0, 1, 2, 3, 4, 5)


def cases(scale: Scale) -> list[Case]:
    """Both networks, on pictures as they are and shuffled."""
    number, num_epochs = (2_000, 8) if scale.quick else (20_000, 10)
    return [
        {"model": model, "pixels": pixels, "number": number, "num_epochs": num_epochs, "seed": seed}
        for model in MODELS
        for pixels in ("as they are", "shuffled")
        for seed in scale.seeds
    ]


def measure(data: Data, case: Case) -> Row:
    """Train, and read held-out pictures, shifted by some pixels."""
    order = np.random.default_rng(99).permutation(784) if case["pixels"] == "shuffled" else np.arange(784)
    network = networks.cnn(seed=case["seed"]) if case["model"] == "cnn" else networks.dense(128, 64, seed=case["seed"])
    pictures = data.train.drawn(case["number"], case["seed"])
    shown, optimizer = Pictures(pictures.x[:, order], pictures.y), keras.optimizers.Adam(1e-3)
    train(network, shown, optimizer, num_epochs=case["num_epochs"], seed=case["seed"])
    shifted = [Pictures(shift(data.held_out.x, by)[:, order], data.held_out.y) for by in SHIFTS]
    return {
        "accuracies": [networks.accuracy(network, each) for each in shifted],
        "num_parameters": network.count_params(),
        "num_products": count_products(network),
        "equivariance": measure_equivariance(network, data.held_out.first(200)) if case["model"] == "cnn" else None,
    }


def shift(x: NDArray[np.float32], by: int) -> NDArray[np.float32]:
    """Pictures moved to the right, with paper coming in."""
    moved = np.zeros((len(x), 28, 28), np.float32)
    moved[:, :, by:] = x.reshape(-1, 28, 28)[:, :, : 28 - by]
    return moved.reshape(len(x), -1)


def count_products(network: keras.Model) -> int:
    """Multiplications for one picture."""
    count = 0
    for layer in network.layers:
        if layer.weights:
            places = int(np.prod(layer.output.shape[1:-1])) if isinstance(layer, keras.layers.Conv2D) else 1
            count += places * int(np.prod(layer.weights[0].shape))
    return count


def measure_equivariance(network: keras.Model, pictures: Pictures) -> float:
    """How far the first feature maps of shifted pictures are from the shifted maps, as a share of their size."""
    first = keras.Sequential([keras.Input((784,)), *network.layers[:2]])
    maps, moved = networks.logits(first, pictures), networks.logits(first, Pictures(shift(pictures.x, 2), pictures.y))
    inner = maps[:, :, 1:-2], moved[:, :, 2:-1]  # two pixels are one step of the maps
    return float(np.linalg.norm(inner[0] - inner[1]) / np.linalg.norm(inner[0]))


def judge(table: Table) -> list[Finding]:
    """The verdicts."""

    def rows(model: str, pixels: str = "as they are") -> Table:
        return Table({**row, "accuracy": row["accuracies"][0]} for row in table.where(model=model, pixels=pixels))

    def at(model: str, by: int) -> float:
        return float(np.mean([row["accuracies"][SHIFTS.index(by)] for row in rows(model)]))

    dense, cnn = rows("dense"), rows("cnn")
    equivariance = max(row["equivariance"] for row in cnn)
    lost = {model: rows(model).mean("accuracy") - rows(model, "shuffled").mean("accuracy") for model in MODELS}
    return [
        Finding(
            "A CNN reads more than a dense network with fewer parameters and more multiplications.",
            "Its weights are shared by all places, so they are few and used often.",
            f"CNN: {cnn[0]['num_parameters']:,} parameters, {cnn[0]['num_products']:,} multiplications, "
            f"{cnn.percent('accuracy')}; "
            f"dense: {dense[0]['num_parameters']:,}, {dense[0]['num_products']:,}, {dense.percent('accuracy')} "
            f"(n = {len(cnn)} each).",
            cnn.mean("accuracy") > dense.mean("accuracy")
            and cnn[0]["num_parameters"] < dense[0]["num_parameters"]
            and cnn[0]["num_products"] > dense[0]["num_products"],
        ),
        Finding(
            "Convolution is equivariant: shifting the picture shifts its feature maps.",
            "Exactly, for shifts by the stride and away from the edges.",
            f"The maps of the first layer differ by at most {equivariance:.1e} of their size (n = {len(cnn)}).",
            equivariance < 1e-5,
        ),
        Finding(
            "A CNN reads shifted pictures better.",
            "It has learned its features for all places; the dense network only for those where it saw them.",
            "To the right "
            + "; ".join(f"by {by} px: CNN {at('cnn', by):.1%}, dense {at('dense', by):.1%}" for by in SHIFTS[1:])
            + f" (n = {len(cnn)} each).",
            all(at("cnn", by) > at("dense", by) for by in SHIFTS[1:]),
        ),
        Finding(
            "With the pixels of all pictures shuffled alike, the CNN loses its advantage, a dense network nothing.",
            "A dense network does not know which pixels are neighbours. Held if it loses less than a point, and the "
            "CNN is no better than it any more.",
            f"The CNN loses {100 * lost['cnn']:.1f} points, to {rows('cnn', 'shuffled').percent('accuracy')}; "
            f"the dense one {100 * lost['dense']:.1f}, to {rows('dense', 'shuffled').percent('accuracy')} "
            f"(n = {len(cnn)} each).",
            abs(lost["dense"]) < 0.01
            and rows("cnn", "shuffled").mean("accuracy") <= rows("dense").mean("accuracy") + 0.005,
        ),
    ]


def draw(table: Table) -> Figure:
    """Accuracy by shift, and by order of pixels."""

    def plot(left: Axes, right: Axes) -> None:
        for place, model in enumerate(MODELS):
            found = np.array(table.where(model=model, pixels="as they are").column("accuracies"))
            spread = found.std(axis=0, ddof=1) if len(found) > 1 else None
            left.errorbar(
                SHIFTS, found.mean(axis=0), spread, fmt="o-", color=figures.COLOURS[place], label=model, capsize=3
            )
        left.legend()
        figures.label(left, "Held-out pictures, shifted", "px", "accuracy")
        for place, model in enumerate(MODELS):
            errors = [
                1 - float(np.mean([row["accuracies"][0] for row in rows]))
                for _, rows in table.where(model=model).groups("pixels")
            ]
            right.bar(np.arange(2) + 0.4 * place, errors, 0.38, color=figures.COLOURS[place], label=model)
        right.set_xticks(np.arange(2) + 0.2, ["as they are", "shuffled"])
        right.set_ylim(0, 1.3 * right.get_ylim()[1])  # room for the legend
        right.legend()
        figures.label(right, "Errors by order of the pixels", "", "share")

    return figures.panels(2, plot)


EXPERIMENT = Experiment(
    "convolution",
    "Convolution",
    "What do locality and shared weights buy, and when do they buy nothing?",
    cases,
    measure,
    judge,
    draw,
)
