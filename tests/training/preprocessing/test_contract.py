"""The contract keeps its promises: however a digit is drawn, the network sees the picture that MNIST would contain."""

from functools import cache
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from digitpad import strokes
from digitpad.training.datasets import mnist
from digitpad.training.preprocessing import contract, framing
from tests.conftest import portion
from tests.golden import STROKES

PICTURE_TOLERANCE = 0.02
"""Largest mean difference, over all 784 pixels, 0 to 1, between two pictures that count as the same."""
SMALL_TOLERANCE = 0.035
"""The same for a digit drawn so small that its pixels are visible."""
BRUSH_TOLERANCE = 0.06
"""The same for a digit drawn with brushes of 4 and 40 px; within `STROKE_PX`, stroke widths are not changed."""
SPECK_TOLERANCE = 0.03
"""The same for a digit without and with a speck of dirt, which is left out."""
MNIST_TOLERANCE = 0.033
"""The same for an MNIST image and its picture: the sub-pixel shift blurs it slightly, and the thinnest and thickest
strokes are changed."""
SEEN_STROKE_PX = (1.9, 3.4)
"""The stroke widths that `STROKE_PX` leads to in practice."""

RGBA = NDArray[np.uint8]
Dot = tuple[float, float, float]
"""x and y of the centre, and the width, px."""


@cache
def model() -> keras.Model:
    """The contract as a separate model, compiled once for all sizes."""
    pixels = keras.Input((None, None, 4), dtype="uint8")
    return keras.Model(pixels, contract.Contract()(pixels))


def see(pixels: RGBA) -> dict[str, NDArray[Any]]:
    """The outputs of the contract for one drawing."""
    return {name: value[0] for name, value in model().predict_on_batch(pixels[None]).items()}


@cache
def reference(digit: int) -> NDArray[np.float32]:
    """The picture of a golden digit in the middle of a typical canvas."""
    return np.asarray(see(draw(digit))["seen"])


def difference(first: NDArray[Any], second: NDArray[Any]) -> float:
    return float(np.abs(first - second).mean())


def drawing(lines: list[strokes.Stroke], brush_px: float, *dots: Dot) -> RGBA:
    """Lines drawn with one brush, and dots of any size, black on white, on a 280 px canvas."""
    canvas = np.asarray(strokes.draw(lines, (280, 280), brush_px))
    for x, y, size in dots:
        canvas = np.minimum(canvas, np.asarray(strokes.draw([np.array([[x, y]])], (280, 280), size)))
    pixels: RGBA = contract.to_pixels(canvas[None])[0]
    return pixels


def golden(digit: int, side: float = 200) -> list[strokes.Stroke]:
    return strokes.place([np.array(stroke) for stroke in STROKES[str(digit)]], side, (140, 140))


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


@pytest.mark.parametrize("level", [0.15, 0.3, 0.45])
@pytest.mark.parametrize("dot", [(20, 140, 3), (20, 20, 6), (260, 260, 6), (140, 14, 4), (260, 140, 8)])
def test_a_dark_speck_does_not_outdo_a_pale_pencil(level: float, dot: Dot) -> None:
    for digit in (1, 4, 7, 8):
        pale = (255 - (255 - drawing(golden(digit, 150), 18).astype(float)) * level).round().astype(np.uint8)
        speck = drawing([], 18, dot)
        assert difference(see(np.minimum(pale, speck))["seen"], see(pale)["seen"]) < 0.01


@pytest.mark.parametrize("digit", range(10))
@pytest.mark.parametrize("variant", VARIANTS)
def test_the_same_digit_gives_the_same_picture(digit: int, variant: str) -> None:
    assert difference(see(draw(digit, **VARIANTS[variant]))["seen"], reference(digit)) < PICTURE_TOLERANCE


