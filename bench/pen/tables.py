"""The results as Markdown: `docs/drawings.md`, and what the terminal shows."""

from collections.abc import Sequence
from typing import Any

from readme import table

from pen.settings import BRUSH_BY_FILL, BRUSHES, FILLS, LINES, MAPS, PLACE_MAP, PLACES

Results = dict[str, Any]

_ALIKE = "characters that look like digits"
_ODD = {"is_tiny": "below 20 px", "is_blot": "a blot", "is_cut": "over the edge"}


def page(record: Results) -> str:
    """`docs/drawings.md`, from the whole of `bench/drawings.json`."""
    notes = "\n".join(f"- {note}" for note in record["notes"])
    versions = ", ".join(f"{package} {version}" for package, version in record["versions"].items())
    return (
        "\n\n".join(
            [
                "# How well real pen strokes are read",
                "Written by `make bench-drawings`; `bench/drawings.json` holds every figure.",
                "![Accuracy by brush and size, by place, and along every other axis](drawings-grid.png)",
                notes,
                document(record["results"]).rstrip(),
                "## The worst mistakes",
                "![What the model saw of the digits that it read wrongly and surely](drawings-worst.png)",
                f"Measured on {record['machine']}, Python {record['python']}, {versions}.",
            ]
        )
        + "\n"
    )


def document(results: Results) -> str:
    """All tables, from the results of `drawings.measure`."""
    parts = [
        _summary(results),
        _digits(results["reference"]),
        _confusion(results["reference"]["confusion"]),
        _donors(results["reference"]["donors"]),
        _refusals(results["refusals"]),
        _beside(results["beside"]),
        _lines(results["cells"]),
        _maps(results["cells"]),
        _worst_cells(results["worst_cells"]),
    ]
    return "\n\n".join(parts) + "\n"


def percent(value: float | None, digits: int = 1) -> str:
    """A share as text."""
    return "-" if value is None else f"{100 * value:.{digits}f} %"


def interval(found: dict[str, Any]) -> str:
    """A share with its 95 % interval."""
    if not found["n"]:
        return "-"
    low, high = found["interval"]
    return f"{percent(found['share'])} ({100 * low:.1f} to {100 * high:.1f})"


def _summary(results: Results) -> str:
    found = results["reference"]
    rows = [
        ("accuracy", interval(found["accuracy"])),
        ("mean over writers", percent(found["mean_over_writers"])),
        ("mean over donors", percent(found["mean_over_donors"])),
        ("ECE", percent(found["ece"], 2)),
        ("NLL", f"{found['nll']:.4f}"),
        ("Brier score", f"{found['brier']:.4f}"),
    ]
    who = f"{found['accuracy']['n']:,} digits by {len(found['writers'])} writers, model `{results['model']}`"
    how = "canvas 280 px, brush 18 px, size 0.7 of the canvas, centred, black on white"
    return f"## The reference setting\n\n{who}; {how}.\n\n" + table(("what", "figure"), rows)


def _digits(found: Results) -> str:
    rows = [(digit, str(entry["n"]), interval(entry)) for digit, entry in found["digits"].items()]
    return "### By digit\n\n" + table(("digit", "n", "accuracy (95 % interval)"), rows)


def _confusion(confusion: Sequence[Sequence[int]]) -> str:
    rows = [(f"**{true}**", *(f"{count}" if count else "." for count in row)) for true, row in enumerate(confusion)]
    head = ("written / read", *(f"{digit}" for digit in range(10)))
    return "### Confusion\n\nA row a written digit, a column a digit that was read.\n\n" + table(head, rows)


def _donors(donors: Results) -> str:
    rows = [(donor, str(entry["n"]), interval(entry)) for donor, entry in donors.items()]
    return "### By donor\n\n" + table(("donor", "n", "accuracy (95 % interval)"), rows)


def _refusals(found: Results) -> str:
    groups = {"digits": "digits", "clear": "clear non-digits", "others": _ALIKE}
    called = [(name, *(percent(entry["share"]) for entry in found[key].values())) for key, name in groups.items()]
    right = [(status, str(entry["n"]), interval(entry)) for status, entry in found["right"].items()]
    text = [
        "## Refusals",
        "How many pass at the threshold on `not_digit` where 95 % of the digits pass:",
        _separation(found["separation"]),
        "What they are called at the thresholds of the model:",
        table(("what", *found["digits"]), called),
        "How often the most probable digit is right, for digits that are called so:",
        table(("called", "n", "accuracy (95 % interval)"), right),
    ]
    if candidates := found["candidates"]:
        text.append(
            f"The true digit is among the candidates in {interval(candidates['coverage'])} of all digits; there are "
            f"{candidates['mean_size']:.3f} candidates on average."
        )
    return "\n\n".join(text)


