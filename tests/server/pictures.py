"""Pictures good and bad, built by hand where no encoder would write them."""

import base64
import io
import struct
import zlib
from collections.abc import Iterable
from typing import Any

from PIL import Image

SIGNATURE = b"\x89PNG\r\n\x1a\n"
TURNED = Image.Exif()
TURNED[0x0112] = 6  # the orientation of a camera that lay on its side

_HEADER_BYTES = len(SIGNATURE) + 25
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))


def encode(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def jpeg(picture: bytes, mode: str = "RGB", **options: Any) -> bytes:
    """A PNG as a JPEG."""
    with Image.open(io.BytesIO(picture)) as image:
        return encode(image.convert("RGB").convert(mode), "JPEG", **options)


def data_url(picture: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(picture).decode()


def blank(mode: str = "L", size: tuple[int, int] = (50, 40), colour: Any = 255) -> bytes:
    return encode(Image.new(mode, size, colour))


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def header(width: int, height: int, depth: int = 8, colour: int = 0, interlaced: bool = False) -> bytes:
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlaced))


def png(*chunks: bytes) -> bytes:
    return SIGNATURE + b"".join(chunks) + chunk(b"IEND", b"")


def plain(width: int, height: int, depth: int = 8, colour: int = 0, *, interlaced: bool = False) -> bytes:
    """A black PNG of any kind, the kinds included that Pillow does not write."""
    passes = _ADAM7 if interlaced else ((0, 0, 1, 1),)
    squeeze, data = zlib.compressobj(9), bytearray()
    for left, top, step, rise in passes:
        columns, rows = -(-(width - left) // step), -(-(height - top) // rise)
        if columns > 0:
            row = bytes(1 + (columns * depth * _CHANNELS[colour] + 7) // 8)
            for _ in range(rows):
                data += squeeze.compress(row)
    data += squeeze.flush()
    palette = [chunk(b"PLTE", bytes(3 << min(depth, 8)))] if colour == 3 else []
    return png(header(width, height, depth, colour, interlaced), *palette, chunk(b"IDAT", bytes(data)))


def png_only_header(width: int, height: int) -> bytes:
    return png(header(width, height))


def with_chunks(picture: bytes, chunks: Iterable[bytes]) -> bytes:
    """A PNG with more chunks right behind its header."""
    return picture[:_HEADER_BYTES] + b"".join(chunks) + picture[_HEADER_BYTES:]


def with_texts(picture: bytes, count: int, num_bytes: int) -> bytes:
    """A PNG with compressed comments that are far longer than they look."""
    text = zlib.compress(bytes(num_bytes), 9)
    return with_chunks(picture, (chunk(b"zTXt", b"note %d\0\0" % number + text) for number in range(count)))


def animated(count: int = 2) -> bytes:
    frames = [Image.new("L", (20, 20), 40 * number) for number in range(count)]
    return encode(frames[0], save_all=True, append_images=frames[1:])


def bomb(width: int, height: int) -> bytes:
    """A few hundred bytes that claim to be a huge picture."""
    return png(header(width, height), chunk(b"IDAT", zlib.compress(bytes(100_000), 9)))
