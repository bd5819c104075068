"""Entry point: `python -m bench.inference`, or `make bench-inference`."""

import base64
import io
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import fmean, median

import numpy as np
from PIL import Image

from bench import record
from bench.record import Figures, alternate, describe, ratios, spread
from digitpad import Recognizer, drawing
from digitpad.training import backend

os.environ["CUDA_VISIBLE_DEVICES"] = "-1"  # the comparison is on the CPU
backend.prepare()

from bench.inference import runtimes  # noqa: E402
from bench.inference.runtimes import Pixels, Probabilities  # noqa: E402

PICTURE = Path(__file__).parents[2] / "tests" / "golden" / "7-medium-light.png"  # 280 x 280 px
PACKAGES = ("digitpad", "ai-edge-litert", "keras", "numpy", "onnxruntime", "pillow", "tensorflow", "tensorflow-cpu")

PAGE_PX = 140
"""The page sends drawings of this size, RGBA."""

NUM_ROUNDS = 5
NUM_CALLS = {"digitpad": 400, "LiteRT": 400, "tf.function(model)(x)": 200, "model(x)": 40, "model.predict": 40}
"""Single drawings in a round."""

PASS_S = 0.2
"""The shortest time that batches of one size are repeated for in a round."""

BATCHES = (1, 4, 16, 64, 256, 1024, 4096)
NUM_STARTS = 10
COLD_STARTS = {
    "digitpad": (
        "import sys; from digitpad import Recognizer; Recognizer.load(sys.argv[1]).predict(sys.argv[2])",
        runtimes.ONNX,
    ),
    "LiteRT": (
        "import sys; import numpy as np; from PIL import Image; from ai_edge_litert.interpreter import Interpreter; "
        "lite = Interpreter(sys.argv[1], num_threads=1); lite.allocate_tensors(); "
        "pixels = np.asarray(Image.open(sys.argv[2]).convert('RGBA'))[None]; "
        "lite.set_tensor(lite.get_input_details()[0]['index'], pixels); lite.invoke()",
        runtimes.LITE,
    ),
    "model(x)": (
        "import sys; from pathlib import Path; import numpy as np; from PIL import Image; "
        "from digitpad.training import backend; backend.prepare(); from digitpad.training.export import keras_file; "
        "pixels = np.asarray(Image.open(sys.argv[2]).convert('RGBA'))[None]; "
        "keras_file.load(Path(sys.argv[1]))(pixels, training=False)",
        runtimes.KERAS,
    ),
}
"""What a process runs, and with which file."""

PRINT_PEAK = "; print([line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')][0])"
TOLERANCE = 1e-4


def main() -> None:
    """Measure, print and write."""
    content = page_picture()
    url, pixels = "data:image/png;base64," + base64.b64encode(content).decode(), drawing.read(content)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "page.png").write_bytes(content)
        runtimes.write(folder, pixels)
        results = singles(folder, url) | explanations(url) | batches(folder, pixels) | cold_starts(folder)
    record.finish("inference", record.collect(record.versions(*PACKAGES), results, "inference"))


def page_picture() -> bytes:
    """A drawing as the page sends it, as PNG."""
    with Image.open(PICTURE) as picture, io.BytesIO() as file:
        picture.convert("RGBA").resize((PAGE_PX, PAGE_PX), Image.Resampling.BOX).save(file, "PNG")
        return file.getvalue()


def singles(folder: Path, url: str) -> dict[str, Figures]:
    """Milliseconds from a data URL to an answer."""
    readers = runtimes.one_at_a_time(folder)
    compare({name: reader(url) for name, reader in readers.items()})
    times: dict[str, list[float]] = {name: [] for name in readers}
    medians: dict[str, list[float]] = {name: [] for name in readers}
    for name, _ in alternate(dict.fromkeys(readers, NUM_ROUNDS)):
        for _ in range(3):  # bring back what the others pushed out of the caches
            readers[name](url)
        measured = [milliseconds(readers[name], url) for _ in range(NUM_CALLS[name])]
        times[name] += measured
        medians[name].append(median(measured))
    results = {f"{name}, one drawing (ms)": describe(times[name]) for name in readers}
    for name in [name for name in readers if name != "digitpad"]:
        results[f"{name} : digitpad, one drawing (ratio)"] = ratios(medians[name], medians["digitpad"])
    return results


