"""Pictures come out upright: EXIF of either byte order is read, and nonsense counts for nothing."""

import struct
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as PillowImage

from animeter.media.images import read_image
from animeter.media.orientation import exif_orientation
from tests.media.pictures import encode, scene


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("prefix", [b"", b"Exif\0\0"])
def test_what_pillow_writes_is_read(orientation: int, prefix: bytes) -> None:
    exif = PillowImage.Exif()
    exif[0x010F] = "a maker"
    exif[0x0112] = orientation
    exif[0x0131] = "a program"
    assert exif_orientation(prefix + exif.tobytes().removeprefix(b"Exif\0\0")) == orientation


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(("kind", "code"), [(3, "H"), (4, "I")])
def test_both_byte_orders_and_number_types(order: str, kind: int, code: str) -> None:
    mark = b"II*\0" if order == "<" else b"MM\0*"
    value = struct.pack(order + code, 6).ljust(4, b"\0")
    field = struct.pack(order + "HHI", 0x0112, kind, 1) + value
    assert exif_orientation(mark + struct.pack(order + "IH", 8, 1) + field) == 6


@pytest.mark.parametrize("value", [0, 9, 65535])
def test_values_outside_the_eight_are_the_usual_way_up(value: int) -> None:
    field = struct.pack("<HHIHH", 0x0112, 3, 1, value, 0)
    assert exif_orientation(b"II*\0" + struct.pack("<IH", 8, 1) + field) == 1


@given(st.binary(max_size=64))
def test_any_bytes_give_one_of_the_eight(data: bytes) -> None:
    for head in (b"", b"Exif\0\0II*\0\x08\0\0\0", b"MM\0*\0\0\0\x08"):
        assert 1 <= exif_orientation(head + data) <= 8


@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF", "HEIF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_pictures_are_turned_upright(format_name: str, orientation: int) -> None:
    """A red corner, stored turned in the eight ways there are, ends up top left again."""
    upright = np.full((64, 96, 3), 255, np.uint8)
    upright[:24, :24] = (220, 0, 0)
    undo = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # Which Transpose stores it so.
    picture = PillowImage.fromarray(upright)
    if orientation > 1:
        picture = picture.transpose(PillowImage.Transpose(undo[orientation]))
    exif = PillowImage.Exif()
    exif[0x0112] = orientation
    data = encode(picture, format_name, exif=exif.tobytes())
    for side_px in (None, 32):
        image = read_image(data, shrink_to_px=side_px)
        assert (image.width_px, image.height_px) == (96, 64)
        eighth = image.rgb.shape[0] // 8
        assert image.rgb[eighth, eighth, 1] < 60, "the red corner is not top left"
        assert image.rgb[-eighth, eighth, 1] > 200
        assert image.rgb[eighth, -eighth, 1] > 200


def test_a_pillow_picture_is_turned_by_its_own_exif() -> None:
    exif = PillowImage.Exif()
    exif[0x0112] = 6
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.jpg"
        path.write_bytes(encode(scene(80, 40), "JPEG", exif=exif))
        with PillowImage.open(path) as picture:
            assert read_image(picture).rgb.shape == read_image(path).rgb.shape == (80, 40, 3)
