"""Pixels of every mode become RGB on white: palettes, transparency, deep colours."""

import struct
import zlib

import numpy as np
import pytest
from PIL import Image as PillowImage

from animeter.domain.errors import UnsupportedFormatError
from animeter.media.images import read_image
from tests.media.pictures import difference, encode, in_mode, on_white, scene


def test_a_palette_may_have_transparency_for_each_colour() -> None:
    picture = PillowImage.new("P", (4, 1))
    picture.putpalette([255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 9, 9])
    picture.putdata([0, 1, 2, 3])
    data = encode(picture, "PNG", transparency=bytes([0, 128, 255, 255]))
    assert read_image(data).rgb[0].tolist() == [
        [255, 255, 255],
        [127, 255, 127],
        [0, 0, 255],
        [9, 9, 9],
    ]


@pytest.mark.parametrize("format_name", ["PNG", "GIF"])
def test_one_colour_of_a_palette_may_be_clear(format_name: str) -> None:
    picture = PillowImage.new("P", (2, 1))
    picture.putpalette([200, 0, 0, 0, 100, 0])
    picture.putdata([0, 1])
    data = encode(picture, format_name, transparency=0)
    assert read_image(data).rgb[0].tolist() == [[255, 255, 255], [0, 100, 0]]


@pytest.mark.parametrize(
    ("mode", "pixels", "clear", "expected"),
    [
        ("L", [7, 90], 7, [[255] * 3, [90] * 3]),
        ("RGB", [(1, 2, 3), (9, 8, 7)], (1, 2, 3), [[255] * 3, [9, 8, 7]]),
        ("I;16", [700, 40000], 700, [[255] * 3, [40000 >> 8] * 3]),
        ("1", [0, 255], 0, [[255] * 3, [255] * 3]),
    ],
)
def test_one_colour_without_a_palette_may_be_clear(
    mode: str, pixels: list[int], clear: object, expected: list[list[int]]
) -> None:
    picture = PillowImage.new(mode, (2, 1))
    picture.putdata(pixels)
    assert read_image(encode(picture, "PNG", transparency=clear)).rgb[0].tolist() == expected


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
def test_pictures_that_are_copied_in_strips_are_whole(mode: str) -> None:
    picture = in_mode(mode, 1500, 1511)
    assert difference(read_image(picture), on_white(picture)).max() <= 1


def test_clear_pixels_do_not_bleed_their_colour_when_shrunk() -> None:
    values = np.zeros((64, 64, 4), np.uint8)
    values[:, :32] = (0, 0, 255, 255)  # Blue on the left; hidden black on the right.
    image = read_image(PillowImage.fromarray(values), shrink_to_px=7)
    assert image.rgb[:, :, 2].min() == 255, "nothing but blue and white, so blue is always full"


@pytest.mark.parametrize("mode", ["RGBa", "La", "PA", "RGBX", "HSV", "YCbCr"])
def test_rare_modes_of_pillow_are_read(mode: str) -> None:
    picture = scene()
    through = {"La": "LA", "RGBa": "RGBA", "PA": "P"}.get(mode)
    other = picture.convert(through).convert(mode) if through else picture.convert(mode)
    expected = on_white(picture.convert(through) if through else other)
    assert difference(read_image(other), expected).max() <= 2


@pytest.mark.parametrize("mode", ["I", "F", "LAB"])
def test_modes_without_a_known_white_are_refused(mode: str) -> None:
    picture = PillowImage.new(mode, (4, 4))
    with pytest.raises(UnsupportedFormatError, match=f"mode '{mode}'"):
        read_image(picture)


def test_sixteen_bit_colour_keeps_the_high_byte() -> None:
    values = np.array([[[0, 40000, 65535]]], np.uint16)
    data = sixteen_bit_png(values)
    assert read_image(data).rgb.tolist() == [[[0, 40000 >> 8, 255]]]


def sixteen_bit_png(values: np.ndarray) -> bytes:
    """Write a 16-bit RGB PNG by hand, since Pillow does not."""
    height, width, _ = values.shape
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in values)
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 16, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(rows)),
        (b"IEND", b""),
    )
    chunks = (
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)
