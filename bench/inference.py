"""How long reading takes: one drawing, many, and from the start of a process: `make bench-inference`.

The network of the model that ships, contract inside, stands behind each runtime, and the answers are compared before
anything is timed. The runtimes take turns, so that a slow moment of the machine meets them all.
"""

import base64
import io
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from record import Figures, describe, show, spread, versions, write

from digitpad import drawing
from digitpad.training import backend

os.environ["CUDA_VISIBLE_DEVICES"] = "-1"  # processors are compared here
backend.prepare()

import runtimes  # noqa: E402
from runtimes import Files, Pixels  # noqa: E402

GOLDEN = Path(__file__).parents[1] / "tests" / "golden"
PICTURE = GOLDEN / "7-medium-light.png"  # 280 x 280 px
RESULTS = Path(__file__).with_suffix(".json")

PAGE_PX = 140
"""The page sends drawings of this size, RGBA."""

NUM_ROUNDS = 5
NUM_CALLS = {"digitpad": 400, "LiteRT": 400, "tf.function(model)(x)": 200, "model(x)": 40, "model.predict": 40}
"""Single drawings a round."""

PASS_S = 0.2
"""A pass over batches of one size lasts so long at least."""

BATCHES = (1, 4, 16, 64, 256, 1024, 4096)
NUM_STARTS = 10
COLD_STARTS = {
    "digitpad": (
        "import sys; from digitpad import Recognizer; Recognizer.load(sys.argv[1]).predict(sys.argv[2])",
        "onnx",
    ),
    "LiteRT": (
        "import sys; import numpy as np; from PIL import Image; from ai_edge_litert.interpreter import Interpreter; "
        "lite = Interpreter(sys.argv[1], num_threads=1); lite.allocate_tensors(); "
        "pixels = np.asarray(Image.open(sys.argv[2]).convert('RGBA'))[None]; "
        "lite.set_tensor(lite.get_input_details()[0]['index'], pixels); lite.invoke()",
        "lite",
    ),
    "model(x)": (
        "import sys; from pathlib import Path; import numpy as np; from PIL import Image; "
        "from digitpad.training import backend; backend.prepare(); from digitpad.training.export import keras_file; "
        "pixels = np.asarray(Image.open(sys.argv[2]).convert('RGBA'))[None]; "
        "keras_file.load(Path(sys.argv[1]))(pixels, training=False)",
        "keras",
    ),
}
"""What a process does, and with which of the `Files`."""

PRINT_PEAK = "; print([line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')][0])"
TOLERANCE = 1e-4

NOTES = [
    "One network behind all: that of the model that ships, contract inside, with fresh weights, which take as long. "
    f"Before anything is timed, all answers to a drawing are compared; they agree within {TOLERANCE:g}.",
    f"One drawing: from a PNG data URL as the page sends it ({PAGE_PX} x {PAGE_PX} px, RGBA) to probabilities. "
    "digitpad and LiteRT on one thread; Keras takes as many as it likes. All decode with `drawing.read`. digitpad also "
    "gives the picture seen, the way there and the verdict; LiteRT's graph is fixed to one drawing of this very size. "
    "Each call counts, in rounds in which all take turns; n of a ratio is the number of rounds.",
    "Batches are of one decoded drawing of that size, each measured again and again for 0.2 s, after two that do not "
    "count; n is the number of such passes. Keras is shown with whatever was its best: `model.predict` or a compiled "
    "function, of so many drawings at once.",
    "A cold start is a process from its start to its end: the imports, the model, one drawing. digitpad proves its "
    "model file sound on the way. Keras needs digitpad's own code for the contract in the file.",
]


def main() -> None:
    """Measure, print and write."""
    content = page_picture()
    url, pixels = "data:image/png;base64," + base64.b64encode(content).decode(), drawing.read(content)
    with tempfile.TemporaryDirectory() as folder:
        picture = Path(folder) / "page.png"
        picture.write_bytes(content)
        files = runtimes.write(Path(folder), pixels)
        results = singles(files, url)
        results |= batches(files, pixels)
        results |= cold_starts(files, picture)
    for name, figures in results.items():
        show(name, figures)
    packages = ("digitpad", "ai-edge-litert", "keras", "numpy", "onnxruntime", "pillow", "tensorflow", "tensorflow-cpu")
    write(RESULTS, versions(*packages), results, NOTES)


