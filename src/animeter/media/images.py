"""Any picture to an image: uint8 RGB, upright, alpha on white, the first frame of an animation.

What a picture is is told by its bytes, never by its name. Whatever is wrong with it comes out as an
`AnimeterError`: broken and hostile files are ordinary input here. `containers` looks at the file
around the pixels, `decoding` at the pixels, `pixels` at their colours; this file joins them.

The one hole that is known: an AVIF whose container claims a small picture may hold a large one,
which libavif refuses only beyond a limit of its own, 16,384 x 16,384 pixels. Such a file can take
2 to 6 bytes a pixel for a moment, 0.6 to 1.6 GB at the very most. libheif refuses the same in HEIC.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image as PillowImage

from animeter.domain.errors import (
    FileMissingError,
    ImageError,
    UnsupportedFormatError,
)
from animeter.media.containers import check_pixels
from animeter.media.decoding import Decoded, decode, decoder_errors
from animeter.media.files import check_bytes, read_file
from animeter.media.formats import sniff
from animeter.media.limits import Limits
from animeter.media.orientation import exif_orientation, swaps_sides, upright
from animeter.media.pixels import eight_bit, rgb_array, squash

# What a picture can be given as: a path, the bytes of a file, uint8 RGB, or a Pillow picture.
Picture = Path | str | bytes | bytearray | memoryview | NDArray[np.uint8] | PillowImage.Image

DEFAULT_LIMITS = Limits()


@dataclass(frozen=True, slots=True, eq=False)
class Image:
    """A decoded picture.

    Attributes:
        rgb: uint8 [H, W, 3], C-contiguous, the caller's own copy.
        width_px: width of the picture itself, upright, before any shrinking.
        height_px: height of the picture itself, upright, before any shrinking.
        format: "jpeg", "png" and so on; "array" or "pillow" for what came decoded.
    """

    rgb: NDArray[np.uint8]
    width_px: int
    height_px: int
    format: str


def read_image(
    source: Picture,
    limits: Limits = DEFAULT_LIMITS,
    shrink_to_px: int | None = None,
) -> Image:
    """Read a picture from wherever it is.

    Safe to call from any number of threads, as long as no two share a Pillow picture that is not
    loaded yet.

    Args:
        source: a path, the bytes of an encoded picture, uint8 [H, W, 3] RGB, or a Pillow picture.
        limits: what the picture may cost.
        shrink_to_px: squash the image to a square of this side (aspect ratio not kept) with the
            antialiased triangle filter. On the way, a JPEG is shrunk while decoding and others by
            whole blocks, never below twice that side. Against decoding all and filtering once, the
            mean difference over a picture is under 0.5 of 255 levels for drawings and under 2.5 for
            the hardest patterns (tests/media/test_shrinking.py holds it to that).

    Raises:
        FileMissingError: there is no file at the path.
        ImageError: the picture is empty, too large, broken, or of a kind that cannot be read.
        MissingExtraError: an optional decoder is needed (HEIC).
        ValueError: `shrink_to_px` is less than 1.
    """
    if shrink_to_px is not None and shrink_to_px < 1:
        raise ValueError(f"shrink_to_px is {shrink_to_px}; it must be at least 1")
    if isinstance(source, str | Path):
        return _read_named(Path(source), limits, shrink_to_px)
    if isinstance(source, bytes | bytearray | memoryview):
        return _read_bytes(bytes(source), limits, shrink_to_px)
    if isinstance(source, np.ndarray):
        return _read_array(source, limits, shrink_to_px)
    if isinstance(source, PillowImage.Image):
        return _read_pillow(source, limits, shrink_to_px)
    raise UnsupportedFormatError(
        f"got {type(source).__name__} as a picture; give a path, the bytes of a picture, a uint8 "
        "numpy array [H, W, 3] of RGB, or a Pillow picture"
    )


def _read_named(path: Path, limits: Limits, shrink_to_px: int | None) -> Image:
    try:
        return _read_bytes(read_file(path, limits), limits, shrink_to_px)
    except (ImageError, FileMissingError) as error:
        raise type(error)(f"{path}: {error}") from error.__cause__


def _read_bytes(data: bytes, limits: Limits, shrink_to_px: int | None) -> Image:
    check_bytes(len(data), limits)
    picture_format = sniff(data)
    decoded = decode(data, picture_format, limits, shrink_to_px)
    return _finish(decoded, picture_format.value, shrink_to_px)


def _read_array(array: NDArray[np.uint8], limits: Limits, shrink_to_px: int | None) -> Image:
    if array.dtype != np.uint8 or array.ndim != 3 or array.shape[2] != 3:
        raise UnsupportedFormatError(
            f"got a numpy array of {array.dtype} {list(array.shape)}; a picture is uint8 "
            "[H, W, 3], RGB from 0 to 255"
        )
    height_px, width_px, _ = array.shape
    check_pixels(width_px, height_px, limits)
    if shrink_to_px is None:
        return Image(np.array(array, order="C"), width_px, height_px, "array")
    picture = PillowImage.fromarray(np.ascontiguousarray(array))
    return _finish(Decoded(picture, width_px, height_px, 1), "array", shrink_to_px)


def _read_pillow(picture: PillowImage.Image, limits: Limits, shrink_to_px: int | None) -> Image:
    width_px, height_px = picture.size
    check_pixels(width_px, height_px, limits)
    with decoder_errors("the Pillow picture"):
        picture.load()
    exif = picture.info.get("exif", b"")
    orientation = exif_orientation(exif if isinstance(exif, bytes) else b"")
    decoded = Decoded(picture, *picture.size, orientation)
    return _finish(decoded, "pillow", shrink_to_px)


def _finish(decoded: Decoded, format_name: str, shrink_to_px: int | None) -> Image:
    """Colours, size and orientation, in the order that touches the fewest pixels."""
    with decoder_errors("the picture"):
        picture = eight_bit(decoded.picture)
        if shrink_to_px is not None:
            picture = squash(picture, shrink_to_px, decoded.box)
        rgb = rgb_array(upright(picture, decoded.orientation))
    width_px, height_px = decoded.width_px, decoded.height_px
    if swaps_sides(decoded.orientation):
        width_px, height_px = height_px, width_px
    return Image(rgb, width_px, height_px, format_name)
