"""Whatever a person hands over arrives as the same pixels, or is refused in words that help."""

import base64
import contextlib
import io
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray
from PIL import Image

from digitpad import drawing, strokes
from digitpad.errors import DrawingError

RGBA = NDArray[np.uint8]


def encode(pixels: RGBA, kind: str = "PNG", **options: Any) -> bytes:
    file = io.BytesIO()
    image = Image.fromarray(pixels)
    (image.convert("RGB") if kind == "JPEG" else image).save(file, kind, **options)
    return file.getvalue()


def png_header(width: int, height: int) -> bytes:
    """A PNG that claims a size and goes no further."""
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    checked = struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))
    return b"\x89PNG\r\n\x1a\n" + checked + struct.pack(">I", 100) + b"IDAT"


def test_every_form_of_one_picture_gives_the_same_pixels(canvas: RGBA, tmp_path: Path) -> None:
    data = encode(canvas)
    path = tmp_path / "seven.png"
    path.write_bytes(data)
    url = "data:image/png;base64," + base64.b64encode(data).decode()
    forms: list[drawing.Drawing] = [data, url, str(path), path, Image.fromarray(canvas), canvas]
    for form in forms:
        assert np.array_equal(drawing.read(form), canvas)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr", "I;16"])
def test_pil_images_of_every_mode(canvas: RGBA, mode: str) -> None:
    grey = Image.fromarray(canvas).convert("L")
    image = (
        Image.fromarray(np.asarray(grey).astype(np.uint16) * 257)
        if mode == "I;16"
        else grey.convert("RGB").convert(mode)
    )
    pixels = drawing.read(image)
    assert pixels.shape == canvas.shape
    assert np.abs(pixels.astype(int) - canvas).max() <= 2


def test_a_png_of_16_bits_keeps_its_greys() -> None:
    levels = np.linspace(0, 65535, 256).astype(np.uint16).reshape(16, 16)
    file = io.BytesIO()
    Image.fromarray(levels).save(file, "PNG")
    assert np.array_equal(drawing.read(file.getvalue())[..., 0], (levels >> 8).astype(np.uint8))


def test_exif_orientation_is_honoured(canvas: RGBA) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera lay on its side: turn by a quarter to show
    turned = np.rot90(canvas)
    restored = drawing.read(encode(turned, "JPEG", exif=exif, quality=95))
    assert restored.shape == canvas.shape
    assert np.abs(restored.astype(int) - canvas).mean() < 5


@given(
    arrays.arrays(np.uint8, st.sampled_from([(5, 7), (5, 7, 1), (5, 7, 3), (5, 7, 4)]), elements=st.integers(0, 255))
)
def test_uint8_arrays_keep_their_values(array: RGBA) -> None:
    pixels = drawing.from_array(array).pixels
    assert pixels.shape == (5, 7, 4)
    colours = array if array.ndim == 3 else array[..., None]
    assert np.array_equal(pixels[..., : min(3, colours.shape[2])], colours[..., :3])
    assert np.array_equal(pixels[..., 3], array[..., 3] if colours.shape[2] == 4 else np.full((5, 7), 255))


def test_floats_from_0_to_1_and_bools_are_scaled() -> None:
    assert drawing.from_array(np.array([[0.0, 0.5, 1.0]])).pixels[0, :, 0].tolist() == [0, 128, 255]
    assert drawing.from_array(np.array([[True, False]])).pixels[0, :, 0].tolist() == [255, 0]


@pytest.mark.parametrize(
    ("array", "words"),
    [
        (np.zeros(784, np.uint8), r"\(784,\)"),
        (np.zeros((28, 28, 2), np.uint8), r"\(28, 28, 2\)"),
        (np.zeros((1, 28, 28, 1), np.uint8), r"\(1, 28, 28, 1\)"),
        (np.zeros((0, 28), np.uint8), "at least one pixel"),
        (np.zeros((28, 28), np.int64), "int64"),
        (np.zeros((28, 28), complex), "complex128"),
        (np.full((28, 28), np.nan), "NaN"),
        (np.full((28, 28), np.inf), "infinity"),
        (np.full((28, 28), 255.0), "0 to 1; got 255"),
        (np.full((28, 28), -1.0), "0 to 1; got -1"),
        (np.zeros((4001, 4000), np.uint8), "16,000,000"),
    ],
)
def test_arrays_that_are_refused(array: NDArray[Any], words: str) -> None:
    with pytest.raises(DrawingError, match=words):
        drawing.read(array)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "got no data"),
        (b"hello, I am a text", "starts with b'hello"),
        (b"GIF89a" + bytes(50), "PNG, JPEG or WebP"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "PNG, JPEG or WebP"),
        (png_header(4001, 4000), "4001 x 4000"),
        (png_header(10_000, 10_000), "far more"),
        (png_header(100_000, 100_000), "far more"),
        (png_header(0, 0), "Expected"),
        (png_header(9, 9)[:20], "header is damaged or truncated"),
    ],
)
def test_bytes_that_are_refused(data: bytes, words: str) -> None:
    with pytest.raises(DrawingError, match=words):
        drawing.read(data)


