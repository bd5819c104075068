"""The contract keeps its promises: however a digit is drawn, the network sees the picture that MNIST would hold."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from digitpad.training import contract, data
from tests.conftest import STROKES

PICTURE_TOLERANCE = 0.02
"""Largest mean difference, over all 784 pixels from 0 to 1, of two pictures that count as the same."""
SMALL_TOLERANCE = 0.035
"""The same for a digit drawn so small that its own pixels show."""
MNIST_TOLERANCE = 0.03
"""The same for a picture of MNIST and itself: the shift by less than a pixel blurs it a little."""

RGBA = NDArray[np.uint8]


def see(pixels: RGBA) -> dict[str, NDArray[Any]]:
    """What the contract makes of one drawing."""
    return {name: np.asarray(value)[0] for name, value in contract.Contract()(pixels[None]).items()}


def draw(
    digit: int,
    *,
    canvas: tuple[int, int] = (280, 280),
    side: float = 200,
    at: tuple[float, float] = (40, 40),
    ink: tuple[int, ...] = (0, 0, 0, 255),
    paper: tuple[int, ...] = (255, 255, 255, 255),
) -> RGBA:
    """A golden digit with a brush of a tenth of its side; antialiased by drawing at four times the size."""
    width, height = canvas
    mask = Image.new("L", (4 * width, 4 * height), 0)
    pen = ImageDraw.Draw(mask)
    for stroke in STROKES[str(digit)]:
        points = [(4 * (at[0] + x * side / 100), 4 * (at[1] + y * side / 100)) for x, y in stroke]
        pen.line(points, fill=255, width=round(0.4 * side))
        for point in points:
            pen.circle(point, 0.2 * side, fill=255)
    coverage = np.asarray(mask.reduce(4))[..., None] / 255
    colours = np.array(ink) * coverage + np.array(paper) * (1 - coverage)
    if paper[3] == 0:
        colours[..., :3] = ink[:3]  # straight alpha: transparent pixels of an antialiased edge keep the ink's colour
    return np.rint(colours).astype(np.uint8)


VARIANTS: dict[str, dict[str, Any]] = {
    "huge": {"side": 264, "at": (8, 8)},
    "in a corner": {"side": 100, "at": (4, 176)},
    "light on dark": {"ink": (255, 255, 255, 255), "paper": (0, 0, 0, 255)},
    "faint": {"ink": (170, 170, 170, 255)},
    "red": {"ink": (220, 30, 40, 255)},
    "yellow on white": {"ink": (255, 230, 0, 255)},
    "blue on black": {"ink": (0, 0, 255, 255), "paper": (0, 0, 0, 255)},
    "red on green of the same brightness": {"ink": (200, 60, 60, 255), "paper": (60, 131, 60, 255)},
    "dark on transparent": {"paper": (0, 0, 0, 0)},
    "light on transparent": {"ink": (250, 250, 250, 255), "paper": (0, 0, 0, 0)},
    "on a wide canvas": {"canvas": (700, 280), "at": (450, 30)},
    "on a tall canvas": {"canvas": (220, 640), "side": 180, "at": (10, 440)},
    "on a large canvas": {"canvas": (1000, 1000), "side": 800, "at": (150, 60)},
}


@pytest.mark.parametrize("digit", range(10))
@pytest.mark.parametrize("variant", VARIANTS)
def test_the_same_digit_gives_the_same_picture(digit: int, variant: str) -> None:
    difference = np.abs(see(draw(digit, **VARIANTS[variant]))["seen"] - see(draw(digit))["seen"])
    assert difference.mean() < PICTURE_TOLERANCE


@pytest.mark.parametrize("digit", range(10))
def test_a_small_digit_gives_nearly_the_same_picture(digit: int) -> None:
    small = draw(digit, side=36, at=(230, 20))
    assert np.abs(see(small)["seen"] - see(draw(digit))["seen"]).mean() < SMALL_TOLERANCE


def test_two_digits_do_not_give_the_same_picture() -> None:
    pictures = [see(draw(digit))["seen"] for digit in range(10)]
    for first in range(10):
        for second in range(first):
            assert np.abs(pictures[first] - pictures[second]).mean() > 2 * SMALL_TOLERANCE


@pytest.mark.parametrize("digit", range(10))
def test_the_picture_has_mnists_form(digit: int) -> None:
    result = see(draw(digit, side=150, at=(100, 20)))
    seen = result["seen"][..., 0]
    rows, columns = np.nonzero(seen > 0.5)
    longer = max(rows.max() - rows.min(), columns.max() - columns.min()) + 1
    assert 19 <= longer <= 21
    mass = seen / seen.sum()
    middle = [float((mass.sum(axis=1 - axis) * (np.arange(28) + 0.5)).sum()) for axis in (0, 1)]
    assert middle == pytest.approx([contract.CENTRE_PX] * 2, abs=0.1)
    assert seen.max() == pytest.approx(1)
    assert seen.min() >= 0


def test_mnist_pictures_come_out_as_themselves(mnist: Path) -> None:
    images = data.load(mnist).pool.images[:5000]
    difference = np.abs(contract.see(images)[..., 0] - images / 255).mean(axis=(1, 2))
    assert difference.mean() < MNIST_TOLERANCE
    assert np.quantile(difference, 0.99) < 2 * MNIST_TOLERANCE


def test_numbers_say_what_was_done() -> None:
    pixels = np.full((100, 200, 4), 255, np.uint8)
    pixels[10:50, 120:140, :3] = 0
    result = see(pixels)
    assert result["box"] == pytest.approx([10, 120, 50, 140], abs=1e-3)
    assert result["centre"] == pytest.approx([30, 130], abs=1e-3)
    assert result["scale"] == pytest.approx(0.5)
    assert result["ink"] == pytest.approx(40 * 20 / (100 * 200))
    seen = result["seen"][..., 0]
    # 20 x 10 px around 14.5 is the rows 4.5 to 24.5 and the columns 9.5 to 19.5: whole pixels, with halves at the edges
    assert np.allclose(seen[5:24, 10:19], 1)
    assert np.allclose(seen[4, 10:19], 0.5, atol=1e-3)
    assert seen[:4].max() == seen[:, 20:].max() == 0


def test_a_lopsided_drawing_is_not_cut_off() -> None:
    pixels = np.full((300, 300, 4), 255, np.uint8)
    pixels[20:280, 20:60, :3] = 0  # heavy at the left,
    pixels[20:40, 60:280, :3] = 0  # with a long arm to the right
    seen = see(pixels)["seen"][..., 0]
    assert seen[:, 0].max() == 0
    assert (seen.max(axis=0) > 0.5).sum() == pytest.approx(20, abs=1)
    assert (seen.max(axis=1) > 0.5).sum() == pytest.approx(20, abs=1)


def test_a_stroke_across_the_border_does_not_change_the_paper() -> None:
    pixels = np.full((100, 100, 4), 255, np.uint8)
    pixels[30:60, :, :3] = 0
    assert see(pixels)["box"] == pytest.approx([30, 0, 60, 100], abs=1e-3)


@pytest.mark.parametrize("colour", [(255, 255, 255), (200, 200, 200), (20, 40, 160), (0, 0, 0)])
def test_a_hole_in_opaque_paper_is_paper(colour: tuple[int, int, int]) -> None:
    pixels = np.full((60, 60, 4), (*colour, 255), np.uint8)
    pixels[10:30, 20:40] = 0
    assert see(pixels)["ink"] == 0


@pytest.mark.parametrize("size", [(1, 1), (1, 9), (9, 1), (2, 2), (28, 28), (280, 3)])
@pytest.mark.parametrize("level", [0, 128, 255])
def test_blank_canvases_give_a_blank_picture(size: tuple[int, int], level: int) -> None:
    result = see(np.full((*size, 4), level, np.uint8))
    assert result["ink"] == 0
    assert result["seen"].max() == 0
    assert all(np.isfinite(value).all() for value in result.values())


def test_one_pixel_and_one_dot_are_ink_in_the_middle() -> None:
    pixels = np.full((50, 50, 4), 255, np.uint8)
    pixels[7, 40, :3] = 0
    result = see(pixels)
    assert result["ink"] == pytest.approx(1 / 2500)
    assert result["box"] == pytest.approx([7, 40, 8, 41], abs=1e-3)
    assert result["seen"].argmax() == 14 * 28 + 14


@settings(max_examples=40)
@given(
    arrays.arrays(np.uint8, st.tuples(st.integers(1, 12), st.integers(1, 12), st.just(4)), elements=st.integers(0, 255))
)
def test_any_pixels_give_a_finite_picture_in_range(pixels: RGBA) -> None:
    result = see(pixels)
    assert all(np.isfinite(value).all() for value in result.values())
    assert 0 <= result["seen"].min() <= result["seen"].max() <= 1 + 1e-5
    assert result["seen"].max() == pytest.approx(1) or result["ink"] == 0


@settings(max_examples=25)
@given(
    st.integers(0, 9),
    st.integers(60, 245),
    st.floats(0, 1),
    st.floats(0, 1),
    st.tuples(*[st.integers(0, 255)] * 3),
    st.tuples(*[st.integers(0, 255)] * 3),
)
def test_place_size_and_colours_do_not_matter(
    digit: int, side: int, right: float, down: float, ink: tuple[int, ...], paper: tuple[int, ...]
) -> None:
    if np.abs(np.subtract(ink, paper)).max() < 64:
        return  # too faint for eight bits to hold the shape
    room = 300 - 1.2 * side  # the brush needs a tenth of the side on either hand
    at = (0.1 * side + right * room, 0.1 * side + down * room)
    pixels = draw(digit, canvas=(300, 300), side=side, at=at, ink=(*ink, 255), paper=(*paper, 255))
    assert np.abs(see(pixels)["seen"] - see(draw(digit))["seen"]).mean() < PICTURE_TOLERANCE


def test_pictures_of_one_batch_do_not_touch_each_other() -> None:
    batch = np.stack([draw(3), np.full((280, 280, 4), 255, np.uint8), draw(8, ink=(200, 0, 0, 255))])
    together = contract.Contract()(batch)
    for index, pixels in enumerate(batch):
        for name, value in see(pixels).items():
            assert np.asarray(together[name][index]) == pytest.approx(value, abs=1e-5)
