"""The model that a server answers with, which can be changed while it serves."""

import asyncio
import contextlib
import json
import logging
import shutil
import threading
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from uuid import uuid4

from digitpad import artifact
from digitpad.errors import ArtifactError
from digitpad.explanation.explainer import Explainer
from digitpad.recognizer import Recognizer

log = logging.getLogger("digitpad.server")

_CHOICE = "model.json"


@dataclass(frozen=True, eq=False)
class Loaded:
    """A model in memory.

    Attributes:
        recognizer: reads with it.
        path: the file that it was loaded from, which may have changed since.
    """

    recognizer: Recognizer
    path: Path

    @property
    def model_id(self) -> str:
        return self.recognizer.model_id

    @property
    def report(self) -> Path:
        """The report of the model's run, if it has one."""
        return self.path.with_name("report.html")

    @cached_property
    def explainer(self) -> Explainer | None:
        """What explains the model's answers, loaded when it is first needed; if nothing can, the log says once why."""
        try:
            return self.recognizer.explainer
        except ArtifactError as error:
            log.warning("nobody can look inside model %s: %s", self.model_id, error)
            return None

    @property
    def shows_corrections(self) -> bool:
        """Whether the report shows what people drew, as those of `digitpad teach` do."""
        return "teaching" in self.recognizer.card


class Served:
    """The model that one process answers with, and the one before it.

    Whoever reads takes `current` once and keeps it to the end, so a change never touches a request in progress. Worker
    processes agree through a folder: whichever changes the model puts a copy of the file there, so that all have the
    same one whatever becomes of the original, and names it in `model.json`; the others look there before each request.
    Copies stay until the server ends, because another process may be about to read them.

    Args:
        model: a `digits.onnx` or a run's folder, which `reload` loads again; None for the model that ships.
        folder: the folder that worker processes share; None for a single process.

    Raises:
        ArtifactError: the model cannot be used.
    """

    def __init__(self, model: Path | None = None, folder: Path | None = None) -> None:
        self._named = model or artifact.shipped()
        self._choice = folder and folder / _CHOICE
        self._lock = threading.RLock()
        self._seen: object = None
        self._loaded: tuple[Loaded, ...] = ()  # the model that serves, then the one before it if there is one
        if self._choice and self._choice.exists():  # a worker, perhaps in place of one that crashed
            self._take(self._choice)
        else:
            self._choose(_load(self._named, None))

    async def current(self) -> Loaded:
        """The model for a request that begins now."""
        if self._is_behind():
            await asyncio.to_thread(self._follow)
        return self._loaded[0]

    def switch(self, model: Path) -> None:
        """Answer with another model from now on.

        Args:
            model: a `digits.onnx` or a run's folder.

        Raises:
            ArtifactError: it cannot be used, or was rejected; the present model goes on serving.
        """
        with self._lock:
            self._follow()
            now, loaded = self._loaded[0], _load(model, self._loaded[0].recognizer)
            if loaded.model_id != now.model_id:
                self._choose(loaded, now)
            log.info("model %s serves now, from %s", loaded.model_id, loaded.path)

    def back(self) -> None:
        """Answer with the model before this one again, which makes this one the one before.

        Raises:
            ArtifactError: there is none.
        """
        with self._lock:
            self._follow()
            now, *before = self._loaded
            if not before:
                raise ArtifactError(
                    f"Expected a model before this one; {now.model_id} is the first since the server was started. "
                    "Name a model file or a run's folder."
                )
            self._choose(before[0], now)
            log.info("model %s serves again, from %s", before[0].model_id, before[0].path)

    def reload(self) -> None:
        """Load again what was named at first; if it cannot be used, the log says why, and the present model goes on."""
        try:
            self.switch(self._named)
        except ArtifactError as error:
            log.error("model %s goes on serving: %s", self._loaded[0].model_id, error)

    def _choose(self, *loaded: Loaded) -> None:
        """Take a model, and the one before it, and let the other processes follow."""
        if self._choice:
            _copy(loaded[0], _place(self._choice, loaded[0].model_id))
            _write(self._choice, [{"id": each.model_id, "path": str(each.path)} for each in loaded])
            self._seen = None  # whoever chose at the same time, all processes take the last choice
        self._loaded = loaded

    def _is_behind(self) -> bool:
        if self._choice is None:
            return False
        mark = _mark(self._choice)
        return mark is not None and mark != self._seen

    def _follow(self) -> None:
        """Take what another process chose."""
        with self._lock:
            if self._choice and self._is_behind():
                try:
                    self._take(self._choice)
                except (ArtifactError, OSError) as error:
                    log.error("one worker keeps model %s: %s", self._loaded[0].model_id, error)

    def _take(self, choice: Path) -> None:
        mark = _mark(choice)  # before reading, so that no later choice is missed
        try:
            self._loaded = tuple(self._get(entry, choice) for entry in json.loads(choice.read_text()))
        finally:
            self._seen = mark  # after loading, so that requests wait for it; and not again if it failed

    def _get(self, entry: dict[str, str], choice: Path) -> Loaded:
        """A model that `model.json` names, from memory if it is there."""
        for each in self._loaded:
            if each.model_id == entry["id"]:
                return each
        path = Path(entry["path"])
        copy = replace(artifact.load(_place(choice, entry["id"])), path=path)  # beside which its other files are
        return Loaded(_recognize(copy, self._loaded[0].recognizer if self._loaded else None), path)


def _load(model: Path, before: Recognizer | None) -> Loaded:
    path = artifact.find(model)
    with contextlib.suppress(OSError, ValueError, RuntimeError):  # no path, or links in a circle: `load` says so
        # Where a link to a run's folder leads may change; the report has to stay the report of this model.
        path = path.parent.resolve() / path.name
    loaded = artifact.load(path)
    artifact.check_accepted(loaded)
    return Loaded(_recognize(loaded, before), path)


def _recognize(model: artifact.Artifact, before: Recognizer | None) -> Recognizer:
    return before.successor(model) if before else Recognizer(model)


def _place(choice: Path, model_id: str) -> Path:
    """Where the copy of a model is."""
    return choice.with_name(f"{model_id}.onnx")


def _copy(loaded: Loaded, path: Path) -> None:
    """Copy the file of a model unless there is a copy, and make sure that the copy is the same."""
    if path.exists():
        return
    part = path.with_name(f"{uuid4().hex}.part")
    try:
        shutil.copyfile(loaded.path, part)
        if artifact.load(part).model_id != loaded.model_id:
            raise ArtifactError("the file changed meanwhile")
        part.replace(path)
    except (ArtifactError, OSError) as error:
        raise ArtifactError(f"Expected to copy {loaded.path} for all workers; got: {error}. Try again.") from None
    finally:
        part.unlink(missing_ok=True)


def _write(choice: Path, entries: list[dict[str, str]]) -> None:
    """Write a choice in one go."""
    part = choice.with_name(f"{uuid4().hex}.part")
    try:
        part.write_text(json.dumps(entries))
        part.replace(choice)
    except OSError as error:
        raise ArtifactError(f"Expected to tell all workers in {choice}; got: {error}. Try again.") from None


def _mark(choice: Path) -> tuple[int, int] | None:
    """Something that differs after another choice; None if there is no file."""
    try:
        found = choice.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns
