"""Regularisation: nothing, L2, dropout, early stopping, augmentation, and all of them, on few pictures and on many."""

import keras
import numpy as np
from keras import layers
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from digitpad.lab import figures, networks, nielsen
from digitpad.lab.data import Data
from digitpad.lab.experiment import Case, Experiment, Finding, Scale
from digitpad.lab.results import Row
from digitpad.lab.table import Table
from digitpad.lab.training import Training, watch

WAYS = ("nothing", "L2", "dropout", "early stopping", "augmentation", "all")
PATIENCE = 8
BOOK = {0.0: 0.823, 1e-4: 0.871}
"""What Nielsen's network reads right at its best after 1,000 pictures, by shrinkage: chapter 3."""

NEAR = 0.02


def cases(scale: Scale) -> list[Case]:
    """Ways of regularisation on few and on many pictures, and the book's network with and without L2."""
    epochs = {500: 45} if scale.quick else {1_000: 200, 55_000: 12}
    book_epochs = 60 if scale.quick else 400
    return [
        *(
            {"model": "dense", "way": way, "number": number, "num_epochs": num_epochs, "seed": seed}
            for number, num_epochs in epochs.items()
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
    """Train; one half of the held-out pictures is watched and decides when to stop, the other is read at the end."""
    pictures, seed = data.train.drawn(case["number"], case["seed"]), case["seed"]
    if case["model"] == "nielsen":
        network, training = nielsen.prepare(pictures, shrinkage=case["shrinkage"], seed=seed)
        return {"best": max(watch(training, network, data.held_out, case["num_epochs"]).accuracy)}
    watched, others = data.held_out.halves()
    network = _build(case["way"], seed)
    training = Training(network, pictures, keras.optimizers.Adam(1e-3), seed=seed)
    patience = PATIENCE if case["way"] in ("early stopping", "all") else None
    history = watch(training, network, watched, case["num_epochs"], patience=patience)
    return {
        "train": history.train,
        "held_out": history.loss,
        "rise": history.loss[-1] / min(history.loss),
        "accuracy": networks.accuracy(network, others),
    }


def _build(way: str, seed: int) -> keras.Sequential:
    """A dense network, regularised in one way or all ways."""
    has = {each: way in (each, "all") for each in WAYS}
    options = {"kernel_regularizer": keras.regularizers.L2(1e-4)} if has["L2"] else {}
    moved = [
        layers.Reshape((28, 28, 1)),
        layers.RandomTranslation(0.08, 0.08, "constant", fill_value=0.0, seed=seed),
        layers.RandomRotation(0.03, "constant", fill_value=0.0, seed=seed),
        layers.Flatten(),
    ]
    *hidden, last = networks.dense(256, 128, seed=seed, **options).layers
    dropped = [
        each for layer in hidden for each in (layer, *([layers.Dropout(0.3, seed=seed)] if has["dropout"] else []))
    ]
    return keras.Sequential([keras.Input((784,)), *(moved if has["augmentation"] else []), *dropped, last])


def judge(table: Table) -> list[Finding]:
    """The verdicts."""
    dense, book = table.where(model="dense"), table.where(model="nielsen")
    sizes, num_seeds = dense.values("number"), len(table.values("seed"))
    few = dense.where(number=sizes[0])
    own = float(np.mean([losses[-1] for losses in few.where(way="nothing").column("train")]))
    best = {shrinkage: rows.mean("best") for shrinkage, rows in book.groups("shrinkage")}

    def gain(way: str, number: int) -> float:
        rows = dense.where(number=number)
        return rows.where(way=way).mean("accuracy") - rows.where(way="nothing").mean("accuracy")

    return [
        Finding(
            f"Without regularisation a network overfits {sizes[0]:,} pictures.",
            "Its loss on others falls and then rises, while that on its own goes to zero.",
            f"In the end the loss on others is {few.where(way='nothing').mean('rise'):.2f} times its smallest, and on "
            f"its own {own:.1e} (n = {num_seeds}).",
            few.where(way="nothing").mean("rise") > 1.05 and own < 0.01,
        ),
        Finding(
            "Augmentation helps, and so do all ways combined; both help most where there are few pictures.",
            "In the end both are more accurate than without regularisation, and by more on few pictures than on many.",
            " ".join(f"{n:,} pictures: {_tell(dense.where(number=n))} (n = {num_seeds} each)." for n in sizes),
            all(
                gain(way, sizes[0]) > 0 and gain(way, sizes[0]) >= gain(way, sizes[-1])
                for way in ("augmentation", "all")
            ),
        ),
        Finding(
            f"Each way alone helps on {sizes[0]:,} pictures.",
            "Each is told to make a network generalise.",
            ", ".join(f"{way} {100 * gain(way, sizes[0]):+.1f} points" for way in WAYS[1:-1])
            + f" (n = {num_seeds} each). "
            "Early stopping goes by the loss, which is least before accuracy is highest.",
            all(gain(way, sizes[0]) > 0 for way in WAYS[1:-1]),
            is_law=False,
        ),
        Finding(
            "Nielsen's network peaks as in his book, without and with L2.",
            "82.3 % and 87.1 % from 1,000 pictures, within 2 points (Nielsen 2015, one run each).",
            f"{book.where(shrinkage=0.0).percent('best')} and {book.where(shrinkage=1e-4).percent('best')} "
            f"(n = {num_seeds} each).",
            all(abs(best[shrinkage] - BOOK[shrinkage]) < NEAR for shrinkage in BOOK),
            is_law=False,
        ),
        Finding(
            "L2 raises that peak.",
            "By 4.8 points in the book.",
            f"By {100 * (best[1e-4] - best[0.0]):.1f} points (n = {num_seeds} each).",
            best[1e-4] > best[0.0],
        ),
    ]


def _tell(rows: Table) -> str:
    return ", ".join(f"{way} {some.percent('accuracy')}" for way, some in rows.groups("way"))


def draw(table: Table) -> Figure:
    """Loss by epoch, and accuracy at the end, on few pictures and on many."""
    dense = table.where(model="dense")
    sizes = dense.values("number")

    def plot(*panels: Axes) -> None:
        for number, curves, ends in zip(sizes, panels[::2], panels[1::2], strict=True):
            for place, (way, rows) in enumerate(dense.where(number=number).groups("way")):
                colour = figures.COLOURS[place]
                curves.semilogy(rows[0]["held_out"], color=colour)
                curves.semilogy(rows[0]["train"], color=colour, linewidth=0.8, linestyle=":")
                ends.errorbar(
                    rows.mean("accuracy"), -place, xerr=rows.spread("accuracy"), fmt="o", color=colour, label=way
                )
            ends.set_yticks(-np.arange(len(WAYS)), WAYS)
            figures.label(curves, f"{number:,} pictures, seed 0", "epoch", "loss; dotted: in training")
            figures.label(ends, f"{number:,} pictures, all seeds", "accuracy on others", "")

    return figures.panels(2 * len(sizes), plot, width=3.0)


EXPERIMENT = Experiment(
    "regularisation",
    "Regularisation",
    "What keeps a network from learning its pictures by heart, and when is it worth it?",
    cases,
    measure,
    judge,
    draw,
)
