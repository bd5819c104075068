"""Corrections from and to files: JSON Lines, and folders of pictures named by what they show."""

import contextlib
import hashlib
import json
import os
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from digitpad import drawing
from digitpad.corrections.correction import ID, NOT_A_DIGIT, Answer, Correction, check_truth, encode, parse
from digitpad.errors import CorrectionError, DrawingError, InputError
from digitpad.recognizer import Recognizer

MEDIA_TYPE = "application/x-ndjson"
SUFFIX = ".jsonl"

_MAX_LINE_BYTES = 16_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NEWLINE = "_"
"""Stands for a newline in the name of a folder."""


def read(source: Path, recognizer: Recognizer, *, on_error: Callable[[InputError], None]) -> Iterator[Correction]:
    """Read the corrections in a file or a folder.

    Args:
        source: a file of JSON Lines, or a folder with folders named by what the pictures in them show: `7`,
            `not a digit`, `1984`, or `1984_07` for two lines. Each folder that holds such folders is a session. A
            picture gets the same id wherever it is, that of its correction if `write_folder` wrote it.
        recognizer: says what it reads in the pictures of a folder.
        on_error: is told of each line or picture that is left out.

    Raises:
        CorrectionError: there is no such file or folder, or it holds nothing of this form.
    """
    if source.is_dir():
        return _read_folder(source, recognizer, on_error)
    if not source.is_file():
        raise CorrectionError(f"Expected a file of JSON Lines or a folder; {source} does not exist.")
    return _read_lines(source, on_error)


def to_line(correction: Correction) -> bytes:
    """A correction as a line of JSON."""
    return json.dumps(correction.to_json(), separators=(",", ":")).encode() + b"\n"


def write_lines(corrections: Iterable[Correction], file: BinaryIO) -> int:
    """Write corrections as JSON Lines, and return how many there were."""
    count = 0
    for correction in corrections:
        file.write(to_line(correction))
        count += 1
    return count


def write_file(corrections: Iterable[Correction], path: Path) -> int:
    """Write a file of JSON Lines, which replaces another only when it is complete; see `write_lines`."""
    part = path.with_name(f"{path.name}.part")
    try:
        with part.open("wb") as file:
            count = write_lines(corrections, file)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return count


def write_folder(corrections: Iterable[Correction], folder: Path) -> int:
    """Write pictures to folders named by what they show, and return how many there were; strokes are left out."""
    count = 0
    for correction in corrections:
        path = folder / correction.truth.replace("\n", _NEWLINE) / f"{correction.id}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(correction.picture)
        made_ns = (correction.made - _EPOCH) // timedelta(milliseconds=1) * 1_000_000
        with contextlib.suppress(OSError, OverflowError):  # not every file system can tell every time
            os.utime(path, ns=(made_ns, made_ns))
        count += 1
    return count


def _read_lines(path: Path, on_error: Callable[[InputError], None]) -> Iterator[Correction]:
    with path.open("rb") as file:
        number = 0
        while line := file.readline(_MAX_LINE_BYTES):
            number += 1
            if len(line) == _MAX_LINE_BYTES and not line.endswith(b"\n"):
                raise CorrectionError(
                    f"{path}, line {number}: Expected at most {_MAX_LINE_BYTES:,} bytes; it is longer."
                )
            if line.strip():
                try:
                    yield Correction.from_json(parse(line.removeprefix(b"\xef\xbb\xbf")))
                except CorrectionError as error:
                    on_error(CorrectionError(f"{path}, line {number}: {error}"))


def _read_folder(source: Path, recognizer: Recognizer, on_error: Callable[[InputError], None]) -> Iterator[Correction]:
    found, root = False, source.resolve()
    top = root if _truth_of(root) is None else root.parent  # so that it does not matter where one begins
    for name, folders, files in os.walk(source):
        folders.sort()
        folder = Path(name)
        truth = _truth_of(folder)
        if truth is None:
            continue
        found = True
        holder = (root / folder.relative_to(source)).parent.relative_to(top.parent)  # the same if all of it is moved
        session = _digest(os.fsencode(holder.as_posix()))
        for file in sorted(file for file in files if not file.startswith(".")):
            try:
                yield _read_picture(folder / file, truth, session, recognizer)
            except (CorrectionError, DrawingError) as error:
                on_error(error)
    if not found:
        raise CorrectionError(
            f"Expected folders in {source} named by what they show, such as 7, {NOT_A_DIGIT!r} or 1984; there are none."
        )


def _truth_of(folder: Path) -> str | None:
    """What the pictures in a folder show; None if its name does not say."""
    try:
        return check_truth(folder.resolve().name.replace(_NEWLINE, "\n"))
    except CorrectionError:
        return None


def _read_picture(path: Path, truth: str, session: str, recognizer: Recognizer) -> Correction:
    pixels = drawing.from_file(path).pixels
    is_id = re.fullmatch(ID, path.stem)  # as `write_folder` names it
    is_digit = truth == NOT_A_DIGIT or len(truth) == 1
    try:
        answer = Answer.of(recognizer.predict(pixels) if is_digit else recognizer.read(pixels))
    except CorrectionError as error:
        raise CorrectionError(f"{path}: {error}") from None
    return Correction(
        id=path.stem if is_id else _digest(truth.encode(), repr(pixels.shape).encode(), pixels.tobytes()),
        session=session,
        made=_to_time(path),
        truth=truth,
        answer=answer,
        model=recognizer.model_id,
        picture=encode(pixels),
        strokes=None,
    )


def _to_time(path: Path) -> datetime:
    """When a file was changed last, to the millisecond."""
    return datetime.fromtimestamp(path.stat().st_mtime_ns // 1_000_000 / 1000, UTC)


def _digest(*parts: bytes) -> str:
    """32 hex digits that identify some bytes, each part with its length."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(b"%d:%b" % (len(part), part))
    return digest.hexdigest()[:32]