@pytest.mark.parametrize("digit", range(10))
def test_a_small_digit_gives_nearly_the_same_picture(digit: int) -> None:
    small = draw(digit, side=36, at=(230, 20))
    assert difference(see(small)["seen"], reference(digit)) < SMALL_TOLERANCE


def test_two_digits_do_not_give_the_same_picture() -> None:
    for first in range(10):
        for second in range(first):
            assert difference(reference(first), reference(second)) > BRUSH_TOLERANCE > SMALL_TOLERANCE


@pytest.mark.parametrize("digit", range(10))
def test_any_brush_gives_strokes_as_wide_as_mnists(digit: int) -> None:
    drawn = [see(drawing(golden(digit), brush)) for brush in (4, 8, 16, 24, 32, 40)]
    widths = np.array([result["stroke"] for result in drawn])
    assert (np.diff(widths[:, 0]) > 0).all()
    assert widths[0, 0] < 0.8
    assert widths[-1, 0] > 3
    assert SEEN_STROKE_PX[0] < widths[:, 1].min() <= widths[:, 1].max() < SEEN_STROKE_PX[1]
    for result in drawn:
        assert difference(result["seen"], drawn[3]["seen"]) < BRUSH_TOLERANCE


@pytest.mark.parametrize("digit", range(10))
def test_strokes_as_wide_as_mnists_stay_as_they_are(digit: int) -> None:
    drawn, seen = see(drawing(golden(digit), 26))["stroke"]
    assert framing.STROKE_PX[0] < drawn < framing.STROKE_PX[1]
    assert seen == pytest.approx(drawn, abs=0.12)


@pytest.mark.parametrize("digit", range(10))
def test_thin_strokes_do_not_fade(digit: int) -> None:
    for lines, brush in ((golden(digit), 3.0), (golden(digit, 36), 2.0)):
        seen = see(drawing(lines, brush))["seen"]
        assert (seen**2).sum() / seen.sum() > 0.9 * framing.INK_LEVEL  # uncorrected, a brush of 3 px has 0.55


SPECKS = {
    "left": (20, 140),
    "right": (260, 140),
    "top left": (20, 20),
    "top right": (260, 20),
    "bottom left": (20, 260),
    "bottom right": (260, 260),
}


@pytest.mark.parametrize("size", [6, 10, 14])
@pytest.mark.parametrize("place", SPECKS)
def test_dirt_beside_a_digit_is_left_out(place: str, size: int) -> None:
    for digit in range(10):
        clean, dirty = (see(drawing(golden(digit, 150), 18, *dots)) for dots in ((), ((*SPECKS[place], size),)))
        assert difference(clean["seen"], dirty["seen"]) < SPECK_TOLERANCE, digit
        assert dirty["box"][[1, 3]] == pytest.approx(clean["box"][[1, 3]], abs=0.1), digit


@pytest.mark.parametrize("size", [6, 8])
@pytest.mark.parametrize("place", [(140, 20), (140, 260), (20, 20), (260, 260)])
def test_small_dirt_above_and_below_a_digit_is_left_out(place: tuple[int, int], size: int) -> None:
    for digit in range(10):
        clean, dirty = (see(drawing(golden(digit, 150), 18, *dots)) for dots in ((), ((*place, size),)))
        assert difference(clean["seen"], dirty["seen"]) < 0.1 * SPECK_TOLERANCE, digit
        assert dirty["box"] == pytest.approx(clean["box"], abs=0.1), digit


def shape(*lines: list[tuple[float, float]]) -> list[strokes.Stroke]:
    return [np.array(line, np.float64) for line in lines]


PARTS = {
    "the bar of a 5 above": shape([(190, 45), (110, 45)], [(110, 95), (105, 140), (160, 140), (180, 190), (110, 225)]),
    "the bar of a 5 beside": shape(
        [(125, 60), (120, 130), (160, 130), (180, 180), (150, 220), (100, 215)], [(205, 60), (245, 60)]
    ),
    "the dot of a ?": shape([(100, 70), (140, 40), (180, 70), (140, 130), (140, 170)], [(140, 225), (141, 226)]),
    "the dot of an i": shape([(140, 110), (140, 230)], [(140, 50), (141, 50)]),
    "a second digit": shape([(90, 60), (90, 220)], [(190, 60), (190, 220)]),
}


