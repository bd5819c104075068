"""The usual way to read digits on a page, as tutorials have it: Otsu's threshold, contours, 28x28, a plain CNN."""

from collections.abc import Iterable

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from bench.drawings import ways
from bench.drawings.classifiers import Classifier
from bench.pages.answers import Answers, Box, Mark
from bench.pages.papers import Picture
from digitpad.pages import order
from digitpad.scaling import Scaled

LEAST_PX = 10
"""Height below which a contour is taken for dirt; tutorials have 5 to 20."""


def read_all(pages: Iterable[Scaled], classify: Classifier) -> list[Answers]:
    """Read pictures; lines are formed by digitpad's own geometry, since tutorials have none.

    Args:
        pages: as `drawing.read_page` reads them.
        classify: from 28x28 pictures to probabilities.
    """
    boxes: list[list[Box]] = []
    seen: list[NDArray[np.uint8]] = []
    factors = []
    for page in pages:
        ink = find_ink(page.pixels[..., :3])
        found = find_boxes(ink)
        seen += [_see(ink, box) for box in found]
        boxes.append(found)
        factors.append(page.factor)
    shares = classify(np.stack(seen)) if seen else np.zeros((0, 10), np.float32)
    digits = iter(zip(shares.argmax(axis=1).tolist(), shares.max(axis=1).tolist(), strict=True))
    return [_answer(found, factor, digits) for found, factor in zip(boxes, factors, strict=True)]


def find_ink(picture: Picture) -> NDArray[np.uint8]:
    """Otsu's threshold on the blurred grey picture: uint8 (height, width), 255 for ink, the rarer of the two."""
    grey = cv2.GaussianBlur(cv2.cvtColor(np.ascontiguousarray(picture), cv2.COLOR_RGB2GRAY), (5, 5), 0)
    _, ink = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY_INV + cv2.THRESH_OTSU)
    return np.asarray(ink if (ink > 0).mean() <= 0.5 else 255 - ink, np.uint8)


def find_boxes(ink: NDArray[np.uint8]) -> list[Box]:
    """The boxes of the outer contours that are high enough."""
    contours, _ = cv2.findContours(ink, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    found = [tuple(map(float, cv2.boundingRect(contour))) for contour in contours]
    return [(left, top, width, height) for left, top, width, height in found if height >= LEAST_PX]


def _see(ink: NDArray[np.uint8], box: Box) -> NDArray[np.uint8]:
    left, top, width, height = map(int, box)
    return np.asarray(ways.box(Image.fromarray(ink[top : top + height, left : left + width])))


def _answer(boxes: list[Box], factor: float, digits: Iterable[tuple[int, float]]) -> Answers:
    """The answers of one picture; takes as many digits as it has boxes."""
    pairs = [(box, *digit) for box, digit in zip(boxes, digits, strict=False)]
    marks = []
    for (left, top, width, height), digit, confidence in pairs:
        box = (factor * left, factor * top, factor * width, factor * height)
        marks.append(Mark(str(digit), box, confidence))
    edges = [(mark.box[1], mark.box[0], mark.box[1] + mark.box[3], mark.box[0] + mark.box[2]) for mark in marks]
    lines = [" ".join("".join(str(marks[i].label) for i in part) for part in line) for line in order.lines(edges)]
    return Answers(tuple(marks), tuple(lines))
