"""OCR programs beside digitpad, each in a process of another environment; `ocr.py` says how they read."""

import json
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from PIL import Image
from rich.console import Console
from rich.progress import track

from bench import record
from bench.pages import pool
from bench.pages.answers import Answers, from_json
from digitpad.errors import DigitpadError
from digitpad.scaling import Scaled

Mode = Literal["page", "line", "single"]

PROGRAMS = {"RapidOCR": "rapidocr", "Tesseract": "tesseract"}
ENVIRONMENT = record.FOLDER.parent / ".venv-ocr"
SCRIPT = Path(__file__).with_name("ocr.py")
NOT_INSTALLED = "not installed"

_ADVICE = "It is left out: `make .venv-ocr/done` makes the environment; Debian's tesseract-ocr is Tesseract."


def find_versions() -> dict[str, str]:
    """The version of every program, or that it is not installed, which is said on stderr too."""
    found = {}
    for program, name in PROGRAMS.items():
        try:
            command = _command(name)
            found[program] = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
        except (OSError, subprocess.CalledProcessError) as error:
            reason = getattr(error, "stderr", None) or str(error)
            last = reason.strip().splitlines()[-1]
            pool.say(f"Expected {program} in {ENVIRONMENT.name}; it does not run: {last}. {_ADVICE}")
            found[program] = NOT_INSTALLED
    return found


def read_all(program: str, mode: Mode, pages: Iterable[Scaled]) -> list[Answers]:
    """Read pictures with a program, with the progress on stderr.

    Args:
        program: as in `PROGRAMS`.
        mode: what they show.
        pages: as `drawing.read_page` reads them.

    Raises:
        DigitpadError: it fails.
    """
    with tempfile.TemporaryDirectory() as folder:
        factors = []
        for number, page in enumerate(pages):
            Image.fromarray(page.pixels).convert("RGB").save(Path(folder) / f"{number:06}.png", compress_level=1)
            factors.append(page.factor)
        command = _command(PROGRAMS[program], mode, folder)
        with (Path(folder) / "errors").open("w+") as errors:
            process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True)
            followed = track(
                process.stdout or (), f"{program + ', ' + mode:32}", len(factors), console=Console(stderr=True)
            )
            lines = list(followed)
            if process.wait() or len(lines) != len(factors):
                errors.seek(0)
                said = errors.read()[-500:]
                raise DigitpadError(f"Expected {program} to read {len(factors)} pictures; it failed: {said}")
    return [from_json(json.loads(line), factor) for line, factor in zip(lines, factors, strict=True)]


def _command(*arguments: str) -> list[str]:
    # -P: the modules beside the script are not for it
    return [str(ENVIRONMENT / "bin" / "python"), "-P", str(SCRIPT), *arguments]