@pytest.mark.parametrize("name", PARTS)
def test_larger_parts_are_kept(name: str) -> None:
    result = see(drawing(PARTS[name], 18))
    points = np.concatenate(PARTS[name])
    (left, top), (right, bottom) = points.min(axis=0) - 9, points.max(axis=0) + 9
    assert result["box"] == pytest.approx([top, left, bottom, right], abs=1.5)
    rows, columns = np.nonzero(result["seen"][..., 0] > 0.5)
    extent = np.array([np.ptp(rows), np.ptp(columns)]) + 1
    assert extent == pytest.approx(
        np.array([bottom - top, right - left]) * 20 / max(bottom - top, right - left), abs=1.5
    )


@pytest.mark.parametrize("digit", range(10))
def test_the_picture_has_mnists_form(digit: int) -> None:
    result = see(draw(digit, side=150, at=(100, 20)))
    seen = result["seen"][..., 0]
    rows, columns = np.nonzero(seen > 0.5)
    longer = max(rows.max() - rows.min(), columns.max() - columns.min()) + 1
    assert 19 <= longer <= 21
    mass = seen / seen.sum()
    middle = [float((mass.sum(axis=1 - axis) * (np.arange(28) + 0.5)).sum()) for axis in (0, 1)]
    assert middle == pytest.approx([framing.CENTRE_PX] * 2, abs=0.1)
    assert seen.max() == pytest.approx(1)
    assert seen.min() >= 0


def test_mnist_pictures_come_out_as_themselves(mnist_folder: Path) -> None:
    pool = mnist.load(mnist_folder).pool.images[: portion(60_000)]
    assert np.isfinite(contract.see(pool)).all()
    images = pool[:1000]
    seen = model().predict_on_batch(contract.to_pixels(images))
    differences = np.abs(seen["seen"][..., 0] - images / 255).mean(axis=(1, 2))
    assert differences.mean() < MNIST_TOLERANCE
    assert np.quantile(differences, 0.99) < 3 * MNIST_TOLERANCE
    drawn, arrived = seen["stroke"].T
    within = (drawn > framing.STROKE_PX[0]) & (drawn < framing.STROKE_PX[1])
    assert within.mean() > 0.5
    assert differences[within].mean() < 0.9 * MNIST_TOLERANCE
    assert np.median(np.abs(arrived - drawn)[within]) < 0.2


def test_numbers_say_what_was_done() -> None:
    pixels = np.full((100, 200, 4), 255, np.uint8)
    pixels[10:50, 120:125, :3] = 0  # an I of strokes
    pixels[10:15, 110:135, :3] = pixels[45:50, 110:135, :3] = 0  # that are 2.5 px wide in the picture
    result = see(pixels)
    assert result["box"] == pytest.approx([10, 110, 50, 135], abs=1e-3)
    assert result["centre"] == pytest.approx([30, 122.5], abs=1e-2)
    assert result["scale"] == pytest.approx(0.5, abs=2e-3)
    assert result["ink"] == pytest.approx((2 * 5 * 25 + 30 * 5) / (100 * 200))
    assert result["stroke"] == pytest.approx(2.5, abs=0.5)
    seen = result["seen"][..., 0]
    # 20 x 12.5 px around 14.5 is the rows 4.5 to 24.5 and the columns 8.25 to 20.75
    assert (seen[5:7, 9:20] > 0.95).all()
    assert seen[4, 9:20] == pytest.approx(0.5, abs=0.1)
    assert max(seen[:4].max(), seen[:, 21:].max()) < 1e-5  # the ink ends on a pixel boundary, up to rounding


