"""Regularisation: nothing, L2, dropout, early stopping, augmentation, and all of them, on few pictures and on many."""

import keras
import numpy as np
from keras import layers
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from digitpad.lab import figures, networks, nielsen
from digitpad.lab.data import Data, Pictures
from digitpad.lab.experiment import Case, Experiment, Finding, Row, Scale
from digitpad.lab.table import Table

WAYS = ("nothing", "L2", "dropout", "early stopping", "augmentation", "all")
BOOK = {0.0: 0.823, 1e-4: 0.871}
"""What Nielsen's network reads right at its best after 1,000 pictures, by shrinkage: chapter 3."""

NEAR = 0.02


def cases(scale: Scale) -> list[Case]:
    """Ways of regularisation on few and on many pictures, and the book's network with and without L2."""
    numbers = {300: 30} if scale.quick else {1_000: 150, 55_000: 15}
    book_epochs = 40 if scale.quick else 400
    return [
        *(
            {"model": "dense", "way": way, "number": number, "num_epochs": num_epochs, "seed": seed}
            for number, num_epochs in numbers.items()
            for way in WAYS
            for seed in scale.seeds
        ),
        *(
            {"model": "nielsen", "shrinkage": shrinkage, "number": 1_000, "num_epochs": book_epochs, "seed": seed}
            for shrinkage in BOOK
            for seed in scale.seeds
        ),
    ]


def measure(data: Data, case: Case) -> Row:
    """Train, and read held-out pictures after every epoch."""
    pictures, seed = data.train.drawn(case["number"], case["seed"]), case["seed"]
    if case["model"] == "nielsen":
        _, history = nielsen.train(
            pictures,
            num_epochs=case["num_epochs"],
            shrinkage=case["shrinkage"],
            seed=seed,
            validation=data.held_out,
        )
        return {"best": max(history["val_accuracy"]), "last": history["val_accuracy"][-1]}
    history = _train(case["way"], pictures, data.held_out, case["num_epochs"], seed)
    return {
        "train": history["loss"],
        "held_out": history["val_loss"],
        "accuracy": history["val_accuracy"][-1],
        "gap": history["accuracy"][-1] - history["val_accuracy"][-1],
    }


def _train(way: str, pictures: Pictures, held_out: Pictures, num_epochs: int, seed: int) -> dict[str, list[float]]:
    """Train a dense network, regularised in one way or all ways."""
    has = {each: way in (each, "all") for each in WAYS}
    options = {"kernel_regularizer": keras.regularizers.L2(1e-4)} if has["L2"] else {}
    plain = networks.dense(256, 128, seed=seed, **options)
    parts = []
    if has["augmentation"]:
        parts += [
            layers.Reshape((28, 28, 1)),
            layers.RandomTranslation(0.08, 0.08, "constant", fill_value=0.0, seed=seed),
            layers.RandomRotation(0.03, "constant", fill_value=0.0, seed=seed),
            layers.Flatten(),
        ]
    for layer in plain.layers:
        parts.append(layer)
        if has["dropout"] and layer is not plain.layers[-1]:
            parts.append(layers.Dropout(0.3, seed=seed))
    stop = keras.callbacks.EarlyStopping("val_loss", patience=5, restore_best_weights=True)
    network = keras.Sequential([keras.Input((784,)), *parts])
    history = networks.train(
        network,
        pictures,
        num_epochs=num_epochs,
        optimizer=keras.optimizers.Adam(1e-3),
        seed=seed,
        callbacks=[stop] if has["early stopping"] else [],
        validation=held_out,
    )
    if has["early stopping"]:
        history["val_accuracy"].append(networks.accuracy(network, held_out))  # of the weights that are kept
    return history


def judge(table: Table) -> list[Finding]:
    """The verdicts."""
    dense, book = table.where(model="dense"), table.where(model="nielsen")
    few, many = (dense.where(number=number) for number in (min(dense.values("number")), max(dense.values("number"))))

    def tell(rows: Table) -> str:
        return ", ".join(f"{way} {some.percent('accuracy')}" for way, some in rows.groups("way"))

    def gain(rows: Table, way: str) -> float:
        return rows.where(way=way).mean("accuracy") - rows.where(way="nothing").mean("accuracy")

    best = {shrinkage: rows.mean("best") for shrinkage, rows in book.groups("shrinkage")}
    rises = {
        way: float(np.mean([row["held_out"][-1] / min(row["held_out"]) for row in rows]))
        for way, rows in few.groups("way")
    }
    return [
        Finding(
            f"On {few[0]['number']:,} pictures a network without regularisation overfits.",
            "Its loss on held-out pictures falls and then rises, while that on its own goes to zero.",
            f"At the end the held-out loss is {rises['nothing']:.2f} times its smallest.",
            rises["nothing"] > 1.05,
        ),
        Finding(
            "Regularisation helps, most where there are few pictures.",
            "Augmentation and all together read more than nothing; the gain is larger on few pictures than on many.",
            f"{few[0]['number']:,} pictures: {tell(few)}. {many[0]['number']:,}: {tell(many)}.",
            gain(few, "augmentation") > 0
            and gain(few, "all") > 0
            and (few is many or gain(few, "all") >= gain(many, "all")),
        ),
        Finding(
            "Nielsen's network peaks as in his book, without and with L2.",
            "82.3 % and 87.1 % after 1,000 pictures, within 2 points (Nielsen 2015).",
            f"{best[0.0]:.1%} and {best[1e-4]:.1%} (n = {len(book) // 2} each).",
            all(abs(best[shrinkage] - BOOK[shrinkage]) < NEAR for shrinkage in BOOK),
        ),
        Finding(
            "L2 raises that peak.",
            "By 4.8 points in the book.",
            f"By {100 * (best[1e-4] - best[0.0]):.1f} points.",
            best[1e-4] > best[0.0],
        ),
    ]


def draw(table: Table) -> Figure:
    """Loss by epoch on few pictures, and accuracy at the end."""
    dense = table.where(model="dense")
    few = dense.where(number=min(dense.values("number")))

    def plot(left: Axes, right: Axes) -> None:
        for place, (way, rows) in enumerate(few.groups("way")):
            left.plot(rows[0]["held_out"], color=figures.COLOURS[place], label=way)
            left.plot(rows[0]["train"], color=figures.COLOURS[place], linewidth=0.8, linestyle=":")
        left.set_yscale("log")
        left.legend(fontsize=8)
        figures.label(left, f"{few[0]['number']:,} pictures: held out, and dotted its own", "epoch", "loss")
        for place, (number, rows) in enumerate(dense.groups("number")):
            points = [(some.mean("accuracy"), some.spread("accuracy")) for _, some in rows.groups("way")]
            means, spreads = zip(*points, strict=True)
            right.errorbar(
                means,
                range(len(points)),
                xerr=spreads,
                fmt="o",
                color=figures.COLOURS[place],
                label=f"{number:,} pictures",
            )
        right.set_yticks(range(len(WAYS)), WAYS)
        right.legend(fontsize=8)
        figures.label(right, "Accuracy on held-out pictures", "share", "")

    return figures.panels(2, plot, width=4.4)


EXPERIMENT = Experiment(
    "regularisation",
    "Regularisation",
    "What keeps a network from learning its pictures by heart, and when is it worth it?",
    cases,
    measure,
    judge,
    draw,
)
