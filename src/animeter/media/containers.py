"""What stands around the pixels in a file, cut down to what decoding its first frame needs.

A decoder is only as safe as everything it reads, and most of what can go wrong is not pixels:
metadata that names the same megabytes again and again, a million empty chunks, a canvas that is
allocated before its size was looked at. So each format gets a `trim`, which drops what is not
needed, reads the orientation on the way, and refuses what is out of proportion. It works on bytes
in memory and knows nothing of Pillow; whether the pixels themselves are sound is the decoder's to
find out.
"""

import re
import struct
from collections.abc import Callable
from dataclasses import dataclass

from animeter.domain.errors import ImageTooLargeError, UnreadableImageError
from animeter.media.formats import PictureFormat
from animeter.media.limits import Limits
from animeter.media.orientation import exif_orientation
from animeter.media.tiff_directory import check_tiff_directory


@dataclass(frozen=True, slots=True)
class Trimmed:
    """An encoded picture without what decoding its first frame does not need.

    Attributes:
        data: the encoded picture.
        orientation: how it is to be turned, 1 to 8 as in EXIF, where `data` no longer tells.
    """

    data: bytes
    orientation: int = 1


def trim(data: bytes, picture_format: PictureFormat, limits: Limits) -> Trimmed:
    """Cut an encoded picture down to what decoding its first frame needs.

    Args:
        data: the encoded picture, whole.
        picture_format: what `data` is.
        limits: how many parts and pixels are too many.

    Raises:
        UnreadableImageError: the parts do not fit together.
        ImageTooLargeError: the file asks for more than the limits allow.
    """
    trimmer = _TRIMMERS[picture_format]
    try:
        return trimmer(data, limits)
    except (struct.error, IndexError) as error:
        raise UnreadableImageError(
            f"the {picture_format} file ends inside its header; it was probably cut off"
        ) from error


def check_pixels(width_px: int, height_px: int, limits: Limits) -> None:
    """Refuse a picture of too many pixels, or of none.

    Raises:
        ImageTooLargeError: more pixels than the limits allow.
        UnreadableImageError: no pixels at all.
    """
    if width_px < 1 or height_px < 1:
        raise UnreadableImageError(f"the picture says that it is {width_px} x {height_px} pixels")
    if width_px * height_px > limits.max_pixels:
        raise ImageTooLargeError(
            f"the picture has {width_px} x {height_px} pixels; at most {limits.max_pixels:,} "
            "are read; make it smaller, or raise Limits.max_pixels"
        )


def _check_parts(parts: int, limits: Limits) -> None:
    if parts > limits.max_parts:
        raise ImageTooLargeError(
            f"the file is cut into more than {limits.max_parts:,} parts, as no real picture is; "
            "save it again with another program, or raise Limits.max_parts"
        )


# JPEG. Markers by their second byte, ITU-T T.81 table B.1.
_SOI, _EOI, _SOS, _APP1 = 0xD8, 0xD9, 0xDA, 0xE1
_WITHOUT_LENGTH = frozenset((0x00, 0x01, *range(0xD0, 0xD9)))
# APP0 (JFIF) and APP14 (Adobe) say how colours are to be read; the other APPs and comments do not.
_NOT_NEEDED = frozenset((*range(0xE1, 0xEE), 0xEF, 0xFE))
_MARKER_IN_SCAN = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")


def _trim_jpeg(data: bytes, limits: Limits) -> Trimmed:
    kept: list[bytes | memoryview] = [data[:2]]
    orientation = 1
    position = 2
    parts = 0
    while True:
        parts += 1
        _check_parts(parts, limits)
        marker, position = _next_marker(data, position)
        if marker == _SOS:
            _check_scans(data, position - 2, limits)
            kept.append(memoryview(data)[position - 2 :])
            return Trimmed(b"".join(kept), orientation)
        if marker in _WITHOUT_LENGTH:
            continue
        (length,) = struct.unpack_from(">H", data, position)
        segment = data[position + 2 : position + length]
        if marker == _APP1 and segment.startswith(b"Exif\x00\x00") and orientation == 1:
            orientation = exif_orientation(segment)
        if marker not in _NOT_NEEDED:
            kept.append(data[position - 2 : position + length])
        position += max(length, 2)


def _next_marker(data: bytes, position: int) -> tuple[int, int]:
    """The next marker at or after a position, and where its segment begins."""
    position = data.find(b"\xff", position)
    while position >= 0 and data[position] == 0xFF:
        position += 1
    if position < 0 or data[position] == _EOI:
        raise UnreadableImageError(
            "the jpeg file ends before its pixels begin; it was probably cut off"
        )
    return data[position], position + 1


def _check_scans(data: bytes, position: int, limits: Limits) -> None:
    """Refuse a picture of too many scans.

    Source: libjpeg-turbo, "Two Issues with the JPEG Standard" (LJT-01-003), on why a small
    progressive file can keep a decoder busy for hours.
    """
    if data.count(b"\xff\xda", position) <= limits.max_scans:
        return  # Quick and nearly always so; thumbnails and the like only add to the count.
    scans = 0
    while (match := _MARKER_IN_SCAN.search(data, position)) is not None:
        marker, position = data[match.end() - 1], match.end()
        if marker == _EOI:
            return
        scans += marker == _SOS
        if scans > limits.max_scans:
            raise ImageTooLargeError(
                f"the jpeg file draws its picture in more than {limits.max_scans} passes, as no "
                "real picture does; save it again with another program, or raise Limits.max_scans"
            )
        if marker not in _WITHOUT_LENGTH:
            position += struct.unpack_from(">H", data, position)[0]