def explanations(url: str) -> dict[str, Figures]:
    """Milliseconds from a data URL to an answer that is explained."""
    recognizer = Recognizer.load()
    readers: dict[str, Callable[[str], object]] = {"predict": recognizer.predict, "explain": recognizer.explain}
    rounds: dict[str, list[list[float]]] = {name: [] for name in readers}
    for name, _ in alternate(dict.fromkeys(readers, NUM_ROUNDS)):
        rounds[name].append([milliseconds(readers[name], url) for _ in range(NUM_CALLS["digitpad"])])
    explained, answered = ([median(each) for each in rounds[name]] for name in ("explain", "predict"))
    return {
        "digitpad, one drawing, explained (ms)": describe([value for values in rounds["explain"] for value in values]),
        "explained : answered, one drawing (ratio)": ratios(explained, answered),
    }


def batches(folder: Path, pixels: Pixels) -> dict[str, Figures]:
    """Drawings per second, in batches."""
    readers = runtimes.many_at_once(folder)
    compare({name: reader([pixels] * 3) for name, reader in readers.items()})
    results: dict[str, Figures] = {}
    for size in BATCHES:
        whole = [minibatch for minibatch in runtimes.MINIBATCHES if minibatch >= size]  # these all do the same
        too_large = tuple(f", {minibatch} at once" for minibatch in whole[1:])
        rates: dict[str, list[float]] = {name: [] for name in readers if not name.endswith(too_large)}
        for name, _ in alternate(dict.fromkeys(rates, NUM_ROUNDS)):
            rates[name].append(rate(readers[name], [pixels] * size))
        ours = [name for name in rates if name.startswith("digitpad")]
        best = max(rates.keys() - ours, key=lambda name: fmean(rates[name]))
        results |= {f"{name}, batch of {size} (drawings/s)": spread(rates[name]) for name in (*ours, best)}
        ratio = ratios(rates["digitpad, 2 threads"], rates[best])
        results[f"digitpad, 2 threads : Keras' best, batch of {size} (ratio)"] = ratio
    return results


def cold_starts(folder: Path) -> dict[str, Figures]:
    """Milliseconds and peak memory of processes that each read one picture."""
    times: dict[str, list[float]] = {name: [] for name in COLD_STARTS}
    peaks: dict[str, list[float]] = {name: [] for name in COLD_STARTS}
    for name, _ in alternate(dict.fromkeys(COLD_STARTS, NUM_STARTS)):
        script, model = COLD_STARTS[name]
        command = [sys.executable, "-c", script + PRINT_PEAK, str(folder / model), str(folder / "page.png")]
        started = time.perf_counter()
        output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        times[name].append(1000 * (time.perf_counter() - started))
        peaks[name].append(int(output.split()[-1]) * 1024 / 1e6)
    results = {f"{name}, cold start (ms)": describe(values) for name, values in times.items()}
    return results | {f"{name}, peak memory (MB)": describe(values) for name, values in peaks.items()}


def compare(answers: Mapping[str, Probabilities]) -> None:
    """Check that all runtimes give the answer of the first."""
    first = next(iter(answers.values()))
    for name, answer in answers.items():
        error = float(np.abs(answer - first).max())
        if not error <= TOLERANCE:
            sys.exit(f"Expected {name} to answer like digitpad within {TOLERANCE:g}; it is off by {error:.2g}.")


def rate(reader: Callable[[Sequence[Pixels]], object], drawings: Sequence[Pixels]) -> float:
    """Drawings per second of a batch that is repeated."""
    for _ in range(2):  # at a new size Keras compiles, and ONNX Runtime lays out its memory in the second call
        reader(drawings)
    count, started = 0, time.perf_counter()
    while (elapsed := time.perf_counter() - started) < PASS_S:
        reader(drawings)
        count += len(drawings)
    return count / elapsed


def milliseconds(reader: Callable[[str], object], url: str) -> float:
    """How long a reader takes."""
    started = time.perf_counter()
    reader(url)
    return 1000 * (time.perf_counter() - started)


if __name__ == "__main__":
    main()
