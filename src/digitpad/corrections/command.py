"""The commands `digitpad corrections list`, `export`, `import` and `delete`."""

import contextlib
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

import typer

from digitpad.corrections import exchange, store
from digitpad.corrections.correction import Answer, Correction, to_text
from digitpad.corrections.store import Filter, Store
from digitpad.errors import InputError
from digitpad.recognizer import Recognizer

_ROW = "{:32}  {:24}  {:14}  {:14}  {:12}  {}"
_DECLINED = 1  # the exit code after "no"


def show(target: str, *, as_json: bool) -> None:
    """Print the corrections of a store, newest first, as a table or as lines of JSON without the drawings."""
    with _opened(target) as kept:
        if not as_json:
            print(_ROW.format("id", "made", "read as", "is", "model", "session"))
        after = None
        while True:
            listing = kept.list(after=after, limit=500)
            for correction in listing.corrections:
                print(_to_json(correction) if as_json else _to_row(correction))
            if not (after := listing.next):
                break
    if not as_json:
        print(f"{_count(listing.total)} in {kept.where}.")


def export(target: str, out: str) -> None:
    """Write all corrections of a store to a file of JSON Lines, to standard output if it is "-", or to a folder."""
    path = Path(out)
    with _opened(target) as kept:
        if out == "-":
            exchange.write_lines(kept.iterate(), sys.stdout.buffer)
            return
        if path.suffix == exchange.SUFFIX:
            count = exchange.write_file(kept.iterate(), path)
        elif path.is_file():
            raise InputError(f"Expected a folder, or a file whose name ends in {exchange.SUFFIX}; got the file {path}.")
        else:
            path.mkdir(parents=True, exist_ok=True)
            count = exchange.write_folder(kept.iterate(), path)
    print(f"{_count(count)} in {out}.")


def import_all(target: str, sources: Sequence[Path]) -> None:
    """Keep what is in files of JSON Lines and in folders of pictures; what cannot be read is told and left out."""
    problems: list[InputError] = []

    def tell(error: InputError) -> None:
        problems.append(error)
        print(f"digitpad: {error}", file=sys.stderr)

    recognizer = Recognizer.load()
    # the limits are for strangers, and this is the owner
    with contextlib.closing(store.open(target, most=sys.maxsize, most_bytes=sys.maxsize)) as kept:
        for source in sources:
            added, known = 0, 0
            try:
                for correction in exchange.read(source, recognizer, on_error=tell):
                    is_new = kept.add(correction)
                    added, known = added + is_new, known + (not is_new)
            except InputError as error:  # go on with the other sources
                tell(error)
            print(f"{source}: {_count(added)} added, {known:,} kept before.")
        print(f"{_count(kept.count())} in {kept.where}.")
    if problems:
        raise typer.Exit(InputError.exit_code)


def delete(target: str, ids: Sequence[str], session: str | None, *, everything: bool, yes: bool) -> None:
    """Delete some corrections, a session or all of a store for good, after a question."""
    if (bool(ids), session is not None, everything).count(True) != 1:
        raise InputError("Expected the ids of corrections, --session ID or --all; got none or several of them.")
    with _opened(target) as kept:
        work: Callable[[], int]
        if ids:
            count, work = len(ids), partial(kept.remove, *ids)
        elif session is not None:
            count, work = kept.count(Filter(session=session)), partial(kept.remove_session, session)
        else:
            count, work = kept.count(), kept.remove_all
        if not yes and not typer.confirm(f"Delete {_count(count)} from {kept.where} for good?"):
            print("Nothing was deleted.")
            raise typer.Exit(_DECLINED)
        print(f"{_count(work())} deleted.")


@contextlib.contextmanager
def _opened(target: str) -> Iterator[Store]:
    """A store that exists already."""
    with contextlib.closing(store.open(target, must_exist=True)) as kept:
        yield kept


def _to_row(correction: Correction) -> str:
    read, truth = _say(correction.answer), correction.truth.replace("\n", " / ")
    return _ROW.format(correction.id, to_text(correction.made), read, truth, correction.model, correction.session)


def _say(answer: Answer) -> str:
    """What was read, in a word or two; "?" behind a digit that was unsure."""
    text = answer.text.replace("\n", " / ")
    match answer.status:
        case "digit":
            return text
        case "unsure":
            return f"{text}?"
        case "number":
            return text or "nothing"
        case _:
            return answer.status


def _to_json(correction: Correction) -> str:
    record = correction.to_json()
    return json.dumps({name: value for name, value in record.items() if name not in ("picture", "strokes")})


def _count(number: int) -> str:
    return "1 correction" if number == 1 else f"{number:,} corrections"