def test_exif_orientation_of_a_pil_image_is_honoured(canvas: RGBA) -> None:
    exif = Image.Exif()
    exif[0x0112] = 8
    data = encode(canvas, "JPEG", exif=exif)
    assert np.array_equal(drawing.read(Image.open(io.BytesIO(data))), drawing.read(data))


def test_a_pil_image_cut_short_is_refused(canvas: RGBA) -> None:
    data = encode(canvas)
    with Image.open(io.BytesIO(data[: len(data) // 2])) as image, pytest.raises(DrawingError, match="truncated"):
        drawing.read(image)


def test_more_bytes_than_any_picture_needs_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(drawing, "MAX_BYTES", 1000)
    path = tmp_path / "long.png"
    path.write_bytes(encode(np.zeros((9, 9, 4), np.uint8)) + bytes(1000))
    for form in (path, path.read_bytes(), Path("/dev/zero")):
        with pytest.raises(DrawingError, match="at most 1,000 bytes"):
            drawing.read(form)


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_picture_cut_short_is_refused(canvas: RGBA, kind: str) -> None:
    data = encode(canvas, kind)
    with pytest.raises(DrawingError, match="truncated"):
        drawing.read(data[: len(data) // 2])


def test_an_animated_png_is_refused(canvas: RGBA) -> None:
    frames = [Image.fromarray(canvas), Image.fromarray(255 - canvas)]
    file = io.BytesIO()
    frames[0].save(file, "PNG", save_all=True, append_images=frames[1:])
    with pytest.raises(DrawingError, match="animated"):
        drawing.read(file.getvalue())


@pytest.mark.parametrize(
    "url",
    [
        "data:",
        "data:,",
        "data:text/plain;base64,AAAA",
        "data:image/png,abc",
        "data:image/png;base64,!!!",
        "data:image/png;base64,QUJD",
    ],
)
def test_data_urls_that_are_none(url: str) -> None:
    with pytest.raises(DrawingError, match="Expected"):
        drawing.read(url)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(DrawingError, match=r"missing\.png does not exist"):
        drawing.read(tmp_path / "missing.png")
    with pytest.raises(DrawingError, match="is a folder"):
        drawing.read(tmp_path)
    with pytest.raises(DrawingError, match="cannot be read"):
        drawing.read("a\0b")
    (tmp_path / "notes.png").write_text("no picture")
    with pytest.raises(DrawingError, match=r"notes\.png: Expected a PNG, JPEG or WebP"):
        drawing.read(tmp_path / "notes.png")


def test_a_drawing_of_no_known_kind_is_refused() -> None:
    with pytest.raises(DrawingError, match="got dict"):
        drawing.read({"strokes": []})  # type: ignore[arg-type]


@given(st.binary(max_size=400), st.integers(0, 400))
def test_no_bytes_bring_the_reader_down(noise: bytes, place: int) -> None:
    whole = encode(np.zeros((9, 9, 4), np.uint8))
    place %= len(whole)
    for data in (noise, whole[:place] + noise, whole[:place] + noise[:4] + whole[place + 4 :]):
        with contextlib.suppress(DrawingError):
            assert drawing.read(data).shape[2] == 4


def test_long_drawings_are_averaged_down_by_a_whole_factor() -> None:
    photograph = np.zeros((1500, 3000), np.uint8)
    photograph[:, 1500:] = 255
    pixels = drawing.read(photograph)
    assert pixels.shape == (500, 1000, 4)
    assert pixels[:, :500, 0].max() == 0
    assert pixels[:, 500:, 0].min() == 255


class TestStrokes:
    def test_strokes_are_drawn_centred_whatever_their_unit(self) -> None:
        seven = [[(0, 0), (10, 0), (4, 20)]]
        pixels = drawing.read(seven)
        assert pixels.shape == (drawing.STROKE_CANVAS_PX, drawing.STROKE_CANVAS_PX, 4)
        rows, columns = np.nonzero(pixels[..., 0] < 128)
        longer = drawing.STROKE_DIGIT_PX + drawing.STROKE_BRUSH_PX
        assert rows.max() - rows.min() + 1 == pytest.approx(longer, abs=2)
        assert rows.max() + rows.min() == pytest.approx(drawing.STROKE_CANVAS_PX, abs=2)
        assert columns.max() + columns.min() == pytest.approx(drawing.STROKE_CANVAS_PX, abs=2)
        assert np.array_equal(pixels, drawing.read([np.array(seven[0]) * 1e-3 + 500]))

    def test_a_single_point_is_a_round_dot(self) -> None:
        ink = drawing.read([[(3, 4)]])[..., 0] < 128
        assert ink.sum() == pytest.approx(np.pi * (drawing.STROKE_BRUSH_PX / 2) ** 2, rel=0.1)

    def test_no_strokes_are_a_blank_drawing(self) -> None:
        assert drawing.read([]).min() == 255

    @pytest.mark.parametrize(
        ("strokes", "words"),
        [
            ([(1, 2), (3, 4)], r"stroke 0 has shape \(2,\)"),
            ([[(1, 2)], []], "stroke 1 has shape"),
            ([[(1, 2, 3)]], r"\(1, 3\)"),
            ([["ab"]], "stroke 0 is not numeric"),
            ([[(1, 2), (3,)]], "stroke 0 is ragged"),
            ([[(1j, 2)]], "stroke 0 is not numeric"),
            ([[(10**400, 2)]], "stroke 0 is not numeric"),
            ([[(0, float("nan"))]], "NaN"),
            ([[(0, 1e300)]], "larger"),
            ([np.zeros((strokes.MAX_POINTS // 2 + 1, 2))] * 2, "at most 10,000 points; got 10,002"),
        ],
    )
    def test_strokes_that_are_refused(self, strokes: Any, words: str) -> None:
        with pytest.raises(DrawingError, match=words):
            drawing.read(strokes)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_every_format_is_read(canvas: RGBA, kind: str) -> None:
    file = io.BytesIO()
    Image.fromarray(canvas).convert("RGB").save(file, kind, quality=95)
    assert np.abs(drawing.read(file.getvalue()).astype(int) - canvas).mean() < 3


def test_a_photograph_of_48_megapixels_is_read_at_a_reduced_size() -> None:
    file = io.BytesIO()
    Image.new("L", (8000, 6000), 200).save(file, "JPEG")
    read = drawing.read_page(file.getvalue())
    assert max(read.pixels.shape) <= drawing.PAGE_PX
    assert read.factor == pytest.approx(8000 / read.pixels.shape[1], rel=0.01)
    Image.new("L", (8000, 6000), 200).save(file := io.BytesIO(), "JPEG", progressive=True)
    with pytest.raises(DrawingError, match="8000 x 6000"):  # which would take memory for all of its pixels
        drawing.read_page(file.getvalue())


class TestPages:
    def test_strokes_are_drawn_64_px_high_and_their_place_is_known(self) -> None:
        strokes = [[(100, 50), (100, 130)], [(180, 50), (180, 90)]]
        page = drawing.read_page(strokes)
        rows, columns = np.nonzero(page.pixels[..., 0] < 128)
        assert np.ptp(rows) == pytest.approx(64 + 5, abs=2)
        assert page.origin[0] + columns.mean() * page.factor == pytest.approx(127, abs=2)
        assert page.origin[1] + rows.min() * page.factor == pytest.approx(50 - 2.5 * page.factor, abs=2)

    def test_no_strokes_are_blank_paper(self) -> None:
        assert (drawing.read_page([]).pixels == 255).all()

    def test_many_strokes_fit_on_the_page(self) -> None:
        page = drawing.read_page([[(x, 0), (x, 10)] for x in range(0, 9000, 30)])
        assert max(page.pixels.shape) <= drawing.PAGE_PX
