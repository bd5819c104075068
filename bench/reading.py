"""How long it takes to read a digit, and how much memory: `make bench`.

The command line is measured from the start of its process to its end, `Recognizer.predict` from a PNG data URL to the
prediction, with the model that ships, on one thread. Every figure is printed with its number of repetitions, and
written to `bench/reading.json`.
"""

import base64
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from record import Figures, describe, show, versions, write

from digitpad import Recognizer

PICTURE = Path(__file__).parents[1] / "tests" / "golden" / "7-medium-light.png"  # 280 x 280 px
RESULTS = Path(__file__).with_suffix(".json")
NUM_PROCESSES = 20
NUM_PREDICTIONS = 2000


def main() -> None:
    """Measure, print and write."""
    recognizer = Recognizer.load()
    url = "data:image/png;base64," + base64.b64encode(PICTURE.read_bytes()).decode()
    peaks: list[float] = []
    results = {
        "digitpad predict, process start to end (ms)": measure(lambda: peaks.append(run_command()), NUM_PROCESSES),
        "digitpad predict, peak memory (MB)": describe(peaks),
        "Recognizer.load, probes checked (ms)": measure(Recognizer.load, NUM_PROCESSES),
        "Recognizer.predict, 280 x 280 PNG data URL (ms)": measure(lambda: recognizer.predict(url), NUM_PREDICTIONS),
    }
    for name, figures in results.items():
        show(name, figures)
    write(RESULTS, versions("digitpad", "numpy", "onnxruntime", "pillow", "typer"), results)


def measure(action: Callable[[], object], count: int) -> Figures:
    """Milliseconds of an action, after one that does not count."""
    action()
    times = []
    for _ in range(count):
        started = time.perf_counter()
        action()
        times.append(1000 * (time.perf_counter() - started))
    return describe(times)


def run_command() -> float:
    """Run `digitpad predict` on the picture; its peak memory in MB."""
    script = (
        "import resource, sys; sys.argv[1:] = ['predict', sys.argv[1]]\n"
        "from digitpad.cli import main\n"
        "try: main()\n"
        "finally: print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)"
    )
    command = [sys.executable, "-c", script, str(PICTURE)]
    return int(subprocess.run(command, capture_output=True, text=True, check=True).stderr) / 1000


if __name__ == "__main__":
    main()