def test_the_picture_can_be_traced_back_to_the_drawing() -> None:
    for brush in (4, 18, 40):  # however its strokes are changed
        result = see(drawing(golden(4), brush))
        rows, columns = np.nonzero(result["seen"][..., 0] > 0.5)
        for axis, places in enumerate((rows, columns)):
            ends = np.array([places.min(), places.max() + 1]) - framing.CENTRE_PX
            drawn = result["box"][axis::2]
            assert result["centre"][axis] + ends / result["scale"] == pytest.approx(drawn, abs=25)
            assert result["centre"][axis] + ends.mean() / result["scale"] == pytest.approx(drawn.mean(), abs=8)


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
    seen = result["seen"][..., 0]
    middle = [float((seen.sum(axis=1 - axis) * (np.arange(28) + 0.5)).sum() / seen.sum()) for axis in (0, 1)]
    assert middle == pytest.approx([framing.CENTRE_PX] * 2, abs=0.1)


@pytest.mark.parametrize("size", [(1, 5), (40, 40), (28, 28), (3, 200)])
def test_lines_along_the_border_are_ink_and_finite(size: tuple[int, int]) -> None:
    for line in (np.s_[:, :1], np.s_[:, -1:], np.s_[:1], np.s_[-1:]):
        pixels = np.full((*size, 4), 255, np.uint8)
        pixels[line][..., :3] = 0
        result = see(pixels)
        assert all(np.isfinite(value).all() for value in result.values())
        assert 0 <= result["seen"].min() <= result["seen"].max() <= 1


def test_what_is_nearly_full_of_ink_is_finite() -> None:
    pixels = np.zeros((60, 60, 4), np.uint8)
    pixels[..., 3] = 255
    pixels[:, 0, :3] = pixels[0, :, :3] = 255
    pixels[-1, :, :3] = pixels[:, -1, :3] = 255
    result = see(pixels)
    assert all(np.isfinite(value).all() for value in result.values())
    assert result["box"] == pytest.approx([1, 1, 59, 59], abs=1e-3)
    assert result["stroke"][0] > 10


@settings(max_examples=40, deadline=None)
@given(
    arrays.arrays(np.uint8, st.tuples(st.integers(1, 12), st.integers(1, 12), st.just(4)), elements=st.integers(0, 255))
)
def test_any_pixels_give_a_finite_picture_in_range(pixels: RGBA) -> None:
    result = see(pixels)
    assert all(np.isfinite(value).all() for value in result.values())
    assert 0 <= result["seen"].min() <= result["seen"].max() <= 1 + 1e-5
    assert result["seen"].max() == pytest.approx(1) or result["ink"] == 0


@settings(max_examples=25, deadline=None)
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
    room = 300 - 1.2 * side  # the brush needs a tenth of the side on either side
    at = (0.1 * side + right * room, 0.1 * side + down * room)
    pixels = draw(digit, canvas=(300, 300), side=side, at=at, ink=(*ink, 255), paper=(*paper, 255))
    assert difference(see(pixels)["seen"], reference(digit)) < PICTURE_TOLERANCE


def test_pictures_of_one_batch_do_not_touch_each_other() -> None:
    batch = [draw(3), np.full((280, 280, 4), 255, np.uint8), draw(8, ink=(200, 0, 0, 255))]
    batch += [drawing(golden(5), 3, (20, 20, 9)), drawing(golden(6), 50)]
    together = contract.Contract()(np.stack(batch))
    for index, pixels in enumerate(batch):
        for name, value in see(pixels).items():
            assert np.asarray(together[name][index]) == pytest.approx(value, abs=1e-3 if name == "centre" else 1e-5)


def test_no_pictures_are_seen_as_none() -> None:
    assert contract.see(np.zeros((0, 84, 84), np.uint8)).shape == (0, 28, 28, 1)
    assert contract.levels(np.zeros((0, 84, 84), np.uint8)).shape == (0, 28, 28)
