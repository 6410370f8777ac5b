"""Which way up a picture is, read from its EXIF block without trusting anything else in it.

Pillow reads a whole EXIF block to find one number, and a block can name the same megabytes
thousands of times over; this looks at the one list that holds the number.
"""

import struct

from PIL import Image as PillowImage

# What turns the stored picture into the one that is meant. Source: EXIF 2.32, tag 0x0112.
_TURNS = {
    2: PillowImage.Transpose.FLIP_LEFT_RIGHT,
    3: PillowImage.Transpose.ROTATE_180,
    4: PillowImage.Transpose.FLIP_TOP_BOTTOM,
    5: PillowImage.Transpose.TRANSPOSE,
    6: PillowImage.Transpose.ROTATE_270,
    7: PillowImage.Transpose.TRANSVERSE,
    8: PillowImage.Transpose.ROTATE_90,
}
_ORIENTATION_TAG = 0x0112
_NUMBER_KINDS = {3: "H", 4: "I"}


def exif_orientation(exif: bytes) -> int:
    """Read the orientation, 1 to 8, of an EXIF block; 1 (as stored) when it tells none."""
    tiff = exif.removeprefix(b"Exif\x00\x00")
    order = {b"II*\x00": "<", b"MM\x00*": ">"}.get(tiff[:4])
    if order is None:
        return 1
    try:
        (offset,) = struct.unpack_from(order + "I", tiff, 4)
        (count,) = struct.unpack_from(order + "H", tiff, offset)
        for start in range(offset + 2, offset + 2 + 12 * count, 12):
            tag, kind = struct.unpack_from(order + "HH", tiff, start)
            if tag == _ORIENTATION_TAG and kind in _NUMBER_KINDS:
                (value,) = struct.unpack_from(order + _NUMBER_KINDS[kind], tiff, start + 8)
                return value if 1 <= value <= 8 else 1
    except struct.error:
        return 1
    return 1


def swaps_sides(orientation: int) -> bool:
    """Whether width and height change places when the picture is turned upright."""
    return orientation >= 5


def upright(picture: PillowImage.Image, orientation: int) -> PillowImage.Image:
    """Turn a picture the way its orientation says."""
    turn = _TURNS.get(orientation)
    return picture if turn is None else picture.transpose(turn)
