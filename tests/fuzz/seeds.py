"""The valid files that fuzzing starts from: every format, in every way it stores pixels."""

import io
from functools import cache
from typing import Any

import numpy as np
import PIL
from PIL import Image as PillowImage

from tests.media.pictures import encode, in_mode, scene

_TIFF_COMPRESSIONS = ["raw", "tiff_lzw", "tiff_deflate", "packbits", "jpeg"]
if int(PIL.__version__.split(".")[0]) >= 12:  # Before, the wheels lack these, and asking crashes.
    _TIFF_COMPRESSIONS += ["zstd", "lzma"]


@cache
def seed_files() -> dict[str, bytes]:
    """Names and contents. The same on each call; HEIC only where pillow-heif is installed."""
    rotated = PillowImage.Exif()
    rotated[0x0112] = 6
    exif = {"exif": rotated.tobytes()}
    frames: dict[str, Any] = {"save_all": True, "append_images": [scene(seed=1)], "duration": 50}
    files = {
        "jpeg": encode(scene(), "JPEG", **exif),
        "jpeg-progressive": encode(scene(200, 130), "JPEG", progressive=True),
        "jpeg-grey": encode(in_mode("L"), "JPEG"),
        "jpeg-cmyk": encode(in_mode("CMYK"), "JPEG"),
        "jpeg-restart": encode(scene(), "JPEG", restart_marker_rows=1, subsampling=0),
        "png-interlaced": _interlaced_png(),
        "png-animated": encode(scene(), "PNG", **frames),
        "png-exif": encode(scene(), "PNG", **exif),
        "png-clear": encode(in_mode("P"), "PNG", transparency=bytes(range(256))),
        "gif": encode(in_mode("P"), "GIF", comment=b"a comment", transparency=2),
        "gif-animated": encode(scene(), "GIF", loop=0, **frames),
        "gif-interlaced": encode(in_mode("L"), "GIF", interlace=1),
        "webp": encode(scene(), "WEBP"),
        "webp-lossless": encode(in_mode("RGBA"), "WEBP", lossless=True),
        "webp-animated": encode(scene(), "WEBP", **frames, **exif),
        "tiff-tiled": encode(scene(), "TIFF", compression="tiff_lzw", tiled=True, **exif),
        "tiff-big": encode(scene(), "TIFF", big_tiff=True),
        "tiff-fax": encode(in_mode("1"), "TIFF", compression="group4"),
        "bmp-run-length": _run_length_bmp(),
        "avif": encode(scene(), "AVIF", **exif),
        "avif-clear": encode(in_mode("RGBA"), "AVIF", quality=90),
        "avif-animated": encode(scene(), "AVIF", **frames),
    }
    for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16"):
        files[f"png-{mode}"] = encode(in_mode(mode), "PNG")
    for mode in ("1", "L", "P", "RGB", "RGBA"):
        files[f"bmp-{mode}"] = encode(in_mode(mode), "BMP")
    for mode in ("L", "P", "RGBA", "CMYK", "I;16", "F", "LAB"):
        files[f"tiff-{mode}"] = encode(in_mode(mode), "TIFF")
    for compression in _TIFF_COMPRESSIONS:
        files[f"tiff-{compression}"] = encode(scene(), "TIFF", compression=compression)
    files.update(_heic_files(exif))
    return files


def _heic_files(exif: dict[str, bytes]) -> dict[str, bytes]:
    try:
        import pillow_heif  # noqa: F401
    except ImportError:
        return {}
    return {
        "heic": encode(scene(), "HEIF", **exif),
        "heic-clear": encode(in_mode("RGBA"), "HEIF"),
        "heic-grey": encode(in_mode("L"), "HEIF", quality=90),
    }


def _interlaced_png() -> bytes:
    """Adam7 by hand: Pillow reads it and does not write it. Source: PNG, third edition, 8.1."""
    import struct
    import zlib

    values = np.asarray(scene(37, 29))
    passes = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2))
    rows = b"".join(
        b"\0" + row.tobytes()
        for x, y, step_x, step_y in (*passes, (0, 1, 1, 2))
        for row in values[y::step_y, x::step_x]
    )
    header = struct.pack(">IIBBBBB", 37, 29, 8, 2, 0, 0, 1)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    chunks = (
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def _run_length_bmp() -> bytes:
    """A BMP of run-length coded rows, which Pillow reads and does not write."""
    import struct

    width, height = 60, 20
    body = io.BytesIO()
    for row in range(height):
        body.write(bytes((40, row * 9)) + bytes((0, 19)) + bytes(range(19)) + b"\0" + b"\1\7\0\0")
    body.write(b"\0\1")
    data = body.getvalue()
    offset = 14 + 40 + 1024
    palette = b"".join(bytes((value, 255 - value, value // 2, 0)) for value in range(256))
    info = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 8, 1, len(data), 0, 0, 256, 0)
    head = b"BM" + struct.pack("<IHHI", offset + len(data), 0, 0, offset)
    return head + info + palette + data
