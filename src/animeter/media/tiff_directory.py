"""The list of fields at the head of a TIFF, checked before a decoder follows it.

A TIFF is a list of fields that point anywhere in the file. Nothing stops a small file from
pointing at the same megabytes from sixty thousand fields, or from naming a tile larger than any
picture, so the first list is added up here.
"""

import struct
from collections.abc import Iterator
from typing import NamedTuple

from animeter.domain.errors import ImageTooLargeError, UnreadableImageError
from animeter.media.limits import Limits

# Bytes of one value by field type. Source: TIFF 6.0, section 2, and the BigTIFF additions.
_VALUE_BYTES = dict(
    zip(
        (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 16, 17, 18),
        (1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 8, 8, 8),
        strict=True,
    )
)
_STRIP_OFFSETS, _TILE_OFFSETS = 273, 324
_TILE_WIDTH, _TILE_LENGTH = 322, 323


class _Field(NamedTuple):
    tag: int
    kind: int
    values: int
    first_value: int


def check_tiff_directory(data: bytes, limits: Limits) -> None:
    """Refuse a TIFF whose first picture asks for more than the file can hold.

    Raises:
        ImageTooLargeError: too many fields or strips, or tiles of too many pixels.
        UnreadableImageError: the fields claim more bytes than there are.
        struct.error: the file ends inside the list.
    """
    claimed_bytes = 0
    tile_sides = {_TILE_WIDTH: 1, _TILE_LENGTH: 1}
    for field in _fields(data, limits):
        claimed_bytes += field.values * _VALUE_BYTES.get(field.kind, 1)
        if field.tag in (_STRIP_OFFSETS, _TILE_OFFSETS):
            _check_count("strips or tiles", field.values, limits)
        if field.tag in tile_sides:
            tile_sides[field.tag] = field.first_value
    if claimed_bytes > len(data):
        raise UnreadableImageError(
            f"the fields of the tiff file claim {claimed_bytes:,} bytes, but it has {len(data):,}; "
            "it is broken or was cut off"
        )
    tile_pixels = tile_sides[_TILE_WIDTH] * tile_sides[_TILE_LENGTH]
    if tile_pixels > limits.max_pixels:
        raise ImageTooLargeError(
            f"the tiff file is cut into tiles of {tile_pixels:,} pixels; at most "
            f"{limits.max_pixels:,} are read; save it again, or raise Limits.max_pixels"
        )


def _fields(data: bytes, limits: Limits) -> Iterator[_Field]:
    order = "<" if data[:2] == b"II" else ">"
    if data[2:4] in (b"+\x00", b"\x00+"):  # BigTIFF
        (start,) = struct.unpack_from(order + "Q", data, 8)
        count_code, field_code, field_bytes, inline_bytes = "Q", "HHQ", 20, 8
    else:
        (start,) = struct.unpack_from(order + "I", data, 4)
        count_code, field_code, field_bytes, inline_bytes = "H", "HHI", 12, 4
    if start > len(data):
        raise UnreadableImageError("the tiff file ends before its list of fields; it was cut off")
    (field_count,) = struct.unpack_from(order + count_code, data, start)
    _check_count("fields", field_count, limits)
    first = start + struct.calcsize(order + count_code)
    for position in range(first, first + field_bytes * field_count, field_bytes):
        tag, kind, count = struct.unpack_from(order + field_code, data, position)
        value_at = position + field_bytes - inline_bytes
        code = {1: "B", 3: "H", 4: "I", 16: "Q"}.get(kind)
        value = struct.unpack_from(order + code, data, value_at)[0] if code else 0
        yield _Field(tag, kind, count, value)


def _check_count(what: str, count: int, limits: Limits) -> None:
    if count > limits.max_parts:
        raise ImageTooLargeError(
            f"the tiff file has {count:,} {what}; at most {limits.max_parts:,} are read; "
            "save it again with another program, or raise Limits.max_parts"
        )