def _separation(found: Results) -> str:
    names = {"1b": "capital letters", "1c": "small letters", "1d": "symbols"}
    parts = {f"of them {names[category]}": entry for category, entry in found["clear_by_category"].items()}
    entries = {"clear non-digits": found["clear"], **parts, _ALIKE: found["others"]}
    rows = [(name, str(entry["n"]), interval(entry)) for name, entry in entries.items()]
    return table(("what", "n", "pass (95 % interval)"), rows)


def _beside(found: Results) -> str:
    settings = list(next(iter(next(iter(found.values())).values())))
    rows = [
        (classifier, way, *(percent(by_setting[setting]["accuracy"]["share"]) for setting in settings))
        for classifier, ways in found.items()
        for way, by_setting in ways.items()
    ]
    count = found["digitpad"]["digitpad's contract"][settings[0]]["accuracy"]["n"]
    text = f"## Beside other ways to 28x28\n\nAccuracy on the same {count:,} digits; the intervals are in the JSON.\n\n"
    return text + table(("classifier", "way to 28x28", *settings), rows)


def _lines(cells: Sequence[Results]) -> str:
    head = ("setting", "n", "accuracy (95 % interval)", "mean over writers", "ECE", "NLL", "called a digit")
    text = ["## One thing at a time"]
    for axis in LINES:
        rows = [_line(cell) for cell in cells if cell["axis"] == axis]
        text += [f"### {axis[0].upper()}{axis[1:]}", table(head, rows)]
    return "\n\n".join(text)


def _line(cell: Results) -> tuple[str, ...]:
    oddities = [text for key, text in _ODD.items() if cell[key]]
    return (
        cell["label"] + (f" ({', '.join(oddities)})" if oddities else ""),
        str(cell["accuracy"]["n"]),
        interval(cell["accuracy"]),
        percent(cell["mean_over_writers"]),
        percent(cell["ece"], 2),
        f"{cell['nll']:.4f}",
        percent(cell["called"]["digit"]),
    )


def _maps(cells: Sequence[Results]) -> str:
    found = {name: [cell for cell in cells if cell["axis"] == name] for name in MAPS}
    brush_by_fill, place = found[BRUSH_BY_FILL], found[PLACE_MAP]
    counts = {name: min(cell["accuracy"]["n"] for cell in some) for name, some in found.items()}
    return "\n\n".join(
        [
            "## Two things at a time",
            f"Accuracy on {counts[BRUSH_BY_FILL]:,} digits a cell, by size (rows) and brush (columns), %. "
            "In brackets, blots: the brush is wider than a quarter of the drawing and fills its loops. With a star, "
            "the ink runs over the edge of the canvas.",
            _square("size / brush", [f"{brush}" for brush in BRUSHES], [f"{fill:g}" for fill in FILLS], brush_by_fill),
            f"Accuracy on {counts[PLACE_MAP]:,} digits a cell, by place down (rows) and across (columns), %, "
            "at size 0.35 and brush 12. At -1 and 1 the ink touches the edge.",
            _square("down / across", [f"{x:+g}" for x in PLACES], [f"{y:+g}" for y in PLACES], place),
        ]
    )


def _square(corner: str, columns: Sequence[str], rows: Sequence[str], cells: Sequence[Results]) -> str:
    width = len(columns)
    body = [(row, *map(_cell, cells[n * width : (n + 1) * width])) for n, row in enumerate(rows)]
    return table((corner, *columns), body)


def _cell(cell: Results) -> str:
    text = f"{100 * cell['accuracy']['share']:.1f}" + ("*" if cell["is_cut"] else "")
    return f"({text})" if cell["is_blot"] else text


def _worst_cells(found: Results) -> str:
    names = {"without_blots": "of drawings that are no blots", "with_blots": "of all drawings"}
    rows = [(names[key], cell["axis"], cell["label"], interval(cell["accuracy"])) for key, cell in found.items()]
    head = ("worst setting", "axis", "setting", "accuracy (95 % interval)")
    return "## The worst settings\n\nDrawings below 20 px are left out.\n\n" + table(head, rows)
