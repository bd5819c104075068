"""How long reading takes on one thread, and how much memory it needs."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench import record
from bench.pages import generated, papers
from bench.pages.papers import Picture
from bench.pages.readers import Models
from bench.pages.sets import Number
from digitpad.training.pages.bank import Bank

NUM_PAGES = 6
PHOTO_READS = 3

SCRIPT = """
import sys, time
from digitpad import Recognizer
recognizer = Recognizer.load(sys.argv[1], pages=sys.argv[2])
for number in range(int(sys.argv[4])):
    started = time.perf_counter()
    recognizer.read(sys.argv[3])
    print(1000 * (time.perf_counter() - started))
    if not number:
        print([line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")][0])
"""
"""Prints how long reads of a file take, ms, and after the first the most memory that the process had, kB."""


def measure(models: Models, bank: Bank, numbers: Sequence[Number], num_runs: int, num_starts: int) -> dict[str, Any]:
    """Time numbers and pages of 640 x 480 px, and a photograph of 12 megapixels.

    Args:
        models: the model files.
        bank: what is written on the pages.
        numbers: the first of them are timed.
        num_runs: reads of pages, in turns.
        num_starts: processes that read the photograph.

    Returns:
        Figures as from `record.describe`: `number_ms` and `page_ms`; of a process that does nothing but read the
        photograph `first_ms`, the first time, when the page model is loaded too, `again_ms`, and `peak_mb`, its memory
        after the first.
    """
    pages = generated.full_pages(bank, NUM_PAGES)
    sheets = [papers.on_a_sheet(number.strokes, generated.PAGE_PX) for number in numbers[:NUM_PAGES]]
    return {
        "number_ms": record.describe(_times(models, sheets, num_runs)),
        "page_ms": record.describe(_times(models, pages, num_runs)),
        **_photo(models, pages[0], num_starts),
    }


def _times(models: Models, pages: Sequence[Picture], num_runs: int) -> list[float]:
    times = []
    for number in range(len(pages) + num_runs):  # the first round is to warm up
        started = time.perf_counter()
        models.recognizer.read(pages[number % len(pages)])
        times.append(1000 * (time.perf_counter() - started))
    return times[len(pages) :]


def _photo(models: Models, page: Picture, num_starts: int) -> dict[str, Any]:
    first, again, peaks = [], [], []
    with tempfile.TemporaryDirectory() as folder:
        photo = Path(folder) / "photo.jpg"
        photo.write_bytes(generated.photograph(page))
        for _ in range(num_starts):
            arguments = map(str, (models.digits, models.pages, photo, PHOTO_READS))
            command = [sys.executable, "-c", SCRIPT, *arguments]
            output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
            begin, peak, *rest = map(float, output.split())
            first.append(begin)
            again += rest
            peaks.append(peak * 1024 / 1e6)
    return {name: record.describe(values) for name, values in zip(_PHOTO, (first, again, peaks), strict=True)}


_PHOTO = ("first_ms", "again_ms", "peak_mb")
