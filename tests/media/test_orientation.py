"""The orientation is read from EXIF of either byte order, and nonsense is the usual way up."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as PillowImage

from animeter.media.orientation import exif_orientation


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
