"""The finished parts of a table, each a file beside it until all are there, so that a killed run goes on.

    answers.parquet.parts/plan.json            what is read, with which model, and in how many parts
    answers.parquet.parts/00000000.parquet     the answers to the first part
    answers.parquet.plan.json                  the plan again, once the table is complete

Only the process that was started writes them, each under another name first. So the rows of a part stand there once,
however often it was tried.
"""

import fcntl
import json
import os
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import IO, Any, Self

import pyarrow as pa
import pyarrow.parquet as pq

from digitpad.batch import forms
from digitpad.batch.sources.place import Place, reason
from digitpad.errors import DigitpadError, RunError

_PLAN = "plan.json"
_LOCK = "lock"
_PART = re.compile(r"(\d{8})\.parquet")


@dataclass(frozen=True)
class Plan:
    """What must be the same for a run to go on.

    Attributes:
        source: the fingerprint of the source.
        model: the identifier of the model.
        page: whether each picture is a page of digits.
        num_parts: the number of parts.
    """

    source: str
    model: str
    page: bool
    num_parts: int


class Finished:
    """The finished parts of a table. Leave its context to end the run here, so that another process may go on with it.

    Attributes:
        out: where the table is to be.
        numbers: of the parts that are finished.
    """

    def __init__(self, out: Place, plan: Plan) -> None:
        self.out, self._plan = out, plan
        self._folder = folder_of(out)
        self._running, self._complete = self._folder.at(_PLAN), replace(out, path=f"{out.path}.{_PLAN}")
        self._held = ExitStack()
        self.numbers: set[int] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._held.close()

    def begin(self, *, resume: bool) -> bool:
        """Begin a run, or go on with one; where files can be locked, no other process then can.

        Args:
            resume: whether to go on where there is something to go on with.

        Returns:
            Whether anything is left to do; else the table is complete.

        Raises:
            RunError: there is a run already and `resume` is not set, or that run read something else, or it is still
                running.
            DigitpadError: the folder cannot be written.
        """
        with _writing(self.out, "Check the folder and its permissions."):
            self._folder.files.makedirs(self._folder.path, exist_ok=True)
            self._lock()
            self._held.callback(self._remove_if_empty)
            if exists(self.out) and not exists(self._running):
                self._require_same(self._complete, self.out)
                self._remove_folder()
                return False
            kept = self._kept()
            if not kept:  # nothing would be lost
                self._write(_PLAN, lambda file: file.write(json.dumps(asdict(self._plan), indent=2).encode()))
                return True
            if not resume:
                raise RunError(
                    f"Expected to begin anew; {self._folder} is of a run that was interrupted. Go on with it by "
                    "--resume, or delete that folder."
                )
            self._require_same(self._running, self._folder)
            self.numbers = kept & set(range(self._plan.num_parts))
            return True

    def add(self, number: int, table: pa.Table) -> None:
        """Keep the answers to a part; DigitpadError if they cannot be written."""
        self._write(_name(number), lambda file: pq.write_table(table, file))
        self.numbers.add(number)

    def tables(self) -> Iterator[pa.Table]:
        """The answers to each part, in order; DigitpadError if a file is missing or damaged."""
        for number in range(self._plan.num_parts):
            place = self._folder.at(_name(number))
            try:
                with place.files.open(place.path, "rb") as file:
                    yield pq.read_table(file, use_threads=False)  # its threads can abort a process that ends
            except (OSError, pa.ArrowException) as error:
                raise DigitpadError(
                    f"Expected the answers to a part in {place}; they cannot be read: {reason(error)}. Delete that "
                    "file and go on with --resume."
                ) from None

    def join(self, see: Callable[[pa.Table], None]) -> None:
        """Write the table from its parts, one after another.

        Args:
            see: called with the answers to each part.

        Raises:
            DigitpadError: a part cannot be read, or the table not be written.
        """

        def write(file: IO[bytes]) -> None:
            writer = forms.writer(str(self.out))(file)
            for table in self.tables():
                see(table)
                writer.write(table)
            writer.close()

        _write(self.out, write)

    def complete(self) -> None:
        """Say beside the table that it is complete, and remove the parts: nothing more is to be made of them."""
        with _writing(self.out):
            self._folder.files.mv(self._running.path, self._complete.path)
            self._remove_folder()

    def _lock(self) -> None:
        if not self._folder.is_local:
            return
        file = Path(self._folder.at(_LOCK).path).open("wb")  # noqa: SIM115 (closed when the run ends)
        self._held.enter_context(file)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RunError(
                f"Expected one run at a time for {self.out}; another is still running. Wait for it, or choose another "
                "--out."
            ) from None
        except OSError:  # a file system without locks
            return

    def _require_same(self, known: Place, where: Place) -> None:
        """Raise RunError unless a plan that was kept is this one."""
        try:
            found = dict(json.loads(known.files.cat_file(known.path)))
        except (FileNotFoundError, TypeError, ValueError):
            raise RunError(
                f"Expected {known} to say what {where} was read from; it is missing or damaged. Choose another --out."
            ) from None
        differing = [name for name, value in asdict(self._plan).items() if found.get(name) != value]
        if differing:
            raise RunError(
                f"Expected to go on with the run of {where}; it differs in: {', '.join(differing)}. Pass what it began "
                "with, or choose another --out."
            )

    def _kept(self) -> set[int]:
        """The numbers of the parts that are in the folder."""
        try:
            names = [path.rpartition("/")[2] for path in self._folder.files.ls(self._folder.path, detail=False)]
        except FileNotFoundError:  # a bucket has no empty folders
            return set()
        return {int(match[1]) for match in map(_PART.fullmatch, names) if match}

    def _remove_if_empty(self) -> None:
        with suppress(Exception):  # there may be another error on its way
            if not self._kept():
                self._remove_folder()

    def _remove_folder(self) -> None:
        with suppress(Exception):  # what stays does no harm
            self._folder.files.rm(self._folder.path, recursive=True)

    def _write(self, name: str, write: Callable[[IO[bytes]], object]) -> None:
        _write(self._folder.at(name), write)