def page_picture() -> bytes:
    """A drawing as the page sends it."""
    with Image.open(PICTURE) as picture, io.BytesIO() as file:
        picture.convert("RGBA").resize((PAGE_PX, PAGE_PX), Image.Resampling.BOX).save(file, "PNG")
        return file.getvalue()


def singles(files: Files, url: str) -> dict[str, Figures]:
    """Milliseconds from a data URL to an answer."""
    readers = runtimes.one_at_a_time(files)
    compare({name: reader(url) for name, reader in readers.items()})
    times: dict[str, list[float]] = {name: [] for name in readers}
    for _ in range(NUM_ROUNDS):
        for name, reader in readers.items():
            for _ in range(3):  # what the others pushed out of the caches comes back
                reader(url)
            times[name] += [milliseconds(reader, url) for _ in range(NUM_CALLS[name])]
    results = {f"{name}, one drawing (ms)": describe(times[name]) for name in readers}
    rounds = {name: np.median(np.reshape(times[name], (NUM_ROUNDS, -1)), axis=1) for name in readers}
    for name in [name for name in readers if name != "digitpad"]:
        results[f"{name} : digitpad, one drawing (ratio)"] = spread((rounds[name] / rounds["digitpad"]).tolist())
    return results


def batches(files: Files, pixels: Pixels) -> dict[str, Figures]:
    """Drawings a second, of batches."""
    everyone = runtimes.many_at_once(files)
    compare({name: reader([pixels] * 3) for name, reader in everyone.items()})
    results: dict[str, Figures] = {}
    for size in BATCHES:
        drawings = [pixels] * size
        whole = [minibatch for minibatch in runtimes.MINIBATCHES if minibatch >= size]  # all of them do the same
        too_large = tuple(f", {minibatch} at once" for minibatch in whole[1:])
        readers = {name: reader for name, reader in everyone.items() if not name.endswith(too_large)}
        rates: dict[str, list[float]] = {name: [] for name in readers}
        for _ in range(NUM_ROUNDS):
            for name, reader in readers.items():
                for _ in range(2):  # at a new size Keras compiles, and ONNX Runtime lays out memory at the second call
                    reader(drawings)
                rates[name].append(rate(reader, drawings))
        best = max((name for name in rates if not name.startswith("digitpad")), key=lambda name: np.mean(rates[name]))
        shown = [name for name in rates if name.startswith("digitpad")] + [best]
        results |= {f"{name}, batch of {size} (drawings/s)": spread(rates[name]) for name in shown}
        ratios = np.array(rates["digitpad, 2 threads"]) / rates[best]
        results[f"digitpad, 2 threads : Keras' best, batch of {size} (ratio)"] = spread(ratios.tolist())
    return results


def cold_starts(files: Files, picture: Path) -> dict[str, Figures]:
    """Milliseconds and peak memory of processes that read one picture."""
    times: dict[str, list[float]] = {name: [] for name in COLD_STARTS}
    peaks: dict[str, list[float]] = {name: [] for name in COLD_STARTS}
    for _ in range(NUM_STARTS):
        for name, (script, model) in COLD_STARTS.items():
            started = time.perf_counter()
            command = [sys.executable, "-c", script + PRINT_PEAK, str(getattr(files, model)), str(picture)]
            output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
            times[name].append(1000 * (time.perf_counter() - started))
            peaks[name].append(int(output.split()[-1]) * 1024 / 1e6)
    results = {f"{name}, cold start (ms)": describe(values) for name, values in times.items()}
    return results | {f"{name}, peak memory (MB)": describe(values) for name, values in peaks.items()}


def compare(answers: dict[str, runtimes.Probabilities]) -> None:
    """Make sure that all runtimes answer alike."""
    first = answers["digitpad" if "digitpad" in answers else "digitpad, 1 thread"]
    for name, answer in answers.items():
        error = float(np.abs(answer - first).max())
        if not error <= TOLERANCE:
            sys.exit(f"Expected {name} to answer like digitpad within {TOLERANCE:g}; it is off by {error:.2g}.")


def rate(reader: Callable[[Sequence[Pixels]], object], drawings: Sequence[Pixels]) -> float:
    """Drawings a second, of one batch again and again."""
    count, started = 0, time.perf_counter()
    while (elapsed := time.perf_counter() - started) < PASS_S:
        reader(drawings)
        count += len(drawings)
    return count / elapsed


def milliseconds(action: Callable[[Any], object], argument: object) -> float:
    """How long an action takes."""
    started = time.perf_counter()
    action(argument)
    return 1000 * (time.perf_counter() - started)


if __name__ == "__main__":
    main()
