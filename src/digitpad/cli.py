"""The command line. Each command imports what it needs when it runs, so `predict` never loads the training code."""

import contextlib
import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from digitpad.errors import DigitpadError, DrawingError, InputError, MissingPartError

app = typer.Typer(
    name="digitpad",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

_MODEL = typer.Option(
    "--model", "-m", help="A digits.onnx or a run's folder; by default the model that ships with digitpad."
)
_TOKEN = typer.Option(
    envvar="DIGITPAD_TOKEN", help="Token for looking through corrections, and for changing the model."
)
_RECIPE = typer.Option(
    help="fast (the default), cnn, pad, accurate, small or dense for digits, page for pages, or a TOML file."
)
_KEPT = typer.Argument(help="Where they are kept: a file, or postgresql://USER:PASSWORD@HOST/DATABASE.")
_RAY = typer.Option(
    metavar="ADDRESS",
    help="Run on Ray: local for one on this machine, auto for the cluster that it is in, or HOST:PORT.",
)
_DATA = typer.Option(
    help="Folder with MNIST; by default $DIGITPAD_DATA, then Keras' cache or download, then a small subset."
)


corrections = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Look after the corrections that are kept.")
app.add_typer(corrections, name="corrections")


@app.callback(invoke_without_command=True)
def version(
    show: Annotated[bool, typer.Option("--version", help="Show the version and exit.")] = False,
) -> None:
    """Read handwritten digits, and train models that read them."""
    if show:
        from digitpad import __version__

        print(f"digitpad {__version__}")
        raise typer.Exit


@app.command()
def predict(
    pictures: Annotated[list[str], typer.Argument(help="PNG, JPEG or WebP files, data URLs, or - for standard input.")],
    model: Annotated[Path | None, _MODEL] = None,
    top: Annotated[int, typer.Option(min=1, max=10, help="Number of digits to list.")] = 3,
    as_json: Annotated[bool, typer.Option("--json", help="Print one line of JSON per picture.")] = False,
    explain: Annotated[
        Path | None,
        typer.Option(help="Draw what spoke for the answer, and the maps of the layers; save it as this PNG file."),
    ] = None,
) -> None:
    """Read the digit in each picture, and show what the model saw."""
    from digitpad import terminal
    from digitpad.explanation import picture
    from digitpad.recognizer import Recognizer

    if explain:
        _check_drawn("--explain", explain, pictures)
    recognizer = Recognizer.load(model)
    failed = False
    for name in pictures:
        try:
            prediction = recognizer.predict(sys.stdin.buffer.read() if name == "-" else name)
        except DrawingError as error:  # go on with the other pictures
            print(f"digitpad: {error}", file=sys.stderr)
            failed = True
            continue
        print(terminal.to_json(name, prediction, top) if as_json else terminal.show(name, prediction, top))
        if explain:
            picture.draw(recognizer.explain(prediction)).save(explain, "PNG")
    if failed:
        raise typer.Exit(DrawingError.exit_code)


@app.command()
def read(
    pictures: Annotated[list[str], typer.Argument(help="PNG, JPEG or WebP files, data URLs, or - for standard input.")],
    model: Annotated[Path | None, _MODEL] = None,
    pages: Annotated[
        Path | None,
        typer.Option(help="A pages.onnx or a run's folder; by default the page model that ships with digitpad."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one line of JSON per picture.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print one row of CSV per digit.")] = False,
    annotate: Annotated[
        Path | None,
        typer.Option(help="Draw boxes and digits over the picture, at most 1,600 px large; save it as this PNG file."),
    ] = None,
) -> None:
    """Read all digits in each picture: a photograph, a form, a number."""
    from digitpad import drawing, terminal
    from digitpad.pages import formats
    from digitpad.recognizer import Recognizer

    if as_json and as_csv:
        raise InputError("Expected --json or --csv; got both.")
    if annotate:
        _check_drawn("--annotate", annotate, pictures)
    recognizer = Recognizer.load(model, pages=pages)
    failed = False
    if as_csv:
        print(",".join(formats.CSV_COLUMNS))
    for name in pictures:
        source, shown = sys.stdin.buffer.read() if name == "-" else name, terminal.shorten(name)
        try:
            page = drawing.read_page(source)
        except DrawingError as error:  # go on with the other pictures
            print(f"digitpad: {error}", file=sys.stderr)
            failed = True
            continue
        reading = recognizer.read(page)
        if as_json:
            print(formats.to_json(shown, reading))
        elif as_csv:
            print(formats.to_csv(shown, reading), end="")
            if reading.reason:
                print(f"digitpad: {shown}: {reading.reason}", file=sys.stderr)
        else:
            print(formats.to_text(shown if len(pictures) > 1 else None, reading))
        if annotate:
            formats.annotate(page, reading).save(annotate, "PNG")
    if failed:
        raise typer.Exit(DrawingError.exit_code)


@app.command()
def batch(
    source: Annotated[
        list[str],
        typer.Argument(
            metavar="SOURCE",
            help="Pictures: a folder, a quoted glob, Parquet, Arrow, .npz, IDX, CSV or a text file of paths; or a URL.",
        ),
    ],
    out: Annotated[str, typer.Option(help="The table, whose name ends in .parquet, .csv or .jsonl; or a URL.")],
    page: Annotated[
        bool, typer.Option("--page", help="Read all digits in each picture, as `digitpad read` does.")
    ] = False,
    column: Annotated[
        str | None, typer.Option(help="Column of the pictures; by default the one that has some.")
    ] = None,
    labels: Annotated[
        str | None,
        typer.Option(
            metavar="COLUMN", help="Column of the true digits, to evaluate the answers; folders named 0 to 9 need none."
        ),
    ] = None,
    model: Annotated[Path | None, _MODEL] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Number of processes; by default one a core.")] = None,
    ray: Annotated[str | None, _RAY] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with an interrupted run.")] = False,
) -> None:
    """Read a data set of pictures into a table, with a row for each picture.

    A picture that cannot be read is a row with its error.
    """
    if len(source) > 1:
        raise InputError(
            f"Expected one SOURCE; got {len(source)}, such as {source[1]}. Put a pattern in quotes, or name a folder."
        )
    with _needing("batch"):
        from digitpad.batch import command
    command.batch(
        source[0],
        out,
        page=page,
        column=column,
        labels=labels,
        model=model,
        num_workers=workers,
        ray=ray,
        resume=resume,
    )


def _check_drawn(option: str, drawn: Path, pictures: list[str]) -> None:
    """Refuse a file to draw one picture's answer in that cannot be written, or that would replace the picture."""
    if len(pictures) > 1:
        raise InputError(f"Expected one picture with {option}; got {len(pictures)}.")
    if drawn.suffix.lower() != ".png" or drawn.absolute() in (Path(name).absolute() for name in pictures):
        raise InputError(f"Expected another file with {option}, whose name ends in .png; got {drawn}.")
    if not drawn.absolute().parent.is_dir():
        raise InputError(f"Expected a file in a folder with {option}; the folder of {drawn} does not exist.")


@app.command()
def serve(
    host: Annotated[
        str, typer.Option(help="Address to listen on; by default only this machine can connect.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0 picks a free one.")] = 8000,
    workers: Annotated[
        int, typer.Option(min=1, max=64, help="Number of processes, each with its own copy of the model.")
    ] = 1,
    model: Annotated[Path | None, _MODEL] = None,
    allow_origin: Annotated[
        list[str] | None,
        typer.Option(metavar="ORIGIN", help="Origin whose pages may use the API, or * for all. Repeatable."),
    ] = None,
    token: Annotated[str | None, _TOKEN] = None,
    keep: Annotated[
        str | None,
        typer.Option(
            metavar="TARGET",
            help="Keep corrections in a file, or in postgresql://USER:PASSWORD@HOST/DATABASE; by default they are not.",
        ),
    ] = None,
    keep_most: Annotated[int, typer.Option(min=1, help="The most corrections to keep.")] = 100_000,
    keep_megabytes: Annotated[int, typer.Option(min=1, help="The most megabytes of drawings to keep.")] = 1000,
) -> None:
    """Serve a page to draw digits on, and the JSON API behind it.

    On SIGHUP it loads --model again; `digitpad switch` changes to another model. No request fails meanwhile.
    """
    with _needing("serve"):
        from digitpad import server
        from digitpad.server.keep import Keep
    if keep is not None:
        with _needing("keep", "serve --keep"):
            import digitpad.server.keeper  # noqa: F401  (only to learn what is missing)
    server.serve(
        model=model,
        host=host,
        port=port,
        workers=workers,
        allow_origins=allow_origin or (),
        token=token,
        keep=Keep(keep, keep_most, 1_000_000 * keep_megabytes) if keep is not None else None,
    )


@app.command()
def switch(
    run: Annotated[Path | None, typer.Argument(help="Folder of a finished run, or a digits.onnx.")] = None,
    back: Annotated[bool, typer.Option("--back", help="Go back to the model before this one.")] = False,
    server: Annotated[str, typer.Option(metavar="URL", help="The server, on this machine.")] = "http://127.0.0.1:8000",
    token: Annotated[str | None, _TOKEN] = None,
) -> None:
    """Change the model of a running server; no request fails meanwhile."""
    from digitpad import remote

    print(f"model {remote.switch(server, token, run, back=back)} serves now at {server}")


@app.command()
def info(
    model: Annotated[
        Path | None,
        typer.Argument(help="A digits.onnx, a pages.onnx or a run's folder; by default the digits.onnx that ships."),
    ] = None,
) -> None:
    """Show the model card: data, recipe, metrics and versions."""
    import json

    from digitpad import artifact

    loaded = artifact.load(model or artifact.shipped(), kind=None)
    print(f"model {loaded.model_id} for {loaded.kind.name}, {loaded.num_bytes:,} bytes, digest and probes verified")
    print(json.dumps(loaded.card, indent=2))


@app.command()
def train(
    recipe: Annotated[str | None, _RECIPE] = None,
    data: Annotated[Path | None, _DATA] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Folder for the run, or for those of --seeds; by default a new one in runs/."),
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Same as --set seed=N.")] = None,
    seeds: Annotated[
        str | None, typer.Option(help="Train a run for each of some seeds, such as 0-9 or 0,2,5-7, and compare them.")
    ] = None,
    ray: Annotated[str | None, _RAY] = None,
    epochs: Annotated[int | None, typer.Option(help="Same as --set epochs=N.")] = None,
    values: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="Override a recipe value. Repeatable."),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Resume what is in --out; with --seeds, add those that are not.")
    ] = False,
) -> None:
    """Train a model, and evaluate it once on the test set.

    Saves it as a Keras and an ONNX file, verifies both in a fresh process, and writes a report.
    """
    from digitpad.training import command

    changes: dict[str, Any] = {k: v for k, v in (("seed", seed), ("epochs", epochs)) if v is not None}
    command.train(recipe, data, out, values or [], changes, resume=resume, several=seeds, address=ray)


@app.command()
def evaluate(
    run: Annotated[Path, typer.Argument(help="Folder of a finished run.")],
    again: Annotated[bool, typer.Option("--again", help="Take another look at the test set, and count it.")] = False,
    data: Annotated[Path | None, typer.Option(help="With --again: folder with the data, if it has moved.")] = None,
) -> None:
    """Show the test result of a finished run."""
    from digitpad.training import command

    command.evaluate(run, data, again=again)


@app.command()
def teach(
    kept: Annotated[str, _KEPT],
    start: Annotated[
        Path | None,
        typer.Option(
            "--from", metavar="RUN", help="Begin with the model of a run; by default the one that ships with digitpad."
        ),
    ] = None,
    data: Annotated[Path | None, _DATA] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for the run; by default a new one in runs/.")] = None,
) -> None:
    """Teach a model the corrections that were kept, in a minute or so.

    A gate compares it with the model before on MNIST, on drawings, on non-digits and in its confidence. A model that
    got worse at any of them is rejected: the exit code is 3, and `digitpad serve` refuses it.
    """
    from digitpad.training import backend

    backend.prepare()
    with _needing("keep", "teach"):
        from digitpad.teaching import command
    if code := command.teach(kept, start, data, out):
        raise typer.Exit(code)


@app.command()
def lab(
    name: Annotated[str | None, typer.Argument(help="An experiment; without one, all are listed.")] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="Run a short form that takes seconds; its figures mean nothing.")
    ] = False,
    seeds: Annotated[
        int | None,
        typer.Option(min=1, help="Number of seeds; by default 5, or 1 with --quick."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Folder for the results, by default runs/lab or runs/lab-quick; measures only what is missing."
        ),
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Run all experiments, and write a page about them beside the folder.")
    ] = False,
    data: Annotated[Path | None, _DATA] = None,
    ray: Annotated[str | None, _RAY] = None,
) -> None:
    """Test what theory claims of training, by experiment."""
    from digitpad.training import backend

    backend.prepare()
    from digitpad.lab import command

    command.lab(name, data, out, seeds, quick=quick, everything=everything, address=ray)