# PNG. Everything else (colour profiles, texts, the later frames of an animation) is dropped.
_PNG_SIGNATURE_BYTES = 8
_PNG_NEEDED = frozenset((b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"))


def _trim_png(data: bytes, limits: Limits) -> Trimmed:
    kept: list[bytes | memoryview] = [data[:_PNG_SIGNATURE_BYTES]]
    orientation = 1
    position = _PNG_SIGNATURE_BYTES
    whole = memoryview(data)
    parts = 0
    while position + 8 <= len(data):
        parts += 1
        _check_parts(parts, limits)
        (length,) = struct.unpack_from(">I", data, position)
        kind = data[position + 4 : position + 8]
        if kind == b"eXIf":
            orientation = exif_orientation(data[position + 8 : position + 8 + length])
        if kind in _PNG_NEEDED:
            kept.append(whole[position : position + 12 + length])
        if kind == b"IEND":
            break
        position += 12 + length
    return Trimmed(b"".join(kept), orientation)


# GIF. Blocks by their first byte, GIF89a specification, appendix A.
# Zeros between blocks are a mistake that real encoders made.
_PADDING, _EXTENSION, _IMAGE, _GRAPHIC_CONTROL = 0x00, 0x21, 0x2C, 0xF9


def _trim_gif(data: bytes, limits: Limits) -> Trimmed:
    """Keep the header, the transparency of the first frame and all from that frame on.

    What follows the first frame stays, since finding its end costs more than it saves: the
    decoder stops there by itself.
    """
    flags = data[10]
    position = 13 + (3 << (flags & 7) + 1 if flags & 0x80 else 0)
    header, control = data[:position], b""
    parts = 0
    while data[position] in (_PADDING, _EXTENSION):
        parts += 1
        _check_parts(parts, limits)
        start, position = position, position + 1
        if data[start] == _PADDING:
            continue
        position += 1
        while (length := data[position]) > 0:
            parts += 1
            _check_parts(parts, limits)
            position += 1 + length
        position += 1
        if data[start + 1] == _GRAPHIC_CONTROL:
            control = data[start:position]
    if data[position] != _IMAGE:
        raise UnreadableImageError("the gif file holds no picture, only a header")
    return Trimmed(b"".join((header, control, memoryview(data)[position:])))


def _check_webp(data: bytes, limits: Limits) -> Trimmed:
    """Check the canvas, which the decoder allocates before anyone can ask it for its size.

    Source: RFC 9649, sections 2.5 to 2.7.
    """
    kind = data[12:16]
    if kind == b"VP8X":
        width = int.from_bytes(data[24:27], "little") + 1
        height = int.from_bytes(data[27:30], "little") + 1
    elif kind == b"VP8L":
        (bits,) = struct.unpack_from("<I", data, 21)
        width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    else:
        width, height = (side & 0x3FFF for side in struct.unpack_from("<HH", data, 26))
    check_pixels(width, height, limits)
    exif_start = data.find(b"EXIF", 30) if kind == b"VP8X" else -1
    exif = b"" if exif_start < 0 else data[exif_start + 8 : exif_start + 8 + 65536]
    return Trimmed(data, exif_orientation(exif))


# Run-length BMPs are rare, small, and decoded byte by byte in Python.
_MAX_RUN_LENGTH_BYTES = 8 * 2**20
_MAX_RUN_LENGTH_PIXELS = 16_000_000


def _check_bmp(data: bytes, limits: Limits) -> Trimmed:
    (header_bytes,) = struct.unpack_from("<I", data, 14)
    if header_bytes < 40:
        return Trimmed(data)
    width, height, _, _, compression = struct.unpack_from("<iiHHI", data, 18)
    check_pixels(width, abs(height), limits)
    if compression in (1, 2) and (
        len(data) > _MAX_RUN_LENGTH_BYTES or abs(width * height) > _MAX_RUN_LENGTH_PIXELS
    ):
        raise ImageTooLargeError(
            f"the bmp file is run-length coded, {len(data):,} bytes for {width} x {abs(height)} "
            f"pixels; at most {_MAX_RUN_LENGTH_BYTES:,} bytes and {_MAX_RUN_LENGTH_PIXELS:,} "
            "pixels of that kind are read; save it as PNG"
        )
    return Trimmed(data)


def _check_tiff(data: bytes, limits: Limits) -> Trimmed:
    check_tiff_directory(data, limits)
    return Trimmed(data)


def _hide_exif(data: bytes, limits: Limits) -> Trimmed:
    """Rename the EXIF items of an AVIF or HEIC file, so that no decoder reads them.

    Such a file is turned by its own `irot` and `imir` boxes, and its EXIF orientation is to be
    ignored. Source: ISO/IEC 23008-12, section 6.5.10 and annex A.
    """
    position = 0
    for _ in range(limits.max_parts):
        if position + 8 > len(data):
            return Trimmed(data)
        length, kind = struct.unpack_from(">I4s", data, position)
        if length == 1:
            (length,) = struct.unpack_from(">Q", data, position + 8)
        end = position + length if length >= 8 else len(data)
        if kind == b"meta":
            meta = data[position:end].replace(b"Exif", b"skip")
            return Trimmed(b"".join((data[:position], meta, memoryview(data)[end:])))
        position = end
    return Trimmed(data)


_TRIMMERS: dict[PictureFormat, Callable[[bytes, Limits], Trimmed]] = {
    PictureFormat.JPEG: _trim_jpeg,
    PictureFormat.PNG: _trim_png,
    PictureFormat.GIF: _trim_gif,
    PictureFormat.WEBP: _check_webp,
    PictureFormat.BMP: _check_bmp,
    PictureFormat.TIFF: _check_tiff,
    PictureFormat.AVIF: _hide_exif,
    PictureFormat.HEIC: _hide_exif,
}