def folder_of(out: Place) -> Place:
    """Where the finished parts of a table are."""
    return replace(out, path=f"{out.path}.parts")


def tables_of(out: Place) -> tuple[Place, Place]:
    """A table, and its first part."""
    return out, folder_of(out).at(_name(0))


def exists(place: Place) -> bool:
    """Whether a file or folder is there, as far as its file system says; DigitpadError if it says nothing."""
    with _writing(place, "Check the path and its permissions."):
        return bool(place.files.exists(place.path))


def write_json(out: Place, value: Any) -> None:
    """Write JSON beside a table, as a whole or not at all; DigitpadError if it cannot be written."""
    _write(out, lambda file: file.write((json.dumps(value, indent=2) + "\n").encode()))


def check_out(out: Place, *, resume: bool) -> None:
    """Check where a table is to be, before anything is read for it.

    Raises:
        InputError: its name does not say what form it is to have.
        RunError: it exists, and `resume` is not set.
    """
    forms.writer(str(out))  # refuses a name without a form
    if not resume and exists(out):
        raise RunError(f"Expected a new file as --out; {out} exists. Choose another name, or delete it.")


def _name(number: int) -> str:
    return f"{number:08}.parquet"


@contextmanager
def _writing(place: Place, advice: str = "Check space and permissions, then go on with --resume.") -> Iterator[None]:
    try:
        yield
    except DigitpadError:
        raise
    except Exception as error:  # the packages behind fsspec raise almost anything
        raise DigitpadError(f"Expected to write {place}; {reason(error)}. {advice}") from None


def _write(place: Place, write: Callable[[IO[bytes]], object]) -> None:
    """Write a file under another name, then rename it."""
    partial = replace(place, path=f"{place.path}.part")
    with _writing(place):
        try:
            with partial.files.open(partial.path, "wb") as file:
                write(file)
                if place.is_local:  # else a power cut may leave the name without the contents
                    file.flush()
                    os.fsync(file.fileno())
            partial.files.mv(partial.path, place.path)
        except BaseException:
            with suppress(Exception):
                partial.files.rm_file(partial.path)
            raise
