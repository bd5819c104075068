"""Other ways from a drawing to the 28x28 picture, and the classifier of a model without its own way.

They are written as applications around MNIST models usually are: dark ink on light paper is taken for granted.
"""

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from onnx.utils import Extractor
from PIL import Image, ImageChops

Pictures = NDArray[np.uint8]
Classifier = Callable[[Pictures], NDArray[np.float32]]
"""uint8 (num_pictures, 28, 28), 0 for paper to 255 for ink -> float32 (num_pictures, 10), probabilities."""

PICTURE_PX = 28
DIGIT_PX = 20
OURS = "digitpad's contract"

_BATCH = 500


def squeeze(drawing: Image.Image) -> Image.Image:
    """The whole canvas at 28x28."""
    return drawing.resize((PICTURE_PX, PICTURE_PX), Image.Resampling.BILINEAR)


def box(drawing: Image.Image) -> Image.Image:
    """The box of the ink, its longer side at 20 px, in the middle."""
    digit = _crop(drawing, Image.Resampling.BILINEAR)
    return _paste(digit, ((PICTURE_PX - digit.width) // 2, (PICTURE_PX - digit.height) // 2))


def box_and_mass(drawing: Image.Image) -> Image.Image:
    """The box of the ink, its longer side at 20 px by the nearest pixels, its centre of mass in the middle."""
    digit = _crop(drawing, Image.Resampling.NEAREST)
    ink = np.asarray(digit, np.float64)
    total = max(ink.sum(), 1.0)
    x = (ink.sum(axis=0) * (np.arange(digit.width) + 0.5)).sum() / total
    y = (ink.sum(axis=1) * (np.arange(digit.height) + 0.5)).sum() / total
    left, top = round(PICTURE_PX / 2 - x), round(PICTURE_PX / 2 - y)
    inside = (PICTURE_PX - digit.width, PICTURE_PX - digit.height)
    return _paste(digit, (min(max(left, 0), inside[0]), min(max(top, 0), inside[1])))


WAYS: dict[str, Callable[[Image.Image], Image.Image]] = {
    "squeezed to 28x28": squeeze,
    "box only": box,
    "box and centre of mass, nearest": box_and_mass,
}
"""From ink, a PIL image of mode "L", 0 for paper to 255 for ink, to the picture, of the same mode."""


def see(data: bytes, way: str) -> Pictures:
    """What a way makes of a PNG or JPEG, uint8 (28, 28), 0 for paper to 255 for ink."""
    with Image.open(io.BytesIO(data)) as image:
        return np.asarray(WAYS[way](ImageChops.invert(image.convert("L"))))


def cut(model: Path) -> Classifier:
    """The classifier of a model file: what its graph does from the 28x28 picture on."""
    graph = Extractor(onnx.load(model)).extract_model(["seen", "ink"], ["probabilities"])
    session = onnxruntime.InferenceSession(graph.SerializeToString(), providers=["CPUExecutionProvider"])
    names = {entry.name for entry in session.get_inputs()}

    def classify(pictures: Pictures) -> NDArray[np.float32]:
        answers = []
        for start in range(0, len(pictures), _BATCH):
            seen = np.asarray(pictures[start : start + _BATCH, ..., None] / 255, np.float32)
            given = {"seen": seen, "ink": np.ones(len(seen), np.float32)}
            answers.append(session.run(["probabilities"], {name: given[name] for name in names})[0])
        return np.concatenate(answers)

    return classify


def _crop(drawing: Image.Image, resampling: Image.Resampling) -> Image.Image:
    digit = drawing.crop(drawing.getbbox())
    scale = DIGIT_PX / max(digit.size)
    return digit.resize((max(1, round(digit.width * scale)), max(1, round(digit.height * scale))), resampling)


def _paste(digit: Image.Image, place: tuple[int, int]) -> Image.Image:
    picture = Image.new("L", (PICTURE_PX, PICTURE_PX))
    picture.paste(digit, place)
    return picture