@app.command()
def site(
    run: Annotated[
        Path | None, typer.Argument(help="Folder of a finished run; by default the model that ships with digitpad.")
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder for the site; other files in it are kept.")] = Path("site"),
    settings: Annotated[
        Path | None, typer.Option(help="A TOML file with title, description, author, url and links.")
    ] = None,
    lab: Annotated[
        Path | None, typer.Option(help="Folder with the results of `digitpad lab --all`; adds a page about them.")
    ] = None,
    cdn: Annotated[
        bool, typer.Option("--cdn", help="Let the page load ONNX Runtime Web from a CDN; npm is not needed.")
    ] = False,
) -> None:
    """Build a static site with a run's story and a drawing pad.

    The pad reads drawings in the visitor's browser, so any static host can serve the site.
    """
    with _needing("site"):
        from digitpad.site import command
    command.site(run, out, settings, lab=lab, cdn=cdn)


@corrections.command("list")
def list_corrections(
    kept: Annotated[str, _KEPT],
    as_json: Annotated[bool, typer.Option("--json", help="Print one line of JSON each, without the drawing.")] = False,
) -> None:
    """List the corrections that are kept, newest first."""
    with _needing("keep", "corrections"):
        from digitpad.corrections import command
    command.show(kept, as_json=as_json)


@corrections.command("export")
def export_corrections(
    kept: Annotated[str, _KEPT],
    out: Annotated[
        str, typer.Argument(help="A file whose name ends in .jsonl, - for standard output, or a folder for pictures.")
    ],
) -> None:
    """Write all corrections to a file with one JSON object a line, or their pictures to folders named by digit."""
    with _needing("keep", "corrections"):
        from digitpad.corrections import command
    command.export(kept, out)


@corrections.command("import")
def import_corrections(
    kept: Annotated[str, _KEPT],
    sources: Annotated[
        list[Path], typer.Argument(help="Files from an export, or folders with pictures in folders named by digit.")
    ],
) -> None:
    """Keep corrections from files, or pictures from folders such as 7, "not a digit" or 1984; none is kept twice."""
    with _needing("keep", "corrections"):
        from digitpad.corrections import command
    command.import_all(kept, sources)


@corrections.command("delete")
def delete_corrections(
    kept: Annotated[str, _KEPT],
    ids: Annotated[list[str] | None, typer.Argument(metavar="[ID]...", help="Which corrections.")] = None,
    session: Annotated[str | None, typer.Option(metavar="ID", help="All corrections of a session instead.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="All corrections instead.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete corrections for good."""
    with _needing("keep", "corrections"):
        from digitpad.corrections import command
    command.delete(kept, ids or [], session, everything=everything, yes=yes)


@contextlib.contextmanager
def _needing(extra: str, command: str = "") -> Iterator[None]:
    """Turn a failed import of an optional package into a MissingPartError that names the extra."""
    try:
        yield
    except ModuleNotFoundError as error:
        package = str(error.name).partition(".")[0]
        raise MissingPartError.package(package, f"`digitpad {command or extra}`", f"digitpad[{extra}]") from None


def main() -> NoReturn:
    """Run the command line. Expected errors become one line on standard error and an exit code."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # names of files may be none in any encoding
    try:
        app()
    except DigitpadError as error:
        code, message = error.exit_code, str(error)
    except OSError as error:
        code, message = 1, f"The system reported an error: {error}. Check disk space and permissions, and try again."
    else:
        sys.exit(0)
    print(f"digitpad: {message}", file=sys.stderr)
    sys.exit(code)
