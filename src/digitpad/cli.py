"""The commands. Each body imports what it needs, so that reading a digit never waits for the training plane."""

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from digitpad.errors import DigitpadError, DrawingError, MissingPartError

app = typer.Typer(
    name="digitpad",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

_MODEL = typer.Option("--model", "-m", help="A digits.onnx; by default the model that ships.")
_RECIPE = typer.Option(help="fast, cnn, pad, accurate, small, dense, or a TOML file; fast by default.")
_DATA = typer.Option(help="Folder with MNIST; by default DIGITPAD_DATA, then Keras' own, then a small set.")


@app.callback(invoke_without_command=True)
def version(
    show: Annotated[bool, typer.Option("--version", help="Show the version and leave.")] = False,
) -> None:
    """Read handwritten digits, and train the model that reads them."""
    if show:
        from digitpad import __version__

        print(f"digitpad {__version__}")
        raise typer.Exit


@app.command()
def predict(
    pictures: Annotated[list[str], typer.Argument(help="PNG or JPEG files, data URLs, or - for standard input.")],
    model: Annotated[Path | None, _MODEL] = None,
    top: Annotated[int, typer.Option(min=1, max=10, help="How many digits to list.")] = 3,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a picture and line.")] = False,
) -> None:
    """Read digits, and show the picture that the model saw."""
    from digitpad import terminal
    from digitpad.recognizer import Recognizer

    recognizer = Recognizer.load(model)
    failed = False
    for name in pictures:
        try:
            prediction = recognizer.predict(sys.stdin.buffer.read() if name == "-" else name)
        except DrawingError as error:  # the other pictures are still to be read
            print(f"digitpad: {error}", file=sys.stderr)
            failed = True
            continue
        print(terminal.to_json(name, prediction, top) if as_json else terminal.show(name, prediction, top))
    if failed:
        raise typer.Exit(DrawingError.exit_code)


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="The address to listen on; this machine alone by default.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port; 0 for any that is free.")] = 8000,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Processes, each with its own model.")] = 1,
    model: Annotated[Path | None, _MODEL] = None,
    allow_origin: Annotated[
        list[str] | None, typer.Option(metavar="ORIGIN", help="A site whose pages may use the API, or *. Repeatable.")
    ] = None,
) -> None:
    """Open the pad in a browser: draw a digit, see the answer and what the model saw."""
    with _needing("serve"):
        from digitpad import server
    server.serve(model=model, host=host, port=port, workers=workers, allow_origins=allow_origin or ())


@app.command()
def info(
    model: Annotated[Path | None, typer.Argument(help="A digits.onnx; by default the model that ships.")] = None,
) -> None:
    """Show a model's card: what it was trained on, how, and how good it is."""
    import json

    from digitpad.recognizer import Recognizer

    recognizer = Recognizer.load(model)
    print(f"model {recognizer.model_id}, {recognizer.num_bytes:,} bytes, whole, and right about its probes")
    print(json.dumps(recognizer.card, indent=2))


@app.command()
def train(
    recipe: Annotated[str | None, _RECIPE] = None,
    data: Annotated[Path | None, _DATA] = None,
    out: Annotated[Path | None, typer.Option(help="Folder of the run; by default a new one in runs/.")] = None,
    seed: Annotated[int | None, typer.Option(help="Same as --set seed=N.")] = None,
    epochs: Annotated[int | None, typer.Option(help="Same as --set epochs=N.")] = None,
    values: Annotated[
        list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="Replace a value of the recipe.")
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the run in --out.")] = False,
) -> None:
    """Train a model: data, fit, one look at the test set, report, save, verify."""
    from digitpad.training import command

    changes: dict[str, Any] = {k: v for k, v in (("seed", seed), ("epochs", epochs)) if v is not None}
    command.train(recipe, data, out, values or [], changes, resume=resume)


@app.command()
def evaluate(
    run: Annotated[Path, typer.Argument(help="The folder of a finished run.")],
    again: Annotated[bool, typer.Option("--again", help="Look at the test set once more, and count it.")] = False,
    data: Annotated[Path | None, typer.Option(help="With --again: where the data is, if not where it was.")] = None,
) -> None:
    """Show what the one look at the test set showed."""
    from digitpad.training import command

    command.evaluate(run, data, again=again)


@app.command()
def site(
    run: Annotated[
        Path | None, typer.Argument(help="The folder of a finished run; by default the model that ships.")
    ] = None,
    out: Annotated[Path, typer.Option(help="Where the site goes: a folder, whose other files stay.")] = Path("site"),
    settings: Annotated[
        Path | None, typer.Option(help="A site.toml with title, description, author, url, links.")
    ] = None,
    cdn: Annotated[
        bool, typer.Option("--cdn", help="Fetch the runtime from a CDN, so that npm is not needed.")
    ] = False,
) -> None:
    """Build a page with a run's story and a pad that reads in the visitor's own browser."""
    with _needing("site"):
        from digitpad.site import command
    command.site(run, out, settings, cdn=cdn)


@contextlib.contextmanager
def _needing(extra: str) -> Iterator[None]:
    """Import what only an extra brings; MissingPartError if it is not installed."""
    try:
        yield
    except ModuleNotFoundError as error:
        package = str(error.name).partition(".")[0]
        raise MissingPartError.package(package, f"`digitpad {extra}`", f"digitpad[{extra}]") from None


def main() -> NoReturn:
    """Run the command line; every foreseen error is one sentence on standard error and an exit code."""
    try:
        app()
    except DigitpadError as error:
        code, message = error.exit_code, str(error)
    except OSError as error:
        code, message = 1, f"The system refused: {error}. Make room or rights for it, and try again."
    else:
        sys.exit(0)
    print(f"digitpad: {message}", file=sys.stderr)
    sys.exit(code)
